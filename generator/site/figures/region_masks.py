"""The masks of regions, published at the size of the frames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.errors import ImageError, ManifestError, Problem
from generator.images.masks import mask
from generator.manifest.types import Interpolate
from generator.plan import ComparisonPlan
from generator.project.open import Project

VERSION = 2
"""Raised whenever masks would come out otherwise."""


@dataclass(frozen=True)
class Regions:
    """data.json's ``regions``, URLs from the site's root, and the ``files`` by these URLs."""

    regions: tuple[dict[str, Any], ...]
    files: dict[str, Path]


def make_regions(project: Project) -> Mapping[str, Regions]:
    """Return the regions of every comparison that has some, by its id.

    Raises ManifestError where a mask has another shape than the frames.
    """
    problems: list[Problem] = []
    found = {
        comparison.id: _regions(project, comparison, mix, problems)
        for comparison in project.plan.comparisons
        if (mix := comparison.comparison.interpolate) and mix.regions
    }
    if problems:
        raise ManifestError(problems)
    return found


def mask_keys(project: Project) -> set[str]:
    """Return the keys under which the store keeps masks."""
    return {
        _mask(project, input_id, name, size)[0]
        for comparison in project.plan.comparisons
        if (mix := comparison.comparison.interpolate)
        for name in mix.regions
        for input_id, size in _sizes(comparison).items()
    }


def _regions(
    project: Project, plan: ComparisonPlan, mix: Interpolate, problems: list[Problem]
) -> Regions:
    sizes = _sizes(plan)
    regions, files = [], {}
    for name in mix.regions:
        masks = {}
        for input_id in plan.inputs:
            key, make = _mask(project, input_id, name, sizes[input_id])
            url = f"assets/mask.{key[:12]}.png"
            try:
                files[url] = project.store.derived(key, "png", make)
            except ImageError as error:
                where = ("inputs", input_id, "masks", name)
                problems.append(project.file.problem(where, str(error)))
                continue
            masks[input_id] = url
        regions.append({"name": name, "masks": masks, **_start(mix, name)})
    return Regions(tuple(regions), files)


def _sizes(plan: ComparisonPlan) -> dict[str, tuple[int, int]]:
    """Return the size of each input's frames; where they differ, of the last."""
    return {
        shown.input: (shown.frame.picture.width, shown.frame.picture.height) for shown in plan.shown
    }


def _start(mix: Interpolate, region: str) -> dict[str, float]:
    """Return the alpha that a region shows first, where an author says so."""
    asked = mix.start.get(region)
    return {} if asked is None else {"start": min(mix.alphas, key=lambda a: abs(a - asked))}


def _mask(
    project: Project, input_id: str, name: str, size: tuple[int, int]
) -> tuple[str, Callable[[], bytes]]:
    """Return the key of a mask, and what makes it."""
    written, info = project.manifest.inputs[input_id], project.info
    source = info.files[written.masks[name]]
    picture = info.images[info.files[written.path].sha256]
    whole = (picture.width, picture.height)
    identity = json.dumps([VERSION, source.sha256, written.crop, whole, size])
    key = hashlib.sha256(f"mask {identity}".encode()).hexdigest()[:32]
    return key, partial(mask, source.path, written.crop, whole, size)
