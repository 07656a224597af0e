"""Scopes of a script: which names are a function's own, so that it may call them otherwise.

A name is an outermost function's own where each of its uses there means what the function itself
declares, as a parameter or within. Nobody outside can speak of it. One name may be declared in
several scopes of one function; then all of them change together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.site.output.syntax import Kind


@dataclass(eq=False)
class Scope:
    """Where names are declared. ``var`` is taken to reach no further than ``let``."""

    outer: Scope | None = None
    function: int = 0
    """The number of the outermost function around it; 0: none."""

    names: set[str] = field(default_factory=set)

    def owns(self, name: str) -> bool:
        """Say whether a name that is used here is declared in the same outermost function."""
        scope: Scope | None = self
        while scope and scope.function:
            if name in scope.names:
                return True
            scope = scope.outer
        return False


class Use(NamedTuple):
    """A name as it stands somewhere."""

    name: str
    kind: Kind
    scope: Scope


def words_by_function(uses: Iterable[Use]) -> dict[int, dict[str, bool]]:
    """Return by outermost function its names, in order, and whether each may be another.

    Those of which an object makes keys (``{ name }``) may not: to say both would be longer.
    """
    found: dict[int, dict[str, bool]] = {}
    for name, kind, scope in uses:
        words = found.setdefault(scope.function, {})
        own = kind is Kind.NAME and name != "arguments" and scope.owns(name)
        words[name] = words.get(name, True) and own
    return found
