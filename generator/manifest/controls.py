"""How a visitor moves through mixes of networks: each control once, with all that it brings.

Whoever adds one adds an entry here, its name to ``control`` in ``types``, and the shape of its
sliders to the viewer where none of the layouts will do.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from generator.manifest.alphas import rounded

Weights = dict[str, float]
"""A coefficient for each model id of a comparison, zeros included; they sum to 1."""

Layout = Literal["line", "pad", "sliders", "none"]
"""What a visitor has in hand: one slider, a triangle or square, a slider for each group of layers,
or lists alone."""


class Grid(Protocol):
    """What an author says of where the frames lie."""

    @property
    def models(self) -> tuple[str, ...]:
        """Ids, in the order of alpha."""

    @property
    def alphas(self) -> tuple[float, ...]:
        """Alphas between two models, rising."""

    @property
    def steps(self) -> int:
        """Steps of each leg of a path; points along a side of a lattice."""

    @property
    def has_steps(self) -> bool:
        """Whether ``steps`` counts, and not ``alphas``."""


@dataclass(frozen=True)
class Point:
    """A place between models: coefficients, and what the control calls it.

    ``alpha`` is the place on a slider or path; ``groups`` the alpha of each group of layers, in
    which case ``weights`` are given only where all groups agree.
    """

    weights: Weights | None
    alpha: float | None = None
    groups: dict[str, float] | None = None


@dataclass(frozen=True)
class Control:
    """A way through mixes.

    ``models`` is how many it takes, and ``hint`` what else to use for another number. ``points``
    gives every point in order; it is told the names of groups of layers. ``grid`` says what an
    author places them by. ``one_alpha``: a place is one number, so that something can start, end
    or be drawn along it. ``chain``: alpha counts on from model to model, and only neighbours are
    mixed. ``regions``: each region of a picture may have a place of its own.
    """

    models: range
    layout: Layout
    points: Callable[[Grid, Sequence[str]], list[Point]]
    grid: Literal["alphas", "steps", "either"] = "alphas"
    one_alpha: bool = False
    chain: bool = False
    regions: bool = False
    hint: str = ""

    def last_alpha(self, models: int) -> int:
        """Return the alpha at which the last of so many models is alone."""
        return models - 1 if self.chain else 1

    def pairs(self, models: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs of models that are mixed with each other."""
        return list(itertools.pairwise(models) if self.chain else itertools.combinations(models, 2))


def weights_at(models: tuple[str, ...], alpha: float) -> Weights:
    """Return the coefficients at an alpha of a slider, or at a place on a path."""
    leg = min(int(alpha), len(models) - 2) if alpha > 0 else 0
    return _leg(models, leg, alpha - leg)


def _slider(mix: Grid, _: Sequence[str]) -> list[Point]:
    """Return the alphas as written."""
    return [Point(_leg(mix.models, 0, alpha), alpha) for alpha in mix.alphas]


def _path(mix: Grid, _: Sequence[str]) -> list[Point]:
    """Return legs A→B, B→C, …, alpha counting from 0 at the first model to N-1 at the last."""
    return list(_legs(mix))


def _legs(mix: Grid) -> Iterator[Point]:
    every = [step / mix.steps for step in range(mix.steps + 1)]
    alphas = every if mix.has_steps else mix.alphas
    last = len(mix.models) - 2
    for leg in range(last + 1):
        for alpha in alphas:
            # A leg's end is the next one's start, and only a path's ends can be gone beyond.
            begun = alpha >= 0 or leg == 0
            ended = alpha > 1 or (alpha == 1 and 0 in alphas)
            if begun and (leg == last or not ended):
                yield Point(_leg(mix.models, leg, alpha), rounded(leg + alpha))


def _groups(mix: Grid, groups: Sequence[str]) -> list[Point]:
    """Return every combination of alphas, the last group's changing fastest."""
    combinations = itertools.product(mix.alphas, repeat=len(groups))
    return [_by_group(mix, dict(zip(groups, c, strict=True))) for c in combinations]


def _by_group(mix: Grid, alphas: dict[str, float]) -> Point:
    one = set(alphas.values())
    return Point(_leg(mix.models, 0, one.pop()) if len(one) == 1 else None, groups=alphas)


def _triangle(mix: Grid, _: Sequence[str]) -> list[Point]:
    """Return a barycentric lattice with ``steps`` points along each side, row by row."""
    last = mix.steps - 1
    return [
        _lattice_point(mix, [count / last for count in (last - second - third, second, third)])
        for third in range(mix.steps)
        for second in range(mix.steps - third)
    ]


def _square(mix: Grid, _: Sequence[str]) -> list[Point]:
    """Return a bilinear lattice: corners are models 0 (u=v=0), 1 (u=1), 2 (v=1), 3 (u=v=1)."""
    sides = [step / (mix.steps - 1) for step in range(mix.steps)]
    return [
        _lattice_point(mix, [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
        for v in sides
        for u in sides
    ]


def _lattice_point(mix: Grid, parts: Sequence[float]) -> Point:
    return Point({m: rounded(part) for m, part in zip(mix.models, parts, strict=True)})


def _leg(models: tuple[str, ...], first: int, alpha: float) -> Weights:
    weights = dict.fromkeys(models, 0.0)
    weights[models[first]] = rounded(1 - alpha)
    weights[models[first + 1]] = rounded(alpha)
    return weights


CONTROLS = {
    "slider": Control(
        range(2, 3), "line", _slider, one_alpha=True, regions=True, hint=": use control: path"
    ),
    "path": Control(
        range(2, sys.maxsize), "line", _path, grid="either", one_alpha=True, chain=True
    ),
    "triangle": Control(range(3, 4), "pad", _triangle, grid="steps"),
    "square": Control(range(4, 5), "pad", _square, grid="steps"),
    "groups": Control(range(2, 3), "sliders", _groups),
}
"""By name; ``groups`` is what an author gets who gives groups of layers an alpha each."""


@dataclass(frozen=True)
class Feature:
    """What an author may ask of an interpolation, ``fits`` saying of which controls."""

    words: str
    fits: Callable[[Control], bool]

    def controls(self) -> str:
        """Return the names of the controls that it goes with: ``slider and path``."""
        return " and ".join(name for name, control in CONTROLS.items() if self.fits(control))


def _one_alpha(control: Control) -> bool:
    return control.one_alpha


FEATURES = {
    "start": Feature("start goes with", _one_alpha),
    "regions": Feature("regions go with control", lambda control: control.regions),
    "animation": Feature("an animation goes with", _one_alpha),
    "export": Feature("export goes with", _one_alpha),
}
"""By key of ``interpolate``."""
