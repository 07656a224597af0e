"""Rendering: from missing work to files in the store, one dispatch for all recipes.

Networks run one after another on the device; encoding, measuring and writing happen beside
that, in threads (Pillow and numpy release the interpreter's lock). What waits for a thread is
bounded, so memory does not grow with the number of frames. One bad frame does not stop the rest.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import AlphagridError, RenderError, StoreError
from generator.images.measures import COMPUTE
from generator.images.rendered import Failed, Rendered
from generator.manifest.tables.measures import MEASURES
from generator.plan import Classic, File, Frame, Job, Measurement, Network
from generator.store import Store

WAITING_BUDGET = 2**30
"""Bytes of pictures that wait to be encoded; a larger one is waited for by itself."""

# What may be wrong with one picture.
_TROUBLE = (AlphagridError, ValueError, OSError, MemoryError)

# As levels, and once more as Pillow holds what it encodes.
_BYTES_A_PIXEL = 3 + 4


@dataclass
class RenderReport:
    """What a run of the renderer did.

    ``failures`` maps keys of frames to why they could not be made, ``unmeasured`` keys of
    measurements to why these could not.
    """

    frames: int = 0
    measurements: int = 0
    device: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    unmeasured: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Outcome:
    """What became of a job: why all of it failed, or its measurement alone; '' where it did not."""

    job: Job
    failure: str = ""
    unmeasured: str = ""


def render(
    jobs: Sequence[Job],
    store: Store,
    *,
    device: str,
    progress: Callable[[Job], None] = lambda _: None,
) -> RenderReport:
    """Render all jobs into the store; call ``progress`` in this thread after each.

    Raises StoreError where the store cannot be written; what was done until then is kept.
    """
    report = RenderReport()
    workers = os.cpu_count() or 1
    waiting: deque[tuple[Future[_Outcome], int]] = deque()
    held = 0

    def settle(limit: int, budget: int) -> None:
        nonlocal held
        while len(waiting) > limit or (waiting and held > budget):
            future, size = waiting.popleft()
            outcome = future.result()
            held -= size
            _count(report, outcome)
            progress(outcome.job)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="encode")
    try:
        for job, work, where in _work(jobs, store, device):
            report.device = where or report.device
            size = _BYTES_A_PIXEL * job.picture.width * job.picture.height
            waiting.append((pool.submit(work), size))
            held += size
            settle(2 * workers, WAITING_BUDGET)
        settle(0, 0)
    except BaseException as error:
        # Who presses Ctrl-C does not wait for a large picture to be encoded.
        pool.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)
        raise
    pool.shutdown()
    return report


Work = Callable[[], _Outcome]


def _work(jobs: Sequence[Job], store: Store, device: str) -> Iterator[tuple[Job, Work, str]]:
    """Yield what the threads do: keep pictures the networks made; make and keep the others."""
    unreadable = _unreadable(jobs)
    by_network = []
    for job in jobs:
        truth = job.measurement and job.measurement.reference
        if job.frame is None and truth in unreadable:
            yield job, partial(_Outcome, job, unreadable[truth]), ""
        elif job.stored and _keeps_pixels(job.stored, store):
            yield job, partial(_reopened, job, job.stored, store), ""
        elif isinstance(job.picture.recipe, Network):
            by_network.append(job)
        else:
            yield job, partial(_plain, job, store), ""
    if not by_network:
        return
    from generator.networks.engine import render as run_networks

    for made in run_networks(by_network, device=device):
        where = "" if isinstance(made, Failed) else made.device
        yield made.job, partial(_keep, made, store), where


def _unreadable(jobs: Sequence[Job]) -> dict[File, str]:
    """Return the references that cannot be read, and why, of jobs that only measure.

    Else every build would run the networks once more for figures that it cannot have.
    """
    asked = {
        job.measurement.reference: job.measurement
        for job in jobs
        if job.measurement and job.measurement.reference and job.frame is None
    }
    reasons = {file: _failure(partial(_truth, file, ask)) for file, ask in asked.items()}
    return {file: reason for file, reason in reasons.items() if reason}


def _plain(job: Job, store: Store) -> _Outcome:
    """Make and keep a picture that needs no network."""
    made: Rendered | Failed
    try:
        made = Rendered(job, images.draw(job.picture.input, cast(Classic, job.picture.recipe)))
    except _TROUBLE as error:
        made = Failed(job, _in_words(error))
    return _keep(made, store)


def _keeps_pixels(frame: Frame, store: Store) -> bool:
    return frame.encoding.lossless and store.record(frame) is not None


def _reopened(job: Job, frame: Frame, store: Store) -> _Outcome:
    """Measure a picture by its frame, which was encoded without loss."""
    made: Rendered | Failed
    try:
        made = Rendered(job, images.decode(store.path(frame)))
    except _TROUBLE as error:
        made = Failed(job, _in_words(error))
    return _keep(made, store)


def _keep(made: Rendered | Failed, store: Store) -> _Outcome:
    """Store a picture, then measure it: what hinders the second does not cost the first."""
    if isinstance(made, Failed):
        return _Outcome(made.job, made.reason)
    if failure := _failure(partial(_keep_frame, made, store)):
        return _Outcome(made.job, failure)
    return _Outcome(made.job, unmeasured=_failure(partial(_measure, made, store)))


def _keep_frame(made: Rendered, store: Store) -> None:
    job = made.job
    for file in _sources(job):
        _check_unchanged(file)
    if job.frame is not None:
        data = images.encode(made.pixels, job.frame.encoding)
        store.put(job.frame, data, made.precision, made.color_shift)


def _measure(made: Rendered, store: Store) -> None:
    ask = made.job.measurement
    if ask is None:
        return
    truth = [_truth(ask.reference, ask)] if ask.reference else []
    for name in ask.measures:
        measure = MEASURES[name]
        value = COMPUTE[name](made.pixels, *(truth if measure.needs_reference else []))
        store.put_measured(ask, {name: round(value, measure.kept_decimals)})


def _truth(reference: File, ask: Measurement) -> NDArray[np.uint8]:
    _check_unchanged(reference)
    return images.reference(reference.path, ask.crop, ask.picture.width, ask.picture.height)


def _sources(job: Job) -> Iterator[File]:
    """Yield the files that a picture was made from."""
    yield job.picture.input.file
    if isinstance(job.picture.recipe, Network):
        yield from (file for file, _ in job.picture.recipe.weights)


def _check_unchanged(file: File) -> None:
    """Raise RenderError where a file is another than the one whose content is in the keys.

    A file that is gone has been read before, or is a failure already.
    """
    with suppress(OSError):
        if file.modified and file.path.stat().st_mtime_ns != file.modified:
            raise RenderError(f"{file.path}: changed while the site was built; build again")


def _failure(work: Callable[[], object]) -> str:
    """Do some work and return why it failed, or ''; a broken store stops everything."""
    try:
        work()
    except StoreError:
        raise
    except _TROUBLE as error:
        return _in_words(error)
    return ""


def _in_words(error: Exception) -> str:
    return str(error) or "out of memory"


def _count(report: RenderReport, outcome: _Outcome) -> None:
    job = outcome.job
    if job.frame is not None:
        if outcome.failure:
            report.failures[job.frame.key] = outcome.failure
            return
        report.frames += 1
    if job.measurement is not None:
        if reason := outcome.failure or outcome.unmeasured:
            report.unmeasured[job.measurement.key] = reason
        else:
            report.measurements += 1
