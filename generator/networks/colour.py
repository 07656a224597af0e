"""Colour fixes: give a network's output the colours of its input back.

Both work on encoded values in 0..1, without linearisation, as chaiNNer defines them.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional

AVERAGE_SCALE = 0.125
"""Side of the reference of the average fix, relative to the input's."""

_WAVELET_LEVELS = 5


def average(
    target: torch.Tensor, reference: torch.Tensor, alpha: torch.Tensor | None = None
) -> torch.Tensor:
    """Return T + bicubic_up(R' − box_down(T)): the colours of areas, not of details.

    R' is the reference, box-downscaled to an eighth of its size. ``target`` is (C, H, W),
    ``reference`` (C, h, w) and ``alpha`` its transparency (h, w), all float32: transparent
    pixels do not count. A target that is no larger than R' comes back unchanged.
    """
    height, width = (max(1, math.ceil(side * AVERAGE_SCALE)) for side in reference.shape[1:])
    if height >= target.shape[1] or width >= target.shape[2]:
        return target
    size = (height, width)
    large = (target.shape[1], target.shape[2])
    if alpha is None:
        shift = box_resize(reference, size) - box_resize(target, size)
    else:
        opaque = alpha[None]
        shift = _opaque_mean(reference, opaque, size)
        shift = shift - _opaque_mean(target, box_resize(opaque, large), size)
        seen = (box_resize(opaque, size) > 0).expand_as(shift)
        # Areas without an opaque pixel get the mean shift, so that none bleeds from them.
        usual = (shift * seen).sum((1, 2), keepdim=True) / seen.sum((1, 2), keepdim=True).clamp(1)
        shift = torch.where(seen, shift, usual)
    return target + bicubic_resize(shift, large)


def wavelet(target: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return T + low(R − T): the low frequencies of the reference under the target's details.

    The reference is box-resized to the target's size; ``low`` is five passes of a 3×3 binomial
    blur with dilation 1, 2, 4, 8, 16 and replicated edges. Shapes as for ``average``.
    """
    low = box_resize(reference, (target.shape[1], target.shape[2])) - target
    for level in range(_WAVELET_LEVELS):
        low = _blur(low, 2**level)
    return target + low


def box_resize(image: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize (C, H, W) to ``size`` (height, width): each pixel is the mean of what it covers."""
    source = (image.shape[1], image.shape[2])
    if source == size:
        return image
    if source[0] % size[0] == 0 and source[1] % size[1] == 0:
        return functional.avg_pool2d(image, (source[0] // size[0], source[1] // size[1]))
    if size[0] % source[0] == 0 and size[1] % source[1] == 0:
        rows = image.repeat_interleave(size[0] // source[0], dim=1)
        return rows.repeat_interleave(size[1] // source[1], dim=2)
    rows = _coverage(image.shape[1], size[0], image)
    columns = _coverage(image.shape[2], size[1], image)
    return rows @ image @ columns.T


def bicubic_resize(image: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Resize (C, H, W) to ``size`` (height, width) by Catmull-Rom splines, as Pillow does it."""
    return functional.interpolate(image[None], size, mode="bicubic", antialias=True)[0]


def _coverage(source: int, target: int, like: torch.Tensor) -> torch.Tensor:
    """Return (target, source): which share of each target cell every source pixel fills."""
    edges = torch.arange(target + 1, dtype=torch.float64) * (source / target)
    pixels = torch.arange(source, dtype=torch.float64)
    end = torch.minimum(edges[1:, None], pixels + 1)
    start = torch.maximum(edges[:-1, None], pixels)
    return ((end - start).clamp_(min=0) * (target / source)).to(like)


def _opaque_mean(image: torch.Tensor, alpha: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return box_resize(image * alpha, size) / box_resize(alpha, size).clamp(min=1e-6)


def _blur(image: torch.Tensor, dilation: int) -> torch.Tensor:
    """Blur by (1 2 1)/4 in both directions; taps lie ``dilation`` apart."""
    padded = functional.pad(image[None], [dilation] * 4, mode="replicate")[0]
    height, width = image.shape[1:]
    rows = (
        padded[:, :height] + 2 * padded[:, dilation : dilation + height] + padded[:, 2 * dilation :]
    ) / 4
    return (
        rows[..., :width] + 2 * rows[..., dilation : dilation + width] + rows[..., 2 * dilation :]
    ) / 4
