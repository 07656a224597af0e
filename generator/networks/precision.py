"""In which precision a network runs: as low as is safe, never lower than is right."""

from __future__ import annotations

from typing import Literal

import torch

from generator.networks.load import Descriptor

Precision = Literal["auto", "fp32", "fp16", "bf16"]

NAMES = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16"}

_SHARE_WITHIN_ONE_LEVEL = 0.999

# Spandrel allows half precision for some of these; their activations were seen to overflow.
_HALF_UNSAFE = frozenset({"SwinIR", "Swin2SR", "HAT", "DAT", "DRCT", "OmniSR"})


def half_is_safe(descriptor: Descriptor) -> bool:
    """Whether an architecture may be tried in fp16."""
    return descriptor.supports_half and str(descriptor.architecture.id) not in _HALF_UNSAFE


def candidates(
    descriptor: Descriptor, wanted: Precision, device: torch.device
) -> tuple[torch.dtype, ...]:
    """Return the precisions to try in turn, the fastest first, float32 always last.

    ``wanted`` is what the author wrote. ``auto`` is fp16 on CUDA where the GPU and the
    architecture are fit for it, else float32. After fp16 comes bf16, whose range is that of
    float32, so that what overflowed in one does not in the other.
    """
    half = [torch.float16] if half_is_safe(descriptor) else []
    brain = [torch.bfloat16] if descriptor.supports_bfloat16 and _has_bfloat16(device) else []
    if wanted == "fp16":
        low = [*half, *brain]
    elif wanted == "bf16":
        low = brain
    elif wanted == "auto" and device.type == "cuda" and half and _has_fast_half(device):
        low = [*half, *brain]
    else:
        low = []
    return (*low, torch.float32)


def _has_fast_half(device: torch.device) -> bool:
    """Whether a GPU has half-precision units that work: tensor cores, which GTX 16xx lack."""
    major, _ = torch.cuda.get_device_capability(device)
    return major >= 7 and "GTX 16" not in torch.cuda.get_device_name(device)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    return device.type == "cpu"


def agrees(low: torch.Tensor, exact: torch.Tensor) -> bool:
    """Whether 8-bit pictures differ by no more than one level on 99.9 % of their samples.

    ``low`` is an output in low precision, ``exact`` the same in float32, both in 0..1.
    """
    difference = (to_levels(low).int() - to_levels(exact).int()).abs()
    return bool(torch.isfinite(low).all()) and bool(
        (difference <= 1).float().mean() >= _SHARE_WITHIN_ONE_LEVEL
    )


def to_levels(output: torch.Tensor) -> torch.Tensor:
    """Round an output in 0..1 to uint8 levels, half up; what lies outside is clipped."""
    return (output.float().clamp(0, 1) * 255 + 0.5).to(torch.uint8)
