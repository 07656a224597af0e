"""Links of the file system in an author's folders that lead out of the project.

What lies behind them would be published, though whoever reads the folder does not see it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generator.manifest.tables.formats import WEIGHTS_SUFFIXES

_FOLDERS = ("content", "static", "templates")


def links_that_lead_out(root: Path) -> Iterator[str]:
    """Yield the links, relative to ``root``, that lead to something outside it.

    Weights are left out: what is published of them is named in the manifest.
    """
    home = root.resolve()
    waiting = [root / name for name in _FOLDERS]
    while waiting:
        path = waiting.pop()
        if path.is_symlink():
            if _leads_out(path, home):
                yield path.relative_to(root).as_posix()
        elif path.is_dir():
            waiting += sorted(_inside(path), reverse=True)


def _leads_out(link: Path, home: Path) -> bool:
    """Say whether there is something behind a link, and not in the folder ``home``."""
    if link.name.lower().endswith(WEIGHTS_SUFFIXES):
        return False
    try:
        return link.exists() and not link.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # links that go round in a circle lead nowhere
        return False


def _inside(folder: Path) -> list[Path]:
    """Return the links and folders in a folder."""
    try:
        with os.scandir(folder) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if entry.is_symlink() or entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
