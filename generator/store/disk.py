"""Files of ours in a folder where others may have put links, pipes and folders of the same names.

No link is ever followed: what lies behind it is somebody else's.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from generator.errors import StoreError


def is_file(path: Path) -> bool:
    """Say whether there is a regular file, rather than a link to one."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: Path) -> bool:
    """Say whether there is a folder, rather than a link to one."""
    return stat.S_ISDIR(_mode(path))


def read_file(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises OSError for all else; no pipe is waited for."""
    if not is_file(path):
        raise FileNotFoundError(path)
    return path.read_bytes()


def entries(folder: Path, pattern: str = "*") -> list[Path]:
    """Return what matches in a folder; nothing where a link stands in its place."""
    return list(folder.glob(pattern)) if is_folder(folder) else []


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


def _mode(path: Path) -> int:
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0
