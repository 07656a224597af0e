"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch


def describe(device: str) -> str:
    """Return processor, cores, GPU and versions in one line."""
    parts = [_processor(), f"{len(os.sched_getaffinity(0))} cores"]
    if device.startswith("cuda"):
        parts.append(torch.cuda.get_device_name(device))
    parts += [f"torch {torch.__version__}", f"Python {platform.python_version()}"]
    return ", ".join(parts)


def features() -> str:
    """Return the processor's matrix instructions that matter here."""
    has = torch.cpu.get_capabilities()
    names = ("avx512_f", "avx512_bf16", "amx_bf16")
    return " ".join(name for name in names if has.get(name)) or "none of AVX-512, AMX"


def peak_memory() -> float:
    """Return the most memory this process has held so far, in MiB (Linux).

    Not by ``getrusage``: its peak outlives exec, so that a child begins with its parent's.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
