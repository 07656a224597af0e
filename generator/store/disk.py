"""Files of ours in a folder where others may have put links, pipes and folders of the same names.

No link is ever followed: what lies behind it is somebody else's.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from generator.errors import StoreError

ASIDE = "aside"
_GUEST_SECONDS = 1
"""A guest holds the lock while it writes one file; so long a build waits for it."""
_LEFTOVER = re.compile(r"tmp[a-z0-9_]{8,16}")

# What hides a folder that we created from git, and from backups that honour CACHEDIR.TAG.
IGNORE = "*\n"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by alphagrid.\n"


class Disk:
    """Writes whole files below a folder of ours, which is made when it is needed.

    A ``guest`` writes only while nobody holds the folder's lock, and forgets it otherwise.
    """

    def __init__(self, folder: Path, *, guest: bool) -> None:
        self._folder = folder
        self._guest = guest

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds away meanwhile; see ``Store.locked``."""
        owner = self._folder / "owner"
        lock = FileLock(self._folder / "lock", timeout=_GUEST_SECONDS)
        try:
            self.prepare()
            check_file(self._folder / "lock")
            lock.acquire()
        except Timeout:
            message = f"{self._folder} is in use by {_who(owner)}: wait for it, or stop it"
            raise StoreError(message) from None
        except OSError as error:
            raise cannot_write(self._folder, error) from error
        try:
            for leftover in self.leftovers():
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
            self.prepare()
            check_file(self._folder / "lock")
            with FileLock(self._folder / "lock", timeout=0):
                return self._write(path, data)
        except Timeout:
            return 0
        except OSError as error:
            raise cannot_write(path, error) from error

    def _write(self, path: Path, data: bytes) -> int:
        try:
            return self._replace(path, data)
        except FileNotFoundError:
            # A build that starts sweeps away what others are just writing, too.
            return self._replace(path, data)

    def prepare(self) -> None:
        """Create the folder; one that was there before may hold what others want to be seen."""
        with suppress(FileExistsError):
            self._folder.mkdir(parents=True)
            (self._folder / "CACHEDIR.TAG").write_text(TAG)
            (self._folder / ".gitignore").write_text(IGNORE)
        make_folders(self._folder, self._folder / ASIDE)

    def leftovers(self) -> list[Path]:
        """Return the files that were being written; a build that was killed leaves them."""
        aside = entries(self._folder / ASIDE)
        return [path for path in aside if _LEFTOVER.fullmatch(path.name) and is_file(path)]

    def _replace(self, path: Path, data: bytes) -> int:
        self.prepare()
        make_folders(self._folder, path.parent)
        clear_place(path)
        aside = self._folder / ASIDE / f"tmp{secrets.token_hex(8)}"
        try:
            with aside.open("xb") as file:
                file.write(data)
            modified = aside.stat().st_mtime_ns
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return modified


def _who(owner: Path) -> str:
    try:
        return read_file(owner)[:200].decode(errors="replace").strip()
    except OSError:
        return "another build"


def is_file(path: str | Path) -> bool:
    """Say whether there is a regular file, rather than a link to one."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: Path) -> bool:
    """Say whether there is a folder, rather than a link to one."""
    return stat.S_ISDIR(_mode(path))


def read_file(path: str | Path) -> bytes:
    """Return the bytes of a regular file. Raises OSError for all else; no pipe is waited for."""
    if not is_file(path):
        raise FileNotFoundError(path)
    with open(path, "rb") as file:  # noqa: PTH123 - thousands of files
        return file.read()


def entries(folder: Path, pattern: str = "*") -> list[Path]:
    """Return what matches in a folder; nothing where a link stands in its place."""
    return list(folder.glob(pattern)) if is_folder(folder) else []


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Return what to say where the disk refuses."""
    message = f"cannot write {path}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        message += "; make room and build again: what was rendered is kept"
    return StoreError(message)


def make_folders(root: Path, folder: Path) -> None:
    """Make a folder below ``root``, and those between the two.

    Raises StoreError where anything but a folder has one of their names.
    """
    place = root
    for part in folder.relative_to(root).parts:
        place /= part
        with suppress(FileExistsError):
            place.mkdir()
            continue
        if not is_folder(place):
            what = "a link, and the cache follows none" if place.is_symlink() else "no folder"
            raise StoreError(f"{place} is {what}: remove it")


def clear_place(path: Path) -> None:
    """Make way for a file that a rename will put there.

    An empty folder goes; raises StoreError where a folder holds anything.
    """
    if is_folder(path):
        try:
            path.rmdir()
        except OSError:
            raise StoreError(f"{path} is a folder, in the place of a file: remove it") from None


def check_file(path: Path) -> None:
    """Raise StoreError where a file that is opened in place is a link, a pipe or the like."""
    clear_place(path)
    if os.path.lexists(path) and not is_file(path):
        raise StoreError(f"{path} is a link or a device, in the place of a file: remove it")


def _mode(path: str | Path) -> int:
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0
