"""Where on the way between models the frames of a comparison lie."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.manifest.alphas import rounded
from generator.manifest.types import Interpolate

Weights = dict[str, float]
"""A coefficient for each model id of a comparison, zeros included; they sum to 1."""


@dataclass(frozen=True)
class Point:
    """A place between models: coefficients, and what the control calls it.

    ``alpha`` is the place on a slider or path; ``groups`` the alpha of each group of layers, in
    which case ``weights`` are given only where all groups agree.
    """

    weights: Weights | None
    alpha: float | None = None
    groups: dict[str, float] | None = None

    def label(self, titles: dict[str, str]) -> str:
        """Name it for people: ``α = 0.3``, ``70% A, 30% B`` or ``head 0, tail 0.3``."""
        if self.groups is not None:
            return ", ".join(f"{name} {alpha:g}" for name, alpha in self.groups.items())
        if self.alpha is not None and len(titles) == 2:
            return f"α = {round(self.alpha, 4):g}"
        return mixture(self.weights or {}, titles)


def grid(mix: Interpolate, groups: Sequence[str] = ()) -> list[Point]:
    """Return every point of an interpolation, in the order of its control.

    slider: the alphas as written. path: legs A→B, B→C, …, alpha counting from 0 at the first
    model to N-1 at the last. triangle, square: lattices row by row. ``groups``, all names of
    groups of layers: every combination of alphas, the last group's changing fastest.
    """
    control = mix.kind_of_control
    if control == "slider":
        return [Point(_leg(mix.models, 0, alpha), alpha) for alpha in mix.alphas]
    if control == "path":
        return list(_path(mix))
    if control == "groups":
        combinations = itertools.product(mix.alphas, repeat=len(groups))
        return [_by_group(mix, dict(zip(groups, c, strict=True))) for c in combinations]
    lattice = _triangle if control == "triangle" else _square
    return [Point(weights) for weights in lattice(mix.models, mix.steps)]


def _by_group(mix: Interpolate, alphas: dict[str, float]) -> Point:
    one = set(alphas.values())
    return Point(_leg(mix.models, 0, one.pop()) if len(one) == 1 else None, groups=alphas)


def first_shown(points: list[Point], start: float | None = None) -> int:
    """Return the point to show first: the nearest to ``start`` where an author gives one, else
    half-way between two models, at the start of a longer path, on a lattice the most even mix.
    """  # noqa: D205
    if start is not None:
        away = [abs((point.alpha or 0.0) - start) for point in points]
        return away.index(min(away))
    if points[0].alpha is not None and len(points[0].weights or {}) > 2:
        return 0
    if points[0].alpha is not None or points[0].groups is not None:
        return (len(points) - 1) // 2
    evenness = [-sum(w**2 for w in (point.weights or {}).values()) for point in points]
    return evenness.index(max(evenness))


def weights_at(mix: Interpolate, alpha: float) -> Weights:
    """Return the coefficients at an alpha of a slider, or at a place on a path."""
    leg = min(int(alpha), len(mix.models) - 2) if alpha > 0 else 0
    return _leg(mix.models, leg, alpha - leg)


def mixture(weights: Weights, titles: dict[str, str]) -> str:
    """Return ``70% A, 30% B``."""
    return ", ".join(f"{round(w * 100, 1):g}% {titles[m]}" for m, w in weights.items() if w)


def _path(mix: Interpolate) -> Iterator[Point]:
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


def _leg(models: tuple[str, ...], first: int, alpha: float) -> Weights:
    weights = dict.fromkeys(models, 0.0)
    weights[models[first]] = rounded(1 - alpha)
    weights[models[first + 1]] = rounded(alpha)
    return weights


def _triangle(models: tuple[str, ...], steps: int) -> Iterator[Weights]:
    """Barycentric lattice with ``steps`` points along each side."""
    last = steps - 1
    for third in range(steps):
        for second in range(steps - third):
            counts = (last - second - third, second, third)
            yield {m: rounded(count / last) for m, count in zip(models, counts, strict=True)}


def _square(models: tuple[str, ...], steps: int) -> Iterator[Weights]:
    """Bilinear lattice: corners are models 0 (u=v=0), 1 (u=1), 2 (v=1), 3 (u=v=1)."""
    last = steps - 1
    for row in range(steps):
        for column in range(steps):
            u, v = column / last, row / last
            parts = ((1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v)
            yield {m: rounded(part) for m, part in zip(models, parts, strict=True)}
