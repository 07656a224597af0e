"""Random crops of pictures, and the two ways the demo spoils them: noise and downscaling."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.photographs import Picture

Degradation = Callable[[Tensor, torch.Generator], Tensor]
"""Makes a network's input from clean patches (N, C, H, W) in [0, 1]."""


class Patches:
    """An endless supply of aligned patches of (source, target) pictures of equal sizes.

    With `jitter` the channels of a patch are shuffled and scaled by 0.6 … 1.1: more colours than
    few photographs have. It needs source and target to be the same picture.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[Picture, Picture]],
        *,
        side: int,
        count: int,
        seed: int,
        jitter: bool = False,
        gray: bool = False,
    ) -> None:
        # Source and target lie on top of one another, so one crop and one flip serve both.
        self._stacks = [
            torch.cat([_to_tensor(source, gray), _to_tensor(target, gray)])
            for source, target in pairs
        ]
        self._side = side
        self._count = count
        self._jitter = jitter
        self._channels = 1 if gray else 3
        self.generator = torch.Generator().manual_seed(seed)

    def batch(self) -> tuple[Tensor, Tensor]:
        """Source and target patches, each (count, channels, side, side)."""
        both = torch.stack([self._patch() for _ in range(self._count)])
        if self._jitter:
            both = self._jittered(both)
        return both[:, : self._channels], both[:, self._channels :]

    def _patch(self) -> Tensor:
        stack = self._stacks[self._draw(len(self._stacks))]
        top = self._draw(stack.shape[1] - self._side + 1)
        left = self._draw(stack.shape[2] - self._side + 1)
        patch = stack[:, top : top + self._side, left : left + self._side]
        turned = torch.rot90(patch, self._draw(4), (1, 2))
        return turned.flip(2) if self._draw(2) else turned

    def _jittered(self, both: Tensor) -> Tensor:
        order = torch.randperm(self._channels, generator=self.generator)
        gains = 0.6 + 0.5 * torch.rand(len(both), self._channels, 1, 1, generator=self.generator)
        once = (both[:, : self._channels][:, order] * gains).clamp(0, 1)
        return torch.cat([once, once], dim=1)

    def _draw(self, limit: int) -> int:
        return int(torch.randint(limit, (), generator=self.generator))


def noise(*sigmas: float) -> Degradation:
    """Additive Gaussian noise; each patch gets one of `sigmas` (in 8-bit levels) at random."""
    levels = torch.tensor(sigmas) / 255

    def add(clean: Tensor, generator: torch.Generator) -> Tensor:
        sigma = levels[torch.randint(len(levels), (len(clean), 1, 1, 1), generator=generator)]
        return clean + sigma * torch.randn(clean.shape, generator=generator)

    return add


def shrink(factor: int) -> Degradation:
    """Downscaling by a box filter, as `downscale` in site.yaml does it."""

    def box(clean: Tensor, _generator: torch.Generator) -> Tensor:
        return functional.avg_pool2d(clean, factor)

    return box


def keep(clean: Tensor, _generator: torch.Generator) -> Tensor:
    """No degradation."""
    return clean


def _to_tensor(picture: Picture, gray: bool) -> Tensor:
    tensor = torch.from_numpy(picture).permute(2, 0, 1)
    if gray:
        tensor = (tensor * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0, keepdim=True)
    return tensor.contiguous()
