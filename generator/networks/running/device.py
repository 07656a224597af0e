"""Which device renders."""

from __future__ import annotations

import torch

from generator.errors import RenderError

PARENT_BUDGET = 2**30
"""Bytes of weights that are kept beside the resident network: 60 ESRGANs, or all of a demo."""


def resolve(device: str) -> torch.device:
    """Return the device meant by ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.

    ``auto`` is the first GPU there is, else the CPU. Raises RenderError for one that is not there.
    From here on fp32 means float32: torch's default for convolutions on recent GPUs is TF32, with
    three digits, and float32 is what low precision is measured by.
    """
    torch.backends.cudnn.allow_tf32 = False
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise RenderError(
            f"unknown device '{device}'; use auto, cpu, mps, cuda or cuda:N"
        ) from error
    if found.type == "cuda":
        count = torch.cuda.device_count()
        if (found.index or 0) >= count:
            raise RenderError(f"{device}: this machine has {count} usable GPU(s); use --device cpu")
        return torch.device("cuda", found.index or 0)
    if found.type == "mps" and not torch.backends.mps.is_available():
        raise RenderError(f"{device}: not available on this machine; use --device cpu")
    if found.type not in ("cpu", "mps"):
        raise RenderError(f"'{device}' is not supported; use auto, cpu, mps, cuda or cuda:N")
    return found
