"""From coefficients by model id to recipes in canonical form: by file, in order, without zeros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from generator.manifest import Manifest
from generator.manifest.alphas import rounded
from generator.manifest.controls import Point
from generator.manifest.types import REST, Interpolate
from generator.plan.frames import (
    Blend,
    ByGroup,
    Coefficient,
    ColorFix,
    Input,
    Mix,
    Network,
    Recipe,
)
from generator.plan.info import File, FileInfo

Coefficients = Mapping[str, Coefficient]
"""A coefficient for each model id."""

USUAL_NOISE_LEVEL = 15.0
"""What networks are told that ask for it and are given no other: the default of their authors."""


class Recipes:
    """Writes recipes: knows the models' files and how networks are run."""

    def __init__(self, manifest: Manifest, info: FileInfo) -> None:
        self._manifest = manifest
        self._info = info

    def mix(self, weights: Coefficients, fix: ColorFix) -> Mix:
        """Return the recipe of mixed networks; of one alone where the others have no weight."""
        render = self._manifest.render
        level = self._noise_level(weights)
        return Mix(self.parents(weights), fix, render.precision, render.tile, level)

    def blend(self, weights: Coefficients, fix: ColorFix) -> Mix | Blend:
        """Return the recipe of blended outputs; a blend of one network is that network."""
        parents = self.parents(weights)
        render = self._manifest.render
        kind = Mix if len(parents) == 1 else Blend
        return kind(parents, fix, render.precision, render.tile, self._noise_level(weights))

    def asks_noise_level(self, recipe: Recipe) -> bool:
        """Tell whether a recipe's network asks how noisy its input is."""
        networks = self._info.networks
        return isinstance(recipe, Network) and networks[recipe.weights[0][0].sha256].noise_level

    def of_input(self, recipe: Recipe, picture: Input) -> Recipe:
        """Return the recipe for one input: the level of its noise is told, unless another is."""
        if not isinstance(recipe, Network) or not self.asks_noise_level(recipe):
            return recipe
        sigma = picture.noise.sigma if picture.noise else USUAL_NOISE_LEVEL
        level = sigma if recipe.noise_level is None else recipe.noise_level
        return replace(recipe, noise_level=None if level == USUAL_NOISE_LEVEL else level)

    def _noise_level(self, weights: Coefficients) -> float | None:
        """Return what models say, mixed as they are; None where it follows the input."""
        levels = [
            (weight, self._manifest.models[model].noise_level)
            for model, weight in weights.items()
            if weight != 0 and self._info.models[model].noise_level
        ]
        given = {level for _, level in levels}
        if len(given) == 1:
            return given.pop()
        told = [
            weight * level
            for weight, level in levels
            if level is not None and isinstance(weight, float)
        ]
        return rounded(sum(told)) if told else None

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
