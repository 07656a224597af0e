"""A project, opened: its manifest, its cache, what is known of its files, and the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generator.errors import Warnings
from generator.manifest import Manifest, ManifestFile
from generator.manifest.yamlfile import Location
from generator.plan import Plan, make_plan
from generator.plan.info import FileInfo
from generator.project.scan import ReadModels, scan
from generator.store import Store

CACHE = ".cache"
"""The store's folder, beside the manifest."""


@dataclass(frozen=True)
class Project:
    """All that stages after planning start from.

    ``file`` is the manifest as it was read, ``info`` what is known of the files it names,
    ``plan`` the frames that follow, those of drafts only where ``drafts`` says so. ``store``
    holds what was made of the plan so far, ``warnings`` gathers what the author may want to
    mend, from all stages.
    """

    file: ManifestFile
    store: Store
    info: FileInfo
    plan: Plan
    drafts: bool = False
    warnings: Warnings = field(default_factory=Warnings, compare=False)

    @property
    def manifest(self) -> Manifest:
        """Return what the author has written."""
        return self.file.manifest

    @property
    def root(self) -> Path:
        """Return the folder that holds the manifest; all its paths are relative to it."""
        return self.file.root

    def warn(self, location: Location, message: str) -> None:
        """Warn of something at a location of the manifest, such as ("models", "sharp")."""
        self.warnings.add(self.file.problem(location, message))

    def note(self, location: Location, message: str) -> None:
        """Note what is good to know at a location of the manifest; see ``Warnings``."""
        self.warnings.notes.add(self.file.problem(location, message))


def open_store(file: ManifestFile, *, guest: bool = False) -> Store:
    """Return the store of a manifest's frames. Nothing is written yet."""
    return Store(file.root / CACHE, guest=guest)


def open_project(
    file: ManifestFile, store: Store, read_models: ReadModels, *, drafts: bool = False
) -> Project:
    """Look at the files that a manifest names, and plan its frames.

    ``read_models`` opens weights files that the store knows nothing of. Raises ManifestError with
    every problem of files and plan, StoreError where the store cannot be written.
    """
    info = scan(file, store, read_models)
    return Project(file, store, info, make_plan(file, info, drafts=drafts), drafts)
