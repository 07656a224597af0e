"""Globs of picture files, in the order in which people count."""

from __future__ import annotations

import fnmatch
import os
import re
from pathlib import Path

from generator.manifest.names import composed

_CLASS = r"\[!?\]?[^\]/]*\]"
PIECE = re.compile(rf"{_CLASS}|.", re.DOTALL)
"""A part of the name in a pattern: a wildcard, or a character."""
_WILDCARD = re.compile(rf"[*?]|{_CLASS}")


def matching_files(root: Path, pattern: str) -> list[Path]:
    """Return the files that match, those of a relative pattern below ``root``, in natural order:
    2 before 10.

    Names match up to canonical equivalence (see ``names``). Raises ValueError where the pattern
    is no glob, or nothing that a disk could hold.
    """  # noqa: D205
    path = Path(pattern)
    base = Path(path.anchor) if path.is_absolute() else root
    relative = str(path.relative_to(path.anchor)) if path.is_absolute() else pattern
    if relative and not Path(relative).parts:
        msg = (
            f"invalid glob pattern '{pattern}': it names a folder; write '{pattern.rstrip('/')}/*'"
        )
        raise ValueError(msg)
    wanted = _expression(relative)
    try:
        found = [file for file in base.glob(_widened(relative)) if file.is_file()]
    except (ValueError, NotImplementedError, IndexError) as error:
        msg = f"invalid glob pattern '{pattern}': {error}"
        raise ValueError(msg) from None
    except OSError as error:
        msg = f"'{pattern}' cannot be looked for: {error.strerror}"
        raise ValueError(msg) from None
    files = [
        file for file in found if wanted.fullmatch(composed(file.relative_to(base).as_posix()))
    ]
    return sorted(files, key=lambda file: natural_key(file.as_posix()))


def paths_of(root: Path, pattern: str) -> list[str]:
    """Return the files that match as an author would write them; hidden ones are left out."""
    found = [path for path in matching_files(root, pattern) if not path.name.startswith(".")]
    absolute = Path(pattern).is_absolute()
    return [(path if absolute else path.relative_to(root)).as_posix() for path in found]


def is_glob(pattern: str) -> bool:
    """Tell a pattern from a plain name."""
    return _WILDCARD.search(pattern) is not None


def why_no_match(root: Path, pattern: str) -> str:
    """Say that no file matches, and what an author may have meant."""
    if (root / pattern).is_dir():
        return f"'{pattern}' is a folder: did you mean '{pattern.rstrip('/')}/*'?"
    message = f"no file matches '{pattern}' in {root.name or root}/"
    if "{" in pattern:
        message += ": in patterns stand *, ? and [abc], no braces"
    elif "\\" in pattern:
        message += ": write / between folders"
    return message


def natural_key(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key by which numbers in ``text`` count as numbers.

    Ties (``01``, ``1``) are broken by the text itself.
    """
    text = composed(text)
    parts = re.split(r"(\d+)", text)
    key = [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]
    return (*key, (0, text))


def _widened(pattern: str) -> str:
    """Return a pattern that matches names in every form of Unicode, and some others.

    One character may be several on the disk: whatever may be such a one matches anything.
    """

    def widen(part: re.Match[str]) -> str:
        if "**" in part[0]:
            return part[0]
        return re.sub(r"\*+", "*", re.sub(rf"{_CLASS}|\?|[^\x00-\x7f]", "*", part[0]))

    return re.sub(r"[^/]+", widen, composed(pattern))


def _expression(pattern: str) -> re.Pattern[str]:
    """Return what a pattern asks of a whole path, with slashes between folders."""
    parts = [
        "(?:[^/]+/)*" if part == "**" else "".join(map(expression_of, PIECE.findall(part))) + "/"
        for part in Path(composed(pattern)).parts
    ]
    flags = re.IGNORECASE if os.name == "nt" else re.NOFLAG
    return re.compile("".join(parts).removesuffix("/"), flags)


def expression_of(piece: str) -> str:
    """Return the expression for one part of a name's pattern: *, ?, a class, or a character."""
    if piece in ("*", "?"):
        return "[^/]*" if piece == "*" else "[^/]"
    # "(?s:", what the class means, ")" and an anchor
    return fnmatch.translate(piece)[4:-3] if len(piece) > 1 else re.escape(piece)
