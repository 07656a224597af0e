"""Remove from the cache what the manifest no longer names."""

from __future__ import annotations

from pathlib import Path

from generator.commands.build import CACHE
from generator.manifest import ManifestFile, load
from generator.plan import Plan, make_plan
from generator.plan.info import FileInfo
from generator.project.scan import read_models_apart, scan
from generator.render.exports import export_keys
from generator.render.relate import kinship_keys
from generator.site import derived_keys
from generator.store import Removed, Store


def remove_unused(config: Path) -> Removed:
    """Remove what no comparison of the manifest needs, drafts included.

    Raises ManifestError where that cannot be told, StoreError where a build is running or the
    disk refuses. Never imports torch.
    """
    file = load(config)
    store = Store(file.root / CACHE)
    if not store.folder.exists():
        return Removed(0, 0)
    with store.locked():
        info = scan(file, store, read_models_apart)
        plan = make_plan(file, info, drafts=True)
        return store.prune(_used(file, plan, info, store))


def _used(file: ManifestFile, plan: Plan, info: FileInfo, store: Store) -> set[str]:
    measurements = {key for s in plan.shown if s.measurement for key in s.measurement.result_keys}
    made = derived_keys(file, plan, info, store) | export_keys(plan)
    return plan.frames.keys() | measurements | made | kinship_keys(plan, info, file)
