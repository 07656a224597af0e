"""What the JSON Schema of site.yaml says of a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from generator.manifest import Manifest
from generator.manifest.yamlfile import parse

SCHEMA = Manifest.model_json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def faults(text: str) -> list[str]:
    """Return what is wrong with a manifest by its schema."""
    data = plain(parse(text, Path("site.yaml")).data)
    return [error.message for error in VALIDATOR.iter_errors(data)]


def plain(value: Any) -> Any:
    """Return data as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value
