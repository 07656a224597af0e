"""Write pictures in the site's formats.

Efforts were chosen on photographs of 1932×384 (one core, times and sizes relative to Pillow's
defaults): what is bought with more time is a few per cent of the bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

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
    target = BytesIO()
    try:
        image.save(target, encoding.format.upper(), **OPTIONS[encoding.format](encoding))
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


def _webp(encoding: Encoding) -> dict[str, Any]:
    if encoding.lossless:
        # A third of the time of method 4, 3 % more bytes.
        return {"lossless": True, "method": 1, "quality": 20, "exact": True}
    return {"quality": encoding.quality, "method": 2}  # half the time of 4, 1 % more bytes


def _avif(encoding: Encoding) -> dict[str, Any]:
    # Full colour resolution costs 5 % and wins 1.4 dB. Slower speeds win 1 % at 1.5 times the
    # time. One thread: frames are encoded beside each other.
    return {"quality": encoding.quality, "speed": 8, "subsampling": "4:4:4", "max_threads": 1}


def _jpeg(encoding: Encoding) -> dict[str, Any]:
    # Networks are compared by their colour edges, so JPEG keeps full colour resolution;
    # progressive files are 5 % smaller and show early.
    return {"quality": encoding.quality, "subsampling": 0, "progressive": True}


def _png(_: Encoding) -> dict[str, Any]:
    # Run-length matching: the bytes of zlib level 4 in half its time, for photographs.
    return {"compress_level": 1, "compress_type": 3}


OPTIONS: dict[str, Callable[[Encoding], dict[str, Any]]] = {
    "webp": _webp,
    "avif": _avif,
    "jpeg": _jpeg,
    "png": _png,
}
"""What Pillow's encoder of each format is told."""
