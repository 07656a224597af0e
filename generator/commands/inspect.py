"""Tell whether models are related, before a site is made of them, or what one is."""

from __future__ import annotations

import argparse

from generator.commands.arguments import UsageError
from generator.commands.messages import print_kinship, print_weights
from generator.images import decode
from generator.render.engines import LocalEngine
from generator.render.relate import telling_crop


def run(options: argparse.Namespace) -> int:
    """Look at one model, or compare several pairwise, and print it; returns the exit status."""
    engine = LocalEngine()
    if len(options.models) > 1:
        crops = [telling_crop(decode(path)) for path in options.on]
        kinship = engine.relate(options.models, crops)
        print_kinship(kinship, as_json=options.json, layers=options.verbose)
        return 0
    if options.on:
        raise UsageError("--on shows mixes of models: name two or more")
    print_weights(engine.about(options.models[0]), as_json=options.json)
    return 0
