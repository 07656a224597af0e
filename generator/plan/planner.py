"""Planning: from what the author wrote to recipes, labels, sizes and measurements."""

from __future__ import annotations

import re
from typing import cast

from generator.errors import ManifestError, Problem
from generator.facts import Facts, File, mixable
from generator.manifest import ManifestFile
from generator.manifest.types import RESAMPLINGS, Choice, Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, Shown
from generator.plan.frames import (
    Blend,
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
from generator.plan.weights import Weights, grid, label, weights_at


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
        self._exported: dict[str, tuple[tuple[File, float], ...]] = {}

    def comparison(self, name: str, comparison: Comparison) -> ComparisonPlan:
        if comparison.frames is not None:
            return self._frames(name, comparison)
        inputs = comparison.inputs or tuple(self._manifest.inputs)
        if comparison.interpolate is not None:
            return self._interpolate(name, comparison, inputs)
        return self._choose(name, comparison, comparison.choose or (), inputs)

    def _interpolate(
        self, name: str, comparison: Comparison, inputs: tuple[str, ...]
    ) -> ComparisonPlan:
        mix = comparison.interpolate
        assert mix is not None  # noqa: S101 - the caller's case
        where = ("comparisons", name, "interpolate", "models")
        places: list[Location] = [(*where, index) for index in range(len(mix.models))]
        scale = self._check_mix(mix.models, places)
        for index, model in enumerate(mix.beside):
            if (other := self._facts.models[model].scale) != scale:
                message = f"'{model}' enlarges ×{other}, '{mix.models[0]}' ×{scale}"
                self._problem(("comparisons", name, "interpolate", "beside", index), message)
        titles = {model: self._manifest.models[model].title for model in mix.models}
        points = grid(mix)
        recipes: list[type[Network]] = [Mix, Blend] if mix.baseline == "pixel" else [Mix]
        shown: list[Shown] = []
        for input_id in inputs:
            first = Original() if scale == 1 else Resample("bicubic", scale)
            text = "Input" if scale == 1 else f"Input, bicubic ×{scale}"
            shown.append(self._shown(comparison, input_id, first, scale, text))
            for kind in recipes:
                for alpha, weights in points:
                    recipe = self._network(kind, comparison, weights)
                    text = label(alpha, weights, titles)
                    shown.append(
                        self._shown(
                            comparison, input_id, recipe, scale, text,
                            name="mix" if kind is Mix else "blend", weights=weights, alpha=alpha,
                        )
                    )  # fmt: skip
            shown += [
                self._shown(
                    comparison, input_id, self._network(Mix, comparison, {model: 1.0}), scale,
                    self._manifest.models[model].title, name="mix", weights={model: 1.0},
                )
                for model in mix.beside
            ]  # fmt: skip
        self._inputs.check_references(comparison, inputs, shown, all_must_fit=True)
        middle = 1 + (len(points) - 1) // 2
        control = mix.kind_of_control
        exports = tuple(
            self._export(f"{name}-{alpha:g}", weights_at(mix, alpha), titles)
            for alpha in dict.fromkeys(mix.export)
        )
        return ComparisonPlan(
            name,
            comparison,
            "interpolate",
            control,
            mix.models,
            inputs,
            tuple(shown),
            0,
            middle,
            exports,
        )

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
        titles = {model: self._manifest.models[model].title for model in models}
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
        """Plan weights to publish, under their title where it can be a file name."""
        parents = self._parents(weights)
        plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", title)
        free = title not in self._manifest.models
        if plain and free and self._exported.setdefault(title.casefold(), parents) == parents:
            name = title
        return PlannedExport(name, title or label(None, weights, titles), weights, parents)

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
        titles = {model: self._manifest.models[model].title for model in weights}
        text = choice.title or (label(None, weights, titles) if choice.mix else titles[choice.of])
        network = self._network(Mix, comparison, weights)
        return self._shown(comparison, input_id, network, scale, text, name="mix", weights=weights)

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
        self, kind: type[Network], comparison: Comparison, weights: Weights
    ) -> Mix | Blend:
        pairs = self._parents(weights)
        recipe = Mix if len(pairs) == 1 or kind is Mix else Blend
        render = self._manifest.render
        return recipe(pairs, comparison.color_fix, render.precision, render.tile)

    def _parents(self, weights: Weights) -> tuple[tuple[File, float], ...]:
        """Return a mix in canonical form: by file, in order of hashes, without zeros."""
        by_file: dict[File, float] = {}
        for model, weight in weights.items():
            file = self._facts.files[self._manifest.models[model].path]
            by_file[file] = by_file.get(file, 0.0) + weight
        pairs = [(file, weight) for file, weight in by_file.items() if weight]
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
        weights: Weights | None = None,
        alpha: float | None = None,
    ) -> Shown:
        prepared = self._inputs.prepared(input_id)
        picture = Picture(prepared, recipe, prepared.width * scale, prepared.height * scale)
        frame = Frame(picture, self._encoding)
        measurement = self._inputs.measurement(comparison, input_id, picture)
        if not name:
            name = recipe.method if isinstance(recipe, Resample) else "input"
        return Shown(frame, name, text, input_id, weights, alpha, measurement)

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
