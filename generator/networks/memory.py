"""How large a tile may be: measured on the network itself, for the memory that is free."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

CPU_BUDGET = 2**30
"""Bytes that a network's activations may take on the CPU, where other work goes on too."""

_PROBES = (32, 64)
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


def _free(device: torch.device) -> float:
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        reusable = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return float(_CUDA_SHARE * (free + reusable))
    return min(CPU_BUDGET, _available() / 2)


def _available() -> float:
    """Return bytes of main memory that are free, or the budget where that is not told."""
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError, AttributeError):
        return float(CPU_BUDGET)


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
