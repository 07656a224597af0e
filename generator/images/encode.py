"""Write pictures in the site's formats."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import ImageError
from generator.images.prepare import image_of
from generator.manifest.tables.formats import LOSSLESS, ROOMIEST
from generator.plan.frames import Encoding


def encode(pixels: NDArray[np.uint8], encoding: Encoding) -> bytes:
    """Return the bytes of a picture file; the same pixels make the same bytes.

    ``pixels`` is (H, W, C): gray, gray and alpha, colour, or colour and alpha. Where a format
    knows no transparency, such pictures are laid on white. Raises ImageError for sizes that the
    format cannot hold, and where it should be lossless and cannot.
    """
    height, width = pixels.shape[:2]
    if max(width, height) > encoding.of.largest_side:
        raise ImageError(
            f"a picture of {width}×{height} does not fit into {encoding.format}, which holds "
            f"{encoding.of.largest_side} pixels a side; use images.format: {ROOMIEST.suffix}"
        )
    if encoding.lossless and not encoding.of.can_be_lossless:
        raise ImageError(f"{encoding.format} is never lossless; use {' or '.join(LOSSLESS)}")
    image = image_of(pixels)
    if not encoding.of.transparency:
        image = on_white(image)
    lossy = {"quality": encoding.quality, **encoding.of.lossy}
    options = encoding.of.exact if encoding.lossless else lossy
    target = BytesIO()
    try:
        image.save(target, encoding.format.upper(), **options)
    except (OSError, ValueError, RuntimeError, MemoryError) as error:  # AVIF: RuntimeError
        raise ImageError(
            f"a picture of {width}×{height} cannot be written as {encoding.format}: {error}"
        ) from error
    return target.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    """Return a picture without transparency, laid on white."""
    if image.mode not in ("LA", "RGBA"):
        return image
    white = Image.new(image.mode, image.size, "white")
    return Image.alpha_composite(white.convert("RGBA"), image.convert("RGBA")).convert(
        "L" if image.mode == "LA" else "RGB"
    )
