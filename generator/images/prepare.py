"""From a picture file to what the networks see, what is shown of it, and its ground truth.

The order is fixed: upright and in sRGB, then crop, then downscale, then noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import ImageError
from generator.images.decoding import Deep, load
from generator.plan.frames import Input, Noise

_NOISE_ROWS = 64

Crop = tuple[int, int, int, int]


@dataclass(frozen=True)
class Prepared:
    """A picture as the networks see it.

    ``levels`` is (H, W, C) float32 in 8-bit levels, C 1 or 3, neither rounded nor clipped once
    noise was added; ``alpha`` is (H, W) float32 in 0..1, or None where all is opaque.
    """

    levels: NDArray[np.float32]
    alpha: NDArray[np.float32] | None


def prepare(picture: Input) -> Prepared:
    """Decode an input and crop, downscale and add noise as the plan says.

    8-bit files are cropped, then go through Pillow's ``Image.reduce``, which rounds to 8 bits;
    16-bit files keep their fractions. Noise is ``numpy.random.default_rng(seed).normal(0, sigma,
    (H, W, C))`` in 8-bit levels. Raises ImageError when the file cannot be read, when the crop
    leaves it, or when what comes out is not the planned size.
    """
    path = picture.file.path
    source = load(path)
    width, height = _size(source)
    if picture.crop is not None:
        source = _crop(path, source, picture.crop)
    if picture.downscale > 1:
        source = _reduce(source, picture.downscale)
    levels, alpha = _arrays(source)
    if levels.shape[:2] != (picture.height, picture.width):
        raise ImageError(
            f"{path}: {width}×{height} pixels prepare to {levels.shape[1]}×{levels.shape[0]}, "
            f"but {picture.width}×{picture.height} were planned; the file changed during the build"
        )
    if picture.noise is not None:
        _add_noise(levels, picture.noise)
    return Prepared(levels, alpha)


def original(picture: Input) -> NDArray[np.uint8]:
    """Return the prepared input as it is shown, (H, W, C): rounded, clipped, alpha last."""
    prepared = prepare(picture)
    return _shown(prepared.levels, prepared.alpha)


def decode(path: Path) -> NDArray[np.uint8]:
    """Return a picture file as an input is shown, (H, W, C), but as it stands there.

    Upright, in sRGB, rounded to 8 bits, alpha last. Raises ImageError when it cannot be read.
    """
    source = load(path)
    if isinstance(source, Deep):
        return _shown(source.levels, source.alpha)
    return array_of(source)


def enlarge_alpha(alpha: NDArray[np.float32], scale: int) -> NDArray[np.uint8]:
    """Return transparency (H, W) in 0..1 as (H·scale, W·scale) in 8-bit levels, bicubically."""
    if scale > 1:
        height, width = alpha.shape
        enlarged = Image.fromarray(alpha).resize(
            (width * scale, height * scale), Image.Resampling.BICUBIC
        )
        alpha = np.asarray(enlarged)
    return round_levels(alpha * 255)


def reference(file: Path, crop: Crop | None, width: int, height: int) -> NDArray[np.uint8]:
    """Return ground truth of ``width`` × ``height`` pixels, (H, W, C), C 1 or 3.

    Where the file is larger than that, ``crop`` (x, y, width, height) is applied first, since it
    then shows the whole of an input that is cropped. Raises ImageError naming both sizes when
    neither fits.
    """
    source = load(file)
    found = _size(source)
    if found != (width, height) and crop is not None and _within(crop, found):
        source = _crop(file, source, crop)
    if _size(source) != (width, height):
        raise ImageError(
            f"{file}: the reference has {found[0]}×{found[1]} pixels, "
            f"but the output it is compared with has {width}×{height}"
        )
    return round_levels(_arrays(source)[0])


def round_levels(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Round 8-bit levels half up and clip them to 0..255."""
    clipped = np.clip(levels, 0, 255)
    clipped += 0.5
    rounded: NDArray[np.uint8] = clipped.astype(np.uint8)
    return rounded


def image_of(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return (H, W, C) pixels as a Pillow image of mode L, LA, RGB or RGBA."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def array_of(image: Image.Image) -> NDArray[np.uint8]:
    """Return a Pillow image of mode L, LA, RGB or RGBA as (H, W, C)."""
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _shown(levels: NDArray[np.float32], alpha: NDArray[np.float32] | None) -> NDArray[np.uint8]:
    rounded = round_levels(levels)
    if alpha is None:
        return rounded
    return np.concatenate([rounded, round_levels(alpha * 255)[..., None]], axis=2)


def _size(source: Image.Image | Deep) -> tuple[int, int]:
    if isinstance(source, Deep):
        return source.levels.shape[1], source.levels.shape[0]
    return source.size


def _within(crop: Crop, size: tuple[int, int]) -> bool:
    x, y, width, height = crop
    inside = x >= 0 and y >= 0 and x + width <= size[0] and y + height <= size[1]
    return inside and width > 0 and height > 0


def _crop(path: Path, source: Image.Image | Deep, crop: Crop) -> Image.Image | Deep:
    size = _size(source)
    if not _within(crop, size):
        raise ImageError(f"{path}: the crop {list(crop)} leaves the picture, {size[0]}×{size[1]}")
    x, y, width, height = crop
    if isinstance(source, Deep):
        window = (slice(y, y + height), slice(x, x + width))
        alpha = None if source.alpha is None else source.alpha[window]
        return Deep(source.levels[window], alpha)
    return source.crop((x, y, x + width, y + height))


def _reduce(source: Image.Image | Deep, factor: int) -> Image.Image | Deep:
    """Box filter. Colours count by their opacity, as Pillow does it."""
    if not isinstance(source, Deep):
        return source.reduce(factor)
    if source.alpha is None:
        return Deep(_box(source.levels, factor), None)
    alpha = _box(source.alpha, factor)
    colours = _box(source.levels * source.alpha[..., None], factor)
    opaque = np.maximum(alpha, np.finfo(np.float32).tiny)[..., None]
    return Deep(np.where(alpha[..., None] > 0, colours / opaque, 0).astype(np.float32), alpha)


def _box(values: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Average cells of factor × factor; the last ones hold what is left of the picture."""
    total = values.astype(np.float64)
    for axis in (0, 1):
        starts = np.arange(0, total.shape[axis], factor)
        counts = np.diff(np.append(starts, total.shape[axis]))
        shape = [-1 if each == axis else 1 for each in range(total.ndim)]
        total = np.add.reduceat(total, starts, axis=axis) / counts.reshape(shape)
    return total.astype(np.float32)


def _arrays(
    source: Image.Image | Deep,
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return levels (H, W, C), which may be written to, and alpha."""
    if isinstance(source, Deep):
        return np.array(source.levels), source.alpha
    pixels = array_of(source)
    if source.mode in ("LA", "RGBA"):
        alpha = pixels[..., -1].astype(np.float32) / np.float32(255)
        return pixels[..., :-1].astype(np.float32), alpha
    return pixels.astype(np.float32), None


def _add_noise(levels: NDArray[np.float32], noise: Noise) -> None:
    """Add noise in place.

    A few rows are drawn at a time: the generator yields the same numbers as in one draw, and
    float64 noise for a huge picture would need more memory than all else.
    """
    generator = np.random.default_rng(noise.seed)
    for top in range(0, levels.shape[0], _NOISE_ROWS):
        rows = levels[top : top + _NOISE_ROWS]
        rows += generator.normal(0, noise.sigma, rows.shape)
