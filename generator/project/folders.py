"""What lies in a folder of somebody's: weights files, pictures, and what to call them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from generator.errors import ImageError, ModelError
from generator.images import decode
from generator.manifest.globs import natural_key
from generator.manifest.ids import id_of
from generator.manifest.names import composed
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import PICTURE_SUFFIXES, WEIGHTS_SUFFIXES
from generator.plan.info import ModelInfo
from generator.project.scan import ReadModels

_SITE = "_site"


@dataclass(frozen=True)
class Named:
    """A file with what to call it: no two of a folder share an id or a title."""

    id: str
    title: str
    path: Path

    def entry(self, root: Path) -> str | dict[str, str]:
        """Return what a manifest in ``root`` says of it: the path alone where the id is a title."""
        path = from_root(self.path, root)
        return path if self.title == self.id else {"path": path, "title": self.title}


@dataclass(frozen=True)
class Networks:
    """Networks of a folder with what is known of each, and which files are ``left`` out and why."""

    named: tuple[Named, ...]
    infos: tuple[ModelInfo, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """Pictures of a folder, and which files are ``left`` out and why."""

    named: tuple[Named, ...]
    left: tuple[str, ...] = ()


def find_networks(folder: Path, read_models: ReadModels) -> Networks:
    """Read all weights files of a folder."""
    files = files_in(folder, WEIGHTS_SUFFIXES)
    writable = [path for path in files if not why_unwritable(path)]
    read = read_models(writable)
    reasons = {path: why_unwritable(path) or _why_unusable(read[path], path) for path in files}
    found = {path: read[path] for path in files if not reasons[path]}
    infos = tuple(info for info in found.values() if isinstance(info, ModelInfo))
    return Networks(name_files(found, folder), infos, _left(reasons, folder))


def find_pictures(folder: Path) -> Pictures:
    """Look at all pictures of a folder: each is decoded once, for a build would have to."""
    files = files_in(folder, PICTURE_SUFFIXES)
    reasons = {path: why_unwritable(path) or why_undecodable(path) for path in files}
    return Pictures(
        name_files([path for path in files if not reasons[path]], folder), _left(reasons, folder)
    )


def why_undecodable(path: Path) -> str:
    """Say why a picture cannot be read; '' where it can."""
    try:
        decode(path)
    except ImageError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""


def _why_unusable(read: ModelInfo | ModelError, path: Path) -> str:
    if isinstance(read, ModelError):
        return str(read).removeprefix(f"{path}: ")
    return f"'{read.damaged}' holds values that are not numbers" if read.damaged else ""


def _left(reasons: Mapping[Path, str], folder: Path) -> tuple[str, ...]:
    return tuple(f"{path.relative_to(folder).as_posix()}: {reason}"
                 for path, reason in reasons.items() if reason)  # fmt: skip


def files_in(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Return the files below a folder whose names end so, in natural order.

    Nothing hidden, and nothing of a site that was built there.
    """
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not (name.startswith(".") or name == _SITE)]
        shown = (name for name in names if not name.startswith("."))
        found += [Path(place, name) for name in shown if name.lower().endswith(suffixes)]
    return sorted(found, key=lambda path: natural_key(path.as_posix()))


def why_unwritable(path: Path, *, in_pattern: bool = False) -> str:
    """Say why no manifest can name a path, perhaps as a part of a pattern: '' where it can."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return "its name is no text: rename it"
    if re.search(r"[\x00-\x1f]", text):
        return "its name holds a control character, such as a line break: rename it"
    if in_pattern and re.search(r"[{}]", text):
        return "braces, as in its name, have a meaning in patterns: rename it"
    return ""


def name_files(files: Iterable[Path], folder: Path) -> tuple[Named, ...]:
    """Name files after themselves; those that would share a name, after their folders too."""
    names = Names(CLASSIC)
    return tuple(Named(*names.of(_candidates(path.relative_to(folder))), path) for path in files)


def _candidates(path: Path) -> Sequence[str]:
    return path.stem, path.with_suffix("").as_posix(), path.as_posix()


class Names:
    """Gives out ids and titles, none of them twice, whatever the case of letters."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._ids = {name.casefold() for name in taken}
        self._titles: set[str] = set(self._ids)

    def of(self, candidates: Sequence[str]) -> tuple[str, str]:
        """Return an id and a title after the first candidate that is free, or a numbered one."""
        for text in chain(candidates, _numbered(candidates[0])):
            id_, title = id_of(text), composed(text)
            if id_.casefold() not in self._ids and title.casefold() not in self._titles:
                self._ids.add(id_.casefold())
                self._titles.add(title.casefold())
                return id_, title
        raise AssertionError  # numbers do not end


def _numbered(text: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{text} {number}"
        number += 1


def from_root(path: Path, root: Path) -> str:
    """Return a path as a manifest in ``root`` writes it: relative, unless on another drive."""
    try:
        return Path(os.path.relpath(path, root)).as_posix()
    except ValueError:
        return path.absolute().as_posix()
