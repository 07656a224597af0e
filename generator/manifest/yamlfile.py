"""YAML to plain data with the position of every key and value, and every problem at once.

Scalars are YAML 1.2's core schema, which holds no surprises for authors: ``no``, ``off`` and
dates are text, ``1e-3`` is a number. Sequences become tuples. Tags are refused, repeated keys
are problems, aliases are followed but cannot be used to blow a small file up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.errors import ManifestError, Problem, line_and_column

Location = tuple[str | int, ...]

MAX_BYTES = 10_000_000
MAX_DEPTH = 60
MAX_VALUES = 500_000

_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"|~|null|Null|NULL")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_INT_LENGTH = 250
"""Longer whole numbers are read as floats: so every int of a document fits into a float."""

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """A parsed file: ``data``, and per location the (line, column) of its key and its value."""

    path: Path
    data: Any = None
    keys: dict[Location, tuple[int, int]] = field(default_factory=dict)
    values: dict[Location, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, location: Location, message: str, *, at_key: bool = False) -> Problem:
        """Place ``message`` at a location, or at the nearest one around it that was written."""
        table = self.keys if at_key else self.values
        while location and location not in table:
            location = location[:-1]
            table = self.values
        line, column = table.get(location, (1, 1))
        return Problem(self.path, line, column, message)

    def repeat(self, location: Location, places: Sequence[Location]) -> None:
        """Let what stands at a location, and all below it, also stand at other places."""
        for table in (self.keys, self.values):
            below = [
                (at[len(location) :], table[at]) for at in table if at[: len(location)] == location
            ]
            for place in places:
                table.update({(*place, *rest): position for rest, position in below})

    def relist(self, location: Location, written_as: Sequence[int]) -> None:
        """Let the items of a list stand where those do, by index, that they were written as."""
        length = len(location)
        for table in (self.keys, self.values):
            below: dict[str | int, list[tuple[Location, tuple[int, int]]]] = {}
            for at in [at for at in table if at[:length] == location and len(at) > length]:
                below.setdefault(at[length], []).append((at[length + 1 :], table.pop(at)))
            for index, old in enumerate(written_as):
                for rest, position in below.get(old, ()):
                    table[(*location, index, *rest)] = position


def read_text(path: Path, shown: Path, kind: str, *, absent: str = "") -> str:
    """Return a UTF-8 file that an author wrote, a leading byte-order mark dropped.

    ``shown`` is the path that messages name, ``kind`` what the file should be, ``absent`` what to
    say where there is none. Raises ManifestError with the place of the problem.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManifestError([Problem(shown, 1, 1, f"larger than 10 MB: not a {kind}")])
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        problem = Problem(
            shown, *line_and_column(before, len(before)), "not UTF-8 text: save the file as UTF-8"
        )
        raise ManifestError([problem]) from None
    except OSError as error:
        missing = absent and isinstance(error, FileNotFoundError)
        message = absent if missing else f"cannot be read: {error.strerror}"
        raise ManifestError([Problem(shown, 1, 1, message)]) from None


def parse(text: str, path: Path, first_line: int = 1) -> Document:
    """Parse YAML; the result's ``problems`` says what is wrong with it, in which case ``data``
    holds what could be read.

    ``first_line`` is the line of the file on which ``text`` starts (front matter).
    """  # noqa: D205
    document = Document(path)
    try:
        _Composer(text, document, first_line).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + first_line, mark.column + 1) if mark else (first_line, 1)
        lines = text.split("\n")
        here = lines[mark.line] if mark and mark.line < len(lines) else ""
        message = f"not valid YAML: {_in_words(error, here)}"
        document.problems.append(Problem(path, line, column, message))
    except yaml.reader.ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        line, column = line_and_column(before, len(before))
        character = error.character if isinstance(error.character, int) else ord(error.character)
        document.problems.append(
            Problem(
                path,
                first_line + line - 1,
                column,
                f"not valid YAML: the character U+{character:04X}",
            )
        )
    except _TooMuchError as error:
        document.problems.append(Problem(path, error.line, error.column, str(error)))
    return document


def _in_words(error: yaml.MarkedYAMLError, line: str) -> str:
    """Say what a parser found in a line, in words for those who do not know YAML."""
    problem = f"{error.problem}{f' {error.context}' if error.context else ''}"
    if line.lstrip(" ").startswith("\t"):
        return "a tab: indent with spaces"
    return next((words for sign, words in _WORDS.items() if sign in problem), problem)


_WORDS = {
    "escape": 'a backslash in "double quotes" starts an escape sequence; write / in paths',
    "hexdecimal": 'a backslash in "double quotes" starts an escape sequence; write / in paths',
    "scanning an alias": "a text that starts with * goes in quotes",
    "cannot start any token": "a text that starts like this goes in quotes",
    "mapping values are not allowed": "a text that holds ': ' goes in quotes",
    "expected ',' or": "a bracket is not closed, or a text between brackets needs quotes",
    "end of stream": "a quotation mark is never closed",
    "expected <block end>": "this line is not indented like those above, or a text needs quotes",
    "expected key": "this line is not indented like those above, or a text needs quotes",
}
"""What parsers say, by a part of it that tells it from the rest."""


class _TooMuchError(Exception):
    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class _Composer:
    """Recursive descent over PyYAML's events."""

    def __init__(self, text: str, document: Document, first_line: int) -> None:
        self._parser = _Parser(text)
        self._document = document
        self._first_line = first_line
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def compose(self) -> None:
        self._parser.get_event()  # stream start
        event = self._parser.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return
        self._document.data = self._value((), 0)
        self._parser.get_event()  # document end
        event = self._parser.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            self._problem(event, "one YAML document only: remove this '---' and what follows")

    def _value(self, location: Location, depth: int) -> Any:
        event = self._parser.get_event()
        position = self._position(event)
        self._document.values[location] = position
        if depth > MAX_DEPTH:
            msg = f"nested deeper than {MAX_DEPTH} levels"
            raise _TooMuchError(msg, *position)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and event.tag != "!":
            self._problem(event, f"tags such as {event.tag} are not supported: remove it")
        before = self._count
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._mapping(location, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(location, depth)
        else:
            value = event.value if event.style or event.tag else resolve(event.value)
        self._add(1, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _mapping(self, location: Location, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := self._parser.peek_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                msg = "a key must be plain text"
                raise _TooMuchError(msg, *self._position(event))
            key = self._parser.get_event().value
            if key in mapping:
                first = self._document.keys[(*location, key)][0]
                self._problem(event, f"key '{key}' is given twice, first in line {first}")
                self._value((*location, key, "again"), depth + 1)
                continue
            self._document.keys[(*location, key)] = self._position(event)
            mapping[key] = self._value((*location, key), depth + 1)
        self._parser.get_event()
        return mapping

    def _sequence(self, location: Location, depth: int) -> tuple[Any, ...]:
        items: list[Any] = []
        while not isinstance(self._parser.peek_event(), yaml.SequenceEndEvent):
            items.append(self._value((*location, len(items)), depth + 1))
        self._parser.get_event()
        return tuple(items)

    def _alias(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            self._problem(event, f"alias *{event.anchor} has no anchor before it")
            return None
        value, size = self._anchors[event.anchor]
        self._add(size, event)
        return value

    def _add(self, count: int, event: yaml.Event) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            msg = f"more than {MAX_VALUES} values, aliases counted"
            raise _TooMuchError(msg, *self._position(event))

    def _position(self, event: yaml.Event) -> tuple[int, int]:
        mark = event.start_mark
        assert mark is not None  # noqa: S101 - parsers mark all events; the stubs allow None
        return mark.line + self._first_line, mark.column + 1

    def _problem(self, event: yaml.Event, message: str) -> None:
        self._document.problems.append(
            Problem(self._document.path, *self._position(event), message)
        )


def resolve(text: str) -> Any:
    """Return what a plain scalar means by YAML 1.2's core schema: a text, or what it stands for."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text) and len(text) <= _INT_LENGTH:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(re.sub(r"\.(inf|nan)", r"\1", text.lower()))
    return text
