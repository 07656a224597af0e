"""Globs of picture files, in the order in which people count."""

from __future__ import annotations

import re
from pathlib import Path


def matching_files(root: Path, pattern: str) -> list[Path]:
    """Return the files that match, relative to ``root``, in natural order: 2 before 10.

    Raises ValueError where the pattern is not a glob, or nothing that a disk could hold.
    """
    path = Path(pattern)
    base = Path(path.anchor) if path.is_absolute() else root
    relative = str(path.relative_to(path.anchor)) if path.is_absolute() else pattern
    try:
        files = [file for file in base.glob(relative) if file.is_file()]
    except (ValueError, NotImplementedError, IndexError) as error:
        msg = f"invalid glob pattern '{pattern}': {error}"
        raise ValueError(msg) from None
    except OSError as error:
        msg = f"'{pattern}' cannot be looked for: {error.strerror}"
        raise ValueError(msg) from None
    return sorted(files, key=lambda file: natural_key(file.as_posix()))


def natural_key(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key by which numbers in ``text`` count as numbers.

    Ties (``01``, ``1``) are broken by the text itself.
    """
    parts = re.split(r"(\d+)", text)
    key = [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]
    return (*key, (0, text))
