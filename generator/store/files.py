"""Files in a folder that several processes use: whole or not there, one build at a time."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from generator.errors import StoreError

# What hides a folder that we created from git, and from backups that honour CACHEDIR.TAG.
IGNORE = "*\n"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by alphagrid.\n"

_GUEST_SECONDS = 1
"""A guest holds the lock while it writes one file; so long a build waits for it."""


class Files:
    """Writes below ``folder``, by way of ``aside``, from where files are renamed into place.

    A ``guest`` writes where nobody holds the lock, and forgets it otherwise.
    """

    def __init__(self, folder: Path, *, guest: bool) -> None:
        self._folder = folder
        self._guest = guest
        self.aside = folder / "aside"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds away meanwhile; see ``Store.locked``."""
        owner = self._folder / "owner"
        lock = FileLock(self._folder / "lock", timeout=_GUEST_SECONDS)
        try:
            self._prepare()
            lock.acquire()
        except Timeout:
            who = owner.read_text(errors="replace").strip() if owner.exists() else "another build"
            message = f"{self._folder} is in use by {who}: wait for it, or stop it"
            raise StoreError(message) from None
        except OSError as error:
            raise _cannot_write(self._folder, error) from error
        try:
            for leftover in self.aside.iterdir():
                with suppress(PermissionError):  # Windows: somebody is writing it
                    leftover.unlink(missing_ok=True)
            self.write(owner, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
            yield
        finally:
            lock.release()

    def write(self, path: Path, data: bytes) -> int:
        """Write a whole file or none; return its time of modification, in nanoseconds.

        That is 0 where a guest wrote nothing. Raises StoreError where the disk refuses.
        """
        try:
            if not self._guest:
                return self._write(path, data)
            self._prepare()
            with FileLock(self._folder / "lock", timeout=0):
                return self._write(path, data)
        except Timeout:
            return 0
        except OSError as error:
            raise _cannot_write(path, error) from error

    def _write(self, path: Path, data: bytes) -> int:
        try:
            return self._replace(path, data)
        except FileNotFoundError:
            # A build that starts sweeps away what others are just writing, too.
            return self._replace(path, data)

    def _replace(self, path: Path, data: bytes) -> int:
        self._prepare()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.aside)
        aside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            aside.chmod(0o644)
            modified = aside.stat().st_mtime_ns
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return modified

    def _prepare(self) -> None:
        """Create the folder; one that was there before may hold what others want to be seen."""
        with suppress(FileExistsError):
            self._folder.mkdir(parents=True)
            (self._folder / "CACHEDIR.TAG").write_text(TAG)
            (self._folder / ".gitignore").write_text(IGNORE)
        self.aside.mkdir(exist_ok=True)


def _cannot_write(path: Path, error: OSError) -> StoreError:
    message = f"cannot write {path}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message += "; make room and build again: what was rendered is kept"
    return StoreError(message)
