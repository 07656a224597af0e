"""Inputs × methods: a folder for each of the one, a file in it for each of the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from generator.project.folders import Names
from generator.project.ways.shelf import Reading, Role, Shelf, escaped, input_entry, role_of

_Cells = Mapping[str, Mapping[str, PurePosixPath]]
"""Pictures by what they show, and by who made them."""

_Place = Callable[[str, str, str], str]
"""Where an output lies: of what stands for the input, a method and a suffix."""

_INPUT, _STEM = "{input}", "{stem}"
_REFERENCE = "Reference"

_AFFIX = re.compile(r"|[\W_].*|x\d.*", re.DOTALL)
"""What methods write behind the name of an input."""


def by_input(shelf: Shelf) -> Reading | None:
    """Read a folder for each input, with a file for each method: numbers are no methods."""
    if _numbered(shelf.at_depth(1)):
        return None

    def place(token: str, method: str, suffix: str) -> str:
        return f"{token}/{escaped(method)}{suffix}"

    way = "a folder for each input, with a file for each method"
    return _Grid(shelf, way, _dense(shelf.folders()), place, f"{_INPUT}/*").reading()


def by_method(shelf: Shelf) -> Reading | None:
    """Read a folder for each method, with a file for each input."""
    folders = shelf.folders()
    keys, affixes = _keys(folders)
    cells: dict[str, dict[str, PurePosixPath]] = {}
    for method, files in folders.items():
        for key in keys:
            if found := files.get(key + affixes[method]):
                cells.setdefault(key, {})[method] = found

    def place(token: str, method: str, suffix: str) -> str:
        return f"{escaped(method)}/{token}{escaped(affixes[method])}{suffix}"

    way = "a folder for each method, with a file for each input"
    return _Grid(shelf, way, _dense(cells), place).reading()


def one_input(shelf: Shelf, *, alike: Callable[[Iterable[PurePosixPath]], bool]) -> Reading | None:
    """Read a folder that is an input itself, with a file for each method.

    Pictures ``alike`` show the same; those of another shape than most are left out.
    """
    files = shelf.at_depth(0)
    shapes = Counter(_shape(shelf, path) for path in files)
    same = [path for path in files if _shape(shelf, path) == shapes.most_common(1)[0][0]]
    if len(same) < 2 or _numbered(same) or not alike(same):
        return None
    cells = {shelf.name: {path.stem: path for path in same}}

    def place(_: str, method: str, suffix: str) -> str:
        return f"{escaped(method)}{suffix}"

    return _Grid(shelf, "one input, with a file for each method", cells, place).reading()


def _numbered(paths: Sequence[PurePosixPath]) -> bool:
    """Tell pictures that, for the most part, have numbers for names."""
    return 2 * sum(path.stem.isdecimal() for path in paths) > len(paths)


def _shape(shelf: Shelf, path: PurePosixPath) -> float:
    width, height = shelf.size(path)
    return round(width / height, 1)


def _dense(cells: _Cells) -> _Cells:
    """Return the cells of methods that made more than one picture, where there are more inputs."""
    counts = Counter(method for row in cells.values() for method in row)
    least = 2 if len(cells) > 1 else 1
    return {
        key: {method: path for method, path in row.items() if counts[method] >= least}
        for key, row in cells.items()
    }


def _keys(folders: _Cells) -> tuple[list[str], dict[str, str]]:
    """Return the names of inputs, and what each method writes behind them.

    The names are those of the folder that explains most: inputs and references come first.
    """
    plain = list(dict.fromkeys(stem for files in folders.values() for stem in files))
    best, most = (plain, dict.fromkeys(folders, "")), 0
    for files in (files for method, files in folders.items() if role_of(method)):
        affixes = {method: _affix(files, stems) for method, stems in folders.items()}
        count = sum(
            key + affixes[method] in stems for method, stems in folders.items() for key in files
        )
        if count > most:
            best, most = (list(files), affixes), count
    return best


def _affix(keys: Iterable[str], stems: Iterable[str]) -> str:
    known = set(keys)
    counts: Counter[str] = Counter()
    for stem in stems:
        ends = (stem[end:] for end in range(1, len(stem) + 1) if stem[:end] in known)
        counts.update(affix for affix in ends if _AFFIX.fullmatch(affix))
    return max(counts, key=lambda affix: (counts[affix], -len(affix)), default="")


@dataclass(frozen=True)
class _Row:
    """An input: its id and title, its picture, its reference, and outputs by method."""

    key: str
    name: tuple[str, str]
    path: PurePosixPath
    reference: PurePosixPath | None
    outputs: Mapping[str, PurePosixPath]

    @property
    def tokens(self) -> list[str]:
        """Return what can stand for the input in paths, the best first."""
        return [
            *([_INPUT] if self.name[0] == self.key else []),
            *([_STEM] if self.path.stem == self.key else []),
            escaped(self.key),
        ]


@dataclass(frozen=True)
class _Grid:
    shelf: Shelf
    way: str
    cells: _Cells
    place: _Place
    whole: str = ""
    """The glob of all outputs of an input, where nothing else lies there."""

    def reading(self) -> Reading | None:
        rows = self._rows()
        if not rows:
            return None
        groups = self._groups(rows)
        used = {path for row in rows for path in (row.path, row.reference) if path}
        names = Names()
        comparisons: dict[str, Any] = {}
        for number, (token, group) in enumerate(groups):
            title = self.shelf.name if not number else f"{self.shelf.name} {group[0].key}"
            id_, title = names.of([title])
            entry: dict[str, Any] = {} if title == id_ else {"title": title}
            if len(groups) > 1:
                entry["inputs"] = [row.name[0] for row in group]
            entry["choose"] = self._choose(token, group, used)
            comparisons[id_] = entry
        inputs = {
            row.name[0]: input_entry(
                self.shelf, row.name, row.path, row.reference, [*row.outputs.values()]
            )
            for row in rows
        }
        return Reading(self.way, inputs, comparisons, frozenset(used))

    def _rows(self) -> list[_Row]:
        names = Names()
        rows = []
        for key, row in self.cells.items():
            kinds: dict[Role, dict[str, PurePosixPath]] = {"input": {}, "reference": {}, "": {}}
            for method, path in row.items():
                kinds[role_of(method)][method] = path
            outputs = kinds[""]
            inputs, references = [*kinds["input"].values()], [*kinds["reference"].values()]
            known = [*inputs, *references, *outputs.values()]
            if outputs and len(known) > 1:
                reference = references[0] if references else None
                rows.append(_Row(key, names.of([key]), known[0], reference, outputs))
        return rows

    def _groups(self, rows: list[_Row]) -> list[tuple[str, list[_Row]]]:
        """Return inputs by what stands for them in paths: best the same for all."""
        for token in (_INPUT, _STEM):
            if all(token in row.tokens for row in rows):
                return [(token, rows)]
        groups: dict[str, list[_Row]] = {}
        for row in rows:
            groups.setdefault(row.tokens[0], []).append(row)
        return sorted(groups.items(), key=lambda group: -len(group[1]))

    def _choose(self, token: str, rows: list[_Row], used: set[PurePosixPath]) -> list[Any]:
        """Return the entries of a list, and add to ``used`` what they show."""
        outputs = {
            method: [row.outputs[method] for row in rows if method in row.outputs]
            for method in dict.fromkeys(method for row in rows for method in row.outputs)
        }
        suffixes = {method: _usual(paths) for method, paths in outputs.items()}
        shown = {p for m, paths in outputs.items() for p in paths if p.suffix == suffixes[m]}
        used |= shown
        before, after = self._others(token, rows)
        if self.whole and token == _INPUT and not (before or after):
            suffix = _usual(shown)
            matched = self._all_of(rows, suffix)
            if shown <= matched <= self.shelf.pictures.keys():
                used |= matched
                return [{"files": self.shelf.pattern(f"{self.whole}{suffix}")}]
        entries = (self._files(token, m, suffix, m) for m, suffix in suffixes.items())
        return [*before, *entries, *after]

    def _all_of(self, rows: list[_Row], suffix: str) -> set[PurePosixPath]:
        """Return which files ``whole`` matches."""
        folders = {PurePosixPath(row.key) for row in rows}
        files = {*self.shelf.pictures, *self.shelf.others}
        return {path for path in files if path.suffix == suffix and path.parent in folders}

    def _others(self, token: str, rows: list[_Row]) -> tuple[list[Any], list[Any]]:
        """Return the entries that stand before and behind the outputs: input and reference."""
        references = [row.reference for row in rows if row.reference]
        if not references:
            inputs = any(role_of(method) for row in rows for method in self.cells[row.key])
            return (["input"] if inputs else []), []
        if all(row.path == row.reference for row in rows):
            return [{"of": "input", "title": _REFERENCE}], []
        method = next(m for row in rows for m in self.cells[row.key] if role_of(m) == "reference")
        return ["input"], [self._files(token, method, _usual(references), _REFERENCE)]

    def _files(self, token: str, method: str, suffix: str, title: str) -> dict[str, str]:
        place = self.place(token, method, suffix)
        return {"files": self.shelf.pattern(place), "title": title}


def _usual(paths: Iterable[PurePosixPath]) -> str:
    return Counter(path.suffix for path in paths).most_common(1)[0][0]
