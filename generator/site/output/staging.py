"""The output folder: built aside, put in place in one step, never at the cost of others' files.

A site is staged in a sibling folder with a recognisable name. When it is whole, the two folders
change places atomically where the system can do that, and what was the old site is removed. A
marker inside the site lists all that was written; a folder with anything else in it is not ours
to replace. Links are never followed to write or to delete.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.errors import OutputError
from generator.site.output.marker import MARKER, check_ours, marker
from generator.site.output.tree import OutputTree

_STAGE = re.compile(r"\.alphagrid-stage-[0-9a-f]{8}-[0-9a-f]{12}(-old)?")
_EXCHANGE = 2
_HERE = -100


def check_output(output: Path, sources: Iterable[Path], root: Path) -> None:
    """Raise OutputError where a site must not be written to ``output``.

    That is: a file, a folder that holds what no build has written, a folder that is, holds or
    lies in one of ``sources`` (content, templates, cache …), that is or holds ``root``, the
    manifest's folder, or that lies where nothing may be written.
    """
    place = output.resolve()
    for source in (path.resolve() for path in sources):
        if place == source or place in source.parents or source in place.parents:
            msg = f"{output}: the site cannot be written over {source}: choose another folder"
            raise OutputError(msg)
    if place == root.resolve() or place in root.resolve().parents:
        msg = f"{output}: the site would replace the manifest's own folder: choose another one"
        raise OutputError(msg)
    if place.exists() and not place.is_dir():
        msg = f"{output} is a file: the output is a folder"
        raise OutputError(msg)
    above = next(folder for folder in place.parents if folder.exists())
    if not os.access(above, os.W_OK):
        msg = f"{output}: {above} may not be written: choose another folder"
        raise OutputError(msg)
    check_ours(place, output, in_haste=True)


def remove_site(output: Path) -> bool:
    """Remove a built site; return whether there was one. Raises OutputError if it is not ours."""
    place = output.resolve()
    if not place.exists():
        return False
    if not place.is_dir():
        msg = f"{output} is a file, no site"
        raise OutputError(msg)
    check_ours(place, output, in_haste=False)
    try:
        _remove_stale(place)
        shutil.rmtree(place)
    except OSError as error:
        msg = f"{output} cannot be removed: {error.strerror}"
        raise OutputError(msg) from error
    return True


@contextlib.contextmanager
def staged(output: Path) -> Iterator[OutputTree]:
    """Write a site aside; put it in place when the block ends without an error.

    Raises OutputError where files cannot be written, or ``output`` holds what is not ours.
    """
    place = output.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale(place)
        with _staging_folder(place) as stage:
            tree = OutputTree(stage)
            yield tree
            tree.write(MARKER, marker(tree.written))
            check_ours(place, output, stage, in_haste=False)
            _swap(stage, place)
    except OSError as error:
        msg = f"{output}: the site cannot be written: {error.strerror}"
        if error.filename and Path(os.fsdecode(error.filename)) != place:
            msg += f" ({os.fsdecode(error.filename)})"
        raise OutputError(msg) from error


@contextlib.contextmanager
def _staging_folder(place: Path) -> Iterator[Path]:
    """Make a folder beside ``place``, locked while this process lives; it is gone at the end."""
    stage = place.parent / f"{_prefix(place)}{secrets.token_hex(6)}"
    stage.mkdir()
    lock = _lock(stage)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _remove_stale(place: Path) -> None:
    """Remove what killed builds have left; the staging of one that runs is locked."""
    for leftover in place.parent.glob(f"{_prefix(place)}*"):
        if leftover.is_symlink() or not _STAGE.fullmatch(leftover.name):
            continue
        lock = _lock(leftover)
        if lock is not None:
            shutil.rmtree(leftover, ignore_errors=True)
            os.close(lock)


def _prefix(place: Path) -> str:
    return f".alphagrid-stage-{hashlib.sha256(place.name.encode()).hexdigest()[:8]}-"


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor is closed or the process ends, however it ends."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):  # gone meanwhile, or no folder at all
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _swap(stage: Path, place: Path) -> None:
    """Put ``stage`` in the place of ``place``, which may not exist; the old one takes its name."""
    if not place.exists():
        stage.rename(place)
    elif not _exchange(stage, place):
        aside = stage.with_name(f"{stage.name}-old")
        place.rename(aside)
        try:
            stage.rename(place)
        except OSError:
            aside.rename(place)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change names in one step; return False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if _LINUX else None
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL):
        return False
    raise OSError(number, os.strerror(number), str(second))


_LINUX = sys.platform == "linux"
