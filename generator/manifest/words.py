"""Suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the nearest known word, or nothing."""
    close = nearest(word, known)
    return f" (did you mean '{close}'?)" if close else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like ``word``, None where none is alike."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else None
