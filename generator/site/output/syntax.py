"""What is known of one script: its tokens, and what it imports, exports and declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from generator.site.output.pieces import Reference


class Kind(Enum):
    """What a token is to whoever writes it down again."""

    PLAIN = auto()
    NAME = auto()
    SHORTHAND = auto()  # `{ name }`, which is `{ name: name }`
    REGEX = auto()


@dataclass(frozen=True)
class Token:
    """A token: its text, and whether anything stands before it, or even a line's end."""

    text: str
    kind: Kind = Kind.PLAIN
    gap: bool = False
    breaks: bool = False
    function: int = 0
    """The number of the outermost function in which it stands; 0: in none."""

    reference: Reference | None = None
    """Where a string, of which this is the text with its quotes, leads to a file."""


@dataclass(frozen=True)
class Import:
    """A static import of a module."""

    source: str
    """The address as written, with its quotes."""

    attributes: str
    """What follows the address, such as ``with {type: "json"}``."""

    reference: Reference | None
    names: dict[str, str]
    """Exported name by local name; ``default`` and ``*`` among the former."""

    @property
    def plain(self) -> bool:
        """Say whether it takes named exports only, and so does not need a module of its own."""
        return not self.attributes and not {"default", "*"} & set(self.names.values())

    @property
    def key(self) -> str:
        """What is the same for all imports of one module."""
        found = self.reference
        return (f"{found.target}{found.suffix}" if found else self.source) + self.attributes


@dataclass
class Script:
    """What is known of one script."""

    name: str
    text: str
    tokens: list[Token] = field(default_factory=list)
    """All but comments, static imports, and the syntax of exports that ``exports`` tells."""

    imports: list[Import] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    """Local name by exported name."""

    declared: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    """Every name that is used as a variable, wherever it is declared."""

    words: dict[int, dict[str, bool]] = field(default_factory=dict)
    """By outermost function every name in it, and whether the function may call it otherwise."""

    references: list[Reference] = field(default_factory=list)
    asked_later: set[str] = field(default_factory=set)
    """Files that ``import()`` and ``new URL(…, import.meta.url)`` lead to."""

    opaque: bool = False
    """Not fully understood: to be published as it stands."""

    alone: bool = False
    """To be a file of its own: its exports, or its address, are not those of another."""
