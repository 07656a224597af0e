"""Write mixed weights to a file."""

from __future__ import annotations

import argparse
import math

from generator.commands.arguments import UsageError
from generator.manifest.alphas import coefficients
from generator.render.engines import LocalEngine


def run(options: argparse.Namespace) -> int:
    """Mix and write; returns the exit status."""
    weights = _coefficients(options)
    _check_output(options)
    LocalEngine().mix(list(zip(options.models, weights, strict=True)), options.output)
    if not options.quiet:
        print(f"{options.output}: {options.output.stat().st_size:,} bytes")
    return 0


def _coefficients(options: argparse.Namespace) -> tuple[float, ...]:
    """Return a coefficient for each model, as a build would keep them: one mix is one file."""
    name, given = (
        ("coefficient", options.weights) if options.weights else ("alpha", [options.alpha])
    )
    weights = options.weights or [1 - options.alpha, options.alpha]
    if len(weights) != len(options.models):
        count = f"{len(options.models)} model(s), {len(weights)} coefficient(s)"
        raise UsageError(f"{count}: give one coefficient for each model")
    for value in given:
        if not math.isfinite(value):
            raise UsageError(f"{name} must be a finite number, got {value}")
        if not (0 <= value <= 1 or options.extrapolate):
            raise UsageError(f"{name} {value:g} is outside 0 to 1 (allow it: --extrapolate)")
    try:
        return coefficients(weights)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _check_output(options: argparse.Namespace) -> None:
    """Raise UsageError where the file must not be written."""
    output = options.output
    if output.suffix.lower() != ".safetensors":
        raise UsageError(f"{output}: the output must end in .safetensors")
    if not output.parent.is_dir():
        raise UsageError(f"{output}: no such folder: '{output.parent}'")
    if output.exists() and not options.force:
        raise UsageError(f"{output} exists: choose another name, or --force")
    if any(output.resolve() == model.resolve() for model in options.models):
        raise UsageError(f"{output} is one of the models: choose another name")
