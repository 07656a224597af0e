"""The classic recipes: what is made of an input without a network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.images.prepare import array_of, image_of, original
from generator.plan.frames import Classic, Input

Pixels = NDArray[np.uint8]
Filter = Callable[[Pixels, int], Pixels]
"""Makes a picture (H, W, C) of one, so many times as large where its recipe enlarges."""


def draw(picture: Input, recipe: Classic) -> Pixels:
    """Return a classic picture of an input, (H, W, C), alpha last. Raises ImageError."""
    return FILTERS[recipe.name](original(picture), recipe.scale)


def _itself(pixels: Pixels, _: int) -> Pixels:
    return pixels


def _resample(method: Image.Resampling) -> Filter:
    """Return one of Pillow's filters as it enlarges."""

    def enlarged(pixels: Pixels, scale: int) -> Pixels:
        image = image_of(pixels)
        return array_of(image.resize((image.width * scale, image.height * scale), method))

    return enlarged


FILTERS: dict[str, Filter] = {
    "input": _itself,
    "nearest": _resample(Image.Resampling.NEAREST),
    "bicubic": _resample(Image.Resampling.BICUBIC),
    "lanczos": _resample(Image.Resampling.LANCZOS),
}
"""By name of the recipe; its table is in ``manifest.tables.classic``."""
