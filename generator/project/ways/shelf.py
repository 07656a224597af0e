"""A folder of somebody's pictures, and what one way of reading it makes of them."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from generator.manifest.names import composed
from generator.plan.info import ImageInfo

Role = Literal["input", "reference", ""]

_ROLES: tuple[tuple[Role, frozenset[str]], ...] = (
    ("input", frozenset({"lr", "lq", "input", "inputs", "noisy", "degraded", "source", "lowres"})),
    (
        "reference",
        frozenset({"gt", "hr", "hq", "ref", "reference", "references", "original", "originals",
                   "groundtruth", "target", "clean", "truth"}),
    ),
)  # fmt: skip
"""What people call the pictures that are no method's output, letters and digits alone."""


def role_of(name: str) -> Role:
    """Return what a picture or folder of this name is in a comparison; '' for an output.

    A scale behind it does not count: ``LRx4``.
    """
    plain = re.sub(r"x?\d$", "", re.sub(r"[\W_]+", "", composed(name).casefold()))
    return next((role for role, names in _ROLES if plain in names), "")


@dataclass(frozen=True)
class Shelf:
    """The pictures of ``folder`` by their path in it, as far as they can be used.

    ``base`` is the folder as the manifest writes it; ``others`` are in the way of globs.
    """

    folder: Path
    base: str
    pictures: Mapping[PurePosixPath, ImageInfo]
    others: frozenset[PurePosixPath] = frozenset()

    @property
    def name(self) -> str:
        """Return what the folder is called."""
        return composed(self.folder.resolve().name) or "pictures"

    def written(self, path: PurePosixPath | str) -> str:
        """Return a picture's path as the manifest writes it."""
        return PurePosixPath(self.base, path).as_posix()

    def pattern(self, pattern: str) -> str:
        """Return a glob below the folder as the manifest writes it."""
        return PurePosixPath(escaped(self.base), pattern).as_posix()

    def matching(self, pattern: str) -> set[PurePosixPath]:
        """Return which files below the folder a glob matches, those of no use among them."""
        parts = PurePosixPath(pattern).parts
        return {path for path in {*self.pictures, *self.others} if _fits(path.parts, parts)}

    def at_depth(self, depth: int) -> list[PurePosixPath]:
        """Return the pictures so many folders deep; 0 is the folder itself."""
        return [path for path in self.pictures if len(path.parts) == depth + 1]

    def folders(self) -> dict[str, dict[str, PurePosixPath]]:
        """Return the pictures one folder deep: by folder, then by name without suffix."""
        found: dict[str, dict[str, PurePosixPath]] = {}
        for path in self.at_depth(1):
            found.setdefault(path.parent.name, {}).setdefault(path.stem, path)
        return found

    def size(self, path: PurePosixPath) -> tuple[int, int]:
        """Return width and height of a picture."""
        info = self.pictures[path]
        return info.width, info.height


def _fits(path: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(path) == len(pattern) and all(map(fnmatchcase, path, pattern))


@dataclass(frozen=True)
class Reading:
    """What one way makes of a folder: ``way`` in words, entries, and which pictures they show."""

    way: str
    inputs: Mapping[str, Any]
    comparisons: Mapping[str, Any]
    used: frozenset[PurePosixPath]


def escaped(text: str) -> str:
    """Return a name so that a glob takes it literally."""
    return glob.escape(text)


def input_entry(
    shelf: Shelf,
    title: tuple[str, str],
    path: PurePosixPath,
    reference: PurePosixPath | None,
    outputs: Sequence[PurePosixPath],
) -> str | dict[str, str]:
    """Return what the manifest says of an input, ``title`` being its id and its title.

    A reference that has the size of none of the outputs could not be compared with any.
    """
    id_, words = title
    entry = {"path": shelf.written(path)}
    if words != id_:
        entry["title"] = words
    if reference and shelf.size(reference) in map(shelf.size, outputs):
        entry["reference"] = shelf.written(reference)
    return entry if len(entry) > 1 else entry["path"]
