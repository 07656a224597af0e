"""Which way explains a folder of pictures best, and the manifest that follows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from generator.errors import AlphagridError, ImageError, printable
from generator.images import decode, read_info
from generator.images.likeness import likeness
from generator.manifest.tables.formats import PICTURE_SUFFIXES
from generator.plan.info import ImageInfo
from generator.project.folders import files_in, from_root, why_unwritable
from generator.project.starter import Draft
from generator.project.ways.alphas import alphas
from generator.project.ways.grids import by_input, by_method, one_input
from generator.project.ways.sequences import sequences
from generator.project.ways.shelf import Reading, Shelf, role_of

WAYS = (
    "a folder for each input with a file for each model, a folder for each model with a file for "
    "each input, alphas in the names (cat_alpha0.3.png), or numbers (000.png, 001.png, …)"
)

ONLY_FILES = (
    "pictures are read from the disk, not from addresses, such as imgsli and slow.pics give: "
    "download them into a folder, and import that"
)

_LOOKED_AT = 4
"""Folders, and pictures in each, that are decoded to see what shows the same."""

_SAME = 0.8
"""From this likeness on two pictures are taken to show the same."""

_LISTS = (".txt", ".csv", ".json", ".url", ".md", ".html")
_ADDRESS = re.compile(rb"https?://[^\s\"'<>]+", re.IGNORECASE)


def read_folder(folder: Path, root: Path) -> Draft:
    """Return a manifest in ``root`` for the pictures of a folder.

    Raises AlphagridError where they are kept in no way that is known.
    """
    pictures, left = _pictures(folder)
    if not pictures:
        raise AlphagridError(_why_none(folder, left))
    shelf = Shelf(folder, from_root(folder, root), pictures, frozenset(left))
    readings = [reading for way in _ways(shelf) if (reading := way(shelf))]
    if not readings:
        raise AlphagridError(f"{folder}: its pictures are kept in no way that is known: {WAYS}")
    best = max(readings, key=lambda reading: len(reading.used))
    others = [path for path in pictures if path not in best.used]
    rest = tuple(f"{path}: it does not fit in" for path in others)
    return Draft(
        printable(shelf.name),
        {},
        best.inputs,
        best.comparisons,
        left=(*(f"{path}: {why}" for path, why in left.items()), *rest),
        notes=(f"read as {best.way}: {len(best.used)} of {len(pictures)} pictures",),
    )


def _pictures(folder: Path) -> tuple[dict[PurePosixPath, ImageInfo], dict[PurePosixPath, str]]:
    """Return the pictures of a folder by their path in it, and why others are left out."""
    found, left = {}, {}
    for path in files_in(folder, PICTURE_SUFFIXES):
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        if why := why_unwritable(path, in_pattern=True):
            left[relative] = why
            continue
        try:
            found[relative] = read_info(path)
        except ImageError as error:
            left[relative] = str(error).removeprefix(f"{path}: ")
    return found, left


def _why_none(folder: Path, left: Mapping[PurePosixPath, str]) -> str:
    if left:
        reasons = (f"{path}: {why}" for path, why in left.items())
        return "\n".join((f"{folder}: no picture there can be used:", *reasons))
    for path in files_in(folder, _LISTS):
        if holds_addresses(path):
            return f"{path}: {ONLY_FILES}"
    return f"{folder}: there is no picture in this folder: name another"


def holds_addresses(path: Path) -> bool:
    """Tell a list of web addresses from other files."""
    with path.open("rb") as file:
        return _ADDRESS.search(file.read(2**16)) is not None


def _ways(shelf: Shelf) -> list[Callable[[Shelf], Reading | None]]:
    """Return the ways to read a folder: of two that explain as much, the first is better."""
    one = partial(one_input, alike=partial(_alike, shelf))
    if _files_are_methods(shelf):
        return [alphas, sequences, by_input, by_method, one]
    return [alphas, by_method, sequences, by_input, one]


def _files_are_methods(shelf: Shelf) -> bool:
    """Tell whether the files of a folder show the same, rather than those of one name.

    Usual names decide; else what the pictures look like.
    """
    nested = shelf.at_depth(1)
    files = any(role_of(path.stem) for path in nested)
    folders = any(role_of(path.parent.name) for path in nested)
    if files != folders:
        return files
    rows = [dict(itertools.islice(row.items(), _LOOKED_AT)) for row in shelf.folders().values()][
        :_LOOKED_AT
    ]
    names = {name for row in rows for name in row}
    columns = [[row[name] for row in rows if name in row] for name in names]
    within = _likeness(shelf, [list(row.values()) for row in rows])
    return within >= _likeness(shelf, columns)


def _likeness(shelf: Shelf, groups: Iterable[Sequence[PurePosixPath]]) -> float:
    """Return how alike the pictures of the same group are, -1 to 1, on average."""
    found = []
    for group in groups:
        with suppress(ImageError):  # the build will say what is wrong with it
            pictures = [decode(shelf.folder / path) for path in group]
            found += [likeness(*pair) for pair in itertools.combinations(pictures, 2)]
    return float(np.mean(found)) if found else -1.0


def _alike(shelf: Shelf, pictures: Iterable[PurePosixPath]) -> bool:
    return _likeness(shelf, [list(itertools.islice(pictures, _LOOKED_AT))]) >= _SAME
