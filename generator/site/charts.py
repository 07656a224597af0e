"""Charts as static SVG, drawn when the site is built.

Colours come from the style sheet by class, so that charts follow the theme; each carries its
data as a table, for those who listen and those who want the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Point:
    """``x`` alpha or noise level, ``y`` the measure."""

    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """A line of a chart; ``name`` is data.json's word for its frames, or any other name."""

    name: str
    points: tuple[Point, ...]


def alpha_charts(id_: str, title: str, curves: Mapping[str, Sequence[Curve]]) -> Markup:
    """Return a figure with a chart for each metric."""
    del id_, title, curves
    return Markup()
