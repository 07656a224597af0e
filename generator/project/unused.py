"""What a manifest defines and never uses: worth a warning, since it is often a misspelling."""

from __future__ import annotations

from collections.abc import Iterator

from generator.errors import Problem
from generator.manifest.load import ManifestFile
from generator.manifest.types import Comparison, Manifest
from generator.manifest.yamlfile import Location


def unused(file: ManifestFile) -> tuple[Problem, ...]:
    """Return a warning for every model, input and mask that no comparison uses."""
    return tuple(file.problem(where, message) for where, message in _unused(file.manifest))


def _unused(manifest: Manifest) -> Iterator[tuple[Location, str]]:
    comparisons = manifest.comparisons.values()
    models = {model for comparison in comparisons for model in _models(comparison)}
    for name, model in manifest.models.items():
        if name not in models and not model.download:
            yield ("models", name), f"no comparison uses the model '{name}'"
    seen = [(c, _inputs(c, manifest)) for c in comparisons if c.frames is None]
    for name, picture in manifest.inputs.items():
        shown = [comparison for comparison, inputs in seen if name in inputs]
        if not shown:
            yield ("inputs", name), f"no comparison uses the input '{name}'"
        regions = {r for c in shown if c.interpolate for r in c.interpolate.regions}
        for mask in picture.masks:
            if shown and mask not in regions:
                where = ("inputs", name, "masks", mask)
                yield where, f"no comparison has the region '{mask}' of '{name}'"


def _models(comparison: Comparison) -> Iterator[str]:
    if comparison.interpolate:
        yield from comparison.interpolate.models
        yield from comparison.interpolate.beside
    for choice in comparison.choose or ():
        yield from choice.mix or (choice.of,)


def _inputs(comparison: Comparison, manifest: Manifest) -> tuple[str, ...]:
    return comparison.inputs if comparison.inputs is not None else tuple(manifest.inputs)
