"""Numbered pictures: ``000.png … 016.png``, in one folder or in several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from generator.project.folders import Names
from generator.project.ways.shelf import Reading, Shelf, escaped

_FEWEST = 3
_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)


def sequences(shelf: Shelf) -> Reading | None:
    """Read pictures whose numbers follow one another as frames, in each folder they lie in."""
    groups: dict[tuple[PurePosixPath, str, str], dict[int, PurePosixPath]] = {}
    for path in shelf.pictures:
        if match := _NUMBERED.fullmatch(path.stem):
            group = groups.setdefault((path.parent, match[1], path.suffix), {})
            group.setdefault(int(match[2]), path)
    names = Names()
    comparisons: dict[str, Any] = {}
    used: set[PurePosixPath] = set()
    for (folder, start, suffix), frames in groups.items():
        pattern = _pattern(shelf, folder, start, suffix, {*frames.values()})
        if pattern and _follow(sorted(frames)):
            words = (folder.name or shelf.name, start.strip(" _-."))
            id_, title = names.of([" ".join(filter(None, words))])
            titled = {} if title == id_ else {"title": title}
            comparisons[id_] = {**titled, "frames": shelf.pattern(pattern)}
            used |= {*frames.values()}
    if not used:
        return None
    return Reading("numbered pictures, shown as frames", {}, comparisons, frozenset(used))


def _follow(numbers: Sequence[int]) -> bool:
    return len(numbers) >= _FEWEST and numbers[-1] - numbers[0] == len(numbers) - 1


def _pattern(
    shelf: Shelf, folder: PurePosixPath, start: str, suffix: str, frames: set[PurePosixPath]
) -> str:
    """Return a glob that matches these frames and no other picture; '' where none does."""
    names = (f"{escaped(start)}{wildcard}{escaped(suffix)}" for wildcard in ("*", "[0-9]*"))
    patterns = (PurePosixPath(escaped(str(folder)), name).as_posix() for name in names)
    return next((each for each in patterns if shelf.matching(each) == frames), "")
