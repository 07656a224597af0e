"""The photographs: all from scikit-image's wheel, all in the public domain or CC0.

Two are held out: no network has seen `chelsea` or `coffee` in training.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from skimage import data
from skimage.transform import resize

Picture = NDArray[np.float32]
"""Height × width × channels (3: RGB), values in [0, 1], sRGB-encoded."""

HELD_OUT = ("chelsea", "coffee")


@cache
def photograph(name: str) -> Picture:
    """Load the photograph as RGB; gray ones get three equal channels."""
    levels = getattr(data, name)()
    picture = levels.astype(np.float32) / 255
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)


@cache
def training_pictures() -> tuple[Picture, ...]:
    """Give what networks are trained on; each picture is drawn from equally often.

    Photographs alone would be few, so four pictures of `dead_leaves` join them: sharp edges at
    every angle and contrast, in the photographs' own colours.
    """
    astronaut, rocket = photograph("astronaut"), photograph("rocket")
    gray = (photograph(name) for name in ("camera", "brick", "grass", "gravel"))
    small = (_reduced(astronaut, 2), _reduced(rocket, 2), _reduced(photograph("retina"), 3))
    colours = np.concatenate([picture.reshape(-1, 3) for picture in small[:2]])
    leaves = (dead_leaves(seed, colours) for seed in range(4))
    return (astronaut, astronaut, rocket, *small, *gray, *leaves)


def recoloured(pictures: Sequence[Picture]) -> list[Picture]:
    """Give the pictures and again those with colours, their channels swapped round."""
    swapped = (p[..., [2, 0, 1]] for p in pictures if np.ptp(p, axis=2).max() > 0)
    return [*pictures, *(np.ascontiguousarray(picture) for picture in swapped)]


def dead_leaves(seed: int, colours: Picture, side: int = 384, leaves: int = 1600) -> Picture:
    """Paint discs that hide one another, radii distributed as r⁻³ like the objects of a photograph.

    The model is Lee, Mumford and Huang, "Occlusion Models for Natural Images" (2001). `colours`
    (n × 3) is what the discs' colours are drawn from.
    """
    rng = np.random.default_rng(seed)
    smallest, largest = 2.0, 90.0
    # Inverse of the distribution function of the density r^-3 on [smallest, largest].
    u = rng.random(leaves)
    radii = (u * largest**-2 + (1 - u) * smallest**-2) ** -0.5
    centres = rng.uniform(0, side, (leaves, 2))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    picture = np.empty((side, side, 3), np.float32)
    picture[:] = colours.mean(axis=0)
    for radius, (cy, cx) in zip(radii, centres, strict=True):
        top, left = max(int(cy - radius) - 1, 0), max(int(cx - radius) - 1, 0)
        box = np.s_[top : int(cy + radius) + 3, left : int(cx + radius) + 3]
        distance = np.hypot(y[box] - cy, x[box] - cx)
        cover = np.clip(radius - distance + 0.5, 0, 1)[..., None]
        shade = 1 + 0.25 * rng.uniform(-1, 1) * (y[box] - cy)[..., None] / radius
        leaf = np.clip(colours[rng.integers(len(colours))] * shade, 0, 1)
        picture[box] = (1 - cover) * picture[box] + cover * leaf
    return picture


def _reduced(picture: Picture, factor: int) -> Picture:
    shape = (picture.shape[0] // factor, picture.shape[1] // factor)
    return resize(picture, shape, anti_aliasing=True).astype(np.float32)
