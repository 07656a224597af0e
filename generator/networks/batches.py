"""In which order pictures are rendered: few mixes, inputs decoded once, bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from generator.plan import Blend, Coefficient, File, Input, Job, Network

Weights = tuple[tuple[File, Coefficient], ...]

INPUT_BUDGET = 512 * 2**20
"""Bytes of prepared inputs, and of outputs kept for blends, that are held at once."""

_FLOAT = 4


@dataclass(frozen=True)
class RunConfig:
    """A network as it is run: its weights, in which precision, in tiles of which side, and which
    noise level it is told, if it asks for one (None: 15).
    """  # noqa: D205

    weights: Weights
    precision: str
    tile: int | str
    noise_level: float | None = None


@dataclass
class Batch:
    """Jobs that share networks, over inputs that fit into memory together.

    ``runs`` holds, for each config and input, the jobs that show its output as it is; those
    that ``blends`` need come first. ``blends`` holds the jobs that blend outputs, by input.
    """

    inputs: list[Input] = field(default_factory=list)
    runs: dict[RunConfig, dict[Input, list[Job]]] = field(default_factory=dict)
    blends: dict[Input, list[Job]] = field(default_factory=dict)


def in_order(jobs: Iterable[Job]) -> Iterator[Batch]:
    """Sort jobs into batches."""
    for related in _by_relation(jobs):
        by_input: dict[Input, list[Job]] = defaultdict(list)
        for job in related:
            by_input[job.picture.input].append(job)
        for inputs in _fitting(by_input):
            yield _batch(inputs, by_input)


def run_configs(job: Job) -> list[RunConfig]:
    """Return the networks a job needs run: one for a mix, each alone for a blend."""
    recipe = _network(job)
    if isinstance(recipe, Blend):
        return [
            RunConfig(((file, 1.0),), recipe.precision, recipe.tile, recipe.noise_level)
            for file, _ in recipe.weights
        ]
    return [RunConfig(recipe.weights, recipe.precision, recipe.tile, recipe.noise_level)]


def _network(job: Job) -> Network:
    recipe = job.picture.recipe
    if not isinstance(recipe, Network):
        raise TypeError(f"no network makes pictures of the recipe {recipe}")
    return recipe


def _by_relation(jobs: Iterable[Job]) -> list[list[Job]]:
    """Group jobs whose weights files are mixed with each other, directly or through others."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        leader.setdefault(name, name)
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    jobs = list(jobs)
    for job in jobs:
        first, *others = (file.sha256 for file, _ in _network(job).weights)
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        groups[find(_network(job).weights[0][0].sha256)].append(job)
    return list(groups.values())


def _fitting(by_input: dict[Input, list[Job]]) -> Iterator[list[Input]]:
    """Cut inputs into runs that fit the budget, one at least."""
    chosen: list[Input] = []
    used = 0
    for picture, jobs in by_input.items():
        size = _bytes(picture, jobs)
        if chosen and used + size > INPUT_BUDGET:
            yield chosen
            chosen, used = [], 0
        chosen.append(picture)
        used += size
    if chosen:
        yield chosen


def _bytes(picture: Input, jobs: Sequence[Job]) -> int:
    kept = {config for job in jobs if _blends(job) for config in run_configs(job)}
    output = 3 * jobs[0].picture.width * jobs[0].picture.height
    return _FLOAT * (picture.width * picture.height * picture.channels + len(kept) * output)


def _blends(job: Job) -> bool:
    return isinstance(job.picture.recipe, Blend)


def _batch(inputs: list[Input], by_input: dict[Input, list[Job]]) -> Batch:
    batch = Batch(inputs)
    jobs = [job for picture in inputs for job in by_input[picture]]
    for job in sorted(jobs, key=_blends, reverse=True):
        picture = job.picture.input
        for config in run_configs(job):
            shown = batch.runs.setdefault(config, {}).setdefault(picture, [])
            if not _blends(job):
                shown.append(job)
        if _blends(job):
            batch.blends.setdefault(picture, []).append(job)
    return batch
