"""One picture through the network that is mixed: which precision, whole or in tiles."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch

from generator.errors import ModelError, RenderError
from generator.networks.running.forward import Forward
from generator.networks.running.memory import largest_side, require
from generator.networks.running.precision import (
    WITHIN_ONE_LEVEL,
    Precision,
    agrees,
    candidates,
    to_levels,
)
from generator.networks.running.tiles import (
    MINIMUM,
    Grid,
    Tiling,
    fewest_pixels,
    joined,
    run_tiled,
    squares,
    tiling_of,
)
from generator.networks.weights.load import Descriptor
from generator.networks.weights.mix import Mixer, Weights

Tile = int | Literal["auto", "off"]

_PROBE = 96
# Torch has an error of its own only for its own memory on CUDA. These are of the CPU, of Apple's
# GPUs ("MPS backend out of memory (…)") and the driver, and of cuDNN and cuBLAS.
_OUT_OF_MEMORY = ("DefaultCPUAllocator", "out of memory", "STATUS_ALLOC_FAILED")
# What every machine can run whole; measuring would cost more than it tells.
_SURELY_FITS = 160


class Output(NamedTuple):
    """What a network made of a picture, (C', H·scale, W·scale); the precision it ran in; and the
    ``tiles``, rows and columns, where their overlaps were cross-faded: what needs to see all of
    a picture saw pieces. None where it was seen whole, or tiles give the same.
    """  # noqa: D205

    values: torch.Tensor
    dtype: torch.dtype
    tiles: Grid | None = None


@dataclass(frozen=True)
class _Ask:
    """How a picture is to be run."""

    tile: Tile
    rounded: bool
    noise_level: float | None


class Runner:
    """Runs pictures through one mix after another, on one device.

    Remembers which precision served a mix, and how large tiles of a network may be.
    """

    def __init__(self, mixer: Mixer, device: torch.device) -> None:
        self._mixer = mixer
        self._device = device
        self._current: tuple[Weights, Precision] | None = None
        self._precisions: list[torch.dtype] = []
        self._mix_is_new = True
        # What was learnt about the networks of the resident family.
        self._family = 0
        self._rejected: set[torch.dtype] = set()
        self._verified: set[Hashable] = set()
        self._sides: dict[torch.dtype, int] = {}

    def run(
        self,
        weights: Weights,
        precision: Precision,
        tile: Tile,
        levels: torch.Tensor,
        *,
        name: Hashable,
        rounded: bool,
        noise_level: float | None = None,
    ) -> Output:
        """Return the output for a picture.

        ``levels`` is (H, W, C) float32 in 8-bit levels on the device, C 1 or 3, unclipped;
        ``name`` tells pictures apart; ``noise_level`` is what networks are told that ask for it
        (None: 15). The output is uint8 levels if ``rounded``, which needs a quarter of the
        memory, else float32 in 0..1. Raises ModelError for files that cannot be used or mixed,
        and when the output is not finite even in float32; RenderError where memory does not do.
        """
        ask = _Ask(tile, rounded, noise_level)
        if self._current != (weights, precision):
            self._switch(weights, precision)
        self._require_room(levels, rounded=rounded)
        while True:
            dtype = self._precisions[0]
            if dtype is torch.float32:
                output, sound = self._attempt(dtype, levels, ask)
                if sound:
                    return output
                names = " + ".join(path.name for path, _ in weights)
                raise ModelError(f"{names}: the output is not a number; the weights are damaged")
            try:
                if self._serves(dtype, precision, levels, (name, noise_level), noise_level):
                    output, sound = self._attempt(dtype, levels, ask)
                    if sound:
                        return output
            except (RuntimeError, MemoryError):
                # Some architectures mix precisions inside; what else is wrong float32 will tell.
                self._rejected.add(dtype)
            self._precisions.pop(0)

    def _switch(self, weights: Weights, precision: Precision) -> None:
        self._current = None
        descriptor = self._mixer.mix(weights)
        if self._family != self._mixer.family:
            self._family = self._mixer.family
            self._rejected, self._verified, self._sides = set(), set(), {}
        self._precisions = [
            dtype
            for dtype in candidates(descriptor, precision, self._device)
            if dtype not in self._rejected
        ]
        self._mix_is_new = True
        self._current = (weights, precision)

    def _require_room(self, levels: torch.Tensor, *, rounded: bool) -> None:
        descriptor = self._mixer.network(torch.float32)
        height, width, channels = levels.shape
        samples = height * width * descriptor.scale**2 * max(channels, descriptor.output_channels)
        require(samples, rounded=rounded or self._device.type != "cpu")

    def _attempt(self, dtype: torch.dtype, levels: torch.Tensor, ask: _Ask) -> tuple[Output, bool]:
        forward = Forward(self._mixer.network(dtype), dtype, ask.noise_level)
        values, tiles = self._whole_or_tiled(forward, levels, ask)
        return Output(values, dtype, tiles), forward.is_sound()

    def _serves(
        self,
        dtype: torch.dtype,
        precision: Precision,
        levels: torch.Tensor,
        name: Hashable,
        noise_level: float | None,
    ) -> bool:
        """Whether a low precision agrees with float32 on the middle of a picture.

        In a sweep every mix is tried on its first picture, and every picture with its first mix.
        A precision that failed once is not tried again for the networks of this family.
        """
        tried = (dtype, name)
        if tried in self._verified and not self._mix_is_new:
            return True
        top, left = (max(0, (side - _PROBE) // 2) for side in levels.shape[:2])
        crop = levels[top : top + _PROBE, left : left + _PROBE]
        low, exact = (
            Forward(self._mixer.network(each), each, noise_level)(crop)
            for each in (dtype, torch.float32)
        )
        if not agrees(low, exact, WITHIN_ONE_LEVEL[precision]):
            self._rejected.add(dtype)
            return False
        self._verified.add(tried)
        self._mix_is_new = False
        return True

    def _whole_or_tiled(
        self, forward: Forward, levels: torch.Tensor, ask: _Ask
    ) -> tuple[torch.Tensor, Grid | None]:
        """Run at the size asked for; when memory runs out, halve the tiles and go on."""
        descriptor, tile = self._mixer.network(forward.dtype), ask.tile
        tiling = tiling_of(descriptor, forced=isinstance(tile, int))
        height, width = levels.shape[:2]
        longest = max(height, width)
        if tiling is None or tile == "off":
            return self._all_at_once(forward, levels, ask), None
        side = self._side(descriptor, forward.dtype, tiling, longest) if tile == "auto" else tile
        while True:
            grid = (
                fewest_pixels(height, width, side, tiling)
                if tile == "auto"
                else squares(height, width, side)
            )
            try:
                if grid == (1, 1):
                    return _whole(forward, levels, rounded=ask.rounded), None
                output = run_tiled(
                    forward,
                    levels,
                    tiling,
                    scale=descriptor.scale,
                    grid=grid,
                    finish=to_levels if ask.rounded else torch.Tensor.float,
                )
                return output, joined(height, width, grid, tiling)
            except (RuntimeError, MemoryError) as error:  # torch's own is a RuntimeError
                if not is_out_of_memory(error) or side <= MINIMUM:
                    raise
            side = max(MINIMUM, min(side, longest) // 2)
            self._sides[forward.dtype] = side
            self._free_memory()

    def _all_at_once(self, forward: Forward, levels: torch.Tensor, ask: _Ask) -> torch.Tensor:
        """Run on the whole picture; when memory runs out, say what the author can do."""
        try:
            return _whole(forward, levels, rounded=ask.rounded)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self._free_memory()
            tileable = tiling_of(self._mixer.network(forward.dtype), forced=True) is not None
            raise RenderError(_NO_ROOM[ask.tile == "off", tileable]) from error

    def _free_memory(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        elif self._device.type == "mps":
            torch.mps.empty_cache()

    def _side(
        self, descriptor: Descriptor, dtype: torch.dtype, tiling: Tiling, longest: int
    ) -> int:
        """Return the side of the largest tile's own part, measured once for a network."""
        if longest <= _SURELY_FITS:
            return longest
        if dtype not in self._sides:
            channels = descriptor.input_channels
            probe = Forward(descriptor, dtype)
            fits = largest_side(
                lambda side: probe(torch.full((side, side, channels), 128.0, device=self._device)),
                self._device,
            )
            self._sides[dtype] = max(MINIMUM, fits - 2 * tiling.margin)
        return self._sides[dtype]


_NO_ROOM = {
    (True, True): "out of memory, and tiles are off: leave out render.tile, or use a smaller input",
    (False, True): "out of memory: this network runs on whole pictures, unless render.tile is a "
    "number, such as 512 (its tiles are cross-faded); set it, or use a smaller input",
    (False, False): "out of memory: this network needs the whole picture; use a smaller input",
    (True, False): "out of memory: this network needs the whole picture; use a smaller input",
}
"""What to do, by whether tiles are off, and whether the network can be tiled at all."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU, and nothing else."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(each in str(error) for each in _OUT_OF_MEMORY)


def _whole(forward: Forward, levels: torch.Tensor, *, rounded: bool) -> torch.Tensor:
    output = forward(levels)[0]
    return to_levels(output) if rounded else output.float()
