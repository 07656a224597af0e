"""From coefficients by model id to recipes in canonical form: by file, in order, without zeros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from generator.manifest import Manifest
from generator.manifest.alphas import rounded
from generator.manifest.controls import Point
from generator.manifest.types import REST, Interpolate
from generator.plan.frames import Blend, ByGroup, Coefficient, ColorFix, Mix
from generator.plan.info import File, FileInfo

Coefficients = Mapping[str, Coefficient]
"""A coefficient for each model id."""


class Recipes:
    """Writes recipes: knows the models' files and how networks are run."""

    def __init__(self, manifest: Manifest, info: FileInfo) -> None:
        self._manifest = manifest
        self._info = info

    def mix(self, weights: Coefficients, fix: ColorFix) -> Mix:
        """Return the recipe of mixed networks; of one alone where the others have no weight."""
        render = self._manifest.render
        return Mix(self.parents(weights), fix, render.precision, render.tile)

    def blend(self, weights: Coefficients, fix: ColorFix) -> Mix | Blend:
        """Return the recipe of blended outputs; a blend of one network is that network."""
        parents = self.parents(weights)
        render = self._manifest.render
        kind = Mix if len(parents) == 1 else Blend
        return kind(parents, fix, render.precision, render.tile)

    def parents(self, weights: Coefficients) -> tuple[tuple[File, Coefficient], ...]:
        """Return a mix in canonical form: by file, in order of hashes, without zeros."""
        by_file: dict[File, Coefficient] = {}
        for model, weight in weights.items():
            file = self._info.files[self._manifest.models[model].path]
            by_file[file] = _sum(by_file[file], weight) if file in by_file else weight
        pairs = [(file, weight) for file, weight in by_file.items() if weight != 0]
        return tuple(sorted(pairs, key=lambda pair: pair[0].sha256))


def coefficients(mix: Interpolate, point: Point) -> Coefficients:
    """Return a point's coefficient for each model: numbers, or one for each group of layers."""
    if point.weights is not None:
        return point.weights
    alphas = point.groups or {}
    sides = [{name: rounded(1 - alpha) for name, alpha in alphas.items()}, alphas]
    return {
        model: ByGroup(tuple((mix.groups[n], side[n]) for n in mix.groups), side.get(REST, 0.0))
        for model, side in zip(mix.models, sides, strict=True)
    }


def _sum(one: Coefficient, other: Coefficient) -> Coefficient:
    """Add the coefficients of one file that goes by two names."""
    if isinstance(one, ByGroup) and isinstance(other, ByGroup):
        pairs = zip(one.groups, other.groups, strict=True)
        groups = tuple((patterns, a + b) for (patterns, a), (_, b) in pairs)
        return ByGroup(groups, one.rest + other.rest)
    return cast(float, one) + cast(float, other)
