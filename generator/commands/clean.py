"""Remove from the cache what the manifest no longer names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from generator.manifest import load
from generator.project.open import Project, open_project, open_store
from generator.render import exports, relate
from generator.render.engines import read_models_apart
from generator.site.figures import animations, cards, region_masks
from generator.store import Artifact, Removed

ARTIFACTS: tuple[Callable[[Project], Iterable[Artifact]], ...] = (
    exports.artifacts,
    relate.artifacts,
    animations.artifacts,
    cards.artifacts,
    region_masks.artifacts,
)
"""Every module that keeps artifacts tells here which of them a project needs."""


def remove_unused(config: Path) -> Removed:
    """Remove what no comparison of the manifest needs, drafts included.

    Raises ManifestError where that cannot be told, StoreError where a build is running or the
    disk refuses. Never imports torch.
    """
    file = load(config)
    store = open_store(file)
    if not store.folder.exists():
        return Removed(0, 0)
    with store.locked():
        return store.prune(_used(open_project(file, store, read_models_apart, drafts=True)))


def _used(project: Project) -> set[str]:
    plan = project.plan
    results = {key for s in plan.shown if s.measurement for key in s.measurement.result_keys}
    made = {artifact.key for artifacts in ARTIFACTS for artifact in artifacts(project)}
    return plan.frames.keys() | results | made
