"""Whether the networks of a comparison are related: found once, kept, warned about."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator import images
from generator.errors import ImageError, ModelError, Problem
from generator.manifest import ManifestFile
from generator.plan import ComparisonPlan, Input, Plan
from generator.plan.info import File, FileInfo
from generator.plan.kinship import Layer, Pair, Step
from generator.store import Store

VERSION = 5
"""Raised whenever the same pair would be judged otherwise, or in other words."""

CROPS = 3
CROP_SIDE = 96


Crops = tuple[NDArray[np.uint8], ...]
Inspect = Callable[[Path, Path, Crops], Pair]


def inspect_here(first: Path, second: Path, crops: Crops) -> Pair:
    """Measure a pair in this process, which imports torch."""
    from generator.networks.kinship import inspect

    return inspect([first, second], crops).pairs[0]


def find_kinship(
    plan: Plan, info: FileInfo, file: ManifestFile, store: Store, inspect: Inspect | None
) -> dict[str, tuple[Pair, ...]]:
    """Return the pairs of every comparison that mixes networks, by its id, in order.

    The names in a pair are ids of models. What is not known yet is measured by ``inspect`` on
    crops of the comparison's inputs and kept by content; with None, it is left out.
    """
    return {
        comparison.id: tuple(_pairs(comparison, info, file, store, inspect))
        for comparison in plan.comparisons
        if _mixed(comparison)
    }


def kinship_warnings(
    kinship: dict[str, tuple[Pair, ...]], plan: Plan, file: ManifestFile
) -> tuple[Problem, ...]:
    """Return a warning for each pair that is not clearly related or whose mixes were seen broken,
    once, where it is mixed.
    """  # noqa: D205
    return _problems(kinship, plan, file, lambda pair, _: _warning(pair))


def kinship_notes(
    kinship: dict[str, tuple[Pair, ...]], plan: Plan, file: ManifestFile
) -> tuple[Problem, ...]:
    """Return what authors may want to know of related pairs, once, where it is mixed.

    Colours that shift on the way are worth a word where no colour fix is asked for.
    """
    return _problems(kinship, plan, file, _note)


def _problems(
    kinship: dict[str, tuple[Pair, ...]],
    plan: Plan,
    file: ManifestFile,
    say: Callable[[Pair, ComparisonPlan], str],
) -> tuple[Problem, ...]:
    comparisons = {comparison.id: comparison for comparison in plan.comparisons}
    problems: dict[tuple[str, str], Problem] = {}
    for name, pairs in kinship.items():
        comparison = comparisons[name]
        inner = ("models",) if comparison.kind == "interpolate" else ()
        where = ("comparisons", name, comparison.kind, *inner)
        for pair in pairs:
            if message := say(pair, comparison):
                problems.setdefault((pair.first, pair.second), file.problem(where, message))
    return tuple(problems.values())


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
        evidence = "; ".join(pair.reasons)
        return f"look at the mixes of {both} before you publish them ({evidence})"
    if pair.colour_shift and set(comparison.comparison.color_fix) <= {"none"}:
        return (
            f"mixes of {both} shift colours, by up to {pair.colour_shift:.0f} levels, and nothing "
            "else: color_fix: average mends that"
        )
    return ""


def _mixed(comparison: ComparisonPlan) -> list[tuple[str, str]]:
    """Return the pairs of models that are mixed with each other."""
    written = comparison.comparison
    if written.interpolate is not None:
        models = written.interpolate.models
        neighbours = comparison.control == "path"
        return list(itertools.pairwise(models) if neighbours else itertools.combinations(models, 2))
    mixes = [choice.mix for choice in written.choose or () if choice.mix]
    return list(dict.fromkeys(p for mix in mixes for p in itertools.combinations(mix, 2)))


def _pairs(
    comparison: ComparisonPlan,
    info: FileInfo,
    file: ManifestFile,
    store: Store,
    inspect: Inspect | None,
) -> Iterator[Pair]:
    for first, second, files, inputs, key in _asked(comparison, info, file):
        if inspect is None and not store.has_derived(key, "json"):
            continue
        make = partial(_measure, files, inputs, inspect or inspect_here)
        try:
            pair = _from_json(json.loads(store.derived(key, "json", make).read_bytes()))
        except ModelError:
            # A file went away meanwhile: rendering says whose frames that costs.
            continue
        except _UnmeasuredError as error:
            why = (f"it could not be measured: {error}",)
            pair = Pair(first, second, None, (), (), "doubtful", None, 0.0, why)
        yield replace(pair, first=first, second=second)


class _UnmeasuredError(Exception):
    """What went wrong inside a network: it costs the verdict on a pair, and no more."""


def kinship_keys(plan: Plan, info: FileInfo, file: ManifestFile) -> set[str]:
    """Return the keys under which the store keeps what was found about the models of a site."""
    return {key for c in plan.comparisons for *_, key in _asked(c, info, file)}


def _asked(
    comparison: ComparisonPlan, info: FileInfo, file: ManifestFile
) -> Iterator[tuple[str, str, list[File], list[Input], str]]:
    """Yield the pairs a comparison asks about: models, their files, inputs to look at, key."""
    inputs = list(dict.fromkeys(shown.frame.picture.input for shown in comparison.shown))[:CROPS]
    for first, second in _mixed(comparison):
        if info.models[first].damaged or info.models[second].damaged:
            continue  # whose weights are not numbers is like nobody
        files = [info.files[file.manifest.models[model].path] for model in (first, second)]
        yield first, second, files, inputs, _key(files, inputs)


def _key(files: list[File], inputs: list[Input]) -> str:
    content = [VERSION, [f.sha256 for f in files], [picture.identity() for picture in inputs]]
    text = json.dumps({"kinship": content}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _measure(files: list[File], inputs: list[Input], inspect: Inspect) -> bytes:
    crops = tuple(crop for picture in inputs if (crop := _crop(picture)) is not None)
    try:
        pair = inspect(files[0].path, files[1].path, crops)
    except ModelError:
        raise
    except Exception as error:
        raise _UnmeasuredError(f"{type(error).__name__}: {error}".splitlines()[0]) from error
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
