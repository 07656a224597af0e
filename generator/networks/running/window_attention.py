"""Networks that attend within windows, without the work they repeat.

Nearly all of them derive masks for windows that wrap around the picture's edges: from the
picture's size alone, yet in every call, many in every block, on the CPU, and send them to the
device. SwinIR also reads and writes whole matrices of attention where one kernel needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any

import torch
from torch.nn import functional

from generator.networks.weights.load import Descriptor

# Of the tiles of a large picture, those of one row have three sizes.
_SIZES = 4

Masks = torch.Tensor | tuple[torch.Tensor, ...]


def optimize_attention(descriptor: Descriptor, device: torch.device) -> None:
    """Keep masks on ``device`` once they are known; let SwinIR attend in one kernel.

    Masks stay the same to the bit, attention within float noise. Call it once for a network;
    copies of it keep what was done.
    """
    known = _Known(device)
    is_swinir = str(descriptor.architecture.id) == "SwinIR"
    for name, module in descriptor.model.named_modules():
        if callable(make := getattr(module, "calculate_mask", None)):
            module.calculate_mask = known.remember(name, _unless_zero(make) if is_swinir else make)
        if is_swinir and type(module).__name__ == "WindowAttention":
            module.forward = MethodType(_attend, module)


class _Known:
    """Masks of the sizes met last; blocks with the same masks share them."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._by_size: dict[str, dict[str, Masks]] = {}

    def remember(self, block: str, make: Callable[..., Masks]) -> Callable[..., Masks]:
        """Return ``make``, which takes a size in some form, so that it works once for each."""

        def remembered(*size: object, **options: object) -> Masks:
            asked = repr((size, options))
            if asked not in self._by_size:
                while len(self._by_size) >= _SIZES:
                    del self._by_size[next(iter(self._by_size))]
                self._by_size[asked] = {}
            masks = self._by_size[asked]
            if block not in masks:
                made = self._placed(make(*size, **options))
                masks[block] = next((each for each in masks.values() if _equal(each, made)), made)
            return masks[block]

        return remembered

    def _placed(self, masks: Masks) -> Masks:
        if isinstance(masks, torch.Tensor):
            return masks.to(self._device)
        return tuple(each.to(self._device) for each in masks)


def _equal(one: Masks, other: Masks) -> bool:
    first, second = (each if isinstance(each, tuple) else (each,) for each in (one, other))
    return len(first) == len(second) and all(map(torch.equal, first, second))


def _unless_zero(make: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Leave no windows in a mask that hides nothing, as those of unshifted blocks do."""

    def made(*size: object) -> torch.Tensor:
        mask = make(*size)
        return mask if mask.any() else mask[:0]

    return made


def _attend(self: Any, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Do what SwinIR's ``WindowAttention`` does: softmax(q·kᵀ/√d + bias + mask)·v.

    ``x`` is (windows, tokens, channels), ``mask`` (windows of one picture, tokens, tokens).
    """
    windows, tokens, channels = x.shape
    heads = self.num_heads
    parts = self.qkv(x).reshape(windows, tokens, 3, heads, channels // heads)
    query, key, value = parts.permute(2, 0, 3, 1, 4)
    table = self.relative_position_bias_table[self.relative_position_index.view(-1)]
    bias = table.view(tokens, tokens, heads).permute(2, 0, 1)[None]
    if mask is not None and len(mask):
        hidden = bias + mask.to(bias.dtype)[:, None]
        if windows > len(mask):
            hidden = hidden.repeat(windows // len(mask), 1, 1, 1)
    else:
        hidden = bias.expand(windows, -1, -1, -1)
    seen = functional.scaled_dot_product_attention(
        query, key, value, attn_mask=hidden, scale=self.scale
    )
    output: torch.Tensor = self.proj(seen.transpose(1, 2).reshape(windows, tokens, channels))
    return output
