"""Values as YAML that people like to read and ``yamlfile`` reads back as they were.

Sections and entries take lines of their own; what holds no mapping stands between brackets
where it fits into a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.errors import printable
from generator.manifest.yamlfile import resolve

_WIDTH = 96
_SECTIONS = 1
"""Mappings at this depth and above it are never put between brackets."""

_PLAIN = re.compile(r"/?(\.\.?/)*[^\W_][\w./-]*( [\w./-]+)*")
"""Texts that need no quotes anywhere, unless they mean a number or a word of YAML's own."""


def yaml_text(data: Mapping[str, Any]) -> str:
    """Return a document of mappings, sequences, text, numbers and booleans."""
    return "".join(f"{line}\n" for line in _block(data, 0))


def comment(text: str) -> str:
    """Return text, whatever it holds, as a line that YAML skips."""
    return f"# {printable(text)}".rstrip()


def scalar(value: str | float) -> str:
    """Return a text, a number or a boolean so that it is read back as just that."""
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else repr(value)
    plain = _PLAIN.fullmatch(value) and isinstance(resolve(value), str)
    return value if plain else '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"


def _block(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in data.items():
        start = f"{indent}{scalar(key)}:"
        if _fits(value, len(start), depth + 1):
            yield f"{start} {_flow(value)}"
        elif isinstance(value, Mapping):
            yield start
            yield from _block(value, depth + 1)
        else:
            yield start
            yield from (f"{indent}  - {_flow(item)}" for item in value)


def _fits(value: Any, before: int, depth: int) -> bool:
    """Tell whether a value goes into the line of its key."""
    if not value or not isinstance(value, (Mapping, list, tuple)):
        return True
    if any(map(_holds_mapping, value.values() if isinstance(value, Mapping) else value)):
        return False
    in_brackets = not isinstance(value, Mapping) or depth > _SECTIONS
    return in_brackets and before + 1 + len(_flow(value)) <= _WIDTH


def _holds_mapping(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_mapping, value))
    return isinstance(value, Mapping)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{scalar(key)}: {_flow(each)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value)
