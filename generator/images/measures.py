"""Measures of 8-bit pictures, by the book; ``manifest.tables.measures`` says what they are called.

PSNR and SSIM look at colours only (transparency does not count), and a gray picture beside a
coloured one counts as three equal channels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

_SIGMA = 1.5
_WINDOW = 11
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
_ROWS = 128

Pixels = NDArray[np.uint8]


def psnr(a: Pixels, b: Pixels) -> float:
    """Return 10·log10(255² / MSE) in dB, over all pixels and channels; infinite when equal.

    ``a`` and ``b`` are (H, W, C) of the same height and width. Raises ValueError otherwise.
    """
    a, b = _comparable(a, b)
    squares = 0
    for top in range(0, a.shape[0], _ROWS):
        difference = a[top : top + _ROWS].astype(np.int32) - b[top : top + _ROWS]
        squares += int(np.einsum("ijk,ijk->", difference, difference, dtype=np.int64))
    return 10 * math.log10(255**2 * a.size / squares) if squares else math.inf


def ssim(a: Pixels, b: Pixels) -> float:
    """Return the mean structural similarity, at most 1.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004:
    Gaussian window of 11 × 11 with σ 1.5, K1 0.01, K2 0.03, population covariances, the mean over
    the windows that lie within the picture and over channels. A picture smaller than the window
    is seen through the largest odd window that fits. Arguments as for ``psnr``.
    """
    a, b = _comparable(a, b)
    vertical = _window(a.shape[0])
    horizontal = _window(a.shape[1])
    total = 0.0
    count = 0
    for rows in _bands(a.shape[0], len(vertical)):
        similarity = _similarity(a[rows], b[rows], vertical, horizontal)
        total += float(similarity.sum())
        count += similarity.size
    return total / count


COMPUTE: dict[str, Callable[..., float]] = {"psnr": psnr, "ssim": ssim}
"""By measure. Each takes a picture (H, W, C) and, where it needs one, its ground truth."""


def _comparable(a: Pixels, b: Pixels) -> tuple[Pixels, Pixels]:
    """Drop alpha, repeat gray beside colour, check sizes."""
    if a.shape[:2] != b.shape[:2] or a.size == 0:
        sizes = " and ".join(f"{each.shape[1]}×{each.shape[0]}" for each in (a, b))
        raise ValueError(f"pictures of {sizes} cannot be compared")
    a, b = (each[..., : each.shape[2] - (each.shape[2] + 1) % 2] for each in (a, b))
    channels = max(a.shape[2], b.shape[2])
    shape = (*a.shape[:2], channels)
    return np.broadcast_to(a, shape), np.broadcast_to(b, shape)


def _window(side: int) -> NDArray[np.float64]:
    """Return the normalised Gaussian, as long as fits into ``side``."""
    radius = (min(_WINDOW, side if side % 2 else side - 1) - 1) // 2
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-(offsets**2) / (2 * _SIGMA**2))
    return np.asarray(weights / weights.sum())


def _bands(height: int, window: int) -> Iterator[slice]:
    """Cut a picture into bands of rows whose windows cover it once; bounds the memory."""
    valid = height - window + 1
    for top in range(0, valid, _ROWS):
        yield slice(top, min(top + _ROWS, valid) + window - 1)


def _similarity(
    a: Pixels, b: Pixels, vertical: NDArray[np.float64], horizontal: NDArray[np.float64]
) -> NDArray[np.float64]:
    x = a.astype(np.float64)
    y = b.astype(np.float64)
    mean_x, mean_y, square_x, square_y, product = (
        _smooth(values, vertical, horizontal) for values in (x, y, x * x, y * y, x * y)
    )
    means = mean_x * mean_y
    squares = mean_x * mean_x + mean_y * mean_y
    covariance = product - means
    variances = square_x + square_y - squares
    result = (2 * means + _C1) * (2 * covariance + _C2)
    result /= (squares + _C1) * (variances + _C2)
    return np.asarray(result)


def _smooth(
    values: NDArray[np.float64], vertical: NDArray[np.float64], horizontal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Filter (H, W, C) by the window, only where it lies within."""
    for axis, weights in ((0, vertical), (1, horizontal)):
        length = values.shape[axis] - len(weights) + 1
        total = np.zeros([length if i == axis else n for i, n in enumerate(values.shape)])
        for start, weight in enumerate(weights):
            window = slice(start, start + length)
            total += weight * (values[window] if axis == 0 else values[:, window])
        values = total
    return values
