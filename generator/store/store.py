"""The frame cache: content key → file. The only place rendering results go.

Layout, under ``.cache/`` beside the manifest::

    frames/3f/<key>.webp          an encoded frame
    frames/3f/<key>.webp.json     its record, written last: a frame without one does not exist
    measurements/3f/<key>.json    PSNR and SSIM
    derived/3f/<key>.<suffix>     made from frames without rendering: thumbnails, cards; each
                                  with a record, as frames have one
    files.json                    what is known about files (see project.scan)
    rates.json                    how fast networks ran (see estimate)
    aside/                        files being written; what a killed build left here goes
    lock, owner                   the build that is running

The folder may hold files of others too, as ``~/.cache`` does: what is not ours is left alone.

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
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.errors import StoreError
from generator.plan import Frame, Measurement
from generator.store.checksummed import checksummed, read_checksummed
from generator.store.files import IGNORE, TAG, Files

_KINDS = ("frames", "measurements", "derived")
_KEPT = re.compile(r"[0-9a-f]{32}\.[a-z0-9.]+")
_IN_ROOT = ("files.json", "rates.json", "owner", "lock")


@dataclass(frozen=True)
class Record:
    """What is kept beside a frame: size in pixels and bytes, checksum, the precision that
    ``auto`` became ('' where no network ran), the mean shift of each channel that a colour fix
    removed, in 8-bit levels (None without a fix), and the file's time of modification, in
    nanoseconds, when it was last found sound.
    """  # noqa: D205

    width: int
    height: int
    bytes: int
    sha256: str
    precision: str
    color_shift: Sequence[float] | None
    modified: int


@dataclass(frozen=True)
class Measured:
    """PSNR in dB (None: infinite, the pictures are equal) and SSIM, at most 1."""

    psnr: float | None
    ssim: float


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
        self._files = Files(folder, guest=guest)
        self._frames = f"{folder}/frames"
        # A build asks for every record several times: once to see what is missing, once a page.
        self._records: dict[str, Record] = {}
        self._measured: dict[str, Measured] = {}

    def record(self, frame: Frame) -> Record | None:
        """Return a frame's record, or None where the store lacks it or its file is damaged."""
        known = self._records.get(frame.key)
        if known is None and (kept := self._sound(self._frame_path(frame))):
            with suppress(TypeError):  # written by another version
                known = self._records[frame.key] = Record(**kept)
        return known

    def path(self, frame: Frame) -> Path:
        """Return where the frame's file is, or would be."""
        return Path(self._frame_path(frame))

    def put(
        self,
        frame: Frame,
        data: bytes,
        precision: str,
        color_shift: Sequence[float] | None = None,
    ) -> Record:
        """Keep an encoded frame. Raises StoreError where it cannot be written."""
        picture = frame.picture
        info = {"width": picture.width, "height": picture.height, "precision": precision}
        kept = self._keep(self.path(frame), data, **info, color_shift=color_shift)
        record = Record(**kept)
        self._records[frame.key] = record
        return record

    def measured(self, measurement: Measurement) -> Measured | None:
        """Return a measurement's result, or None where it was not made yet."""
        key = measurement.key
        if key not in self._measured and (data := read_checksummed(self._measurement_path(key))):
            with suppress(TypeError):
                self._measured[key] = Measured(**data)
        return self._measured.get(key)

    def put_measured(self, measurement: Measurement, measured: Measured) -> None:
        """Keep a measurement's result. Raises StoreError where it cannot be written."""
        self._files.write(self._measurement_path(measurement.key), checksummed(asdict(measured)))
        self._measured[measurement.key] = measured

    def derived(self, key: str, suffix: str, make: Callable[[], bytes]) -> Path:
        """Return the file of something made from stored frames, making it where it is missing.

        ``key`` (hex) is the hash of all that determines the bytes, ``suffix`` without dot. For a
        guest there may be no such file.
        """
        path = self._derived_path(key, suffix)
        if not self._sound(path):
            self._keep(path, make())
        return path

    def has_derived(self, key: str, suffix: str) -> bool:
        """Return whether something derived has been made already, and is whole."""
        return bool(self._sound(self._derived_path(key, suffix)))

    def read(self, name: str) -> dict[str, Any]:
        """Return a small JSON file of the store's root, empty where missing or damaged."""
        return read_checksummed(self.folder / name) or {}

    def write(self, name: str, data: dict[str, Any]) -> None:
        """Keep a small JSON file in the store's root. Raises StoreError."""
        self._files.write(self.folder / name, checksummed(data))

    def locked(self) -> AbstractContextManager[None]:
        """Keep other builds away meanwhile; the lock of a killed build does not linger.

        Raises StoreError, which names the owner, where another build holds it.
        """
        return self._files.locked()

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
            self._remove([*self._kept(), *self._files.aside.iterdir()])
        tag, ignore = self.folder / "CACHEDIR.TAG", self.folder / ".gitignore"
        tags = [tag, ignore] if _says(tag, TAG) and _says(ignore, IGNORE) else []
        # On Windows, no lock is removed while it is held.
        self._remove([*(self.folder / name for name in _IN_ROOT), *tags])
        _remove_if_empty([self._files.aside, self.folder])
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    def _kept(self) -> list[Path]:
        """Return the files that are kept by key, records included."""
        return [
            path
            for kind in _KINDS
            for path in (self.folder / kind).glob("??/*")
            if _KEPT.fullmatch(path.name) and path.name.startswith(path.parent.name)
        ]

    def _remove(self, paths: Sequence[Path]) -> None:
        """Remove files, and folders of ours that hold nothing else."""
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"cannot remove {path}: {error.strerror}") from error
        kinds = [self.folder / kind for kind in _KINDS]
        _remove_if_empty([*(parent for kind in kinds for parent in kind.glob("??")), *kinds])

    def _keep(self, path: Path, data: bytes, **info: Any) -> dict[str, Any]:
        """Write a file, then its record, which says when it was whole; return the record."""
        modified = self._files.write(path, data)
        checksum = hashlib.sha256(data).hexdigest()
        record = {**info, "bytes": len(data), "sha256": checksum, "modified": modified}
        self._files.write(Path(_record_path(path)), checksummed(record))
        return record

    def _frame_path(self, frame: Frame) -> str:
        """Return a frame's path as text: a hundred thousand Paths take seconds to make."""
        return f"{self._frames}/{frame.key[:2]}/{frame.name}"

    def _sound(self, path: str | Path) -> dict[str, Any]:
        """Return the record of a file that is what it was when it was written, else nothing."""
        record = read_checksummed(_record_path(path)) or {}
        try:
            status = os.stat(path)  # noqa: PTH116 - no Path
            if status.st_size != record.get("bytes"):
                return {}
            if status.st_mtime_ns != record.get("modified"):
                with open(path, "rb") as file:  # noqa: PTH123 - no Path
                    checksum = hashlib.file_digest(file, "sha256").hexdigest()
                if checksum != record.get("sha256"):
                    return {}
                record["modified"] = status.st_mtime_ns
                with suppress(StoreError):  # else it is compared again next time
                    self._files.write(Path(_record_path(path)), checksummed(record))
        except OSError:
            return {}
        return record

    def _measurement_path(self, key: str) -> Path:
        return self.folder / "measurements" / key[:2] / f"{key}.json"

    def _derived_path(self, key: str, suffix: str) -> Path:
        return self.folder / "derived" / key[:2] / f"{key}.{suffix}"


def _record_path(path: str | Path) -> str:
    return f"{path}.json"


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _remove_if_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # it holds something, or a disk is mounted there
            folder.rmdir()
