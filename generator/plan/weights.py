"""Where on the way between models the frames of a comparison lie."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generator.manifest.alphas import rounded
from generator.manifest.types import Interpolate

Weights = dict[str, float]
"""A coefficient for each model id of a comparison, zeros included; they sum to 1."""


def grid(mix: Interpolate) -> list[tuple[float | None, Weights]]:
    """Return (alpha, weights) of every frame, in the order of the control.

    slider: the alphas as written. path: legs A→B, B→C, …, alpha counting from 0 at the first
    model to N-1 at the last. triangle, square: lattices row by row, without an alpha.
    """
    control = mix.kind_of_control
    if control == "slider":
        return [(alpha, _leg(mix.models, 0, alpha)) for alpha in mix.alphas]
    if control == "path":
        return list(_path(mix))
    lattice = _triangle if control == "triangle" else _square
    return [(None, weights) for weights in lattice(mix.models, mix.steps)]


def weights_at(mix: Interpolate, alpha: float) -> Weights:
    """Return the coefficients at an alpha of a slider, or at a place on a path."""
    leg = min(int(alpha), len(mix.models) - 2) if alpha > 0 else 0
    return _leg(mix.models, leg, alpha - leg)


def label(alpha: float | None, weights: Weights, titles: dict[str, str]) -> str:
    """Name a frame for people: ``α = 0.3``, or ``70% A, 30% B`` where alpha alone says little."""
    if alpha is not None and len(weights) == 2:
        return f"α = {round(alpha, 4):g}"
    parts = [f"{round(w * 100, 1):g}% {titles[m]}" for m, w in weights.items() if w]
    return ", ".join(parts)


def _path(mix: Interpolate) -> Iterator[tuple[float, Weights]]:
    own = "alphas" in mix.model_fields_set
    alphas = mix.alphas if own else [step / mix.steps for step in range(mix.steps + 1)]
    for leg, _ in enumerate(pairwise(mix.models)):
        for alpha in alphas:
            # A leg's end is the next one's start.
            if alpha < 1 or leg == len(mix.models) - 2 or 0 not in alphas:
                yield rounded(leg + alpha), _leg(mix.models, leg, alpha)


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
