"""The unit of rendering: from a job, and the pixels that answer it, to what is kept of them.

Neither network nor store is needed here, so this can be done wherever the pixels are, and what
travels from there is an encoded picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import AlphagridError, RenderError
from generator.images.measures import COMPUTE
from generator.images.rendered import Failed, Rendered
from generator.manifest.tables.measures import MEASURES
from generator.plan import Classic, File, Frame, Job, Measurement, Network

# What may be wrong with one picture.
_TROUBLE = (AlphagridError, ValueError, OSError, MemoryError)


@dataclass(frozen=True)
class Result:
    """What became of a job.

    ``data`` is the encoded frame, None where the job asks for none; ``precision``, ``device``,
    ``color_shift`` and ``tiles`` are those of ``Rendered``; ``measured`` are results by measure.
    ``failure`` says why nothing could be made, ``unmeasured`` why some measure has no result; ''
    where they could.
    """

    job: Job
    data: bytes | None = None
    precision: str = ""
    device: str = ""
    color_shift: Sequence[float] | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    failure: str = ""
    unmeasured: str = ""
    tiles: tuple[int, int] | None = None


def make(job: Job) -> Result:
    """Do a job that needs no network. What goes wrong is told by the result."""
    try:
        pixels = images.draw(job.picture.input, cast(Classic, job.picture.recipe))
    except _TROUBLE as error:
        return Result(job, failure=_in_words(error))
    return finish(Rendered(job, pixels))


def reopen(job: Job, path: Path) -> Result:
    """Do a job that only measures, on the frame at ``path``, which was encoded without loss."""
    try:
        pixels = images.decode(path)
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
    result = Result(job, None, made.precision, made.device, made.color_shift, tiles=made.tiles)
    try:
        for file in _sources(job):
            _check_unchanged(file)
        if job.frame is not None:
            result = replace(result, data=_encoded(made.pixels, job.frame))
    except _TROUBLE as error:
        return replace(result, failure=_in_words(error))
    if job.measurement is None:
        return result
    measured, unmeasured = _measure(made.pixels, job.measurement)
    return replace(result, measured=measured, unmeasured=unmeasured)


def _encoded(pixels: NDArray[np.uint8], frame: Frame) -> bytes:
    if frame.encoding.kept:
        return frame.picture.input.file.path.read_bytes()
    return images.encode(pixels, frame.encoding)


def why_unreadable(measurement: Measurement) -> str:
    """Say why the ground truth of a measurement cannot be read; '' where it can."""
    try:
        _ground_truth(measurement)
    except _TROUBLE as error:
        return _in_words(error)
    return ""


def _measure(pixels: NDArray[np.uint8], asked: Measurement) -> tuple[dict[str, float], str]:
    """Return results by measure, and why there is not one of each; '' where there is."""
    results: dict[str, float] = {}
    reason = ""
    try:
        truth = _ground_truth(asked)
    except _TROUBLE as error:
        return {}, _in_words(error)
    for measure in (MEASURES[name] for name in asked.measures):
        pictures = (pixels, truth) if measure.needs_reference else (pixels,)
        try:
            value = COMPUTE[measure.id](*pictures)
            results[measure.id] = round(value, measure.kept_decimals)
        except _TROUBLE as error:
            reason = _in_words(error)
    return results, reason


def _ground_truth(asked: Measurement) -> NDArray[np.uint8] | None:
    if asked.reference is None:
        return None
    _check_unchanged(asked.reference)
    picture = asked.picture
    return images.reference(asked.reference.path, asked.crop, picture.width, picture.height)


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
