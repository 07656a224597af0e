"""The frame cache: content key → file. The only place rendering results go.

Layout, under ``.cache/`` beside the manifest::

    frames/3f/<key>.webp          an encoded frame
    frames/3f/<key>.webp.json     its record, written last: a frame without one does not exist
    measurements/3f/<key>.json    what one measure said of a picture
    derived/3f/<key>.<suffix>     artifacts, made without rendering: cards, masks, mixed weights;
                                  each with a record, as frames have one
    files.json                    what is known about files (see project.scan)
    rates.json                    how fast networks ran (see estimate)
    aside/tmp…                    files being written; what a killed build left here goes
    lock, owner                   the build that is running

The folder may hold files of others too, as ``~/.cache`` does: what is not ours is left alone. It
may be a link itself, but none inside it is followed: a name of ours that is a link is refused, or
as good as missing.

Every file is written aside and renamed, so a reader, or a build after a kill, finds whole files
only. What does not match its record is not there. JSON is kept with its checksum, which is
compared on every reading. Pictures and weights are compared with the checksum in their record as
soon as their size or time of modification is another than when they were last found sound, so
that a build in which nothing changed reads none of them. Bits that a failing disk turns under an
unchanged time are therefore not looked for: ``build --force`` makes everything anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import StoreError
from generator.manifest.tables.measures import as_json
from generator.plan import Frame, Measurement
from generator.plan.keys import file_sha256
from generator.store.artifacts import Artifact
from generator.store.checksummed import checksummed, fits, read_checksummed
from generator.store.disk import (
    ASIDE,
    IGNORE,
    TAG,
    Disk,
    entries,
    is_file,
)

_KINDS = ("frames", "measurements", "derived")
_KEPT = re.compile(r"[0-9a-f]{32}\.[a-z0-9.]+")
_IN_ROOT = ("files.json", "rates.json", "owner", "lock")


@dataclass(frozen=True)
class Record:
    """What is kept beside a frame: size in pixels and bytes, checksum, the precision that
    ``auto`` became ('' where no network ran), the mean shift of each channel that a colour fix
    removed, in 8-bit levels (None without a fix), the file's time of modification, in
    nanoseconds, when it was last found sound, and rows and columns of the tiles where a network
    saw pieces of the picture that were cross-faded (None where it saw all of it).
    """  # noqa: D205

    width: int
    height: int
    bytes: int
    sha256: str
    precision: str
    color_shift: Sequence[float] | None
    modified: int
    tiles: Sequence[int] | None = None


_RECORD = {
    "width": int,
    "height": int,
    "bytes": int,
    "sha256": str,
    "precision": str,
    "color_shift": list | None,
    "modified": int,
    "tiles": list | None,
}


@dataclass(frozen=True)
class Removed:
    """How many files were removed, and the bytes that they took."""

    files: int
    bytes: int


class Store:
    """A folder of frames by key. Safe for several threads of one process.

    A ``guest`` reads while a build holds the lock, and keeps nothing then: what it is given is
    made, checked and forgotten. While the store is free it keeps things as others do.
    """

    def __init__(self, folder: Path, *, guest: bool = False) -> None:
        self.folder = folder
        self._disk = Disk(folder, guest=guest)
        self._frames = f"{folder}/frames"
        # A build asks for every record several times: once to see what is missing, once a page.
        self._records: dict[str, Record] = {}
        self._measured: dict[str, float] = {}

    def record(self, frame: Frame) -> Record | None:
        """Return a frame's record, or None where the store lacks it or its file is damaged."""
        known = self._records.get(frame.key)
        if known is None:
            kept = {"tiles": None, **self._sound(self._frame_path(frame))}
            if fits(kept, _RECORD):
                known = self._records[frame.key] = Record(**kept)
        return known  # else it is missing, damaged, or written by another version

    def path(self, frame: Frame) -> Path:
        """Return where the frame's file is, or would be."""
        return Path(self._frame_path(frame))

    def put(
        self,
        frame: Frame,
        data: bytes,
        precision: str,
        color_shift: Sequence[float] | None = None,
        tiles: Sequence[int] | None = None,
    ) -> Record:
        """Keep an encoded frame. Raises StoreError where it cannot be written."""
        picture = frame.picture
        info: dict[str, Any] = {
            "width": picture.width,
            "height": picture.height,
            "precision": precision,
        }
        if tiles:
            info["tiles"] = tiles
        kept = self._keep(self.path(frame), data, **info, color_shift=color_shift)
        record = Record(**kept)
        self._records[frame.key] = record
        return record

    def measured(self, measurement: Measurement) -> dict[str, float]:
        """Return the results of those measures that were made already, by measure."""
        found = {name: self._result(measurement.key_of(name)) for name in measurement.measures}
        return {name: value for name, value in found.items() if value is not None}

    def put_measured(self, measurement: Measurement, results: Mapping[str, float]) -> None:
        """Keep results by measure. Raises StoreError where they cannot be written."""
        for name, value in results.items():
            key = measurement.key_of(name)
            kept = {"measure": name, "value": as_json(value)}
            self._write(self._measurement_path(key), checksummed(kept))
            self._measured[key] = value

    def artifact(self, artifact: Artifact, make: Callable[[], bytes]) -> Path:
        """Return the file of an artifact, which is made where it is missing.

        For a guest there may be no such file. Raises what ``make`` raises, and StoreError where
        it cannot be written.
        """
        path = self._artifact_path(artifact)
        if not self._sound(path):
            self._keep(path, make(), kind=artifact.kind)
        return path

    def has_artifact(self, artifact: Artifact) -> bool:
        """Return whether an artifact has been made already, and is whole."""
        return bool(self._sound(self._artifact_path(artifact)))

    def read(self, name: str) -> dict[str, Any]:
        """Return a small JSON file of the store's root, empty where missing or damaged."""
        return read_checksummed(self.folder / name) or {}

    def write(self, name: str, data: dict[str, Any]) -> None:
        """Keep a small JSON file in the store's root. Raises StoreError."""
        self._write(self.folder / name, checksummed(data))

    def locked(self) -> AbstractContextManager[None]:
        """Keep other builds away meanwhile; the lock of a killed build does not linger.

        Raises StoreError, which names the owner, where another build holds it.
        """
        return self._disk.locked()

    def prune(self, keys: Collection[str]) -> Removed:
        """Remove what is kept under other keys. Call this in a locked store only.

        Raises StoreError where the disk refuses.
        """
        unused = [path for path in self._kept() if path.name.partition(".")[0] not in keys]
        removed = Removed(len(unused), sum(path.stat().st_size for path in unused))
        self._remove(unused)
        return removed

    def clear(self) -> list[str]:
        """Remove all that is ours, and the folder unless it holds something else.

        Return the names of what is left. Raises StoreError where a build is using the store, or
        the disk refuses.
        """
        with self.locked():
            self._remove([*self._kept(), *self._disk.leftovers()])
        tag, ignore = self.folder / "CACHEDIR.TAG", self.folder / ".gitignore"
        tags = [tag, ignore] if _says(tag, TAG) and _says(ignore, IGNORE) else []
        # On Windows, no lock is removed while it is held.
        self._remove([*filter(is_file, (self.folder / name for name in _IN_ROOT)), *tags])
        _remove_if_empty([self.folder / ASIDE, self.folder])
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    def _kept(self) -> list[Path]:
        """Return the files that are kept by key, records included."""
        return [
            path
            for folder in self._folders()
            for path in entries(folder)
            if _KEPT.fullmatch(path.name) and path.name.startswith(folder.name) and is_file(path)
        ]

    def _folders(self) -> list[Path]:
        """Return the folders that the keys start with."""
        return [folder for kind in _KINDS for folder in entries(self.folder / kind, "??")]

    def _remove(self, paths: Sequence[Path]) -> None:
        """Remove files, and folders of ours that hold nothing else."""
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"cannot remove {path}: {error.strerror}") from error
        _remove_if_empty([*self._folders(), *(self.folder / kind for kind in _KINDS)])

    def _keep(self, path: Path, data: bytes, **info: Any) -> dict[str, Any]:
        """Write a file, then its record, which says when it was whole; return the record."""
        modified = self._write(path, data)
        checksum = hashlib.sha256(data).hexdigest()
        record = {**info, "bytes": len(data), "sha256": checksum, "modified": modified}
        self._write(Path(_record_path(path)), checksummed(record))
        return record

    def _frame_path(self, frame: Frame) -> str:
        """Return a frame's path as text: a hundred thousand Paths take seconds to make."""
        return f"{self._frames}/{frame.key[:2]}/{frame.name}"

    def _sound(self, path: str | Path) -> dict[str, Any]:
        """Return the record of a file that is what it was when it was written, else nothing."""
        record = read_checksummed(_record_path(path)) or {}
        try:
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or status.st_size != record.get("bytes"):
                return {}
            if status.st_mtime_ns != record.get("modified"):
                if file_sha256(path) != record.get("sha256"):
                    return {}
                record["modified"] = status.st_mtime_ns
                with suppress(StoreError):  # else it is compared again next time
                    self._write(Path(_record_path(path)), checksummed(record))
        except OSError:
            return {}
        return record

    def _result(self, key: str) -> float | None:
        if key not in self._measured and (data := read_checksummed(self._measurement_path(key))):
            with suppress(KeyError, TypeError, ValueError):  # written by another version
                self._measured[key] = float(data["value"])
        return self._measured.get(key)

    def _measurement_path(self, key: str) -> Path:
        return self.folder / "measurements" / key[:2] / f"{key}.json"

    def _artifact_path(self, artifact: Artifact) -> Path:
        return self.folder / "derived" / artifact.key[:2] / artifact.name

    def _write(self, path: Path, data: bytes) -> int:
        return self._disk.write(path, data)


def _record_path(path: str | Path) -> str:
    return f"{path}.json"


def _says(path: Path, text: str) -> bool:
    return is_file(path) and path.read_bytes() == text.encode()


def _remove_if_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # it holds something, or a disk is mounted there
            folder.rmdir()
