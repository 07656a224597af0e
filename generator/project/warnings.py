"""Warnings: what can be built, but is hardly what its author means."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from generator.manifest import ManifestFile
from generator.manifest.types import Comparison, Manifest
from generator.manifest.yamlfile import Location
from generator.plan.info import VARIANCE, FileInfo
from generator.project.open import Project

Found = tuple[Location, str]


def lint(project: Project) -> None:
    """Warn of each file or value that will not do what it was chosen for, or is not used at all.

    Of drafts that the plan leaves out nothing is said, but that they use something.
    """
    file, info = project.file, project.info
    planned = {comparison.id for comparison in project.plan.comparisons}
    found = (*_models(file, info), *_steps(file), *_references(file, info), *_frames(info))
    for where, message in (*unused(file.manifest), *found):
        if where[0] != "comparisons" or where[1] in planned:
            project.warn(where, message)


def unused(manifest: Manifest) -> Iterator[Found]:
    """Yield each model, input and mask that no comparison uses: it is often a misspelling."""
    comparisons = manifest.comparisons.values()
    models = {model for comparison in comparisons for model in _used_models(comparison)}
    for name, model in manifest.models.items():
        if name not in models and not model.download:
            yield ("models", name), f"no comparison uses the model '{name}'"
    seen = [(c, _used_inputs(c, manifest)) for c in comparisons if c.frames is None]
    for name, picture in manifest.inputs.items():
        shown = [comparison for comparison, inputs in seen if name in inputs]
        if not shown:
            yield ("inputs", name), f"no comparison uses the input '{name}'"
        regions = {r for c in shown if c.interpolate for r in c.interpolate.regions}
        for mask in picture.masks:
            if shown and mask not in regions:
                where = ("inputs", name, "masks", mask)
                yield where, f"no comparison has the region '{mask}' of '{name}'"


def _used_models(comparison: Comparison) -> Iterator[str]:
    if comparison.interpolate:
        yield from comparison.interpolate.models
        yield from comparison.interpolate.beside
    for choice in comparison.choose or ():
        yield from choice.mix or (choice.of,)


def _used_inputs(comparison: Comparison, manifest: Manifest) -> tuple[str, ...]:
    return comparison.inputs if comparison.inputs is not None else tuple(manifest.inputs)


def _models(file: ManifestFile, info: FileInfo) -> Iterator[Found]:
    manifest = file.manifest
    for name, model in info.models.items():
        if model.damaged:
            what = "values that are not numbers"
            if model.damaged.endswith(VARIANCE):
                what += ", or below zero"
            message = f"'{model.damaged}' in it contains {what}; fetch the file again"
            yield ("models", name, "path"), message
    for name, comparison in manifest.comparisons.items():
        mixed = comparison.interpolate.models if comparison.interpolate else ()
        for one, other in itertools.combinations(mixed, 2):
            files = [info.files[manifest.models[model].path] for model in (one, other)]
            if files[0].sha256 == files[1].sha256:
                where = ("comparisons", name, "interpolate", "models", mixed.index(other))
                message = f"'{one}' and '{other}' have identical weights"
                yield where, f"{message}; every mix will look the same"


def _steps(file: ManifestFile) -> Iterator[Found]:
    """Yield what was written of the grid and is ignored with the comparison's control."""
    for name, comparison in file.manifest.comparisons.items():
        mix = comparison.interpolate
        if mix is None:
            continue
        control, written = mix.kind_of_control, mix.model_fields_set
        where = ("comparisons", name, "interpolate")
        if "alphas" in written and mix.rules.grid == "steps":
            yield (*where, "alphas"), f"'alphas' is ignored with control '{control}'; use 'steps'"
        if "steps" in written and not mix.has_steps:
            message = f"'steps' is ignored with control '{control}'; use 'alphas'"
            if mix.rules.grid == "either":
                message = "'steps' is ignored beside 'alphas'; remove one of them"
            yield (*where, "steps"), message


def _references(file: ManifestFile, info: FileInfo) -> Iterator[Found]:
    for name, picture in file.manifest.inputs.items():
        if picture.reference:
            paths = picture.path, picture.reference
            input_, reference = (info.images[info.files[path].sha256] for path in paths)
            if reference.channels < input_.channels:
                message = (
                    "the reference is gray, the picture in colour: metrics will measure lost colour"
                )
                yield ("inputs", name, "reference"), message


def _frames(info: FileInfo) -> Iterator[Found]:
    for name, files in info.frames.items():
        pictures = [info.images[file.sha256] for file in files]
        sizes = {
            (picture.width, picture.height): file
            for picture, file in zip(pictures, files, strict=True)
        }
        if len(sizes) > 1:
            (width, height), (wide, high) = list(sizes)[:2]
            message = f"frames of different sizes, such as {width}×{height} and {wide}×{high}"
            yield ("comparisons", name, "frames"), f"{message}: under the slider they will jump"
