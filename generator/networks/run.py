"""One picture through the network that is mixed: channels, precision, tiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch

from generator.errors import ModelError
from generator.networks.load import Descriptor
from generator.networks.mix import Mixer, Weights
from generator.networks.precision import Precision, agrees, candidates
from generator.networks.tiles import MINIMUM, run_tiled, tiling_of

Tile = int | Literal["auto", "off"]

_PROBE = 96
_WHOLE = 1024

# Rec. 601, as Pillow makes gray from colour.
_LUMA = (0.299, 0.587, 0.114)


class Runner:
    """Runs pictures through one mix after another and remembers which precision served."""

    def __init__(self, mixer: Mixer, device: torch.device) -> None:
        self._mixer = mixer
        self._device = device
        self._current: tuple[Weights, Precision] | None = None
        self._precisions: list[torch.dtype] = []

    def run(
        self, weights: Weights, precision: Precision, tile: Tile, image: torch.Tensor
    ) -> tuple[torch.Tensor, torch.dtype]:
        """Return the output for ``image``, in 0..1, and the precision it was computed in.

        ``image`` is (C, H, W) float32 on the device, C 1 or 3, about 0..1 but unclipped; the
        output (C', H·scale, W·scale) float32. Raises ModelError for files that cannot be used or
        mixed, and when the output is not finite even in float32.
        """
        self._prepare(weights, precision, image)
        while True:
            dtype = self._precisions[0]
            descriptor = self._mixer.network(dtype)
            output = _run_whole_or_tiled(descriptor, image, dtype, tile)
            if _is_healthy(output, image, dtype):
                return output, dtype
            if dtype is torch.float32:
                names = " + ".join(path.name for path, _ in weights)
                raise ModelError(f"{names}: the output is not a number; the weights are damaged")
            self._precisions.pop(0)

    def _prepare(self, weights: Weights, precision: Precision, image: torch.Tensor) -> None:
        """Mix, unless that was done for the last picture, and find the precisions to try."""
        if self._current == (weights, precision):
            return
        self._current = None
        descriptor = self._mixer.mix(weights)
        self._precisions = [
            dtype
            for dtype in candidates(descriptor, precision, self._device)
            if dtype is torch.float32 or self._serves(dtype, image)
        ]
        self._current = (weights, precision)

    def _serves(self, dtype: torch.dtype, image: torch.Tensor) -> bool:
        """Whether a low precision agrees with float32 on the middle of a picture."""
        top, left = (max(0, (side - _PROBE) // 2) for side in image.shape[1:])
        crop = image[:, top : top + _PROBE, left : left + _PROBE]
        exact = _forward(self._mixer.network(torch.float32), crop[None], torch.float32)
        return agrees(_forward(self._mixer.network(dtype), crop[None], dtype), exact)


def _run_whole_or_tiled(
    descriptor: Descriptor, image: torch.Tensor, dtype: torch.dtype, tile: Tile
) -> torch.Tensor:
    """Run at the size asked for; when memory runs out, halve the tiles and go on."""

    def call(piece: torch.Tensor) -> torch.Tensor:
        return _forward(descriptor, piece, dtype)

    tiling = tiling_of(descriptor)
    longest = max(image.shape[1:])
    if tiling is None or tile == "off":
        return call(image[None])[0].float()
    side = tile if isinstance(tile, int) else _WHOLE
    while True:
        try:
            if side >= longest:
                return call(image[None])[0].float()
            return run_tiled(call, image[None], tiling, scale=descriptor.scale, side=side)[0]
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or side <= MINIMUM:
                raise
        side = max(MINIMUM, min(side, longest) // 2)
        if image.device.type == "cuda":
            torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU, and nothing else."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def _forward(descriptor: Descriptor, image: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Call the network on (1, C, H, W), which may have other channels than it takes."""
    taken, given = descriptor.input_channels, image.shape[1]
    network: Callable[[torch.Tensor], torch.Tensor] = descriptor
    image = image.to(dtype)
    if taken == given:
        return _call(network, image)
    if taken == 3:
        return _call(network, image.expand(-1, 3, -1, -1))
    if descriptor.output_channels == 3:  # a network that colours: it gets the luminance
        luma = image.new_tensor(_LUMA).view(1, 3, 1, 1)
        return _call(network, (image * luma).sum(1, keepdim=True))
    return torch.cat([_call(network, image[:, i : i + 1]) for i in range(given)], dim=1)


def _call(network: Callable[[torch.Tensor], torch.Tensor], image: torch.Tensor) -> torch.Tensor:
    return network(image.contiguous(memory_format=torch.channels_last))


def _is_healthy(output: torch.Tensor, image: torch.Tensor, dtype: torch.dtype) -> bool:
    """Whether an output is finite and, in low precision, no flat area made of a picture."""
    low, high = torch.aminmax(output)
    if not bool(torch.isfinite(high - low)):
        return False
    if dtype is torch.float32:
        return True
    darkest, brightest = torch.aminmax(image)
    return bool((high - low) * 8 >= brightest - darkest)
