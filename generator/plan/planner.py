"""Planning: from what the author wrote to recipes, labels, sizes and measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import chain, count
from typing import cast

from generator.errors import ManifestError, Problem
from generator.facts import Facts, File, mixable
from generator.manifest import ManifestFile
from generator.manifest.alphas import MAX_ALPHAS, rounded
from generator.manifest.types import RESAMPLINGS, Choice, Comparison, Interpolate
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, Shown
from generator.plan.frames import (
    Blend,
    ByGroup,
    Coefficient,
    Encoding,
    Frame,
    Input,
    Mix,
    Network,
    Original,
    Picture,
    Recipe,
    Resample,
    Resampling,
)
from generator.plan.inputs import Inputs
from generator.plan.weights import Point, Weights, first_shown, grid, mixture, weights_at

REST = "rest"
"""The name of the layers that are in no group."""


def make_plan(file: ManifestFile, facts: Facts, *, drafts: bool = False) -> Plan:
    """Plan every frame of the site.

    Raises ManifestError where models cannot be mixed or pictures do not fit: crops outside
    the picture, references of another size than the output.
    """
    planner = _Planner(file, facts)
    comparisons = tuple(
        planner.comparison(name, comparison)
        for name, comparison in file.manifest.comparisons.items()
        if drafts or not comparison.draft
    )
    if planner.problems:
        raise ManifestError(planner.problems)
    return Plan(comparisons)


class _Planner:
    """Holds what planning looks up, and gathers the problems it meets."""

    def __init__(self, file: ManifestFile, facts: Facts) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._facts = facts
        self._manifest = file.manifest
        images = file.manifest.images
        self._encoding = Encoding(images.format, images.quality)
        self._inputs = Inputs(file, facts, self.problems)
        # What holds a name under models/: an export's parents; nothing is a model that holds it.
        self._exported: dict[str, tuple[tuple[File, Coefficient], ...]] = {
            name.casefold(): () for name in file.manifest.models
        }

    def comparison(self, name: str, comparison: Comparison) -> ComparisonPlan:
        if comparison.frames is not None:
            return self._frames(name, comparison)
        inputs = comparison.inputs or tuple(self._manifest.inputs)
        if comparison.interpolate is not None:
            return self._interpolate(name, comparison, comparison.interpolate, inputs)
        return self._choose(name, comparison, comparison.choose or (), inputs)

    def _interpolate(
        self, name: str, comparison: Comparison, mix: Interpolate, inputs: tuple[str, ...]
    ) -> ComparisonPlan:
        where: Location = ("comparisons", name, "interpolate")
        scale = self._check_mix(mix.models, [(*where, "models", i) for i in range(len(mix.models))])
        for index, model in enumerate(mix.beside):
            if (other := self._facts.models[model].scale) != scale:
                message = f"'{model}' enlarges ×{other}, '{mix.models[0]}' ×{scale}"
                self._problem((*where, "beside", index), message)
        points = grid(mix, self._group_names(mix, where))
        shown = [
            each
            for input_id in inputs
            for each in self._between(comparison, mix, points, input_id, scale)
        ]
        self._inputs.check_references(comparison, inputs, shown, all_must_fit=True)
        titles = self._titles(mix.models)
        exports = tuple(
            self._export(f"{name}-{alpha:g}", weights_at(mix, alpha), titles)
            for alpha in dict.fromkeys(mix.export)
        )
        return ComparisonPlan(
            name, comparison, "interpolate", mix.kind_of_control, mix.models, inputs,
            tuple(shown), 0, 1 + first_shown(points, mix.start), exports,
        )  # fmt: skip

    def _between(
        self,
        comparison: Comparison,
        mix: Interpolate,
        points: list[Point],
        input_id: str,
        scale: int,
    ) -> Iterator[Shown]:
        """Yield the frames of one input: itself, mixes, blends, models beside them."""
        titles = self._titles(mix.models)
        first = Original() if scale == 1 else Resample("bicubic", scale)
        text = "Input" if scale == 1 else f"Input, bicubic ×{scale}"
        yield self._shown(comparison, input_id, first, scale, text)
        for point in points:
            recipe = self._network(Mix, comparison, self._coefficients(mix, point))
            text = point.label(titles)
            yield self._shown(comparison, input_id, recipe, scale, text, name="mix", point=point)
        for point in points if mix.baseline == "pixel" else ():
            recipe = self._network(Blend, comparison, point.weights or {})
            text = point.label(titles)
            yield self._shown(comparison, input_id, recipe, scale, text, name="blend", point=point)
        for model, text in self._titles(mix.beside).items():
            alone = Point({model: 1.0})
            recipe = self._network(Mix, comparison, {model: 1.0})
            yield self._shown(comparison, input_id, recipe, scale, text, name="mix", point=alone)

    def _coefficients(self, mix: Interpolate, point: Point) -> Mapping[str, Coefficient]:
        """Return a point's coefficient for each model: numbers, or one for each group."""
        if point.weights is not None:
            return point.weights
        alphas = point.groups or {}
        sides = [{n: rounded(1 - a) for n, a in alphas.items()}, alphas]
        return {
            model: ByGroup(tuple((mix.groups[n], side[n]) for n in mix.groups), side.get(REST, 0.0))
            for model, side in zip(mix.models, sides, strict=True)
        }

    def _group_names(self, mix: Interpolate, where: Location) -> list[str]:
        """Return the groups of layers, with the rest where a layer is in none of them."""
        keys = list(self._facts.models[mix.models[0]].tensors)
        taken: set[str] = set()
        for name, patterns in mix.groups.items():
            matching = {k for k in keys if any(fnmatchcase(k, p) for p in patterns)} - taken
            if not matching:
                message = f"no layer is left for group '{name}'; there are {_some(keys)}"
                self._problem((*where, "groups", name), message)
            taken |= matching
        names = [*mix.groups, REST] if len(taken) < len(keys) else list(mix.groups)
        if (frames := len(mix.alphas) ** len(names)) > MAX_ALPHAS and mix.groups:
            message = f"{len(mix.alphas)} alphas for {len(names)} groups make {frames:,} frames"
            self._problem((*where, "groups"), f"{message}: at most {MAX_ALPHAS:,} can be shown")
            return names[:1]
        return names

    def _titles(self, models: Iterable[str]) -> dict[str, str]:
        return {model: self._manifest.models[model].title for model in models}

    def _choose(
        self,
        name: str,
        comparison: Comparison,
        choices: tuple[Choice, ...],
        inputs: tuple[str, ...],
    ) -> ComparisonPlan:
        where = ("comparisons", name, "choose")
        scales = [self._scale(choice, (*where, index)) for index, choice in enumerate(choices)]
        largest = max(scales)
        shown = [
            self._choice(comparison, input_id, choice, scale, largest)
            for input_id in inputs
            for choice, scale in zip(choices, scales, strict=True)
        ]
        self._inputs.check_references(comparison, inputs, shown, all_must_fit=False)
        models = tuple(
            dict.fromkeys(
                model
                for choice in choices
                for model in (choice.mix or (choice.of,))
                if model in self._manifest.models
            )
        )
        titles = self._titles(models)
        exports = tuple(
            self._export(f"{name}-{number}", choice.mix, titles, choice.title)
            for number, choice in enumerate(choices, start=1)
            if choice.mix and choice.export
        )
        last = len(choices) - 1
        return ComparisonPlan(
            name, comparison, "choose", "lists", models, inputs, tuple(shown), 0, last, exports
        )

    def _export(
        self, name: str, weights: Weights, titles: dict[str, str], title: str = ""
    ) -> PlannedExport:
        """Plan weights to publish: under their title where it can be a file name of their own."""
        parents = self._parents(weights)
        plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", title)
        names = chain([title] if plain else [], [name], (f"{name}-{n}" for n in count(2)))
        free = (n for n in names if self._exported.setdefault(n.casefold(), parents) == parents)
        return PlannedExport(next(free), title or mixture(weights, titles), weights, parents)

    def _scale(self, choice: Choice, where: Location) -> int:
        """Return how much larger an entry of ``choose`` makes its input."""
        if choice.mix:
            models = tuple(choice.mix)
            return self._check_mix(models, [(*where, "mix", model) for model in models])
        model = self._facts.models.get(choice.of)
        return model.scale if model else 1

    def _choice(
        self, comparison: Comparison, input_id: str, choice: Choice, scale: int, largest: int
    ) -> Shown:
        if choice.of == "input":
            text = choice.title or "Input"
            return self._shown(comparison, input_id, Original(), 1, text)
        if choice.of in RESAMPLINGS:
            method = cast(Resampling, choice.of)
            recipe: Recipe = Resample(method, largest) if largest > 1 else Original()
            text = choice.title or f"{choice.of.capitalize()} ×{largest}"
            return self._shown(comparison, input_id, recipe, largest, text, name=choice.of)
        weights = choice.mix or {choice.of: 1.0}
        text = choice.title or mixture(weights, self._titles(weights))
        if choice.of:
            text = choice.title or self._manifest.models[choice.of].title
        point = Point(weights)
        network = self._network(Mix, comparison, weights)
        return self._shown(comparison, input_id, network, scale, text, name="mix", point=point)

    def _frames(self, name: str, comparison: Comparison) -> ComparisonPlan:
        files = self._facts.frames[name]
        labels = comparison.labels or [str(number) for number in range(1, len(files) + 1)]
        shown = []
        for file, text in zip(files, labels, strict=True):
            image = self._facts.images[file.sha256]
            picture = Input(
                file, None, 1, None, image.width, image.height, image.channels, image.alpha
            )
            frame = Frame(Picture(picture, Original(), image.width, image.height), self._encoding)
            shown.append(Shown(frame, "file", text))
        return ComparisonPlan(name, comparison, "frames", "slider", (), (), tuple(shown), 0, 0)

    def _network(
        self, kind: type[Network], comparison: Comparison, weights: Mapping[str, Coefficient]
    ) -> Mix | Blend:
        pairs = self._parents(weights)
        recipe = Mix if len(pairs) == 1 or kind is Mix else Blend
        render = self._manifest.render
        return recipe(pairs, comparison.color_fix, render.precision, render.tile)

    def _parents(self, weights: Mapping[str, Coefficient]) -> tuple[tuple[File, Coefficient], ...]:
        """Return a mix in canonical form: by file, in order of hashes, without zeros."""
        by_file: dict[File, Coefficient] = {}
        for model, weight in weights.items():
            file = self._facts.files[self._manifest.models[model].path]
            by_file[file] = _sum(by_file[file], weight) if file in by_file else weight
        pairs = [(file, weight) for file, weight in by_file.items() if weight != 0]
        return tuple(sorted(pairs, key=lambda pair: pair[0].sha256))

    def _shown(
        self,
        comparison: Comparison,
        input_id: str,
        recipe: Recipe,
        scale: int,
        text: str,
        *,
        name: str = "",
        point: Point | None = None,
    ) -> Shown:
        prepared = self._inputs.prepared(input_id)
        picture = Picture(prepared, recipe, prepared.width * scale, prepared.height * scale)
        frame = Frame(picture, self._encoding)
        measurement = self._inputs.measurement(comparison, input_id, picture)
        if not name:
            name = recipe.method if isinstance(recipe, Resample) else "input"
        at = point or Point(None)
        return Shown(frame, name, text, input_id, at.weights, at.alpha, at.groups, measurement)

    def _check_mix(self, models: tuple[str, ...], places: list[Location]) -> int:
        """Check that models can be mixed, and return their scale."""
        first = self._facts.models[models[0]]
        for other, place in zip(models[1:], places[1:], strict=True):
            if reason := mixable(first, self._facts.models[other]):
                message = f"'{models[0]}' and '{other}' cannot be mixed: {reason}"
                self._problem(place, message)
        return first.scale

    def _problem(self, location: Location, message: str) -> None:
        self.problems.append(self._file.problem(location, message))


def _sum(one: Coefficient, other: Coefficient) -> Coefficient:
    """Add the coefficients of one file that goes by two names."""
    if isinstance(one, ByGroup) and isinstance(other, ByGroup):
        pairs = zip(one.groups, other.groups, strict=True)
        groups = tuple((patterns, a + b) for (patterns, a), (_, b) in pairs)
        return ByGroup(groups, one.rest + other.rest)
    return cast(float, one) + cast(float, other)


def _some(keys: list[str]) -> str:
    """Show a few keys, so that an author sees what can be matched."""
    few = keys if len(keys) <= 6 else [*keys[:3], "…", *keys[-2:]]
    return ", ".join(few)
