"""Whether the networks of a comparison are related: found once, kept, warned about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import ImageError, ModelError
from generator.plan import ComparisonPlan, Input, Plan
from generator.plan.info import File
from generator.plan.kinship import Layer, Pair, Step
from generator.project.open import Project
from generator.render.engines import Engine

VERSION = 4
"""Raised whenever the same pair would be judged otherwise, or in other words."""

CROPS = 3
CROP_SIDE = 96


def find_kinship(project: Project, engine: Engine | None) -> dict[str, tuple[Pair, ...]]:
    """Return the pairs of every comparison that mixes networks, by its id, in order.

    The names in a pair are ids of models. What is not known yet is measured by ``engine`` on
    crops of the comparison's inputs and kept by content; without one, it is left out.
    Warns of pairs that are not clearly related.
    """
    found = {
        comparison.id: tuple(_pairs(project, comparison, engine))
        for comparison in project.plan.comparisons
        if comparison.mixed
    }
    _warn(project, found)
    return found


def _warn(project: Project, kinship: dict[str, tuple[Pair, ...]]) -> None:
    """Warn of each pair that is not clearly related, once, where it is mixed first."""
    places = {comparison.id: comparison.models_at for comparison in project.plan.comparisons}
    said: set[tuple[str, str]] = set()
    for name, pairs in kinship.items():
        for pair in pairs:
            if pair.verdict != "related" and (pair.first, pair.second) not in said:
                said.add((pair.first, pair.second))
                project.warn(places[name], _warning(pair))


def _warning(pair: Pair) -> str:
    evidence = "; ".join(pair.reasons)
    if pair.verdict == "doubtful":
        return (
            f"'{pair.first}' and '{pair.second}' are perhaps not related ({evidence}): "
            "look at the middle of the range before you publish it"
        )
    return (
        f"'{pair.first}' and '{pair.second}' are not related ({evidence}): "
        "between the two, visitors will see broken pictures"
    )


def _pairs(project: Project, comparison: ComparisonPlan, engine: Engine | None) -> Iterator[Pair]:
    for first, second, files, inputs, key in _asked(project.plan, comparison):
        make = partial(_measure, files, inputs, engine)
        try:
            pair = _from_json(json.loads(project.store.derived(key, "json", make).read_bytes()))
        except ModelError:
            # No engine; or a file went away meanwhile: rendering says whose frames that costs.
            continue
        yield replace(pair, first=first, second=second)


def kinship_keys(project: Project) -> set[str]:
    """Return the keys under which the store keeps what was found about the models of a site."""
    return {key for c in project.plan.comparisons for *_, key in _asked(project.plan, c)}


def _asked(
    plan: Plan, comparison: ComparisonPlan
) -> Iterator[tuple[str, str, list[File], list[Input], str]]:
    """Yield the pairs a comparison asks about: models, their files, inputs to look at, key."""
    pictures = dict.fromkeys(plan.inputs[name].picture for name in comparison.inputs)
    inputs = list(pictures)[:CROPS]
    for first, second in comparison.mixed:
        models = plan.models[first], plan.models[second]
        if any(model.info.damaged for model in models):
            continue  # weights that are NaN resemble nothing
        files = [model.file for model in models]
        yield first, second, files, inputs, _key(files, inputs)


def _key(files: list[File], inputs: list[Input]) -> str:
    content = [VERSION, [f.sha256 for f in files], [picture.identity() for picture in inputs]]
    text = json.dumps({"kinship": content}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _measure(files: list[File], inputs: list[Input], engine: Engine | None) -> bytes:
    if engine is None:
        raise ModelError("there is no engine to compare models by")
    crops = [crop for picture in inputs if (crop := _crop(picture)) is not None]
    (pair,) = engine.relate([file.path for file in files], crops).pairs
    return json.dumps(asdict(pair), sort_keys=True).encode()


def _crop(picture: Input) -> NDArray[np.uint8] | None:
    """Return the middle of an input; a picture that cannot be read is reported by rendering."""
    try:
        return middle(images.original(picture))
    except ImageError:
        return None


def middle(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle of a picture (H, W, C), at most ``CROP_SIDE`` pixels wide and high."""
    top, left = (max(0, (side - CROP_SIDE) // 2) for side in pixels.shape[:2])
    return pixels[top : top + CROP_SIDE, left : left + CROP_SIDE]


def _from_json(data: dict[str, Any]) -> Pair:
    layers = tuple(Layer(**layer) for layer in data["layers"])
    steps = tuple(
        Step(**{**step, "colour_shift": tuple(step["colour_shift"])}) for step in data["steps"]
    )
    return Pair(**{**data, "layers": layers, "steps": steps, "reasons": tuple(data["reasons"])})
