"""Rendering: from missing work to files in the store; one bad frame does not stop the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from generator.plan import File, Job
from generator.render.engines import Engine
from generator.render.job import Result, reopen, why_unreadable
from generator.render.threads import Task, in_threads
from generator.store import Store


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


def render(
    jobs: Sequence[Job],
    store: Store,
    engine: Engine,
    progress: Callable[[Job], None] = lambda _: None,
) -> RenderReport:
    """Render all jobs into the store; call ``progress`` in this thread after each.

    Raises StoreError where the store cannot be written, RenderError where the engine's device
    does not exist; what was done until then is kept.
    """
    report = RenderReport()
    for result in _results(jobs, store, engine):
        _count(report, result)
        progress(result.job)
    return report


def _results(jobs: Sequence[Job], store: Store, engine: Engine) -> Iterator[Result]:
    """Yield what became of each job, when it is in the store."""
    unreadable = _unreadable(jobs)
    possible: list[Job] = []
    to_reopen: list[Job] = []
    for job in jobs:
        truth = job.measurement and job.measurement.reference
        if job.frame is None and truth in unreadable:
            yield Result(job, failure=unreadable[truth])
        else:
            (to_reopen if job.reopens else possible).append(job)
    tasks = [Task(partial(_remeasure, job, store), bytes=0) for job in to_reopen]
    yield from in_threads(tasks, workers=os.cpu_count() or 1, budget=0)
    yield from engine.render(possible, partial(_keep, store))


def _unreadable(jobs: Sequence[Job]) -> dict[File, str]:
    """Return the references that cannot be read, and why, of jobs that only measure.

    Else every build would run the networks once more for figures that it cannot have.
    """
    alone = {
        job.measurement.reference: job.measurement
        for job in jobs
        if job.measurement and job.measurement.reference and job.frame is None
    }
    reasons = {file: why_unreadable(measurement) for file, measurement in alone.items()}
    return {file: reason for file, reason in reasons.items() if reason}


def _remeasure(job: Job, store: Store) -> Result:
    """Measure a picture by its frame, which keeps every pixel."""
    result = reopen(job, store.path(job.stored)) if job.stored else Result(job)
    _keep(store, result)
    return result


def _keep(store: Store, result: Result) -> None:
    """Store what a job gave: the frame first, so that no measurement is without one."""
    job = result.job
    if job.frame is not None and result.data is not None:
        store.put(job.frame, result.data, result.precision, result.color_shift, result.tiles)
    if job.measurement is not None:
        store.put_measured(job.measurement, result.measured)


def _count(report: RenderReport, result: Result) -> None:
    job = result.job
    report.device = result.device or report.device
    if job.frame is not None:
        if result.failure:
            report.failures[job.frame.key] = result.failure
            return
        report.frames += 1
    if job.measurement is not None:
        if reason := result.failure or result.unmeasured:
            report.unmeasured[job.measurement.key] = reason
        else:
            report.measurements += 1
