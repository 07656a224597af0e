"""Remove the built site, the frame cache, or what the cache holds and the manifest ignores."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from generator.commands.arguments import DEFAULT_CONFIG, UsageError
from generator.commands.messages import print_removed, print_unused
from generator.manifest import load
from generator.project.open import Project, open_project, open_store
from generator.render import exports, relate
from generator.render.engines import read_models_apart
from generator.site import remove_site
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


def run(options: argparse.Namespace) -> int:
    """Remove what the options name and say what went; returns the exit status."""
    if options.unused:
        removed = remove_unused(options.config)
        if not options.quiet:
            print_unused(removed)
    else:
        folders = remove_folders(options.config, options.output, cache=options.cache)
        if not options.quiet:
            print_removed(folders)
    return 0


def remove_folders(config: Path, output: Path, *, cache: bool) -> dict[Path, Sequence[str]]:
    """Remove the site, and the cache if asked; return, by folder, what others keep there.

    Raises UsageError where a manifest was named that does not exist, ManifestError where one is
    wrong that says where the cache is, OutputError where ``output`` is no site of ours, StoreError
    where a build is using the cache.
    """
    if config != DEFAULT_CONFIG and not config.is_file():
        raise UsageError(f"{config}: no such file")
    removed: dict[Path, Sequence[str]] = {}
    if remove_site(output):
        removed[output] = ()
    if cache:
        store = open_store(load(config))
        if store.folder.exists():
            removed[store.folder] = store.clear()
    return removed


def remove_unused(config: Path) -> Removed:
    """Remove from the cache what no comparison of the manifest needs, drafts included.

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
