"""The frame cache: content key → file. The only place rendering results go.

Layout, under ``.cache/`` beside the manifest::

    frames/3f/<key>.webp       an encoded frame
    frames/3f/<key>.json       its record, written last: a frame without one does not exist
    measurements/3f/<key>.json PSNR and SSIM
    derived/3f/<key>.<suffix>  made from frames without rendering: thumbnails, cards
    facts.json                 what is known about files (see examine)
    aside/                     files being written; what a killed build left here goes
    lock, owner                the build that is running

Every file is written aside and renamed, so a reader, or a build after a kill, finds whole files
only. What does not match its record is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from generator.errors import StoreError
from generator.plan import Frame, Measurement

_ASIDE = "aside"


@dataclass(frozen=True)
class Record:
    """What is kept beside a frame: size in pixels and bytes, checksum, the precision that
    ``auto`` became ('' where no network ran), and the mean shift of each channel that a colour
    fix removed, in 8-bit levels (None without a fix).
    """  # noqa: D205

    width: int
    height: int
    bytes: int
    sha256: str
    precision: str
    color_shift: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Measured:
    """PSNR in dB (None: infinite, the pictures are equal) and SSIM, at most 1."""

    psnr: float | None
    ssim: float


class Store:
    """A folder of frames by key. Safe for several threads of one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A build asks for every record several times: once to see what is missing, once a page.
        self._records: dict[str, Record] = {}
        self._measured: dict[str, Measured] = {}

    def record(self, frame: Frame) -> Record | None:
        """Return a frame's record, or None where the store lacks it or its file is damaged."""
        if frame.key not in self._records:
            path = self.path(frame)
            data = _read_json(path.with_suffix(".json"))
            try:
                record = Record(**data) if data else None
                if record is None or path.stat().st_size != record.bytes:
                    return None
            except (TypeError, OSError):
                return None
            self._records[frame.key] = record
        return self._records[frame.key]

    def path(self, frame: Frame) -> Path:
        """Return where the frame's file is, or would be."""
        return self.folder / "frames" / frame.key[:2] / frame.name

    def put(
        self,
        frame: Frame,
        data: bytes,
        precision: str,
        color_shift: tuple[float, ...] | None = None,
    ) -> Record:
        """Keep an encoded frame. Raises StoreError where it cannot be written."""
        picture = frame.picture
        checksum = hashlib.sha256(data).hexdigest()
        record = Record(picture.width, picture.height, len(data), checksum, precision, color_shift)
        path = self.path(frame)
        self._write(path, data)
        self._write(path.with_suffix(".json"), _to_json(asdict(record)))
        self._records[frame.key] = record
        return record

    def measured(self, measurement: Measurement) -> Measured | None:
        """Return a measurement's result, or None where it was not made yet."""
        if measurement.key not in self._measured:
            data = _read_json(self._measurement_path(measurement))
            try:
                if data:
                    self._measured[measurement.key] = Measured(**data)
            except TypeError:
                return None
        return self._measured.get(measurement.key)

    def put_measured(self, measurement: Measurement, measured: Measured) -> None:
        """Keep a measurement's result. Raises StoreError where it cannot be written."""
        self._write(self._measurement_path(measurement), _to_json(asdict(measured)))
        self._measured[measurement.key] = measured

    def derived(self, key: str, suffix: str, make: Callable[[], bytes]) -> Path:
        """Return the file of something made from stored frames, making it where it is missing.

        ``key`` (hex) is the hash of all that determines the bytes, ``suffix`` without dot.
        """
        path = self._derived_path(key, suffix)
        if not path.exists():
            self._write(path, make())
        return path

    def has_derived(self, key: str, suffix: str) -> bool:
        """Return whether something derived has been made already."""
        return self._derived_path(key, suffix).exists()

    def read(self, name: str) -> dict[str, Any]:
        """Return a small JSON file of the store's root, empty where missing or damaged."""
        return _read_json(self.folder / name) or {}

    def write(self, name: str, data: dict[str, Any]) -> None:
        """Keep a small JSON file in the store's root. Raises StoreError."""
        self._write(self.folder / name, _to_json(data))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds away meanwhile; the lock of a killed build does not linger.

        Raises StoreError, which names the owner, where another build holds it.
        """
        owner = self.folder / "owner"
        lock = FileLock(self.folder / "lock", timeout=0)
        try:
            self._prepared  # noqa: B018 - creates the folder once
            lock.acquire()
        except Timeout:
            who = owner.read_text(errors="replace").strip() if owner.exists() else "another build"
            message = f"{self.folder} is in use by {who}: wait for it, or stop it"
            raise StoreError(message) from None
        except OSError as error:
            raise StoreError(f"cannot write {self.folder}: {error.strerror}") from error
        try:
            for leftover in (self.folder / _ASIDE).iterdir():
                leftover.unlink(missing_ok=True)
            self._write(owner, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
            yield
        finally:
            lock.release()

    def clear(self) -> None:
        """Remove the store with everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _measurement_path(self, measurement: Measurement) -> Path:
        key = measurement.key
        return self.folder / "measurements" / key[:2] / f"{key}.json"

    def _derived_path(self, key: str, suffix: str) -> Path:
        return self.folder / "derived" / key[:2] / f"{key}.{suffix}"

    def _write(self, path: Path, data: bytes) -> None:
        try:
            self._prepared  # noqa: B018 - creates the folder once
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, aside = tempfile.mkstemp(dir=self.folder / _ASIDE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(aside).chmod(0o644)
            Path(aside).replace(path)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error

    @cached_property
    def _prepared(self) -> bool:
        """Create the folder, invisible to git and to backups that honour CACHEDIR.TAG."""
        (self.folder / _ASIDE).mkdir(parents=True, exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n")
        tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
        (self.folder / "CACHEDIR.TAG").write_text(tag)
        return True


def _to_json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
