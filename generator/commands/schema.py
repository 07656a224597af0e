"""Print the JSON Schema of site.yaml."""

from __future__ import annotations

import argparse
import json

from generator.manifest import Manifest


def run(_: argparse.Namespace) -> int:
    """Print it; returns the exit status."""
    print(json.dumps(Manifest.model_json_schema(), indent=2))
    return 0
