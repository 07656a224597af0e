"""What lies at a path, in words, where it is no file that could be read."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

NOTHING = "no such file"

_KINDS = (
    (stat.S_ISDIR, "is a folder, a file is needed"),
    (stat.S_ISFIFO, "is a pipe, a file is needed"),
    (stat.S_ISSOCK, "is a socket, a file is needed"),
    (stat.S_ISCHR, "is a device, a file is needed"),
    (stat.S_ISBLK, "is a device, a file is needed"),
)


def why_no_file(path: Path) -> str:
    """Say what hinders a path from being read as a file: '' where nothing does.

    Where there is nothing at all, it says NOTHING. A pipe is never opened: it would be
    waited for.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        broken = _broken_link(path)
        return f"is a link to '{broken}', which is not there" if broken else NOTHING
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a link that leads back to itself"
        return f"cannot be read: {error.strerror}"
    except ValueError:  # a name that no system can hold
        return NOTHING
    if stat.S_ISREG(mode):
        return ""
    return next((words for fits, words in _KINDS if fits(mode)), "is not a file")


def _broken_link(path: Path) -> str:
    """Return where a link leads that lies at a path; '' where none does."""
    try:
        return str(path.readlink())
    except OSError:
        return ""
