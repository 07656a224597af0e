"""Globs over ids, and over pictures made elsewhere, in the lists of comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from generator.errors import Problem
from generator.manifest.globs import is_glob, natural_key, why_no_match
from generator.manifest.outputs import (
    alphas_found,
    filled,
    name_of,
    names_found,
    values_of,
    with_names,
)
from generator.manifest.tables.formats import PICTURE_SUFFIXES
from generator.manifest.types import Choice, Comparison, Interpolate, Manifest
from generator.manifest.words import did_you_mean
from generator.manifest.yamlfile import Document, Location

Ids = Mapping[str, tuple[str, ...]]


def expand_lists(
    manifest: Manifest, ids: Ids, document: Document, root: Path
) -> tuple[Manifest, list[Problem]]:
    """Write the globs of all comparisons out, and return what matches nothing.

    ``ids`` are those that were written per section. What is listed by its name is not listed once
    more by a glob: ``[harbour, "*"]`` puts one input first. ``document`` learns of the places.
    """
    expansion = _Expansion(manifest, ids, document, root)
    comparisons = {
        name: expansion.comparison(comparison, ("comparisons", name))
        for name, comparison in manifest.comparisons.items()
    }
    return manifest.model_copy(update={"comparisons": comparisons}), expansion.problems


class _Expansion:
    def __init__(self, manifest: Manifest, ids: Ids, document: Document, root: Path) -> None:
        self.problems: list[Problem] = []
        self._manifest = manifest
        self._ids = ids
        self._document = document
        self._root = root

    def comparison(self, comparison: Comparison, where: Location) -> Comparison:
        """Return a comparison with all its lists written out."""
        changed: dict[str, Any] = {}
        if comparison.inputs is not None:
            changed["inputs"] = self._names(comparison.inputs, "input", (*where, "inputs"))
        inputs = changed.get("inputs", tuple(self._manifest.inputs))
        if comparison.interpolate is not None:
            at = (*where, "interpolate")
            changed["interpolate"] = self._interpolate(comparison.interpolate, inputs, at)
        if comparison.choose is not None:
            changed["choose"] = self._choose(comparison.choose, inputs, (*where, "choose"))
        return comparison.model_copy(update=changed)

    def _names(
        self, written: Sequence[str], what: str, where: Location, besides: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return ids, globs among them written out."""
        listed = {*besides, *(name for name in written if not is_glob(name))}
        names: list[str] = []
        origins: list[int] = []
        for index, name in enumerate(written):
            found = self._new(name, what, (*where, index), listed) if is_glob(name) else [name]
            names += found
            origins += [index] * len(found)
        self._document.relist(where, origins)
        return tuple(names)

    def _new(self, pattern: str, what: str, where: Location, listed: set[str]) -> list[str]:
        """Return the ids that match a glob and are not listed yet, and list them."""
        known = self._ids[f"{what}s"]
        matching = [id_ for id_ in known if fnmatchcase(id_, pattern)]
        if not matching:
            message = f"no {what} has an id that matches '{pattern}'"
            self._problem(where, message + did_you_mean(pattern.strip("*?"), known))
        new = [id_ for id_ in matching if id_ not in listed]
        listed.update(new)
        return new

    def _interpolate(self, mix: Interpolate, inputs: Sequence[str], where: Location) -> Interpolate:
        beside = self._names(mix.beside, "model", (*where, "beside"), mix.models)
        changed: dict[str, Any] = {"beside": beside} if mix.beside else {}
        if mix.given is not None and "alphas" not in mix.model_fields_set:
            found = {
                alpha
                for values in self._values(inputs)
                for alpha in alphas_found(self._root, mix.given, values)
            }
            if found:
                changed["alphas"] = tuple(sorted(found))
            else:
                self._no_file(mix.given, inputs, (*where, "given"))
        return mix.model_copy(update=changed)

    def _choose(
        self, choices: Sequence[Choice], inputs: Sequence[str], where: Location
    ) -> tuple[Choice, ...]:
        listed = {choice.of for choice in choices if not is_glob(choice.of)}
        written: list[Choice] = []
        origins: list[int] = []
        for index, choice in enumerate(choices):
            found = list(self._choice(choice, inputs, (*where, index), listed))
            written += found
            origins += [index] * len(found)
        self._document.relist(where, origins)
        return tuple(written)

    def _choice(
        self, choice: Choice, inputs: Sequence[str], where: Location, listed: set[str]
    ) -> Iterator[Choice]:
        if is_glob(choice.of):
            for name in self._new(choice.of, "model", where, listed):
                yield choice.model_copy(update={"of": name})
        elif choice.pairs is not None:
            pairs = self._names(choice.pairs, "model", (*where, "pairs"))
            yield choice.model_copy(update={"pairs": pairs})
        elif choice.files is not None and is_glob(choice.files):
            for title, files in self._files(choice.files, inputs, (*where, "files")):
                yield choice.model_copy(update={"files": files, "title": choice.title or title})
        else:
            yield choice

    def _files(self, pattern: str, inputs: Sequence[str], where: Location) -> list[tuple[str, str]]:
        """Return the title and the path of each name that occurs, in natural order."""
        found: dict[tuple[str, ...], None] = {}
        try:
            for values in self._values(inputs):
                found.update(dict.fromkeys(names_found(self._root, pattern, values)))
        except ValueError as error:
            self._problem(where, str(error))
            return []
        if not found:
            self._no_file(pattern, inputs, where)
        titles = _titles({names: name_of(pattern, names) for names in found})
        named = [(titles[names], with_names(pattern, names)) for names in found]
        return sorted(named, key=lambda each: natural_key(each[0]))

    def _values(self, inputs: Sequence[str]) -> Iterator[Mapping[str, str]]:
        """Yield what words in braces stand for, of each input that is right in itself."""
        for name in inputs:
            if picture := self._manifest.inputs.get(name):
                yield values_of(name, picture.path)

    def _problem(self, where: Location, message: str) -> None:
        # At once: where an item of a list stands is another place when the list is written out.
        self.problems.append(self._document.problem(where, message))

    def _no_file(self, pattern: str, inputs: Sequence[str], where: Location) -> None:
        for values in self._values(inputs[:1]):
            message = why_no_match(self._root, filled(pattern, values))
            message += ", nor for any other input" if len(inputs) > 1 else ""
            self._problem(where, message)


def _titles(whole: Mapping[tuple[str, ...], str]) -> Mapping[tuple[str, ...], str]:
    """Return what names are called: without the suffix that a wildcard took, where that will do."""
    short = {names: _without_suffix(title) for names, title in whole.items()}
    counts = Counter(short.values())
    return {n: short[n] if counts[short[n]] == 1 else whole[n] for n in whole}


def _without_suffix(title: str) -> str:
    path = Path(title)
    return title.removesuffix(path.suffix) if path.suffix.lower() in PICTURE_SUFFIXES else title
