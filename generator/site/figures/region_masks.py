"""The masks of regions, published at the size of the frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.errors import ImageError, ManifestError, Problem
from generator.images.masks import mask
from generator.plan import ComparisonPlan
from generator.plan.comparisons import Mask
from generator.project.open import Project
from generator.site.views import RegionView
from generator.store import Artifact

VERSION = 2
"""Raised whenever masks would come out otherwise."""


@dataclass(frozen=True)
class Regions:
    """The regions of a comparison, URLs from the site's root, and ``files`` by these URLs."""

    views: tuple[RegionView, ...]
    files: dict[str, Path]


def make_regions(project: Project) -> Mapping[str, Regions]:
    """Return the regions of every comparison that has some, by its id.

    Raises ManifestError where a mask has another shape than the frames.
    """
    problems: list[Problem] = []
    found = {
        comparison.id: _regions(project, comparison, problems)
        for comparison in project.plan.comparisons
        if comparison.regions
    }
    if problems:
        raise ManifestError(problems)
    return found


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield the masks of all regions."""
    for comparison in project.plan.comparisons:
        for region in comparison.regions:
            yield from map(_artifact, region.masks.values())


def _regions(project: Project, plan: ComparisonPlan, problems: list[Problem]) -> Regions:
    regions, files = [], {}
    for region in plan.regions:
        masks = {}
        for input_id, planned in region.masks.items():
            artifact = _artifact(planned)
            url = f"assets/mask.{artifact.tag}.png"
            make = partial(mask, planned.file.path, planned.crop, planned.whole, planned.size)
            try:
                files[url] = project.store.artifact(artifact, make)
            except ImageError as error:
                where = ("inputs", input_id, "masks", region.name)
                problems.append(project.file.problem(where, str(error)))
                continue
            masks[input_id] = url
        regions.append(RegionView(region.name, masks, region.start))
    return Regions(tuple(regions), files)


def _artifact(planned: Mask) -> Artifact:
    content = [planned.file.sha256, planned.crop, planned.whole, planned.size]
    return Artifact("mask", VERSION, content, "png")
