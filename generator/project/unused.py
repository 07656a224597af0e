"""What a manifest defines and never uses: worth a warning, since it is often a misspelling."""

from __future__ import annotations

from collections.abc import Iterator

from generator.errors import Problem
from generator.manifest.load import ManifestFile
from generator.manifest.types import Comparison, Manifest
from generator.manifest.yamlfile import Location


def unused(file: ManifestFile) -> tuple[Problem, ...]:
    """Return a warning for every model, input and mask that no comparison uses.

    A glob brings what a folder happens to hold: of that nothing is said.
    """
    return tuple(
        file.problem(where, message)
        for where, message in _unused(file.manifest)
        if where[:2] not in file.globbed
    )


def unused_entries(manifest: Manifest) -> set[Location]:
    """Return where models and inputs stand that no comparison uses, and that are not published."""
    comparisons = manifest.comparisons.values()
    models = {model for comparison in comparisons for model in used_models(comparison)}
    models |= {name for name, model in manifest.models.items() if model.download}
    inputs = {name for c in comparisons if c.frames is None for name in used_inputs(c, manifest)}
    named = [("models", name) for name in manifest.models if name not in models]
    return {*named, *(("inputs", name) for name in manifest.inputs if name not in inputs)}


def _unused(manifest: Manifest) -> Iterator[tuple[Location, str]]:
    idle = unused_entries(manifest)
    for name in manifest.models:
        if ("models", name) in idle:
            yield ("models", name), f"no comparison uses the model '{name}'"
    seen = [
        (c, used_inputs(c, manifest)) for c in manifest.comparisons.values() if c.frames is None
    ]
    for name, picture in manifest.inputs.items():
        if ("inputs", name) in idle:
            yield ("inputs", name), f"no comparison uses the input '{name}'"
            continue
        shown = [comparison for comparison, inputs in seen if name in inputs]
        regions = {r for c in shown if c.interpolate for r in c.interpolate.regions}
        for mask in picture.masks:
            if mask not in regions:
                where = ("inputs", name, "masks", mask)
                yield where, f"no comparison has the region '{mask}' of '{name}'"


def used_models(comparison: Comparison) -> Iterator[str]:
    """Yield the models that a comparison names, some perhaps twice, and classic recipes."""
    if comparison.interpolate:
        yield from comparison.interpolate.models
        yield from comparison.interpolate.beside
    for choice in comparison.choose or ():
        yield from choice.mix or choice.pairs or (choice.of,)


def used_inputs(comparison: Comparison, manifest: Manifest) -> tuple[str, ...]:
    """Return the inputs that a comparison shows, if it shows any."""
    return comparison.inputs if comparison.inputs is not None else tuple(manifest.inputs)
