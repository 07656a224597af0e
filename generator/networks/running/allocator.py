"""Keep the memory that one layer frees for the next, instead of asking the system each time."""

from __future__ import annotations

import ctypes
import platform

LARGEST_KEPT = 2**27
"""Bytes of the largest block that is kept. Larger ones go back to the system when freed, so that
between them no holes are left in memory: with 2**28 a picture of 8192×8192 took twice as much.
"""
MOST_KEPT = 2**30
"""Bytes that may lie free at the end of the heap."""

# From glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def keep_freed_memory() -> None:
    """Tell glibc to reuse large blocks; without glibc, do nothing.

    It maps each block of several megabytes anew, and the system fills its pages with zeros one
    by one: every layer of a network pays that for its output, some networks with half of their
    time (``benchmarks/RESULTS.md``). Holds for the whole process.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_MMAP_THRESHOLD, LARGEST_KEPT)
    libc.mallopt(_M_TRIM_THRESHOLD, MOST_KEPT)
