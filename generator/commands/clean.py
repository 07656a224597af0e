"""Remove from the cache what the manifest no longer names."""

from __future__ import annotations

from pathlib import Path

from generator.commands.build import CACHE
from generator.manifest import load
from generator.plan import Plan, make_plan
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
        return store.prune(_used(plan, store))


def _used(plan: Plan, store: Store) -> set[str]:
    measurements = {shown.measurement.key for shown in plan.shown if shown.measurement}
    made = derived_keys(plan, store) | export_keys(plan)
    return plan.frames.keys() | measurements | made | kinship_keys(plan)
