"""Planning: from what the author wrote to recipes, labels, sizes and measurements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import partial

from generator.errors import ManifestError, Problem
from generator.manifest import ManifestFile
from generator.manifest.alphas import MAX_ALPHAS
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import ROOMIEST
from generator.manifest.types import REST, Choice, Comparison, Interpolate
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, Shown
from generator.plan.exports import Exports
from generator.plan.frames import (
    FIXES,
    Classic,
    ColorFix,
    Encoding,
    Frame,
    Input,
    Picture,
    Recipe,
)
from generator.plan.info import FileInfo, mixable
from generator.plan.inputs import Inputs
from generator.plan.recipes import Recipes, coefficients
from generator.plan.weights import Point, Weights, first_shown, grid, mixture, weights_at


def make_plan(file: ManifestFile, info: FileInfo, *, drafts: bool = False) -> Plan:
    """Plan every frame of the site.

    Raises ManifestError where models cannot be mixed or pictures do not fit: crops outside
    the picture, references of another size than the output.
    """
    planner = _Planner(file, info)
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

    def __init__(self, file: ManifestFile, info: FileInfo) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._info = info
        self._manifest = file.manifest
        images = file.manifest.images
        self._encoding = Encoding(images.format, images.quality)
        self._recipes = Recipes(file.manifest, info)
        self._inputs = Inputs(file, info, self.problems)
        self._exports = Exports(file.manifest)
        self._too_large: set[Location] = set()

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
            if (other := self._info.models[model].scale) != scale:
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
        # Where colour fixes stand side by side, the first and the second do so from the start.
        at = first_shown(points, mix.first_alpha)
        left = 1 + len(points) + at if len(comparison.color_fix) > 1 else 0
        exports = tuple(
            self._export(f"{name}-{alpha:g}", weights_at(mix, alpha), titles)
            for alpha in dict.fromkeys(mix.export)
        )
        return ComparisonPlan(
            name, comparison, "interpolate", mix.kind_of_control, mix.models, inputs,
            tuple(shown), left, 1 + at, exports,
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
        first = Classic() if scale == 1 else Classic("bicubic", scale)
        text = "Input" if scale == 1 else f"Input, bicubic ×{scale}"
        show = partial(self._shown, comparison, input_id, scale=scale)
        yield show(first, text)
        for fix, series, words in _fixes(comparison):
            for point in points:
                recipe = self._recipes.mix(coefficients(mix, point), fix)
                text = point.label(titles) + words
                yield show(recipe, text, name="mix", point=point, series=series)
        fix = comparison.color_fix[0]
        for point in points if mix.baseline == "pixel" else ():
            blend = self._recipes.blend(point.weights or {}, fix)
            text = f"Pixel blend, {point.label(titles)}"
            yield show(blend, text, name="blend", point=point, series="blend")
        for model, text in self._titles(mix.beside).items():
            alone = self._recipes.mix({model: 1.0}, fix)
            yield show(alone, text, name="mix", point=Point({model: 1.0}))

    def _group_names(self, mix: Interpolate, where: Location) -> list[str]:
        """Return the groups of layers, with the rest where a layer is in none of them."""
        keys = list(self._info.models[mix.models[0]].tensors)
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
        labels = [self._label(choice, largest) for choice in choices]
        for index, label in enumerate(labels):
            if label in labels[:index]:
                message = f"the list has '{label}' already: give one of the two another 'title'"
                self._problem((*where, index), message)
        shown = [
            each
            for input_id in inputs
            for choice, label, scale in zip(choices, labels, scales, strict=True)
            for each in self._choice(comparison, input_id, choice, label, scale, largest)
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
        last = len(shown) // len(inputs) - 1
        return ComparisonPlan(
            name, comparison, "choose", "lists", models, inputs, tuple(shown), 0, last, exports
        )

    def _export(
        self, name: str, weights: Weights, titles: dict[str, str], title: str = ""
    ) -> PlannedExport:
        parents = self._recipes.parents(weights)
        return self._exports.plan(name, title, mixture(weights, titles), weights, parents)

    def _scale(self, choice: Choice, where: Location) -> int:
        """Return how much larger an entry of ``choose`` makes its input."""
        if choice.mix:
            models = tuple(choice.mix)
            return self._check_mix(models, [(*where, "mix", model) for model in models])
        model = self._info.models.get(choice.of)
        return model.scale if model else 1

    def _label(self, choice: Choice, largest: int) -> str:
        """Return what an entry of ``choose`` is called in the lists and in links."""
        if choice.title:
            return choice.title
        if choice.of in CLASSIC:
            return CLASSIC[choice.of].label(largest)
        if choice.mix:
            return mixture(choice.mix, self._titles(choice.mix))
        return self._manifest.models[choice.of].title

    def _choice(
        self,
        comparison: Comparison,
        input_id: str,
        choice: Choice,
        label: str,
        scale: int,
        largest: int,
    ) -> Iterator[Shown]:
        """Yield the frames of an entry of ``choose``: a network's once for each colour fix."""
        show = partial(self._shown, comparison, input_id)
        if choice.of in CLASSIC:
            enlarges = CLASSIC[choice.of].enlarges
            by = largest if enlarges else 1
            recipe = Classic() if enlarges and by == 1 else Classic(choice.of, by)
            yield show(recipe, label, scale=by, name=choice.of)
        else:
            weights = choice.mix or {choice.of: 1.0}
            for fix, _, words in _fixes(comparison):
                network, point = self._recipes.mix(weights, fix), Point(weights)
                yield show(network, label + words, scale=scale, name="mix", point=point)

    def _frames(self, name: str, comparison: Comparison) -> ComparisonPlan:
        files = self._info.frames[name]
        labels = comparison.labels or [str(number) for number in range(1, len(files) + 1)]
        shown = []
        for file, text in zip(files, labels, strict=True):
            image = self._info.images[file.sha256]
            picture = Input(
                file, None, 1, None, image.width, image.height, image.channels, image.alpha
            )
            self._check_size(("comparisons", name, "frames"), picture)
            frame = Frame(Picture(picture, Classic(), image.width, image.height), self._encoding)
            shown.append(Shown(frame, "file", text))
        # The end stands beside what the slider shows, which begins at the beginning.
        last = len(shown) - 1
        return ComparisonPlan(name, comparison, "frames", "slider", (), (), tuple(shown), last, 0)

    def _shown(
        self,
        comparison: Comparison,
        input_id: str,
        recipe: Recipe,
        text: str,
        *,
        scale: int,
        name: str = "",
        point: Point | None = None,
        series: str = "",
    ) -> Shown:
        prepared = self._inputs.prepared(input_id)
        self._check_size(("inputs", input_id), prepared, scale)
        picture = Picture(prepared, recipe, prepared.width * scale, prepared.height * scale)
        frame = Frame(picture, self._encoding)
        measurement = self._inputs.measurement(comparison, input_id, picture)
        at = point or Point(None)
        return Shown(
            frame, name or recipe.name, text, input_id,
            at.weights, at.alpha, at.groups, measurement, series,
        )  # fmt: skip

    def _check_size(self, where: Location, prepared: Input, scale: int = 1) -> None:
        """Report, before anything is rendered, what no file of the format can hold."""
        width, height = prepared.width * scale, prepared.height * scale
        if max(width, height) <= self._encoding.of.largest_side or where in self._too_large:
            return
        self._too_large.add(where)
        name, largest = self._encoding.format, self._encoding.of.largest_side
        message = (
            f"frames would be {width}×{height}, and {name} holds {largest} pixels a side: "
            f"use a smaller part, or images.format: {ROOMIEST.suffix}"
        )
        self._problem(where, message)

    def _check_mix(self, models: tuple[str, ...], places: list[Location]) -> int:
        """Check that models can be mixed, and return their scale."""
        first = self._info.models[models[0]]
        for other, place in zip(models[1:], places[1:], strict=True):
            if reason := mixable(first, self._info.models[other]):
                message = f"'{models[0]}' and '{other}' cannot be mixed: {reason}"
                self._problem(place, message)
        return first.scale

    def _problem(self, location: Location, message: str) -> None:
        self.problems.append(self._file.problem(location, message))


def _fixes(comparison: Comparison) -> Iterator[tuple[ColorFix, str, str]]:
    """Yield each colour fix with the name of its series and what labels add."""
    several = len(comparison.color_fix) > 1
    for at, fix in enumerate(comparison.color_fix):
        yield fix, fix if at else "mix", f", {FIXES[fix]}" if several else ""


def _some(keys: list[str]) -> str:
    """Show a few keys, so that an author sees what can be matched."""
    few = keys if len(keys) <= 6 else [*keys[:3], "…", *keys[-2:]]
    return ", ".join(few)
