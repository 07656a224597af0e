"""``models`` and ``inputs`` by glob: an entry for each file, its id made from the file's name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import Problem
from generator.manifest.fields import OF_ONE_FILE
from generator.manifest.globs import paths_of, why_no_match
from generator.manifest.ids import id_of
from generator.manifest.names import as_on_disk, composed
from generator.manifest.tables.formats import PICTURE_SUFFIXES, WEIGHTS_SUFFIXES
from generator.manifest.yamlfile import Document, Location

REST = "*"
"""The key of a section that stands for all files without an entry of their own."""


@dataclass(frozen=True)
class _Section:
    """A section of the manifest: what its files end in, what they are, and how they are named."""

    suffixes: tuple[str, ...]
    plural: str
    example: str


SECTIONS = {
    "models": _Section(WEIGHTS_SUFFIXES, "weights files", "weights/*.safetensors"),
    "inputs": _Section(PICTURE_SUFFIXES, "pictures", "pictures/*"),
}
"""The sections that a glob may fill."""


@dataclass
class Sections:
    """``data`` with all entries written out; ``globbed`` says which of them a glob stands for."""

    data: dict[str, Any]
    globbed: set[Location] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def expand_sections(data: dict[str, Any], document: Document, root: Path) -> Sections:
    """Write the globs of ``models`` and ``inputs`` out; ``document`` learns of the new entries.

    What no entry can be made of is a problem, and left out.
    """
    found = Sections(dict(data))
    for name in SECTIONS:
        section = data.get(name)
        if isinstance(section, str):
            found.data[name] = _Expansion(found, document, root, name, (name,)).of({REST: section})
        elif isinstance(section, dict) and REST in section:
            found.data[name] = _Expansion(found, document, root, name, (name, REST)).of(section)
    return found


class _Expansion:
    """One section: notes problems at ``where`` its glob stands."""

    def __init__(
        self, found: Sections, document: Document, root: Path, name: str, where: Location
    ) -> None:
        self._found = found
        self._document = document
        self._root = root
        self._name = name
        self._kind = SECTIONS[name]
        self._where = where

    def of(self, section: Mapping[str, Any]) -> dict[str, Any]:
        """Return the section with entries in the place of its glob."""
        named = {key: entry for key, entry in section.items() if key != REST}
        entries = self._entries(section[REST], named)
        places = [(self._name, id_) for id_ in entries]
        self._document.repeat(self._where, places)
        self._found.globbed.update(places)
        written: dict[str, Any] = {}
        for key, entry in section.items():
            written |= entries if key == REST else {key: entry}
        return written

    def _entries(self, glob: Any, named: Mapping[str, Any]) -> dict[str, Any]:
        """Return entries by id for the files that have none of their own."""
        settings = {"path": glob} if isinstance(glob, str) else glob
        if not isinstance(settings, dict) or not isinstance(settings.get("path"), str):
            self._problem(f"expected a glob, such as {self._kind.example}")
            return {}
        for key in OF_ONE_FILE:
            if key in settings:
                self._problem(f"'{key}' is of one file: give it an entry of its own", key)
        own = set(self._files_of(named.values()))
        files = [
            path for path in self._matches(settings["path"]) if _same(self._root / path) not in own
        ]
        return {
            id_: {**settings, "path": path, "title": _stem(path)}
            for id_, path in self._ids(files, named).items()
        }

    def _files_of(self, entries: Iterable[Any]) -> Iterator[str]:
        """Yield the files of entries, however they are written."""
        for entry in entries:
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str):
                yield _same(self._root / as_on_disk(self._root, path))

    def _matches(self, pattern: str) -> list[str]:
        """Return the files that a pattern means: those of the section's kind, none hidden."""
        try:
            matching = paths_of(self._root, pattern)
        except ValueError as error:
            self._problem(str(error))
            return []
        if not matching:
            self._problem(why_no_match(self._root, pattern))
            return []
        files = [path for path in matching if path.lower().endswith(self._kind.suffixes)]
        others = [Path(path).name for path in matching if path not in set(files)]
        if not files:
            known = ", ".join(self._kind.suffixes)
            self._problem(f"'{pattern}' matches no {self._kind.plural} ({known})")
        elif others:
            more = ", …" if len(others) > 3 else ""
            what = f"'{pattern}' also matches what are no {self._kind.plural}, which are left out"
            self._note(f"{what}: {', '.join(others[:3])}{more}")
        return files

    def _ids(self, files: Iterable[str], named: Mapping[str, Any]) -> dict[str, str]:
        """Return files by their ids, no two of which any disk could take for one."""
        advice = "rename it, or give it an entry of its own"
        taken = {key.casefold(): "" for key in named}
        ids: dict[str, str] = {}
        for path in files:
            id_ = id_of(_stem(path))
            other = taken.setdefault(id_.casefold(), path)
            if other == path:
                ids[id_] = path
            elif other:
                self._problem(f"'{other}' and '{path}' give one id, '{id_}': {advice}")
            else:
                self._problem(f"'{path}' gives the id '{id_}', which another entry has: {advice}")
        return ids

    def _problem(self, message: str, key: str = "") -> None:
        where = (*self._where, key) if key else self._where
        problem = self._document.problem(where, message, at_key=bool(key))
        self._found.problems.append(problem)

    def _note(self, message: str) -> None:
        self._found.notes.append(self._document.problem(self._where, message))


def _stem(path: str) -> str:
    return composed(Path(path).stem)


def _same(path: Path) -> str:
    """Return a path in the form in which two that are one file are equal."""
    return os.path.normcase(os.path.normpath(path))
