"""Pictures at alphas that their names tell: ``baby_alpha0.3.png``, ``baby-a030.png``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generator.manifest.alphas import rounded
from generator.project.folders import Names
from generator.project.ways.shelf import Reading, Shelf, escaped, input_entry, role_of

_NAME = re.compile(
    r"(?P<name>.*?)(?P<sign>(?:^|[\W_]+)(?:alpha|a|α)[ _=-]*)(?P<value>\d+(?:\.\d+)?)",
    re.IGNORECASE | re.DOTALL,
)
_KEY, _ALPHA = "\0", "\1"
"""What stands for an input and for an alpha in templates; no name can hold them."""


@dataclass(frozen=True)
class _Series:
    """Pictures of the input ``key``, by the alpha as their names write it."""

    key: str
    template: str
    pictures: Mapping[str, PurePosixPath]

    @property
    def percent(self) -> bool:
        """Tell names such as 030 from those such as 0.3."""
        whole = all(text.isdecimal() for text in self.pictures)
        most = max(map(float, self.pictures))
        return whole and most <= 100 and (most == 100 or {*map(len, self.pictures)} == {3})

    @property
    def values(self) -> list[tuple[float, PurePosixPath]]:
        """Return alphas, rising, each with its picture."""
        by = 100 if self.percent else 1
        return sorted((rounded(float(text) / by), path) for text, path in self.pictures.items())

    @property
    def is_good(self) -> bool:
        """Tell whether these can be alphas, each of them once."""
        values = [alpha for alpha, _ in self.values]
        written = self.percent or all(re.fullmatch(r"\d(\.\d+)?", text) for text in self.pictures)
        # Pictures called a1 and a2 are just that.
        telling = {0.0, 1.0} <= {*values} or any("." in text for text in self.pictures)
        return len({*values}) == len(values) > 1 and max(values) <= 2 and written and telling


def alphas(shelf: Shelf) -> Reading | None:
    """Read pictures whose names, or whose folders' names, end in an alpha.

    Those at 0.3 are given as they are; those at 030 are frames that say so.
    """
    series = [each for each in _all_series(shelf) if each.is_good]
    if not series:
        return None
    own = {path for each in series for path in each.pictures.values()}
    given = _Given(shelf, [path for path in shelf.pictures if path not in own])
    comparisons: dict[str, Any] = {}
    names = Names()
    used: set[PurePosixPath] = set()
    for each in series:
        if not each.percent:
            used |= given.add(each)
        elif frames := _frames(shelf, each):
            id_, title = names.of([each.key])
            comparisons[id_] = {**({} if title == id_ else {"title": title}), **frames}
            used |= {*each.pictures.values()}
    comparisons |= given.comparisons(names)
    way = "pictures at the alphas that their names tell"
    return Reading(way, given.inputs, comparisons, frozenset(used))


def _all_series(shelf: Shelf) -> list[_Series]:
    found: dict[tuple[str, str], dict[str, PurePosixPath]] = {}
    for path in shelf.pictures:
        for key, template, alpha in _read(path, shelf.name):
            found.setdefault((key, template), {})[alpha] = path
    return [_Series(key, template, pictures) for (key, template), pictures in found.items()]


def _read(path: PurePosixPath, whole: str) -> Iterator[tuple[str, str, str]]:
    """Yield the input, the template and the alpha that a path tells, if any."""
    folder, suffix = path.parent, path.suffix
    if match := _NAME.fullmatch(path.stem):
        name, end = match["name"], f"{match['sign']}{_ALPHA}{suffix}"
        if name:
            yield name, str(folder / f"{_KEY}{end}"), match["value"]
        elif folder.name:
            yield folder.name, str(folder.parent / _KEY / end), match["value"]
        else:
            yield whole, end, match["value"]
    elif (match := _NAME.fullmatch(folder.name)) and not match["name"]:
        place = folder.parent / f"{match['sign']}{_ALPHA}" / f"{_KEY}{suffix}"
        yield path.stem, str(place), match["value"]


class _Given:
    """Series that a manifest can give as they are, gathered by where they lie."""

    def __init__(self, shelf: Shelf, others: Sequence[PurePosixPath]) -> None:
        self.inputs: dict[str, Any] = {}
        self._shelf = shelf
        self._others = others
        self._names = Names()
        self._patterns: dict[str, dict[str, float]] = {}

    def add(self, series: _Series) -> set[PurePosixPath]:
        """Take a series in, and return whose pictures are used by that."""
        id_, title = self._names.of([series.key])
        pictures = [picture for _, picture in series.values]
        picture, reference = _beside(self._others, series)
        path = picture or reference or pictures[0]
        entry = input_entry(self._shelf, (id_, title), path, reference, pictures)
        self.inputs[id_] = entry
        token = (
            "{input}" if id_ == series.key else "{stem}" if path.stem == series.key else series.key
        )
        place = series.template.replace(_KEY, token).replace(_ALPHA, "{alpha}")
        self._patterns.setdefault(place, {})[id_] = series.values[-1][0]
        return {*pictures, path, *([reference] if reference else [])}

    def comparisons(self, names: Names) -> Iterator[tuple[str, Any]]:
        """Yield a comparison for each place, under an id."""
        for place, inputs in self._patterns.items():
            words = self._shelf.name if len(self._patterns) == 1 else next(iter(inputs))
            id_, title = names.of([words])
            given: dict[str, Any] = {"given": self._shelf.written(place)}
            if max(inputs.values()) > 1:
                given["extrapolate"] = True
            entry: dict[str, Any] = {} if title == id_ else {"title": title}
            if len(inputs) < len(self.inputs):
                entry["inputs"] = list(inputs)
            yield id_, {**entry, "interpolate": given}


def _beside(
    others: Sequence[PurePosixPath], series: _Series
) -> tuple[PurePosixPath | None, PurePosixPath | None]:
    """Return the input and the reference of a series, where they lie beside its pictures."""
    some = next(iter(series.pictures.values()))
    found: dict[str, PurePosixPath] = {}
    for path in others:
        near = path.parent in (some.parent, *some.parents[1:2])
        rest = path.stem.removeprefix(series.key) if near else None
        if rest == "":
            found.setdefault("input", path)
        elif rest and (role := role_of(rest)):
            found.setdefault(role, path)
        elif path.parent.name and role_of(path.parent.name) and path.stem == series.key:
            found.setdefault(role_of(path.parent.name), path)
    return found.get("input"), found.get("reference")


def _frames(shelf: Shelf, series: _Series) -> dict[str, Any]:
    """Return what shows a series as frames; nothing where no glob tells its pictures apart."""
    template = escaped(series.template).replace(_KEY, escaped(series.key))
    pattern = template.replace(_ALPHA, "[0-9]*")
    if shelf.matching(pattern) != {*series.pictures.values()}:
        return {}
    labels = [f"α = {alpha:g}" for alpha, _ in series.values]
    return {"frames": shelf.pattern(pattern), "labels": labels}
