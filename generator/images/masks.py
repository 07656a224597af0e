"""Masks of regions, as the site publishes them: gray, at the size of the frames they belong to."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from generator.errors import ImageError
from generator.images.prepare import decode, image_of


def mask(
    path: Path,
    crop: tuple[int, int, int, int] | None,
    original: tuple[int, int],
    size: tuple[int, int],
) -> bytes:
    """Return a gray PNG of ``size`` (width, height): white is the region, gray its soft edge.

    What is transparent in the file is outside. A mask that is as large as the ``original``
    uncropped picture is cropped as that is. Raises ImageError where the file cannot be read, or the
    mask's shape is another than that of the frames.
    """
    image = image_of(decode(path))
    gray = image.convert("L")
    if "A" in image.getbands():
        gray = ImageChops.multiply(gray, image.getchannel("A"))
    if crop and gray.size == original and gray.size != size:
        x, y, width, height = crop
        gray = gray.crop((x, y, x + width, y + height))
    if abs(gray.width * size[1] - gray.height * size[0]) > max(size) * max(gray.size) / 100:
        shape = f"{gray.width}×{gray.height}"
        raise ImageError(f"the mask is {shape}, the frames {size[0]}×{size[1]}: of another shape")
    target = BytesIO()
    gray.resize(size, Image.Resampling.BICUBIC).save(target, "PNG", optimize=True)
    return target.getvalue()
