"""What planning looks up, whatever the kind of comparison; and the problems it meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import Problem
from generator.manifest import ManifestFile
from generator.manifest.controls import Point, Weights
from generator.manifest.tables.formats import ROOMIEST
from generator.manifest.types import Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import Place, PlannedExport, PlannedFrame
from generator.plan.exports import Exports
from generator.plan.frames import ColorFix, Encoding, Frame, Picture, Recipe
from generator.plan.info import FileInfo, mixable
from generator.plan.inputs import Inputs
from generator.plan.recipes import Recipes
from generator.plan.words import FIXES, mixture

_NOWHERE = Point(None)


@dataclass(frozen=True)
class Variant:
    """What is shown of every input, ``scale`` times as large: a recipe, and where it stands.

    ``name`` is data.json's word for the recipe; ``color_fix`` is given where several stand side
    by side.
    """

    recipe: Recipe
    name: str
    label: str
    at: tuple[Place, ...]
    scale: int
    point: Point = _NOWHERE
    color_fix: str = ""


class Context:
    """Looks up models and inputs, and gathers ``problems``."""

    def __init__(self, file: ManifestFile, info: FileInfo) -> None:
        self.problems: list[Problem] = []
        self.manifest = file.manifest
        self.info = info
        self.recipes = Recipes(file.manifest, info)
        self.inputs = Inputs(file, info, self.problems)
        self._file = file
        self._exports = Exports(file.manifest)
        images = file.manifest.images
        self._encoding = Encoding(images.format, images.quality)
        self._too_large: set[Location] = set()

    def titles(self, models: Iterable[str]) -> dict[str, str]:
        """Return what models are called, by id."""
        return {model: self.manifest.models[model].title for model in models}

    def problem(self, location: Location, message: str) -> None:
        """Note what is wrong at a place of the manifest."""
        self.problems.append(self._file.problem(location, message))

    def frames(
        self, comparison: Comparison, inputs: Iterable[str], variants: Sequence[Variant]
    ) -> tuple[PlannedFrame, ...]:
        """Return every variant of the first input, then of the next."""
        return tuple(
            self._frame(comparison, input_id, variant)
            for input_id in inputs
            for variant in variants
        )

    def _frame(self, comparison: Comparison, input_id: str, variant: Variant) -> PlannedFrame:
        prepared, scale, point = self.inputs.prepared(input_id), variant.scale, variant.point
        size = prepared.width * scale, prepared.height * scale
        picture = Picture(prepared, self.recipes.of_input(variant.recipe, prepared), *size)
        return PlannedFrame(
            self.encoded(picture, ("inputs", input_id)),
            variant.name,
            variant.label,
            variant.at,
            input_id,
            point.weights,
            point.alpha,
            point.groups,
            variant.color_fix,
            self.inputs.measurement(comparison, input_id, picture),
        )

    def encoded(self, picture: Picture, where: Location) -> Frame:
        """Return a picture as a file; report, before anything is rendered, what none can hold."""
        name, largest = self._encoding.format, self._encoding.of.largest_side
        if max(picture.width, picture.height) > largest and where not in self._too_large:
            self._too_large.add(where)
            message = (
                f"frames would be {picture.width}×{picture.height}, and {name} holds {largest} "
                f"pixels a side: use a smaller part, or images.format: {ROOMIEST.suffix}"
            )
            self.problem(where, message)
        return Frame(picture, self._encoding)

    def scale_of_mix(self, models: Sequence[str], places: Sequence[Location]) -> int:
        """Check that models can be mixed, and return their scale."""
        first = self.info.models[models[0]]
        for other, place in zip(models[1:], places[1:], strict=True):
            if reason := mixable(first, self.info.models[other]):
                message = f"'{models[0]}' and '{other}' cannot be mixed: {reason}"
                self.problem(place, message)
        self._check_noise_levels(models, places)
        return first.scale

    def _check_noise_levels(self, models: Sequence[str], places: Sequence[Location]) -> None:
        """Report models of a mix of which only some are told a level of their own."""
        levels = {model: self.manifest.models[model].noise_level for model in models}
        asked = [model for model in models if self.info.models[model].noise_level]
        without = [model for model in asked if levels[model] is None]
        if without and len(without) < len(asked):
            place = places[list(models).index(without[0])]
            other = next(model for model in asked if levels[model] is not None)
            message = f"'{other}' has a noise_level, '{without[0]}' has none: give it to both"
            self.problem(place, message)

    def export(self, name: str, weights: Weights, title: str = "") -> PlannedExport:
        """Plan mixed weights to publish."""
        titles, parents = self.titles(weights), self.recipes.parents(weights)
        title = title or mixture(weights, titles)
        return self._exports.plan(name, title, mixture(weights, titles, " + "), weights, parents)


def shared(name: str, comparison: Comparison) -> Mapping[str, Any]:
    """Return what every kind of comparison says of itself."""
    return {
        "id": name,
        "title": comparison.title,
        "caption": comparison.caption,
        "aliases": comparison.aliases,
        "draft": comparison.draft,
        "measures": tuple(dict.fromkeys(comparison.metrics)),
    }


def fixes(comparison: Comparison) -> Iterator[tuple[ColorFix, str, str]]:
    """Yield each colour fix, its name where several stand side by side, what labels add then."""
    several = len(comparison.color_fix) > 1
    for fix in comparison.color_fix:
        yield fix, fix if several else "", f", {FIXES[fix]}" if several else ""
