"""Warnings: what can be built, but is hardly what its author means."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from generator.manifest import ManifestFile
from generator.manifest.types import KINDS, Comparison
from generator.manifest.yamlfile import Location
from generator.plan.info import VARIANCE, FileInfo
from generator.project.open import Project
from generator.project.unused import unused, used_inputs, used_models

Found = tuple[Location, str]


def lint(project: Project) -> None:
    """Warn of each file or value that will not do what it was chosen for, or is not used at all.

    Of drafts that the plan leaves out nothing is said.
    """
    file, info = project.file, project.info
    planned = {comparison.id for comparison in project.plan.comparisons}
    found = (
        *_models(file, info),
        *_beside(file, info),
        *_steps(file),
        *_references(file, info),
        *_frames(info),
    )
    project.warnings.add(*unused(file), *info.unreadable, *project.plan.warnings)
    project.warnings.notes.update(file.notes)
    for where, message in found:
        if where[0] != "comparisons" or where[1] in planned:
            project.warn(where, message)


def _models(file: ManifestFile, info: FileInfo) -> Iterator[Found]:
    manifest = file.manifest
    for name, model in info.models.items():
        if model.damaged:
            what = "values that are not numbers"
            if model.damaged.endswith(VARIANCE):
                what += ", or below zero"
            message = f"'{model.damaged}' in it contains {what}; fetch the file again"
            yield ("models", name, "path"), message
        if manifest.models[name].noise_level is not None and not model.noise_level:
            message = f"a {model.architecture_name} does not ask how noisy its input is: remove it"
            yield ("models", name, "noise_level"), message
    for name, comparison in manifest.comparisons.items():
        mixed = comparison.interpolate.models if comparison.interpolate else ()
        for one, other in itertools.combinations(mixed, 2):
            files = [info.files[manifest.models[model].path] for model in (one, other)]
            if files[0].sha256 == files[1].sha256:
                where = ("comparisons", name, "interpolate", "models", mixed.index(other))
                message = f"'{one}' and '{other}' have identical weights"
                yield where, f"{message}; every mix will look the same"


def _beside(file: ManifestFile, info: FileInfo) -> Iterator[Found]:
    """Yield comparisons whose networks do not do the same kind of work."""
    for name, comparison in file.manifest.comparisons.items():
        networks = {
            model: info.models[model] for model in used_models(comparison) if model in info.models
        }
        kind = next(kind for kind in KINDS if getattr(comparison, kind) is not None)
        scales = {network.scale: model for model, network in reversed(networks.items())}
        if len(scales) > 1:
            shown = ", ".join(f"'{model}' ×{scale}" for scale, model in sorted(scales.items()))
            message = f"networks of several scales ({shown}): their pictures differ in size"
            yield ("comparisons", name, kind), message
        gray = [model for model, network in networks.items() if network.input_channels == 1]
        if gray and len(gray) < len(networks) and _has_colour(comparison, file, info):
            why = "it sees colour one channel at a time"
            message = f"'{gray[0]}' is a gray network beside colour ones: {why}"
            yield ("comparisons", name, kind), message


def _has_colour(comparison: Comparison, file: ManifestFile, info: FileInfo) -> bool:
    """Say whether any input of a comparison is in colour."""
    manifest = file.manifest
    files = (info.files.get(manifest.inputs[i].path) for i in used_inputs(comparison, manifest))
    pictures = (info.images.get(file.sha256) for file in files if file)
    return any(picture.channels == 3 for picture in pictures if picture)


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
            files = (info.files.get(path) for path in (picture.path, picture.reference))
            found = [info.images.get(file.sha256) if file else None for file in files]
            input_, reference = found
            if input_ and reference and reference.channels < input_.channels:
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
