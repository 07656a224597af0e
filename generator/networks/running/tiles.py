"""Run a network over a picture piece by piece, so that its activations fit into memory.

Where the receptive field of an architecture is small and known, each tile is given that much
more of the picture on all sides and the result equals an untiled run within float noise.
Elsewhere tiles overlap and their overlaps are cross-faded.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from spandrel import ModelTiling  # type: ignore[import-untyped]

from generator.networks.weights.load import Descriptor

MINIMUM = 64
"""The smallest side a tile is cut to, in input pixels."""

_BLENDED_MARGIN = 32
# What architectures call the sides of their attention windows.
_WINDOWS = ("window_size", "split_size", "win_size", "ws")
_LARGEST_MULTIPLE = 64

Call = Callable[[torch.Tensor], torch.Tensor]

Grid = tuple[int, int]
"""Rows and columns of tiles."""


@dataclass(frozen=True)
class Tiling:
    """How a network may be tiled, in input pixels.

    ``margin`` is what a tile is given beyond its own part on each side, ``exact`` whether that
    covers the receptive field; parts begin at multiples of ``multiple``, as windows do.
    """

    margin: int
    exact: bool
    multiple: int


@dataclass(frozen=True)
class _Span:
    """One side of a tile: its own part, and what the network is given."""

    start: int
    stop: int
    outer_start: int
    outer_stop: int


def tiling_of(descriptor: Descriptor, *, forced: bool = False) -> Tiling | None:
    """Return how a network may be tiled; None for one that has to see the whole picture.

    An author who asks for tiles gets them (``forced``) where a network only looks better whole.
    """
    if descriptor.tiling is ModelTiling.INTERNAL:
        return None
    if descriptor.tiling is ModelTiling.DISCOURAGED and not forced:
        return None
    multiple = math.lcm(descriptor.size_requirements.multiple_of, window_of(descriptor))
    radius = receptive_radius(descriptor)
    if radius is None:
        return Tiling(_round_up(_BLENDED_MARGIN, multiple), exact=False, multiple=multiple)
    return Tiling(_round_up(radius, multiple), exact=True, multiple=multiple)


def window_of(descriptor: Descriptor) -> int:
    """Return at multiples of what attention windows begin, in input pixels; 1 without windows.

    Windows lie in a grid from a picture's corner on. A tile whose corner is not on the grid of
    the whole picture is cut into other windows, and comes out otherwise. Spandrel does not tell
    for networks that fill up the last windows by themselves.
    """
    sides: set[int] = set()
    for module in descriptor.model.modules():
        for name in _WINDOWS:
            value = getattr(module, name, None)
            several = value if isinstance(value, (tuple, list)) else (value,)
            sides.update(side for side in several if type(side) is int and side > 0)
    common = math.lcm(*sides)
    return common if common <= _LARGEST_MULTIPLE else max(sides)


def receptive_radius(descriptor: Descriptor) -> int | None:
    """Return how far a network looks, in input pixels, where its tiles can be exact.

    Compact, DnCNN and SPAN are chains of convolutions at the input's resolution, so that the
    radii of their kernels add up. None for all others: some look farther than tiles are large.
    """
    architecture = str(descriptor.architecture.id)
    if architecture not in ("Compact", "DnCNN", "SPAN"):
        return None
    radius = 0
    for name, module in descriptor.model.named_modules():
        # SPAN's convolutions hold the factors of a fused one, which is what runs.
        fused_away = architecture == "SPAN" and (".conv." in name or name.endswith(".sk"))
        if isinstance(module, torch.nn.Conv2d) and not fused_away:
            radius += module.dilation[0] * (module.kernel_size[0] - 1) // 2
    return radius


def squares(height: int, width: int, side: int) -> Grid:
    """Return the grid whose tiles' own parts are squares of ``side`` input pixels at most."""
    return -(-height // side), -(-width // side)


def fewest_pixels(height: int, width: int, side: int, tiling: Tiling) -> Grid:
    """Return the grid that computes least, of tiles no larger than a square's with its margins.

    Memory goes by area, whatever the shape, and margins are computed twice: a picture of 640×480
    that takes nine squares may take six oblongs.
    """
    square = squares(height, width, side)
    allowed = (side + 2 * tiling.margin) ** 2
    tall, wide = (
        [_extent(length, count, tiling) for count in range(1, 2 * most + 1)]
        for length, most in zip((height, width), square, strict=True)
    )
    fitting = [
        (rows[1] * columns[1], (i, j))
        for i, rows in enumerate(tall, 1)
        for j, columns in enumerate(wide, 1)
        if rows[0] * columns[0] <= allowed
    ]
    return min(fitting)[1] if fitting else square


def joined(height: int, width: int, grid: Grid, tiling: Tiling) -> Grid | None:
    """Return rows and columns of the tiles that are cross-faded; None where none are.

    There may be fewer than the grid asks for: overlaps take their room.
    """
    if tiling.exact:
        return None
    rows, columns = (
        sum(1 for _ in _spans(length, count, tiling))
        for length, count in zip((height, width), grid, strict=True)
    )
    return (rows, columns) if rows * columns > 1 else None


def run_tiled(
    call: Call,
    levels: torch.Tensor,
    tiling: Tiling,
    *,
    scale: int,
    grid: Grid,
    finish: Call = torch.Tensor.float,
) -> torch.Tensor:
    """Run ``call`` over the tiles of a grid and join what it returns.

    ``levels`` is (H, W, C); ``call`` makes (1, C', H·scale, W·scale) of it; the result is
    (C', H·scale, W·scale) on the same device, every sample put through ``finish``.
    """
    height, width = levels.shape[:2]
    output = torch.empty(0)
    for rows in _spans(height, grid[0], tiling):
        for columns in _spans(width, grid[1], tiling):
            result = call(
                levels[rows.outer_start : rows.outer_stop, columns.outer_start : columns.outer_stop]
            )[0]
            result = finish(result) if tiling.exact else result.float()
            if not output.numel():
                shape = (height * scale, width * scale, result.shape[0])
                output = result.new_zeros(shape).permute(2, 0, 1)
            if tiling.exact:
                _place(output, result, rows, columns, scale)
            else:
                _blend(output, result, rows, columns, (height, width), scale)
    return output if tiling.exact else finish(output)


def _extent(length: int, count: int, tiling: Tiling) -> tuple[int, int]:
    """Return the longest of the tiles along one side, and all of them together, in pixels."""
    outer = [span.outer_stop - span.outer_start for span in _spans(length, count, tiling)]
    return max(outer), sum(outer)


def _spans(length: int, count: int, tiling: Tiling) -> Iterator[_Span]:
    """Cut a length into parts of about equal size, at multiples of what the network asks for.

    Where tiles are blended no part is shorter than two margins, so that at most two tiles meet.
    """
    if not tiling.exact:
        count = min(count, length // (2 * tiling.margin + tiling.multiple))
    count = max(1, count)
    cuts = [length * i // count // tiling.multiple * tiling.multiple for i in range(count)]
    cuts.append(length)
    for start, stop in itertools.pairwise(cuts):
        if start < stop:
            outer_start = max(0, start - tiling.margin)
            yield _Span(start, stop, outer_start, min(length, stop + tiling.margin))


def _place(
    output: torch.Tensor, result: torch.Tensor, rows: _Span, columns: _Span, scale: int
) -> None:
    """Keep a tile's own part."""
    inner = result[..., _within(rows, scale), _within(columns, scale)]
    output[
        ..., rows.start * scale : rows.stop * scale, columns.start * scale : columns.stop * scale
    ] = inner


def _within(span: _Span, scale: int) -> slice:
    offset = span.outer_start
    return slice((span.start - offset) * scale, (span.stop - offset) * scale)


def _blend(
    output: torch.Tensor,
    result: torch.Tensor,
    rows: _Span,
    columns: _Span,
    size: tuple[int, int],
    scale: int,
) -> None:
    """Add a tile, faded out across the overlaps; the weights of all tiles sum to 1."""
    vertical = _ramp(rows, size[0], scale, result)
    horizontal = _ramp(columns, size[1], scale, result)
    output[
        ...,
        rows.outer_start * scale : rows.outer_stop * scale,
        columns.outer_start * scale : columns.outer_stop * scale,
    ] += result * vertical[:, None] * horizontal


def _ramp(span: _Span, length: int, scale: int, like: torch.Tensor) -> torch.Tensor:
    """Return a tile's weight along one side: 1 within, a slope across each inner cut."""
    positions = torch.arange(
        span.outer_start * scale, span.outer_stop * scale, dtype=torch.float32, device=like.device
    )
    positions += 0.5
    weight = torch.ones_like(positions)
    if span.start > 0:
        overlap = (span.start - span.outer_start) * scale
        weight = ((positions - span.start * scale) / (2 * overlap) + 0.5).clamp(0, 1)
    if span.stop < length:
        overlap = (span.outer_stop - span.stop) * scale
        fall = ((span.stop * scale - positions) / (2 * overlap) + 0.5).clamp(0, 1)
        weight = torch.minimum(weight, fall)
    return weight


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
