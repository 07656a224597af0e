"""Writing tokens down again: short names, and as little between as keeps each what it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import count, product
from string import ascii_letters

from generator.site.output.pieces import Reference
from generator.site.output.syntax import Kind, Token

_WORD = re.compile(r"[\w$\\#@\u0080-\U0010ffff]")
_SIGN = re.compile(r"[-+*/%<>=!&|^~?:.]")
# No statement ends after these, or before those, so that a line's end says nothing.
_GOES_ON_AFTER = frozenset(
    [";", "{", "(", "[", ",", "${", "=>", "=", "?", ":", ".", "?.", "&&", "||", "??"]
)
_GOES_ON_BEFORE = frozenset([";", "}", ")", "]", ",", "?", ":", ".", "?.", "&&", "||", "??"])

_RESERVED = frozenset(
    ["as", "do", "if", "in", "of", "for", "get", "let", "new", "set", "try", "var"]
)


def short_names(taken: Collection[str], length: int = 1) -> Iterator[str]:
    """Yield names without end that are not ``taken``, the shortest of a length or more first."""
    for size in count(length):
        for letters in product(ascii_letters, repeat=size):
            name = "".join(letters)
            if name not in taken and name not in _RESERVED:
                yield name


def written(tokens: Iterable[Token]) -> Iterator[str | Reference]:
    """Yield the text of tokens; where one refers to a file, the reference between its quotes."""
    last = Token(";")
    for token in tokens:
        yield _between(last, token)
        if token.reference:
            yield from (token.text[0], token.reference, token.text[-1])
        else:
            yield token.text
        last = token


def _between(one: Token, other: Token) -> str:
    """Return the blank between two tokens: a line's end where it may end a statement."""
    goes_on = one.text in _GOES_ON_AFTER or other.text in _GOES_ON_BEFORE
    if other.breaks and not goes_on:
        return "\n"
    end, start = one.text[-1], other.text[0]
    words = (_WORD.match(end) or one.kind is Kind.REGEX) and _WORD.match(start)
    signs = _SIGN.match(end) and _SIGN.match(start)
    number = one.text[0].isdigit() and start == "."
    return " " if other.gap and (words or signs or number) else ""
