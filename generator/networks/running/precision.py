"""In which precision a network runs: as low as is safe, never lower than is right."""

from __future__ import annotations

from typing import Literal

import torch

from generator.networks.weights.load import Descriptor

Precision = Literal["auto", "fp32", "fp16", "bf16"]

NAMES = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16"}

WITHIN_ONE_LEVEL = {"auto": 1.0, "fp16": 0.999, "bf16": 0.999}
"""Share of a crop's samples that differ from float32 by one level at most, or it is not used.

The promise is 99.9 % of a picture. A crop is a sample of it, so where the choice is ours all of
the crop has to agree.
"""
_FLAT = 1 / 255
_CONTRAST = 32 / 255

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
    architecture are fit for it, else float32: on a CPU bf16 is for those who ask for it, so that
    ``auto`` gives the same frames on every CPU. After fp16
    comes bf16, whose range is that of float32, so that what overflowed in one does not in the
    other. Each low precision still has to agree with float32 before it is used.
    """
    fp16 = [torch.float16] if half_is_safe(descriptor) else []
    bf16 = [torch.bfloat16] if descriptor.supports_bfloat16 and _has_bfloat16(device) else []
    if wanted == "fp16":
        low = [*fp16, *bf16]
    elif wanted == "bf16":
        low = bf16
    elif wanted == "auto" and device.type == "cuda" and fp16 and _has_fast_half(device):
        low = [*fp16, *bf16]
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


def agrees(low: torch.Tensor, exact: torch.Tensor, share: float) -> bool:
    """Whether two outputs in 0..1 differ by no more than one 8-bit level on a share of samples.

    They are compared unrounded, so that rounding cannot make two levels of it. An output that is
    not finite agrees with nothing.
    """
    difference = (low.float() - exact.float()).abs()
    within = (difference <= 1 / 255).float().mean() >= share
    return bool(within & torch.isfinite(difference).all())


def is_sound(raw: object, output: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """Tell, as a scalar on the device, whether a run in low precision may be trusted.

    ``raw`` is what the network returned before it was clipped to ``output``: all of it has to be
    finite, since clipping makes white of infinity. And a picture with contrast, ``image``, must
    not become a flat one.
    """
    tensors = [raw] if isinstance(raw, torch.Tensor) else _tensors(raw)
    extremes = [extreme for each in tensors for extreme in torch.aminmax(each)]
    finite = torch.isfinite(torch.stack(extremes)).all()
    dark, bright = torch.aminmax(image)
    low, high = torch.aminmax(output)
    flat = (high - low < _FLAT) & (bright - dark > _CONTRAST)
    return finite & ~flat


def _tensors(raw: object) -> list[torch.Tensor]:
    """Find the pictures in what a network returned; some add estimates to them."""
    parts = raw if isinstance(raw, (tuple, list)) else ()
    return [each for each in parts if isinstance(each, torch.Tensor) and each.is_floating_point()]


def to_levels(output: torch.Tensor) -> torch.Tensor:
    """Round an output in 0..1 to uint8 levels, half up; what lies outside is clipped."""
    # In place where it can be: fresh memory costs more than the arithmetic.
    return output.float().clamp(0, 1).mul_(255).add_(0.5).to(torch.uint8)
