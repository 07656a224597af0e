"""Where networks run: one interface, and the only module that opens ``networks``.

torch is imported when a method first needs it, so a build in which nothing is missing never
does. Another engine is another class here and another entry of ``ENGINES``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generator.errors import ModelError
from generator.images.rendered import Failed, Rendered
from generator.networks.weights.apart import importable
from generator.plan import Coefficient, Job, Network
from generator.plan.info import ModelInfo, WeightsFile
from generator.plan.kinship import Kinship
from generator.project.scan import model_info
from generator.render.job import Result, finish, make
from generator.render.threads import Task, in_threads

Keep = Callable[[Result], None]
Crops = Sequence[NDArray[np.uint8]]

WAITING_BUDGET = 2**30
"""Bytes of pictures that wait to be encoded; a larger one is waited for by itself."""

# As levels, and once more as Pillow holds what it encodes.
_BYTES_A_PIXEL = 3 + 4


class Engine(Protocol):
    """Runs networks somewhere: in this process, or on machines of which this process knows."""

    def render(self, jobs: Sequence[Job], keep: Keep) -> Iterator[Result]:
        """Do all jobs; yield each result after ``keep`` has had it.

        ``keep`` is called in this process as soon as a result is there, from any thread; what it
        raises ends the rendering. What goes wrong with one job is told by its result. Raises
        RenderError where the device does not exist.
        """

    def read_models(self, paths: Iterable[Path]) -> dict[Path, ModelInfo | ModelError]:
        """Return what each weights file holds, or why it cannot be used."""

    def relate(self, paths: Sequence[Path], crops: Crops) -> Kinship:
        """Compare networks pairwise, on ``crops`` of pictures (H, W, C) where there are any.

        Raises ModelError for a file that cannot be used.
        """

    def mix(self, parents: Sequence[tuple[Path, Coefficient]], output: Path) -> None:
        """Write mixed weights as ``.safetensors``.

        Raises ModelError where the parents cannot be mixed, OutputError where ``output`` cannot
        be written.
        """


def _run_networks(jobs: Sequence[Job], *, device: str) -> Iterator[Rendered | Failed]:
    from generator.networks.engine import render

    return render(jobs, device=device)


@dataclass(frozen=True)
class LocalEngine:
    """Runs in this process, on one ``device``: ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.

    Networks run one after another; encoding, measuring and keeping happen beside that, in
    ``workers`` threads (Pillow and numpy release the interpreter's lock). Pictures that wait for
    a thread hold ``budget`` bytes at most, whatever the number of jobs.
    """

    device: str = "auto"
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    budget: int = WAITING_BUDGET
    run_networks: Callable[..., Iterator[Rendered | Failed]] = _run_networks

    def render(self, jobs: Sequence[Job], keep: Keep) -> Iterator[Result]:
        """Do jobs without networks first, while those with networks wait for nothing."""
        yield from in_threads(self._tasks(jobs, keep), workers=self.workers, budget=self.budget)

    def _tasks(self, jobs: Sequence[Job], keep: Keep) -> Iterator[Task[Result]]:
        by_network = []
        for job in jobs:
            if isinstance(job.picture.recipe, Network):
                by_network.append(job)
            else:
                yield _task(job, partial(make, job), keep)
        if by_network:
            for made in self.run_networks(by_network, device=self.device):
                yield _task(made.job, partial(finish, made), keep)

    def read_models(self, paths: Iterable[Path]) -> dict[Path, ModelInfo | ModelError]:
        """Read them here, since a build will need torch anyway."""
        paths = list(paths)
        if not paths:
            return {}
        from generator.networks.weights.read import read_model

        found: dict[Path, ModelInfo | ModelError] = {}
        for path in paths:
            try:
                found[path] = read_model(path)
            except ModelError as error:
                found[path] = error
        return found

    def relate(self, paths: Sequence[Path], crops: Crops) -> Kinship:
        """Compare on the processor, whatever the device: crops are small."""
        from generator.networks.kinship import inspect

        return inspect(paths, crops)

    def about(self, path: Path) -> WeightsFile:
        """Say what a weights file is. Raises ModelError where it cannot be used."""
        from generator.networks.weights.about import about

        return about(path)

    def mix(self, parents: Sequence[tuple[Path, Coefficient]], output: Path) -> None:
        """Mix in memory, then write the file whole."""
        from generator.networks.weights.mix import mix_file

        mix_file(parents, output)


def _task(job: Job, work: Callable[[], Result], keep: Keep) -> Task[Result]:
    def finish_and_keep() -> Result:
        result = work()
        keep(result)
        return replace(result, data=None)

    return Task(finish_and_keep, _BYTES_A_PIXEL * job.picture.width * job.picture.height)


def read_models_apart(paths: Iterable[Path]) -> dict[Path, ModelInfo | ModelError]:
    """Read networks in a process of their own, which keeps torch out of this one.

    A file that ends the process costs the others nothing: another one goes on behind it. Where
    two that follow each other tell nothing at all, there is no point in a third.
    """
    waiting = list(dict.fromkeys(paths))
    found: dict[Path, ModelInfo | ModelError] = {}
    silent = 0
    while waiting and silent < 2:
        told = _read_apart(waiting)
        found |= told
        silent = 0 if told else silent + 1
        waiting = [path for path in waiting if path not in told]
        for path in waiting[:1]:
            found[path] = ModelError(_LOST)
        waiting = waiting[1:]
    return found | {path: ModelError(_LOST) for path in waiting}


_LOST = "reading it ended the process: the file is damaged or too large"


def _read_apart(paths: Sequence[Path]) -> dict[Path, ModelInfo | ModelError]:
    """Return what one process tells of weights files, in order, until it ends."""
    done = subprocess.run(
        [sys.executable, "-m", "generator.networks.weights.read"],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        check=False,
        env=importable(),
    )
    found: dict[Path, ModelInfo | ModelError] = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        info = answer.get("info")
        found[Path(answer["path"])] = model_info(info) if info else ModelError(answer["error"])
    return found


ENGINES: Mapping[str, Callable[[str], Engine]] = {"local": LocalEngine}
"""Engines by name; each is made of the device that is asked for."""
