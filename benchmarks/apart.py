"""Work in a process of its own, so that nobody is timed under another's settings.

What a renderer asks of the runtime (how threads wait, whether freed memory is kept) holds for
a whole process. So each way that is compared lives in one of its own, for all rounds, and is
named rather than imported: importing it here would set its environment for all.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from typing import Any


class Apart:
    """A process that runs functions named like ``benchmarks.others.plain``."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown()

    def call(self, name: str, *arguments: object) -> Any:
        """Return what the function returns there."""
        return self._pool.submit(_call, name, arguments).result()

    def timed(self, name: str, *arguments: object) -> tuple[float, float]:
        """Return seconds by the clock and seconds of all its processors' cores."""
        seconds: tuple[float, float] = self._pool.submit(_timed, name, arguments).result()
        return seconds


def _call(name: str, arguments: tuple[object, ...]) -> object:
    return _find(name)(*arguments)


def _timed(name: str, arguments: tuple[object, ...]) -> tuple[float, float]:
    work = _find(name)
    started, worked = time.perf_counter(), time.process_time()
    work(*arguments)
    return time.perf_counter() - started, time.process_time() - worked


def _find(name: str) -> Callable[..., object]:
    module, _, function = name.rpartition(".")
    found: Callable[..., object] = getattr(import_module(module), function)
    return found
