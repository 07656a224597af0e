"""Whether the networks of a comparison are related: found once, kept, warned about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import ImageError, ModelError, Problem
from generator.manifest import ManifestFile
from generator.plan import ComparisonPlan, Input, Plan
from generator.plan.info import File
from generator.plan.kinship import Layer, Pair, Step
from generator.store import Store

VERSION = 4
"""Raised whenever the same pair would be judged otherwise, or in other words."""

CROPS = 3
CROP_SIDE = 96


Crops = tuple[NDArray[np.uint8], ...]
Inspect = Callable[[Path, Path, Crops], Pair]


def inspect_here(first: Path, second: Path, crops: Crops) -> Pair:
    """Measure a pair in this process, which imports torch."""
    from generator.networks.ancestry import inspect

    return inspect([first, second], crops).pairs[0]


def find_kinship(plan: Plan, store: Store, inspect: Inspect | None) -> dict[str, tuple[Pair, ...]]:
    """Return the pairs of every comparison that mixes networks, by its id, in order.

    The names in a pair are ids of models. What is not known yet is measured by ``inspect`` on
    crops of the comparison's inputs and kept by content; with None, it is left out.
    """
    return {
        comparison.id: tuple(_pairs(comparison, plan, store, inspect))
        for comparison in plan.comparisons
        if comparison.mixed
    }


def kinship_warnings(
    kinship: dict[str, tuple[Pair, ...]], plan: Plan, file: ManifestFile
) -> tuple[Problem, ...]:
    """Return a warning for each pair that is not clearly related, once, where it is mixed."""
    places = {comparison.id: comparison.models_at for comparison in plan.comparisons}
    problems: dict[tuple[str, str], Problem] = {}
    for name, pairs in kinship.items():
        for pair in pairs:
            if pair.verdict != "related":
                problem = file.problem(places[name], _warning(pair))
                problems.setdefault((pair.first, pair.second), problem)
    return tuple(problems.values())


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


def _pairs(
    comparison: ComparisonPlan, plan: Plan, store: Store, inspect: Inspect | None
) -> Iterator[Pair]:
    for first, second, files, inputs, key in _asked(comparison, plan):
        if inspect is None and not store.has_derived(key, "json"):
            continue
        make = partial(_measure, files, inputs, inspect or inspect_here)
        try:
            pair = _from_json(json.loads(store.derived(key, "json", make).read_bytes()))
        except ModelError:
            # A file went away meanwhile: rendering says whose frames that costs.
            continue
        yield replace(pair, first=first, second=second)


def kinship_keys(plan: Plan) -> set[str]:
    """Return the keys under which the store keeps what was found about the models of a site."""
    return {key for c in plan.comparisons for *_, key in _asked(c, plan)}


def _asked(
    comparison: ComparisonPlan, plan: Plan
) -> Iterator[tuple[str, str, list[File], list[Input], str]]:
    """Yield the pairs a comparison asks about: models, their files, inputs to look at, key."""
    pictures = (plan.inputs[name].picture for name in comparison.inputs)
    inputs = list(islice(dict.fromkeys(pictures), CROPS))
    for pair in comparison.mixed:
        first, second = pair
        models = [plan.models[model] for model in pair]
        if any(model.info.damaged for model in models):
            continue  # whose weights are not numbers is like nobody
        files = [model.file for model in models]
        yield first, second, files, inputs, _key(files, inputs)


def _key(files: list[File], inputs: list[Input]) -> str:
    content = [VERSION, [f.sha256 for f in files], [picture.identity() for picture in inputs]]
    text = json.dumps({"kinship": content}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _measure(files: list[File], inputs: list[Input], inspect: Inspect) -> bytes:
    crops = tuple(crop for picture in inputs if (crop := _crop(picture)) is not None)
    return json.dumps(asdict(inspect(files[0].path, files[1].path, crops)), sort_keys=True).encode()


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
