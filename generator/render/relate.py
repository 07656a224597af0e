"""Whether the networks of a comparison are related: found once, kept, warned about."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import ImageError, ModelError
from generator.plan import ComparisonPlan, Input, Network, Plan
from generator.plan.info import File
from generator.plan.kinship import Layer, Pair, Step
from generator.project.open import Project
from generator.render.engines import Crops, Engine
from generator.store import Artifact

VERSION = 5
"""Raised whenever the same pair would be judged otherwise, or in other words."""

MOST_PAIRS = 50
"""Of a comparison with more of them no pair is measured, only what is known is looked up: each
takes seconds, and so many come of a list that nobody has written pair by pair."""

CROPS = 3
CROP_SIDE = 96


def find_kinship(project: Project, engine: Engine | None) -> dict[str, tuple[Pair, ...]]:
    """Return the pairs of every comparison that mixes networks, by its id, in order.

    The names in a pair are ids of models. What is not known yet is measured by ``engine`` on
    crops of the comparison's inputs and kept by content; without one, and in comparisons of more
    than ``MOST_PAIRS``, it is left out.
    Warns of pairs that are not clearly related or whose mixes are broken; notes colours that
    shift on the way, where no colour fix is asked for.
    """
    found = {
        comparison.id: tuple(_pairs(project, comparison, None if _many(comparison) else engine))
        for comparison in project.plan.comparisons
        if comparison.mixed
    }
    _report(project, found)
    return found


def _report(project: Project, kinship: dict[str, tuple[Pair, ...]]) -> None:
    """Warn of each pair that may mix badly, and note what is good to know of others.

    Each is said once, where the pair is mixed first.
    """
    comparisons = {comparison.id: comparison for comparison in project.plan.comparisons}
    warned: set[tuple[str, str]] = set()
    noted: set[tuple[str, str]] = set()
    for name, pairs in kinship.items():
        where = comparisons[name].models_at
        for pair in pairs:
            both = pair.first, pair.second
            if (message := _warning(pair)) and both not in warned:
                warned.add(both)
                project.warn(where, message)
            if (message := _note(pair, comparisons[name])) and both not in noted:
                noted.add(both)
                project.note(where, message)
    for comparison in filter(_many, comparisons.values()):
        message = (
            f"of more than {MOST_PAIRS} pairs of models it is not measured whether they are "
            f"related, and these are {len(comparison.mixed):,}; look at the mixes"
        )
        project.note(comparison.models_at, message)


def unjudged(project: Project) -> int:
    """Return the number of pairs that a build will measure."""
    pairs = {
        artifact.key: artifact
        for comparison in project.plan.comparisons
        if not _many(comparison)
        for artifact in _artifacts(project.plan, comparison)
    }
    return sum(not project.store.has_artifact(pair) for pair in pairs.values())


def _many(comparison: ComparisonPlan) -> bool:
    return len(comparison.mixed) > MOST_PAIRS


def _warning(pair: Pair) -> str:
    both, evidence = f"'{pair.first}' and '{pair.second}'", "; ".join(pair.reasons)
    if pair.middle == "broken":
        why = (
            "the two have an ancestor in common, but are too far apart by now"
            if pair.verdict == "related"
            else "the two were not fine-tuned from one network"
        )
        return f"mixes of {both} are broken pictures ({evidence}): {why}"
    if pair.verdict == "unrelated":
        return (
            f"look at the mixes of {both} before you publish them: "
            f"the two were not fine-tuned from one network ({evidence})"
        )
    if pair.verdict == "doubtful":
        return (
            f"look at the mixes of {both} before you publish them: "
            f"whether the two were fine-tuned from one network is not clear ({evidence})"
        )
    return ""


def _note(pair: Pair, comparison: ComparisonPlan) -> str:
    if _warning(pair):
        return ""
    both = f"'{pair.first}' and '{pair.second}'"
    if pair.middle == "doubtful":
        return f"look at the mixes of {both} before you publish them: {'; '.join(pair.reasons[1:])}"
    if pair.colour_shift and not _is_fixed(comparison):
        return (
            f"mixes of {both} shift colours, by up to {pair.colour_shift:.0f} levels, and nothing "
            "else: color_fix: average mends that"
        )
    return ""


def _is_fixed(comparison: ComparisonPlan) -> bool:
    """Say whether mixes get the colours of their input back, if only in some of the frames."""
    recipes = (shown.frame.picture.recipe for shown in comparison.frames)
    return any(isinstance(each, Network) and each.color_fix != "none" for each in recipes)


def _pairs(project: Project, comparison: ComparisonPlan, engine: Engine | None) -> Iterator[Pair]:
    for first, second, files, inputs in _asked(project.plan, comparison):
        artifact = _artifact(files, inputs)
        make = partial(_measure, files, inputs, engine)
        try:
            pair = _from_json(json.loads(project.store.artifact(artifact, make).read_bytes()))
        except ModelError:
            # No engine; or a file went away meanwhile: rendering says whose frames that costs.
            continue
        except UnmeasuredError as error:
            why = (f"it could not be measured: {error}",)
            pair = Pair(first, second, None, (), (), "doubtful", None, 0.0, why)
        yield replace(pair, first=first, second=second)


class UnmeasuredError(Exception):
    """What went wrong inside a network: it costs the verdict on a pair, and no more."""


def relate_pair(engine: Engine, paths: Sequence[Path], crops: Crops) -> Pair:
    """Compare two networks on crops of pictures, as ``telling_crop`` cuts them.

    Raises ModelError for a file that cannot be used, UnmeasuredError where a network fails.
    """
    try:
        (pair,) = engine.relate(paths, crops).pairs
    except ModelError:
        raise
    except Exception as error:
        raise UnmeasuredError(f"{type(error).__name__}: {error}".splitlines()[0]) from error
    return pair


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield what is found out about the models of a site, pair by pair."""
    for comparison in project.plan.comparisons:
        yield from _artifacts(project.plan, comparison)


def _artifacts(plan: Plan, comparison: ComparisonPlan) -> Iterator[Artifact]:
    for _, _, files, inputs in _asked(plan, comparison):
        yield _artifact(files, inputs)


def _asked(
    plan: Plan, comparison: ComparisonPlan
) -> Iterator[tuple[str, str, list[File], list[Input]]]:
    """Yield the pairs a comparison asks about: models, their files, inputs to look at."""
    pictures = dict.fromkeys(plan.inputs[name].picture for name in comparison.inputs)
    inputs = list(pictures)[:CROPS]
    for first, second in comparison.mixed:
        models = plan.models[first], plan.models[second]
        if any(model.info.damaged for model in models):
            continue  # weights that are NaN resemble nothing
        files = [model.file for model in models]
        yield first, second, files, inputs


def _artifact(files: list[File], inputs: list[Input]) -> Artifact:
    content = [[file.sha256 for file in files], [picture.identity() for picture in inputs]]
    return Artifact("kinship", VERSION, content, "json")


def _measure(files: list[File], inputs: list[Input], engine: Engine | None) -> bytes:
    if engine is None:
        raise ModelError("there is no engine to compare models by")
    crops = [crop for picture in inputs if (crop := _crop(picture)) is not None]
    pair = relate_pair(engine, [file.path for file in files], crops)
    return json.dumps(asdict(pair), sort_keys=True, allow_nan=False).encode()


def _crop(picture: Input) -> NDArray[np.uint8] | None:
    """Return a part of an input; a picture that cannot be read is reported by rendering."""
    try:
        return telling_crop(images.original(picture))
    except ImageError:
        return None


def telling_crop(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the part of a picture (H, W, C) with the most details; the middle where all is even.

    At most ``CROP_SIDE`` pixels wide and high, one of nine that are spread over the picture.
    """
    rest = [max(0, side - CROP_SIDE) for side in pixels.shape[:2]]
    places = itertools.product((1 / 2, 0, 1), repeat=2)
    crops = (_cut(pixels, [round(part * left) for part, left in zip(place, rest, strict=True)])
             for place in places)  # fmt: skip
    return max(crops, key=_details)


def _cut(pixels: NDArray[np.uint8], corner: Sequence[int]) -> NDArray[np.uint8]:
    top, left = corner
    return pixels[top : top + CROP_SIDE, left : left + CROP_SIDE]


def _details(pixels: NDArray[np.uint8]) -> int:
    levels = pixels.astype(np.int64)
    return sum(int(np.abs(np.diff(levels, axis=axis)).sum()) for axis in (0, 1))


def _from_json(data: dict[str, Any]) -> Pair:
    layers = tuple(Layer(**layer) for layer in data["layers"])
    steps = tuple(
        Step(**{**step, "colour_shift": tuple(step["colour_shift"])}) for step in data["steps"]
    )
    return Pair(**{**data, "layers": layers, "steps": steps, "reasons": tuple(data["reasons"])})
