"""How many bytes and seconds the missing frames will take, before any is rendered."""

from __future__ import annotations

import os
from collections.abc import Sequence

from generator.plan import Blend, Encoding, Frame, Job, Network
from generator.plan.info import FileInfo
from generator.store import Store

_RATES = "rates.json"

_TELLING_SECONDS = 20
"""Loading torch and the networks takes seconds, which must not count for much."""

_FLOPS_PER_CORE = 2.5e10
"""What a desktop core does in convolutions; used until a build has measured this machine."""


def estimate_sizes(frames: Sequence[Frame], store: Store) -> dict[str, float]:
    """Return the bytes of each frame, by key: of those in the store, and of files that are
    published as they are, exactly, of the others by area.
    """  # noqa: D205
    known: dict[str, float] = {}
    rendered, pixels = 0, 0
    for frame in frames:
        if record := store.record(frame):
            known[frame.key] = record.bytes
            rendered += record.bytes
            pixels += _pixels(frame)
        elif frame.encoding.kept:
            known[frame.key] = frame.picture.input.file.bytes
    rate = rendered / pixels if pixels else None
    return {
        frame.key: known[frame.key]
        if frame.key in known
        else _pixels(frame) * (_guess(frame.encoding) if rate is None else rate)
        for frame in frames
    }


def estimate_seconds(jobs: Sequence[Job], info: FileInfo, store: Store) -> float:
    """Return the time the networks will take: at last build's rate, or a desktop processor's."""
    rate = store.read(_RATES).get("flops")
    if not isinstance(rate, (int, float)) or rate <= 0:
        rate = _FLOPS_PER_CORE * (os.cpu_count() or 1)
    return flops(jobs, info) / rate


def keep_rate(jobs: Sequence[Job], info: FileInfo, store: Store, seconds: float) -> None:
    """Remember how fast networks ran, for the next estimate; a short run says too little."""
    if (work := flops(jobs, info)) and seconds > _TELLING_SECONDS:
        store.write(_RATES, {"flops": work / seconds})


def flops(jobs: Sequence[Job], info: FileInfo) -> float:
    """Return floating-point operations: in a convolutional network each parameter is used once
    for each input pixel, by a multiplication and an addition.
    """  # noqa: D205
    total = 0.0
    for job in jobs:
        recipe, picture = job.picture.recipe, job.picture.input
        if isinstance(recipe, Network) and not job.reopens:
            parameters = info.networks[recipe.weights[0][0].sha256].parameters
            runs = len(recipe.weights) if isinstance(recipe, Blend) else 1
            total += 2.0 * parameters * picture.width * picture.height * runs
    return total


def _pixels(frame: Frame) -> int:
    return frame.picture.width * frame.picture.height


def _guess(encoding: Encoding) -> float:
    return 1.0 if encoding.quality == "lossless" else encoding.of.bytes_per_pixel
