"""How large a tile may be: measured on the network itself, for the memory that is free."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from generator.errors import RenderError

CPU_BUDGET = 2**31
"""Bytes that a network's activations may take on the CPU, where other work goes on too."""

_PROBES = (32, 64)
# An output's bytes a sample: as levels and as Pillow holds what it encodes; where colours are
# fixed or outputs blended, in float32 before and after that besides.
_LEVELS = 1 + 1
_FLOATS = 2 * 4
_CUDA_SHARE = 0.7
# Convolution libraries take workspace that no tensor shows.
_WORKSPACE = 1.5


def largest_side(run: Callable[[int], object], device: torch.device) -> int:
    """Return the side of the largest square picture, in pixels, whose activations fit.

    ``run`` runs the network on a square of a given side. Two probes give a line, bytes over
    pixels; free memory gives the point on it.
    """
    small, large = (_peak(run, side, device) for side in _PROBES)
    areas = [side * side for side in _PROBES]
    per_pixel = max((large - small) / (areas[1] - areas[0]), 1.0)
    fixed = max(small - per_pixel * areas[0], 0.0)
    return max(1, math.isqrt(int(max(_free(device) - fixed, 0) / per_pixel)))


def require(samples: int, *, rounded: bool) -> None:
    """Raise RenderError where main memory cannot hold an output of so many samples.

    ``samples`` is pixels × channels. Systems grant more than they have and then end the whole
    program, so this is asked before. What is counted is the least that any picture takes.
    """
    needed = samples * (_LEVELS if rounded else _LEVELS + _FLOATS)
    if needed > (free := available()):
        raise RenderError(
            f"takes at least {needed / 2**30:.1f} GiB of memory, of which {free / 2**30:.1f} are "
            "free; use a smaller input (crop, downscale), or close other programs"
        )


def _free(device: torch.device) -> float:
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        reusable = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return float(_CUDA_SHARE * (free + reusable))
    return min(CPU_BUDGET, available() / 2)


def available() -> float:
    """Return bytes of main memory that programs may still take; infinity where that is not told.

    What Linux calls available counts caches, which it gives up; free pages are few on any machine
    that has run for a while.
    """
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    told = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return float(told[0][1]) * 1024 if told else math.inf


def _peak(run: Callable[[int], object], side: int, device: torch.device) -> float:
    """Return the most bytes that a run holds at once beyond what was held before."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        run(side)
        torch.cuda.synchronize(device)
        return float(torch.cuda.max_memory_allocated(device) - before)
    with _LiveBytes() as live:
        run(side)
    return float(live.peak * _WORKSPACE)


class _LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Watches every operation and adds up the storages that are alive."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._alive: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: Any = (),
        kwargs: Any = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, torch.Tensor):
                storage = leaf.untyped_storage()
                reference = StorageWeakRef(storage)  # type: ignore[no-untyped-call]
                self._alive[storage._cdata] = (reference, storage.nbytes())
        for key in [key for key, (storage, _) in self._alive.items() if _is_gone(storage)]:
            del self._alive[key]
        self.peak = max(self.peak, sum(size for _, size in self._alive.values()))
        return result


def _is_gone(storage: StorageWeakRef) -> bool:
    return bool(storage.expired())  # type: ignore[no-untyped-call]
