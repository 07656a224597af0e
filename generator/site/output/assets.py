"""Static files under names that change with their content, so that browsers may keep them.

A script or style sheet that refers to another changes with it: the name of a file is the hash
of its text after its references have been rewritten.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from generator.errors import ManifestError, Problem, line_and_column
from generator.manifest.names import composed
from generator.manifest.words import did_you_mean
from generator.site.output.pieces import Reference
from generator.site.output.scripts import join_scripts
from generator.site.output.sheets import join_sheets

VERBATIM = "root/"
"""Static files under this folder keep their names and land at the site's root."""

_LONGEST_STEM = 200
"""Bytes of UTF-8; disks take names of 255."""


@dataclass(frozen=True)
class Asset:
    """A static file as published: its name in the site and its bytes."""

    name: str
    data: bytes


def hashed_name(name: str, digest: str) -> str:
    """Return ``assets/stem.digest.suffix`` for a file name; folders are dropped.

    A stem so long that no disk would take it with its digest is cut.
    """
    path = PurePosixPath(composed(name))
    stem = path.stem
    if len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = os.fsencode(stem)[:_LONGEST_STEM].decode("utf-8", "ignore")
    return f"assets/{stem}.{digest[:12]}{path.suffix}"


def verbatim_files(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the static files that keep their names, by name in the site."""
    found = {name: path for name, path in files.items() if name.startswith(VERBATIM)}
    return {name.removeprefix(VERBATIM): path for name, path in found.items()}


def build_assets(files: Mapping[str, Path]) -> dict[str, Asset]:
    """Return all other static files by their name in ``static``, under hashed names.

    Scripts and style sheets that are joined into another are not among them. Raises
    ManifestError where a file refers to one that does not exist, or where references go round
    in a circle, so that no hash could hold for all of them.
    """
    hashed = {n: p for n, p in files.items() if not n.startswith(VERBATIM)}
    builder = _Builder(hashed)
    for name in builder.published:
        builder.asset(name, ())
    if builder.problems:
        raise ManifestError(builder.problems)
    return dict(sorted(builder.done.items()))


class _Builder:
    """Depth-first: what a file refers to is named before the file is."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self.done: dict[str, Asset] = {}
        self.problems: list[Problem] = []
        self.scripts = self._texts(".js", ".mjs")
        self.sheets = self._texts(".css")
        texts = {**join_scripts(self.scripts), **join_sheets(self.sheets)}
        whole = files.keys() - self.scripts.keys() - self.sheets.keys()
        self.published = {name: texts.get(name) for name in files if name in texts or name in whole}

    def _texts(self, *suffixes: str) -> dict[str, str]:
        texts = {}
        for name, path in self.files.items():
            if path.suffix in suffixes:
                try:
                    texts[name] = path.read_bytes().decode("utf-8")
                except UnicodeDecodeError:
                    message = "not UTF-8 text: save the file as UTF-8"
                    self.problems.append(Problem(path, 1, 1, message))
        return texts

    def asset(self, name: str, open_files: tuple[str, ...]) -> Asset:
        if name not in self.done:
            pieces = self.published[name]
            if pieces is None:
                data = self.files[name].read_bytes()
            else:
                data = "".join(
                    piece if isinstance(piece, str) else self._address(piece, (*open_files, name))
                    for piece in pieces
                ).encode()
            self.done[name] = Asset(hashed_name(name, hashlib.sha256(data).hexdigest()), data)
        return self.done[name]

    def _address(self, reference: Reference, open_files: tuple[str, ...]) -> str:
        """Return the published address, beside the file in which it stands, of another."""
        target = reference.target
        if target not in self.files:
            near = did_you_mean(target, self.files)
            self._problem(reference, f"no static file is called '{target}'{near}")
        elif target in open_files:
            circle = " → ".join([*open_files[open_files.index(target) :], target])
            message = f"references go round in a circle: {circle}; move what both need to a third"
            self._problem(reference, message)
        else:
            name = PurePosixPath(self.asset(target, open_files).name).name
            return f"./{name}{reference.suffix}"
        return reference.address

    def _problem(self, reference: Reference, message: str) -> None:
        text = {**self.scripts, **self.sheets}[reference.source]
        line, column = line_and_column(text, reference.at)
        self.problems.append(Problem(self.files[reference.source], line, column, message))
