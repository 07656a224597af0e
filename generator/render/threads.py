"""Work in threads beside the main one, with a bound on what waits for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

Done = TypeVar("Done")


@dataclass(frozen=True)
class Task(Generic[Done]):
    """Something to do in a thread, and the ``bytes`` that it holds until it is done."""

    work: Callable[[], Done]
    bytes: int


def in_threads(tasks: Iterable[Task[Done]], *, workers: int, budget: int) -> Iterator[Done]:
    """Do tasks in ``workers`` threads and yield what they return, in order.

    ``tasks`` is asked for the next one in this thread, and only while fewer than two for each
    worker wait and what they hold fits into ``budget`` bytes; a larger one is waited for by
    itself. Raises what a task raises; those that have begun are finished then.
    """
    waiting: deque[tuple[Future[Done], int]] = deque()
    held = 0

    def drain(limit: int, budget: int) -> Iterator[Done]:
        nonlocal held
        while len(waiting) > limit or (waiting and held > budget):
            future, size = waiting.popleft()
            held -= size
            yield future.result()

    pool = ThreadPoolExecutor(workers, thread_name_prefix="encode")
    try:
        for task in tasks:
            waiting.append((pool.submit(task.work), task.bytes))
            held += task.bytes
            yield from drain(2 * workers, budget)
        yield from drain(0, 0)
    except BaseException as error:
        # Who presses Ctrl-C does not wait for a large picture to be encoded.
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    pool.shutdown()
