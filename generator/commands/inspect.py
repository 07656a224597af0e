"""Tell whether models are related, before a site is made of them."""

from __future__ import annotations

import argparse

from generator.commands.arguments import UsageError
from generator.commands.messages import print_kinship
from generator.images import decode
from generator.render.engines import LocalEngine
from generator.render.relate import middle


def run(options: argparse.Namespace) -> int:
    """Compare the models pairwise and print what was found; returns the exit status."""
    if len(options.models) < 2:
        raise UsageError("inspect compares models: name two or more")
    crops = [middle(decode(path)) for path in options.on]
    print_kinship(LocalEngine().relate(options.models, crops), as_json=options.json)
    return 0
