"""The marker: a list, inside a site, of all that a build wrote there.

A marker may come with a stranger's folder, so it is not believed: a file is ours to delete where
its name is listed and its bytes are those that were written. A frame that a failing disk has
damaged, of its size and with a hash for a name, is nobody's work either.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import OutputError
from generator.plan.keys import file_sha256

MARKER = ".alphagrid"
_VERSION = 2
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave behind on their own: nobody's loss."""

_NAMED_BY_HASH = re.compile(r"frames/[0-9a-f]{32}\.\w+|assets/[^/]+\.[0-9a-f]{12}\.\w+")


@dataclass(frozen=True)
class Written:
    """A file as a build wrote it: its size, and the first half of its SHA-256 in hex."""

    bytes: int
    digest: str


def digest_of(data: bytes) -> str:
    """Return the digest of a file that holds ``data``."""
    return short(hashlib.sha256(data).hexdigest())


def digest_file(path: Path | str) -> str:
    """Return the digest of a file. Raises OSError."""
    return short(file_sha256(path))


def short(sha256: str) -> str:
    """Return the digest for a SHA-256: half of it is proof enough, and markers are long."""
    return sha256[:32]


def marker(files: Mapping[str, Written]) -> str:
    """Return the text of the marker of a site that holds ``files``, by name."""
    lines = ",\n".join(
        f"{json.dumps(name)}: [{file.bytes}, {json.dumps(file.digest)}]"
        for name, file in sorted(files.items())
    )
    return f'{{"alphagrid": {_VERSION}, "files": {{\n{lines}\n}}}}\n'


def last_site(place: Path) -> dict[str, Written]:
    """Return what a site's marker lists; nothing where there is none that can be read."""
    try:
        return _read(place)
    except (_OlderError, OSError, ValueError):
        return {}


def check_ours(place: Path, shown: Path, stage: Path | None = None, *, in_haste: bool) -> None:
    """Raise OutputError where a folder holds anything that no build has written.

    What ``stage``, the folder of the site to come, holds too is not lost, and so not read. A
    check ``in_haste`` compares bytes only where a file was touched after the marker; it finds
    what people do, and is not enough to delete by.
    """
    if not place.is_dir():
        return
    listed = _listed(place, shown)
    folders = {above for name in listed for above in _above(name)}
    since = _marked(place) if in_haste else -1
    strange: list[str] = []
    for name, status in _walk(str(place)):
        plain = unicodedata.normalize("NFC", name)  # some disks keep names in another form
        if stat.S_ISDIR(status.st_mode):
            strange += [] if plain in folders else [name]
            continue
        regular = stat.S_ISREG(status.st_mode)
        if regular and (name == MARKER or name.rpartition("/")[2] in _DROPPINGS):
            continue
        if plain not in listed or not regular:
            raise _not_ours(shown, name, "which no build has written")
        if status.st_size != listed[plain].bytes or not (
            status.st_mtime_ns <= since
            or (stage and _same(status, stage / name))
            or _NAMED_BY_HASH.fullmatch(plain)
            or _has(place / name, listed[plain].digest)
        ):
            raise _not_ours(shown, name, "which is not as a build wrote it")
    if strange:
        raise _not_ours(shown, f"{strange[0]}/", "a folder that no build has made")


def _not_ours(shown: Path, name: str, why: str) -> OutputError:
    remedy = "move it away, or choose another output folder"
    return OutputError(f"{shown} holds '{name}', {why}: {remedy}")


class _OlderError(Exception):
    """A marker of a version that kept names only."""


def _listed(place: Path, shown: Path) -> dict[str, Written]:
    try:
        listed = _read(place)
    except _OlderError:
        msg = (
            f"{shown} was built by an older version, whose list of files does not prove that they "
            "are ours: remove the folder, or choose another"
        )
        raise OutputError(msg) from None
    except (OSError, ValueError):
        msg = f"{shown}: {MARKER} in it cannot be read, so its files may not be ours: remove it"
        raise OutputError(msg) from None
    return {unicodedata.normalize("NFC", name): file for name, file in listed.items()}


def _read(place: Path) -> dict[str, Written]:
    """Return what a marker lists, nothing without one.

    Raises ValueError where it is none, _OlderError where it lists names only.
    """
    path = place / MARKER
    if not os.path.lexists(path):
        return {}
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError
    try:
        data = json.loads(path.read_bytes())
        if data["alphagrid"] == 1 and isinstance(data["files"], list):
            raise _OlderError
        files = data["files"].items()
        return {name: Written(int(size), str(digest)) for name, (size, digest) in files}
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError from error


def _marked(place: Path) -> int:
    """Return when the marker was written, in nanoseconds; -1 without one."""
    path = place / MARKER
    return path.lstat().st_mtime_ns if path.exists() else -1


def _above(name: str) -> Iterator[str]:
    """Yield the folders that a file lies in."""
    while name := name.rpartition("/")[0]:
        yield name


def _walk(root: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield all that a folder holds at any depth, links unfollowed: files before folders."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for name in sorted(os.listdir(f"{root}/{folder}")):  # noqa: PTH208 - thousands of files
            relative = f"{folder}{name}"
            status = os.lstat(f"{root}/{relative}")
            if stat.S_ISDIR(status.st_mode):
                waiting.append(f"{relative}/")
            yield relative, status


def _same(status: os.stat_result, path: Path) -> bool:
    """Say whether a name is another one of the same file."""
    try:
        return os.path.samestat(status, os.lstat(path))
    except OSError:
        return False


def _has(path: Path, digest: str) -> bool:
    try:
        return digest_file(path) == digest
    except OSError:
        return False  # what cannot be read cannot be ours for sure
