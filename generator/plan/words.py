"""What places between models are called: on lists, in readouts, and for screen readers."""

from __future__ import annotations

from collections.abc import Mapping

from generator.manifest.controls import Point

FIXES: dict[str, str] = {
    "none": "no colour fix",
    "average": "average colour fix",
    "wavelet": "wavelet colour fix",
}
"""What colour fixes are called."""

MINUS = "\N{MINUS SIGN}"
"""A hyphen would look like a dash."""

Titles = Mapping[str, str]
"""What models are called, by id."""


def mixture(weights: Mapping[str, float], titles: Titles, between: str = ", ") -> str:
    """Return ``70% A, 30% B``."""
    return between.join(f"{_percent(w)} {titles[id_]}" for id_, w in weights.items() if w)


def label(point: Point, titles: Titles) -> str:
    """Name a frame: ``α = 0.3``, ``70% A, 30% B`` or ``head 0, tail 0.3``.

    Without titles nobody knows what is mixed.
    """
    if point.groups is not None:
        return ", ".join(f"{name} {alpha:g}" for name, alpha in point.groups.items())
    if point.alpha is not None and len(titles) in (0, 2):
        return f"α = {round(point.alpha, 4):g}"
    return mixture(point.weights or {}, titles)


def readout(point: Point, titles: Titles) -> str:
    """Say in one line where a visitor is: ``α 0.30 · 70% A + 30% B``."""
    if point.groups is not None:
        return label(point, titles)
    mixed = _spelt(point, titles, " + ").replace(f" + {MINUS}", f" {MINUS} ")
    return mixed if point.alpha is None else _joined(f"α {_fixed(point.alpha)}", " · ", mixed)


def spoken(point: Point, titles: Titles) -> str:
    """Say the same for a screen reader: ``alpha 0.30: 70% A, 30% B``."""
    if point.groups is not None:
        return label(point, titles)
    mixed = _spelt(point, titles, ", ")
    return mixed if point.alpha is None else _joined(f"alpha {_fixed(point.alpha)}", ": ", mixed)


def _joined(place: str, between: str, mixed: str) -> str:
    return f"{place}{between}{mixed}" if mixed else place


def _spelt(point: Point, titles: Titles, between: str) -> str:
    """Return the parts of a mix with a true minus."""
    weights = (point.weights or {}).items()
    return between.join(
        f"{_percent(weight).replace('-', MINUS)} {titles[id_]}" for id_, weight in weights if weight
    )


def _percent(weight: float) -> str:
    return f"{round(weight * 100, 1):g}%"


def _fixed(alpha: float) -> str:
    """Return ``0.30``, ``0.125``, ``−0.50``."""
    digits = 2 if abs(alpha * 100 - round(alpha * 100)) < 1e-6 else 3
    return f"{alpha:.{digits}f}".replace("-", MINUS)
