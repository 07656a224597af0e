"""Names that Unicode can write in several ways: found in the one that the disk holds.

A ü is one character or two (u and the dots), and a copy from a Mac may turn one into the other.
Both are canonically equivalent: what people write and see is the same name.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def composed(text: str) -> str:
    """Return the form in which canonically equivalent texts are equal, and names are published."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def as_on_disk(root: Path, path: str) -> str:
    """Return a path, relative to ``root`` or absolute, in the form in which the disk holds it.

    What is there as it is written comes first; what is in no form there comes back as it is.
    """
    if _exists(root / path):
        return path
    parts = Path(path).parts
    found = Path()
    for part in parts:
        name = part if _exists(root / found / part) else _equivalent(root / found, part)
        if name is None:
            return path
        found /= name
    return found.as_posix()


def _equivalent(folder: Path, name: str) -> str | None:
    wanted = composed(name)
    try:
        return next((other for other in os.listdir(folder) if composed(other) == wanted), None)  # noqa: PTH208
    except (OSError, ValueError):
        return None


def _exists(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # a character that no name can hold
        return False
