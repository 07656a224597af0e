"""Remove from the cache what the manifest no longer names."""

from __future__ import annotations

from pathlib import Path

from generator.manifest import load
from generator.project.open import Project, open_project, open_store
from generator.render.engines import read_models_apart
from generator.render.exports import export_keys
from generator.render.relate import kinship_keys
from generator.site import derived_keys
from generator.store import Removed


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
    measurements = {shown.measurement.key for shown in plan.shown if shown.measurement}
    made = derived_keys(project) | export_keys(plan)
    return plan.frames.keys() | measurements | made | kinship_keys(project)
