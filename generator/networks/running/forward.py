"""One call of a network: channels, precision, and whether the result may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from generator.networks.running.precision import is_sound
from generator.networks.weights.load import Descriptor

# Rec. 601, as Pillow makes gray from colour.
_LUMA = (0.299, 0.587, 0.114)


class Forward:
    """A network in one precision, called piece by piece; remembers whether all went well.

    ``noise_level`` is what a network is told about its input that asks for it, in 8-bit levels;
    without, it is told 15, as its authors do. Networks that draw random numbers draw the same
    ones in every call, so that a picture is a picture.
    """

    def __init__(
        self, descriptor: Descriptor, dtype: torch.dtype, noise_level: float | None = None
    ) -> None:
        self.dtype = dtype
        self._descriptor = descriptor
        self._noise_level = noise_level
        self._sound: list[torch.Tensor] = []

    def __call__(self, levels: torch.Tensor) -> torch.Tensor:
        """Return the output for a piece of a picture, (1, C', H·scale, W·scale) in 0..1.

        ``levels`` is (H, W, C) float32 in 8-bit levels, with one channel or three, whatever the
        network takes: a gray network sees colour channel by channel, a colour network sees gray
        three times.
        """
        image = (levels.permute(2, 0, 1)[None] / 255).to(self.dtype)
        taken, given = self._descriptor.input_channels, image.shape[1]
        if taken == given:
            return self._call(image)
        if taken == 3:
            return self._call(image.expand(-1, 3, -1, -1))
        if self._descriptor.output_channels == 3:  # a network that colours: it gets the luminance
            luma = image.new_tensor(_LUMA).view(1, 3, 1, 1)
            return self._call((image * luma).sum(1, keepdim=True))
        return torch.cat([self._call(image[:, i : i + 1]) for i in range(given)], dim=1)

    def is_sound(self) -> bool:
        """Whether all pieces so far were finite, and in low precision none collapsed."""
        return bool(torch.stack(self._sound).all())

    def _call(self, image: torch.Tensor) -> torch.Tensor:
        with _same_random_numbers(image.device), self._told_noise_level():
            return self._called(image.contiguous(memory_format=torch.channels_last))

    @contextmanager
    def _told_noise_level(self) -> Iterator[None]:
        """Put the level into the map that spandrel adds to the picture, as its last channel."""
        if self._noise_level is None:
            yield
            return
        level = self._noise_level / 255

        def put(_: torch.nn.Module, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
            image, _map = inputs[0][:, :-1], inputs[0][:, -1:]
            return (torch.cat([image, torch.full_like(_map, level)], dim=1),)

        hook = self._descriptor.model.register_forward_pre_hook(put)
        try:
            yield
        finally:
            hook.remove()

    def _called(self, image: torch.Tensor) -> torch.Tensor:
        network: Callable[[torch.Tensor], torch.Tensor] = self._descriptor
        if self.dtype is torch.float32:
            output = network(image)
            # The descriptor clips to 0..1, so the sum is finite unless something is not a number;
            # it takes one pass over the memory where isfinite takes three.
            self._sound.append(torch.isfinite(output.sum()))
            return output
        raw: list[object] = []
        hook = self._descriptor.model.register_forward_hook(
            lambda _, __, result: raw.append(_copy(result))
        )
        try:
            output = network(image)
        finally:
            hook.remove()
        self._sound.append(is_sound(raw[0], output, image))
        return output


@contextmanager
def _same_random_numbers(device: torch.device) -> Iterator[None]:
    """Start the generators anew, and leave them afterwards as they were."""
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(0)
        yield


def _copy(result: object) -> object:
    """Keep a result as it is; the descriptor clips it in place."""
    if isinstance(result, torch.Tensor):
        return result.clone()
    if isinstance(result, (tuple, list)):
        return [_copy(each) for each in result]
    return result
