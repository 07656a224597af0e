"""Rendering: from missing work to files in the store, one dispatch for all recipes.

Networks run one after another on the device; encoding, measuring and writing happen beside
that, in threads (Pillow and numpy release the interpreter's lock). What waits for a thread is
bounded, so memory does not grow with the number of frames. One bad frame does not stop the rest.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from generator import images, metrics
from generator.errors import AlphagridError, RenderError, StoreError
from generator.plan import File, Job, Network, Original
from generator.store import Measured, Store

WAITING_BUDGET = 2**30
"""Bytes of pictures that wait to be encoded; a larger one is waited for by itself."""

# As levels, and once more as Pillow holds what it encodes.
_BYTES_A_PIXEL = 3 + 4


@dataclass(frozen=True)
class Rendered:
    """A finished picture: ``pixels`` (H, W, C), C 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA;
    ``precision`` fp32, fp16 or bf16 ('' where no network ran) and the ``device`` that ran it;
    ``color_shift`` is what a colour fix removed: the mean of unfixed minus fixed by channel, in
    8-bit levels.
    """  # noqa: D205

    job: Job
    pixels: NDArray[np.uint8]
    precision: str = ""
    device: str = ""
    color_shift: Sequence[float] | None = None


@dataclass(frozen=True)
class Failed:
    """A picture that could not be made, and why, in one line."""

    job: Job
    reason: str


@dataclass
class RenderReport:
    """What a run of the renderer did.

    ``failures`` maps keys of frames, or of measurements of frames that exist, to reasons.
    """

    frames: int = 0
    measurements: int = 0
    device: str = ""
    failures: dict[str, str] = field(default_factory=dict)


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
    waiting: deque[tuple[Future[Job | Failed], int]] = deque()
    held = 0

    def settle(limit: int, budget: int) -> None:
        nonlocal held
        while len(waiting) > limit or (waiting and held > budget):
            future, size = waiting.popleft()
            outcome = future.result()
            held -= size
            _count(report, outcome)
            progress(outcome.job if isinstance(outcome, Failed) else outcome)

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


Work = Callable[[], "Job | Failed"]


def _work(jobs: Sequence[Job], store: Store, device: str) -> Iterator[tuple[Job, Work, str]]:
    """Yield what the threads do: keep pictures the networks made; make and keep the others."""
    for job in jobs:
        if not isinstance(job.picture.recipe, Network):
            yield job, partial(_attempt, job, lambda job: _keep(_plain(job), store)), ""
    by_network = [job for job in jobs if isinstance(job.picture.recipe, Network)]
    if not by_network:
        return
    from generator.networks.render import render as run_networks

    for made in run_networks(by_network, device=device):
        where = "" if isinstance(made, Failed) else made.device
        yield made.job, partial(_settle, made, store), where


def _settle(made: Rendered | Failed, store: Store) -> Job | Failed:
    if isinstance(made, Failed):
        return made
    return _attempt(made.job, lambda _: _keep(made, store))


def _plain(job: Job) -> Rendered:
    """Make a picture that needs no network."""
    picture, recipe = job.picture.input, job.picture.recipe
    if isinstance(recipe, Original):
        return Rendered(job, images.original(picture))
    if isinstance(recipe, Network):
        raise TypeError("networks make pictures of this recipe")
    return Rendered(job, images.resample(picture, recipe.method, recipe.scale))


def _keep(made: Rendered, store: Store) -> Job:
    """Measure, encode and store a picture."""
    job = made.job
    for file in _sources(job):
        _check_unchanged(file)
    if job.measurement is not None:
        ask = job.measurement
        size = job.picture.width, job.picture.height
        truth = images.reference(ask.reference.path, ask.crop, *size)
        ratio = metrics.psnr(made.pixels, truth)
        measured = Measured(
            psnr=None if math.isinf(ratio) else round(ratio, 4),
            ssim=round(metrics.ssim(made.pixels, truth), 6),
        )
        store.put_measured(job.measurement, measured)
    if job.frame is not None:
        data = images.encode(made.pixels, job.frame.encoding)
        store.put(job.frame, data, made.precision, made.color_shift)
    return job


def _sources(job: Job) -> Iterator[File]:
    """Yield the files that a picture was made from, and is measured against."""
    yield job.picture.input.file
    if isinstance(job.picture.recipe, Network):
        yield from (file for file, _ in job.picture.recipe.weights)
    if job.measurement is not None:
        yield job.measurement.reference


def _check_unchanged(file: File) -> None:
    """Raise RenderError where a file is another than the one whose content is in the keys.

    A file that is gone has been read before, or is a failure already.
    """
    with suppress(OSError):
        if file.modified and file.path.stat().st_mtime_ns != file.modified:
            raise RenderError(f"{file.path}: changed while the site was built; build again")


def _attempt(job: Job, work: Callable[[Job], Job]) -> Job | Failed:
    """Turn what is wrong with one picture into a failure; a broken store stops everything."""
    try:
        return work(job)
    except StoreError:
        raise
    except (AlphagridError, ValueError, OSError, MemoryError) as error:
        reason = str(error) or "out of memory"
        return Failed(job, reason)


def _count(report: RenderReport, outcome: Job | Failed) -> None:
    if isinstance(outcome, Failed):
        lost = outcome.job.frame or outcome.job.measurement
        if lost is not None:
            report.failures[lost.key] = outcome.reason
        return
    report.frames += outcome.frame is not None
    report.measurements += outcome.measurement is not None
