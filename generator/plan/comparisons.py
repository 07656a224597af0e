"""The frames of every comparison, in the order in which it shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.errors import ManifestError, Problem
from generator.facts import Facts, ModelFacts, mixable
from generator.manifest import ManifestFile
from generator.manifest.types import RESAMPLINGS, Choice, Comparison
from generator.plan.frames import (
    Blend,
    Encoding,
    Frame,
    Input,
    Job,
    Measurement,
    Mix,
    Network,
    Noise,
    Original,
    Picture,
    Recipe,
    Resample,
)
from generator.plan.weights import Weights, grid, label


@dataclass(frozen=True)
class Shown:
    """A frame as a comparison shows it.

    ``recipe`` is data.json's word for it, ``weights`` the coefficients by model id, ``alpha``
    the place on the slider or path; what does not apply is None or empty.
    """

    frame: Frame
    recipe: str
    label: str
    input: str = ""
    weights: Weights | None = None
    alpha: float | None = None
    measurement: Measurement | None = None


@dataclass(frozen=True)
class ComparisonPlan:
    """A comparison and all its frames; ``left`` and ``right`` index those shown first."""

    id: str
    comparison: Comparison
    kind: str
    control: str
    models: tuple[str, ...]
    inputs: tuple[str, ...]
    shown: tuple[Shown, ...]
    left: int
    right: int


@dataclass(frozen=True)
class Plan:
    """Every comparison of the site; frames are shared between them by key."""

    comparisons: tuple[ComparisonPlan, ...]

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Return all frames as shown, in order of comparisons."""
        return tuple(shown for comparison in self.comparisons for shown in comparison.shown)

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """Return every frame once, by key."""
        return {shown.frame.key: shown.frame for shown in self.shown}

    def jobs(
        self, has_frame: Callable[[Frame], bool], has_measurement: Callable[[Measurement], bool]
    ) -> list[Job]:
        """Return the work that is missing, each picture once."""
        jobs: dict[tuple[str, str | None], Job] = {}
        frames_asked: set[str] = set()
        for shown in self.shown:
            frame, measurement = shown.frame, shown.measurement
            wants_frame = frame.key not in frames_asked and not has_frame(frame)
            wants_measurement = measurement is not None and not has_measurement(measurement)
            frames_asked.add(frame.key)
            if not wants_frame and not wants_measurement:
                continue
            key = (frame.key, measurement.key if measurement else None)
            if key not in jobs:
                jobs[key] = Job(
                    frame.picture,
                    frame if wants_frame else None,
                    measurement if wants_measurement else None,
                )
        return list(jobs.values())


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
        self._inputs: dict[str, Input] = {}

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
        scale = self._check_mix(mix.models, lambda index: (*where, index))
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
        self._check_references(inputs, shown, all_must_fit=True)
        middle = 1 + (len(points) - 1) // 2
        control = mix.kind_of_control
        return ComparisonPlan(
            name, comparison, "interpolate", control, mix.models, inputs, tuple(shown), 0, middle
        )

    def _choose(
        self,
        name: str,
        comparison: Comparison,
        choices: tuple[Choice, ...],
        inputs: tuple[str, ...],
    ) -> ComparisonPlan:
        where = ("comparisons", name, "choose")
        scales = [
            self._check_mix(tuple(choice.mix), lambda _, i=index: (*where, i, "mix"))
            if choice.mix
            else self._facts.models[choice.of].scale
            if choice.of in self._manifest.models
            else 1
            for index, choice in enumerate(choices)
        ]
        largest = max(scales)
        shown = [
            self._choice(comparison, input_id, choice, scale, largest)
            for input_id in inputs
            for choice, scale in zip(choices, scales, strict=True)
        ]
        self._check_references(inputs, shown, all_must_fit=False)
        models = tuple(
            dict.fromkeys(
                model
                for choice in choices
                for model in (choice.mix or (choice.of,))
                if model in self._manifest.models
            )
        )
        last = len(choices) - 1
        return ComparisonPlan(
            name, comparison, "choose", "lists", models, inputs, tuple(shown), 0, last
        )

    def _choice(
        self, comparison: Comparison, input_id: str, choice: Choice, scale: int, largest: int
    ) -> Shown:
        if choice.of == "input":
            text = choice.title or "Input"
            return self._shown(comparison, input_id, Original(), 1, text)
        if choice.of in RESAMPLINGS:
            method = RESAMPLINGS[RESAMPLINGS.index(choice.of)]
            recipe: Recipe = Resample(method, largest) if largest > 1 else Original()
            text = choice.title or f"{choice.of.capitalize()} ×{largest}"
            return self._shown(comparison, input_id, recipe, largest, text, name=choice.of)
        weights = choice.mix or {choice.of: 1.0}
        titles = {model: self._manifest.models[model].title for model in weights}
        text = choice.title or (label(None, weights, titles) if choice.mix else titles[choice.of])
        network = self._network(Mix, comparison, weights)
        return self._shown(
            comparison, input_id, network, scale, text, name="mix", weights=weights
        )

    def _frames(self, name: str, comparison: Comparison) -> ComparisonPlan:
        files = self._facts.frames[name]
        labels = comparison.labels or [str(number) for number in range(1, len(files) + 1)]
        shown = []
        for file, text in zip(files, labels, strict=True):
            image = self._facts.images[file.sha256]
            picture = Input(
                file, None, 1, None, image.width, image.height, image.channels, image.alpha
            )
            frame = Frame(
                Picture(picture, Original(), image.width, image.height), self._encoding
            )
            shown.append(Shown(frame, "file", text))
        return ComparisonPlan(name, comparison, "frames", "slider", (), (), tuple(shown), 0, 0)

    def _network(
        self, kind: type[Network], comparison: Comparison, weights: Weights
    ) -> Mix | Blend:
        """Return the recipe in canonical form: by file, in order of hashes, without zeros."""
        by_file = {}
        for model, weight in weights.items():
            file = self._facts.files[self._manifest.models[model].path]
            by_file[file] = by_file.get(file, 0.0) + weight
        pairs = [(file, weight) for file, weight in by_file.items() if weight]
        pairs.sort(key=lambda pair: pair[0].sha256)
        recipe = Mix if len(pairs) == 1 or kind is Mix else Blend
        render = self._manifest.render
        return recipe(tuple(pairs), comparison.color_fix, render.precision, render.tile)

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
        prepared = self._input(input_id)
        picture = Picture(prepared, recipe, prepared.width * scale, prepared.height * scale)
        frame = Frame(picture, self._encoding)
        measurement = self._measurement(comparison, input_id, picture)
        if not name:
            name = recipe.method if isinstance(recipe, Resample) else "input"
        return Shown(frame, name, text, input_id, weights, alpha, measurement)

    def _input(self, input_id: str) -> Input:
        if input_id in self._inputs:
            return self._inputs[input_id]
        written = self._manifest.inputs[input_id]
        file = self._facts.files[written.path]
        image = self._facts.images[file.sha256]
        x, y, width, height = written.crop or (0, 0, image.width, image.height)
        where = ("inputs", input_id, "crop")
        if x + width > image.width or y + height > image.height:
            message = (
                f"the crop reaches to {x + width}×{y + height}, "
                f"the picture ends at {image.width}×{image.height}"
            )
            self._problem(where, message)
        noise = written.noise and Noise(written.noise.sigma, written.noise.seed)
        self._inputs[input_id] = Input(
            file,
            written.crop,
            written.downscale,
            noise,
            -(-width // written.downscale),
            -(-height // written.downscale),
            image.channels,
            image.alpha,
        )
        return self._inputs[input_id]

    def _measurement(
        self, comparison: Comparison, input_id: str, picture: Picture
    ) -> Measurement | None:
        written = self._manifest.inputs[input_id]
        if written.reference is None or not comparison.metrics:
            return None
        file = self._facts.files[written.reference]
        image = self._facts.images[file.sha256]
        size = (picture.width, picture.height)
        if (image.width, image.height) == size:
            return Measurement(picture, file, None)
        source = self._facts.images[self._facts.files[written.path].sha256]
        same_view = (image.width, image.height) == (source.width, source.height)
        if same_view and written.crop and written.crop[2:] == size:
            return Measurement(picture, file, written.crop)
        return None

    def _check_references(
        self, inputs: tuple[str, ...], shown: list[Shown], *, all_must_fit: bool
    ) -> None:
        """Report references of a size that no output has; nothing is measured silently wrong."""
        for input_id in inputs:
            written = self._manifest.inputs[input_id]
            outputs = [s for s in shown if s.input == input_id and s.weights is not None]
            misfits = [s for s in outputs if s.measurement is None]
            comparison_measures = any(s.measurement for s in outputs)
            if written.reference is None or not misfits:
                continue
            if comparison_measures and not all_must_fit:
                continue
            picture = misfits[0].frame.picture
            image = self._facts.images[self._facts.files[written.reference].sha256]
            message = (
                f"the reference is {image.width}×{image.height}, "
                f"the output {picture.width}×{picture.height}: they must be of one size"
            )
            self._problem(("inputs", input_id, "reference"), message)

    def _check_mix(self, models: tuple[str, ...], place: Callable[[int], Any]) -> int:
        """Check that models can be mixed, and return their scale."""
        first = self._facts.models[models[0]]
        for index, other in enumerate(models[1:], start=1):
            if reason := _why_not(first, self._facts.models[other]):
                message = f"'{models[0]}' and '{other}' cannot be mixed: {reason}"
                self._problem(place(index), message)
        return first.scale

    def _problem(self, location: tuple[str | int, ...], message: str) -> None:
        self.problems.append(self._file.problem(location, message))


def _why_not(first: ModelFacts, second: ModelFacts) -> str | None:
    return mixable(first, second)


def shown_by_input(plan: ComparisonPlan) -> Iterator[tuple[str, list[Shown]]]:
    """Yield each input's id with its frames in order; one unnamed group for frames."""
    for input_id in plan.inputs or ("",):
        yield input_id, [shown for shown in plan.shown if shown.input == input_id]
