"""Mixed weights to take home: made once, kept in the store, published by the site."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator import __version__
from generator.errors import ModelError
from generator.plan import ComparisonPlan, Plan, PlannedExport
from generator.project.open import Project
from generator.render.engines import Engine
from generator.store import Artifact, Store

VERSION = 2
"""Raised whenever the same parents would be written otherwise."""


@dataclass(frozen=True)
class Export:
    """Weights of a comparison to publish.

    ``name`` is the file's under ``models/``, without suffix (``sharpness-0.5``); ``mixture`` says
    in words what is mixed, ``path`` is the file.
    """

    comparison: str
    title: str
    name: str
    mixture: str
    path: Path

    @property
    def url(self) -> str:
        """Return the address from the site's root."""
        return f"models/{self.name}{self.path.suffix}"


def make_exports(
    plan: Plan, store: Store, engine: Engine
) -> tuple[tuple[Export, ...], dict[str, str]]:
    """Return the weights that comparisons publish, and why others could not be made, by name.

    ``engine`` mixes those that the store lacks. Raises StoreError where the disk refuses.
    """
    made: list[Export] = []
    failures: dict[str, str] = {}
    for comparison in plan.comparisons:
        for planned in _to_make(comparison):
            try:
                path = store.artifact(_artifact(planned), partial(_make, planned, engine))
            except ModelError as error:
                failures[f"{planned.name}.safetensors"] = str(error)
                continue
            made.append(Export(comparison.id, planned.title, planned.name, planned.mixture, path))
    return tuple(made), failures


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield the weights that comparisons publish."""
    for comparison in project.plan.comparisons:
        yield from map(_artifact, _to_make(comparison))


def _to_make(comparison: ComparisonPlan) -> Iterator[PlannedExport]:
    return (planned for planned in comparison.exports if not planned.address)


def _artifact(planned: PlannedExport) -> Artifact:
    """Return what the file holds: the weights, and their origin as its metadata tell it."""
    parents = [[file.sha256, file.path.name, weight] for file, weight in planned.parents]
    return Artifact("weights", VERSION, [parents, __version__], "safetensors")


def _make(planned: PlannedExport, engine: Engine) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "mix.safetensors"
        engine.mix([(file.path, weight) for file, weight in planned.parents], output)
        return output.read_bytes()
