"""What planning looks up, whatever the kind of comparison; and the problems it meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.errors import Problem
from generator.manifest import ManifestFile
from generator.manifest.controls import Point, Weights
from generator.manifest.outputs import filled, values_of
from generator.manifest.tables.formats import ROOMIEST
from generator.manifest.types import Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import Place, PlannedExport, PlannedFrame
from generator.plan.exports import Exports
from generator.plan.frames import (
    Classic,
    ColorFix,
    Encoding,
    Frame,
    Input,
    Picture,
    Recipe,
)
from generator.plan.info import File, FileInfo, ImageInfo, mixable
from generator.plan.inputs import Inputs
from generator.plan.recipes import Recipes
from generator.plan.words import FIXES, mixture

_NOWHERE = Point(None)


@dataclass(frozen=True)
class Elsewhere:
    """Pictures that were made elsewhere, one for each input: how ``FileInfo.made`` knows them.

    ``pattern`` is their path, with words in braces that ``outputs`` fills, named at ``where``.
    """

    comparison: str
    entry: float
    pattern: str
    where: Location


@dataclass(frozen=True)
class Variant:
    """What is shown of every input, ``scale`` times as large: a recipe, and where it stands.

    ``name`` is data.json's word for the recipe; ``color_fix`` is given where several stand side
    by side. Of what was ``made`` elsewhere, each picture has a size of its own.
    """

    recipe: Recipe
    name: str
    label: str
    at: tuple[Place, ...]
    scale: int
    point: Point = _NOWHERE
    color_fix: str = ""
    made: Elsewhere | None = None


class Context:
    """Looks up models and inputs, and gathers ``problems`` and ``warnings``."""

    def __init__(self, file: ManifestFile, info: FileInfo) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
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

    def warn(self, location: Location, message: str) -> None:
        """Note what will not be shown though it was asked for."""
        self.warnings.append(self._file.problem(location, message))

    def frames(
        self, comparison: Comparison, inputs: Iterable[str], variants: Sequence[Variant]
    ) -> tuple[PlannedFrame, ...]:
        """Return every variant of the first input, then of the next."""
        inputs = tuple(inputs)
        frames = tuple(
            self._frame(comparison, input_id, variant)
            for input_id in inputs
            for variant in variants
        )
        for number, variant in enumerate(variants):
            if variant.made:
                self._warn_of_missing(variant.made, frames[number :: len(variants)])
        return frames

    def scale_of_made(self, made: Elsewhere, inputs: Iterable[str]) -> int:
        """Return how many times larger than its input a picture is; 1 where that is no number."""
        for input_id in inputs:
            if file := self.info.made.get((made.comparison, input_id, made.entry)):
                image, prepared = self.info.images[file.sha256], self.inputs.prepared(input_id)
                scale = image.width // prepared.width
                size = prepared.width * scale, prepared.height * scale
                return scale if size == (image.width, image.height) else 1
        return 1

    def _frame(self, comparison: Comparison, input_id: str, variant: Variant) -> PlannedFrame:
        if variant.made:
            return self._made(comparison, input_id, variant, variant.made)
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

    def _made(
        self, comparison: Comparison, input_id: str, variant: Variant, made: Elsewhere
    ) -> PlannedFrame:
        prepared = self.inputs.prepared(input_id)
        file = self.info.made.get((made.comparison, input_id, made.entry))
        shown = partial(
            PlannedFrame,
            recipe=variant.name,
            label=variant.label,
            at=variant.at,
            input=input_id,
            alpha=variant.point.alpha,
        )
        if file is None:
            nothing = File("", Path(self._path(made, input_id)))
            size = prepared.width * variant.scale, prepared.height * variant.scale
            frame = Frame(_as_it_is(nothing, ImageInfo(*size, 3, alpha=False)), self._encoding)
            return shown(frame, missing=f"no such file: '{nothing.path.name}'")
        self._check_shape(file, prepared, input_id, made)
        frame = self.made(file, made.where)
        measurement = self.inputs.measurement(comparison, input_id, frame.picture)
        return shown(frame, measurement=measurement)

    def made(self, file: File, where: Location) -> Frame:
        """Return a picture that was made elsewhere, as its file is or encoded as others are."""
        image = self.info.images[file.sha256]
        picture = _as_it_is(file, image)
        if self.manifest.images.keep and image.shown_as:
            return Frame(picture, Encoding(image.shown_as, "kept"))
        return self.encoded(picture, where)

    def _path(self, made: Elsewhere, input_id: str) -> str:
        """Return where an author expects a picture."""
        values = values_of(input_id, self.manifest.inputs[input_id].path)
        return filled(made.pattern, {**values, "alpha": f"{made.entry:g}"})

    def _check_shape(self, file: File, prepared: Input, input_id: str, made: Elsewhere) -> None:
        """Report a picture that shows another part than the others; a pixel of the input is free,
        since those who enlarge and make smaller round.
        """  # noqa: D205
        image = self.info.images[file.sha256]
        by = image.width / prepared.width
        if abs(image.height - prepared.height * by) > max(1, by):
            message = (
                f"'{self._path(made, input_id)}' is {image.width}×{image.height}, another shape "
                f"than '{input_id}', {prepared.width}×{prepared.height}: cut it alike"
            )
            self.problem(made.where, message)

    def _warn_of_missing(self, made: Elsewhere, frames: Sequence[PlannedFrame]) -> None:
        paths = [self._path(made, shown.input) for shown in frames if shown.missing]
        if 1 < len(paths) == len(frames):
            some = f"'{paths[0]}' and the others are not there"
            self.warn(made.where, f"no such files: {some}: the pages say so in their place")
            return
        for path in paths:
            self.warn(made.where, f"no such file: '{path}': the page says so in its place")

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
        for model, message in self._noise_levels(models):
            self.problem(places[list(models).index(model)], message)
        return first.scale

    def why_not_mixed(self, first: str, second: str) -> str:
        """Say why two models cannot be mixed; '' where they can."""
        reason = mixable(self.info.models[first], self.info.models[second])
        return reason or "".join(message for _, message in self._noise_levels((first, second)))

    def _noise_levels(self, models: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield the model, and what is wrong, where only some of a mix have a level of their own.

        What asks for no level does not count.
        """
        levels = {model: self.manifest.models[model].noise_level for model in models}
        asked = [model for model in models if self.info.models[model].noise_level]
        without = [model for model in asked if levels[model] is None]
        if without and len(without) < len(asked):
            other = next(model for model in asked if levels[model] is not None)
            message = f"'{other}' has a noise_level, '{without[0]}' has none: give it to both"
            yield without[0], message

    def export(
        self, name: str, weights: Weights, title: str = "", address: str = ""
    ) -> PlannedExport:
        """Plan mixed weights to publish, or to link where they lie at an address already."""
        titles, parents = self.titles(weights), self.recipes.parents(weights)
        title, mixed = title or mixture(weights, titles), mixture(weights, titles, " + ")
        if address:
            return PlannedExport("", title, mixed, weights, parents, address)
        return self._exports.plan(name, title, mixed, weights, parents)


def _as_it_is(file: File, image: ImageInfo) -> Picture:
    size = image.width, image.height
    return Picture(Input(file, None, 1, None, *size, image.channels, image.alpha), Classic(), *size)


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
