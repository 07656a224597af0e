"""The unit of rendering: from a job, and the pixels that answer it, to what is kept of them.

Neither network nor store is needed here, so this can be done wherever the pixels are, and what
travels from there is an encoded picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import AlphagridError, RenderError
from generator.images import measures
from generator.images.rendered import Failed, Rendered
from generator.plan import Classic, File, Job, Measurement, Network
from generator.store import Measured

# What may be wrong with one picture.
_TROUBLE = (AlphagridError, ValueError, OSError, MemoryError)


@dataclass(frozen=True)
class Result:
    """What became of a job.

    ``data`` is the encoded frame, None where the job asks for none; ``precision``, ``device`` and
    ``color_shift`` are those of ``Rendered``; ``measured`` is the measurement, where one was
    asked for. ``failure`` says why nothing could be made, ``unmeasured`` why the measurement
    alone could not; '' where they could.
    """

    job: Job
    data: bytes | None = None
    precision: str = ""
    device: str = ""
    color_shift: Sequence[float] | None = None
    measured: Measured | None = None
    failure: str = ""
    unmeasured: str = ""


def make(job: Job) -> Result:
    """Do a job that needs no network. What goes wrong is told by the result."""
    try:
        pixels = images.draw(job.picture.input, cast(Classic, job.picture.recipe))
    except _TROUBLE as error:
        return Result(job, failure=_in_words(error))
    return finish(Rendered(job, pixels))


def finish(made: Rendered | Failed) -> Result:
    """Encode and measure a picture. What goes wrong is told by the result: a measurement that
    fails does not cost the frame.
    """  # noqa: D205
    if isinstance(made, Failed):
        return Result(made.job, failure=made.reason)
    job = made.job
    result = Result(job, None, made.precision, made.device, made.color_shift)
    try:
        for file in _sources(job):
            _check_unchanged(file)
        if job.frame is not None:
            result = replace(result, data=images.encode(made.pixels, job.frame.encoding))
    except _TROUBLE as error:
        return replace(result, failure=_in_words(error))
    try:
        measured = _measure(made, job.measurement) if job.measurement else None
        return replace(result, measured=measured)
    except _TROUBLE as error:
        return replace(result, unmeasured=_in_words(error))


def why_unreadable(measurement: Measurement) -> str:
    """Say why the ground truth of a measurement cannot be read; '' where it can."""
    try:
        _ground_truth(measurement)
    except _TROUBLE as error:
        return _in_words(error)
    return ""


def _measure(made: Rendered, measurement: Measurement) -> Measured:
    truth = _ground_truth(measurement)
    ratio = measures.psnr(made.pixels, truth)
    return Measured(
        psnr=None if math.isinf(ratio) else round(ratio, 4),
        ssim=round(measures.ssim(made.pixels, truth), 6),
    )


def _ground_truth(measurement: Measurement) -> NDArray[np.uint8]:
    _check_unchanged(measurement.reference)
    picture = measurement.picture
    return images.reference(
        measurement.reference.path, measurement.crop, picture.width, picture.height
    )


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


def _in_words(error: Exception) -> str:
    return str(error) or "out of memory"
