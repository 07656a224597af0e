"""Read site.yaml: every problem of it, located, in one run; or a valid manifest."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.errors import ManifestError, Problem
from generator.manifest.expand.lists import expand_lists
from generator.manifest.expand.sections import expand_sections
from generator.manifest.places import why_no_file
from generator.manifest.references import check_references
from generator.manifest.types import KINDS, Entry, Manifest
from generator.manifest.words import did_you_mean
from generator.manifest.yamlfile import Document, Location, parse, read_text


@dataclass(frozen=True)
class ManifestFile:
    """A valid manifest and where it was read: all its paths are relative to ``root``.

    Its globs are written out: ``globbed`` are the places of models and inputs that one stands
    for, ``notes`` tell of files that were left out.
    """

    path: Path
    manifest: Manifest
    document: Document
    globbed: Set[Location] = frozenset()
    notes: tuple[Problem, ...] = ()

    @property
    def root(self) -> Path:
        """Return the folder that holds the manifest."""
        return self.path.parent

    def problem(self, location: Location, message: str) -> Problem:
        """Place a message at a location such as ("models", "sharp", "path")."""
        return self.document.problem(location, message)


def load(path: Path, *, shown_as: Path | None = None) -> ManifestFile:
    """Read and check a manifest; ``shown_as`` is the path that messages name.

    Raises ManifestError with every problem: of the YAML, of keys and types, and of ids and
    files that do not exist.
    """
    shown = shown_as or path
    document = parse(read_text(path, shown, "manifest", absent=_absent(path)), shown)
    problems = list(document.problems)
    data = document.data
    if not isinstance(data, dict):
        if not problems:
            found = "is empty" if data is None else "is not a mapping"
            problems.append(Problem(shown, 1, 1, f"the manifest {found}; it starts with 'site:'"))
        raise ManifestError(problems)
    sections = expand_sections(data, document, path.parent)
    manifest, invalid = _validate(sections.data, document, path.parent)
    problems += [*sections.problems, *invalid]
    # What a glob would have defined is not known: nothing is said of those who name it.
    if not sections.problems:
        ids = _ids(sections.data)
        manifest, unmatched = expand_lists(manifest, ids, document, path.parent)
        problems += unmatched
        for location, message, at_key in check_references(manifest, path.parent, ids):
            problems.append(document.problem(location, message, at_key=at_key))
    if problems:
        raise ManifestError(problems)
    notes = tuple(sections.notes)
    return ManifestFile(path.absolute(), manifest, document, sections.globbed, notes)


def _absent(path: Path) -> str:
    """Say where a manifest was looked for, where one lies further out, and how to get one.

    None is taken from there: a build would write into a folder that nobody had in mind.
    """
    folder = path.absolute().parent
    told = f"no such file in '{folder}'" if folder.is_dir() else f"there is no folder '{folder}'"
    further = (parent / path.name for parent in folder.parents)
    if found := next((file for file in further if not why_no_file(file)), None):
        return f"{told}; a parent has one: give it with -c '{found}', or make a project with 'new'"
    return f"{told}: give the path of one with -c, or make a project with 'new'"


def _validate(
    data: dict[str, Any], document: Document, root: Path
) -> tuple[Manifest, list[Problem]]:
    """Validate; where that fails, drop what is wrong and go on, so that one run finds all."""
    problems: list[Problem] = []
    reported: list[Location] = []
    for _ in range(8):
        try:
            return Manifest.model_validate(data, context={"root": root}), problems
        except ValidationError as error:
            details = _causes(error.errors(include_url=False, include_context=True), document)
        for location, found in _by_place(details, document).items():
            # What dropping a wrong part leads to further out is no news.
            if not any(known[: len(location)] == location for known in reported):
                problems += _translate_all(found, location, document)
        reported += [_written(detail, document) for detail in details]
        for detail in details:
            data = _drop(data, _droppable(_written(detail, document)))
        data = {**data, "site": data.get("site", {"title": "-"})}
    raise ManifestError(problems)


def _causes(details: list[ErrorDetails], document: Document) -> list[ErrorDetails]:
    """Leave out lists that are only too short because some of their items are wrong."""
    places = {_written(detail, document) for detail in details}
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(
            place[: len(here)] == here != place
            for here in [_written(detail, document)]
            for place in places
        )
    ]


def _droppable(location: Location) -> Location:
    """Return the innermost part around a location without which the rest can be valid."""
    for length in range(len(location), 1, -1):
        part = location[length - 1]
        for parent in _types_at(location[: length - 1]):
            field = parent.model_fields.get(str(part)) if _is_entry(parent) else None
            named = get_origin(parent) is dict
            optional = _is_entry(parent) and (field is None or not field.is_required())
            if named or (optional and part not in KINDS):
                return location[:length]
    return location[:1]


def _drop(value: Any, location: Location) -> Any:
    """Return a copy of nested mappings and lists without the value at a location."""
    first, rest = location[0], location[1:]
    if isinstance(value, tuple) and isinstance(first, int) and rest and first < len(value):
        return (*value[:first], _drop(value[first], rest), *value[first + 1 :])
    if not isinstance(value, dict) or first not in value:
        return value
    if rest:
        return {**value, str(first): _drop(value[str(first)], rest)}
    return {key: item for key, item in value.items() if key != first}


def _ids(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the ids that were written, also those of entries that are wrong in themselves."""
    sections = {name: data.get(name) for name in ("models", "inputs", "comparisons")}
    return {n: tuple(s) if isinstance(s, dict) else () for n, s in sections.items()}


def _by_place(
    details: list[ErrorDetails], document: Document
) -> dict[Location, list[ErrorDetails]]:
    places: dict[Location, list[ErrorDetails]] = {}
    for detail in details:
        places.setdefault(_written(detail, document), []).append(detail)
    return places


def _translate_all(
    details: list[ErrorDetails], location: Location, document: Document
) -> list[Problem]:
    """Say what is wrong at one place; where any of several forms would do, in one line."""
    expected = [_expected(detail, location) for detail in details]
    if len(details) == 1 or not all(expected):
        return [_translate(detail, location, document) for detail in details]
    message = f"expected {' or '.join(expected)}, got {_shown(details[0]['input'])}"
    return [document.problem(location, message)]


def _translate(detail: ErrorDetails, location: Location, document: Document) -> Problem:
    """Say a pydantic error in one clear line at its place in the file."""
    kind = detail["type"]
    if kind == "extra_forbidden":
        key = str(location[-1])
        known = _keys_at(location[:-1])
        message = f"unknown key '{key}'{did_you_mean(key, known)}"
        if not did_you_mean(key, known) and known:
            message += f"; possible here: {', '.join(known)}"
        return document.problem(location, message, at_key=True)
    if kind == "missing":
        message = f"'{detail['loc'][-1]}' is missing"
        return document.problem(location[:-1], message, at_key=len(location) > 1)
    at_key = kind == "lacking" or detail["loc"][-1:] == ("[key]",)
    return document.problem(location, _message(detail, location), at_key=at_key)


def _message(detail: ErrorDetails, location: Location) -> str:
    kind, got = detail["type"], detail["input"]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if expected := _expected(detail, location):
        words = re.findall(r"'([^']*)'", expected) if kind == "literal_error" else []
        shown = detail["ctx"]["actual_length"] if kind == "too_short" else _shown(got)
        return f"expected {expected}, got {shown}{did_you_mean(str(got), words)}"
    text = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{text}, got {_shown(got)}" if not isinstance(got, (dict, tuple)) else text


def _expected(detail: ErrorDetails, location: Location) -> str:
    """Return what should stand in place of what does, or '' where that is not so simple."""
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "string_type" and isinstance(got, (dict, tuple)):
        return "text"
    if kind in ("model_type", "model_attributes_type") and (keys := _keys_at(location)):
        more = ", …" if len(keys) > 4 else ""
        return f"a mapping of keys to values ({', '.join(keys[:4])}{more})"
    return _EXPECTED.get(kind, "").format(**context)


_EXPECTED = {
    "literal_error": "{expected}",
    "string_type": "text (put it in quotes)",
    "string_too_short": "some text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list in [brackets]",
    "too_short": "a list of {min_length} or more",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "finite_number": "a finite number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _written(detail: ErrorDetails, document: Document) -> Location:
    """Drop from pydantic's location what is not in the file: marks of keys and unions, and the
    place in a list of which only one item was written. What is missing keeps its name.
    """  # noqa: D205
    loc = detail["loc"]
    location: Location = ()
    for index, part in enumerate(loc):
        known = (*location, part)
        missing = detail["type"] == "missing" and index == len(loc) - 1
        if part != "[key]" and (known in document.values or missing):
            location = known
    return location


def _keys_at(location: Location) -> list[str]:
    """Return the keys that may be written at a location of the manifest."""
    entries = [found for found in _types_at(location) if _is_entry(found)]
    return [key for entry in entries for key in entry.model_fields]


def _types_at(location: Location) -> list[Any]:
    """Return the types that the value at a location may have, unions taken apart."""
    found: list[Any] = [Manifest]
    for part in location:
        found = [below for annotation in found for below in _below(annotation, part)]
    return found


def _below(annotation: Any, part: str | int) -> list[Any]:
    """Return the types that may stand below ``part`` in a value of the annotated type."""
    if _is_entry(annotation):
        field = annotation.model_fields.get(str(part))
        return _plain(field.annotation) if field else []
    items = get_args(annotation)
    return _plain(items[-1] if get_origin(annotation) is dict else items[0]) if items else []


def _plain(annotation: Any) -> list[Any]:
    """Take unions and Annotated apart."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [plain for part in get_args(annotation) for plain in _plain(part)]
    return [annotation]


def _is_entry(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Entry)
