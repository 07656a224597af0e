"""How much a weights file may ask for, by its size; what honest files need is far below."""

from __future__ import annotations

MOST_TENSORS = 20_000
"""The largest networks that spandrel knows hold some three thousand."""

MOST_HEADER = 16 * 2**20
"""Bytes of names, shapes and metadata at the beginning of a safetensors file."""

_SPARE = 64 * 2**20
# Python itself, its libraries, and what a pickle of metadata takes.
_INTERPRETER = 768 * 2**20
_BYTES_A_SECOND = 10**7


def bytes_allowed(size: int) -> int:
    """Return how many bytes of tensors a file of ``size`` bytes may hold.

    Files may be compressed a little, and two tensors may share their numbers.
    """
    return 4 * size + _SPARE


def memory_allowed(size: int) -> int:
    """Return how much address space the process may have that reads such a file."""
    return _INTERPRETER + 2 * bytes_allowed(size)


def seconds_allowed(size: int) -> float:
    """Return after how long that process is ended: a slow disk on a busy machine takes less."""
    return 60 + size / _BYTES_A_SECOND
