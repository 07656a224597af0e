"""Static files under names that change with their content, so that browsers may keep them.

A script or style sheet that refers to another changes with it: the name of a file is the hash
of its text after its references have been rewritten.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from generator.errors import ManifestError, Problem
from generator.manifest.words import did_you_mean
from generator.site.output.scripts import join_scripts

VERBATIM = "root/"
"""Static files under this folder keep their names and land at the site's root."""

_LONGEST_STEM = 200
"""Bytes of UTF-8; disks take names of 255."""

_COMMENT = r"//[^\n]*|/\*.*?\*/"
_STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
_JS_REFERENCE = re.compile(
    rf"""{_COMMENT}
    |(?:\b(?:from|import)\s*|\bimport\s*\(\s*|\bnew\s+URL\s*\(\s*)
     (?P<quote>["'])(?P<target>\.{{1,2}}/[^"'\n]+)(?P=quote)
    |{_STRING}""",
    re.VERBOSE | re.DOTALL,
)
_CSS_REFERENCE = re.compile(
    r"""/\*.*?\*/
    |(?:\burl\(\s*|@import\s+)(?P<quote>["']?)(?P<target>[^"'()\s;]+)(?P=quote)
    |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Asset:
    """A static file as published: its name in the site and its bytes."""

    name: str
    data: bytes


def hashed_name(name: str, digest: str) -> str:
    """Return ``assets/stem.digest.suffix`` for a file name; folders are dropped.

    A stem so long that no disk would take it with its digest is cut.
    """
    path = PurePosixPath(name)
    stem = path.stem
    if len(os.fsencode(stem)) > _LONGEST_STEM:
        stem = os.fsencode(stem)[:_LONGEST_STEM].decode("utf-8", "ignore")
    return f"assets/{stem}.{digest[:12]}{path.suffix}"


def verbatim_files(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the static files that keep their names, by name in the site."""
    found = {name: path for name, path in files.items() if name.startswith(VERBATIM)}
    return {name.removeprefix(VERBATIM): path for name, path in found.items()}


def build_assets(files: dict[str, Path]) -> dict[str, Asset]:
    """Return all other static files by their name in ``static``, under hashed names.

    Raises ManifestError where a file refers to one that does not exist, or where references go
    round in a circle, so that no hash could hold for all of them.
    """
    hashed = {n: p for n, p in files.items() if not n.startswith(VERBATIM)}
    joined, inner = join_scripts(hashed)
    builder = _Builder(hashed, joined)
    for name in hashed:
        if name not in inner:
            builder.asset(name, ())
    if builder.problems:
        raise ManifestError(builder.problems)
    return dict(sorted(builder.done.items()))


class _Builder:
    """Depth-first: what a file refers to is named before the file is."""

    def __init__(self, files: dict[str, Path], joined: dict[str, bytes]) -> None:
        self.files = files
        self.joined = joined
        self.done: dict[str, Asset] = {}
        self.problems: list[Problem] = []

    def asset(self, name: str, open_files: tuple[str, ...]) -> Asset:
        if name not in self.done:
            data = self.joined.get(name) or self.files[name].read_bytes()
            if pattern := _references(name):
                data = self._rewritten(name, data, pattern, (*open_files, name))
            digest = hashlib.sha256(data).hexdigest()
            self.done[name] = Asset(hashed_name(name, digest), data)
        return self.done[name]

    def _rewritten(
        self, name: str, data: bytes, pattern: re.Pattern[str], open_files: tuple[str, ...]
    ) -> bytes:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self._problem(name, "", 0, "not UTF-8 text: save the file as UTF-8")
            return data
        parts, end = [], 0
        for match in _found(pattern, text):
            target, suffix = re.fullmatch(r"([^?#]*)(.*)", match["target"], re.DOTALL).groups()  # type: ignore[union-attr]
            other = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            if (new := self._target(name, other, text, match, open_files)) is not None:
                parts += [text[end : match.start("target")], f"./{new}{suffix}"]
                end = match.end("target")
        return "".join([*parts, text[end:]]).encode()

    def _target(
        self, name: str, other: str, text: str, match: re.Match[str], open_files: tuple[str, ...]
    ) -> str | None:
        """Return the published name, beside that of ``name``, of a file it refers to."""
        at = match.start("target")
        if other not in self.files:
            near = did_you_mean(other, self.files)
            self._problem(name, text, at, f"no static file is called '{other}'{near}")
        elif other in open_files:
            circle = " → ".join([*open_files[open_files.index(other) :], other])
            message = f"references go round in a circle: {circle}; move what both need to a third"
            self._problem(name, text, at, message)
        else:
            return PurePosixPath(self.asset(other, open_files).name).name
        return None

    def _problem(self, name: str, text: str, position: int, message: str) -> None:
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        self.problems.append(Problem(self.files[name], line, column, message))


def _references(name: str) -> re.Pattern[str] | None:
    """Return the pattern that finds references in a kind of file, or None."""
    suffix = PurePosixPath(name).suffix
    if suffix in (".js", ".mjs"):
        return _JS_REFERENCE
    return _CSS_REFERENCE if suffix == ".css" else None


def _found(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield references to files; comments, strings and other addresses are passed over."""
    for match in pattern.finditer(text):
        target = match["target"]
        if target and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#", target):
            yield match
