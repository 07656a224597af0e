"""Closed lists stand once: what works on pixels, and the schema, name what the tables name."""

from __future__ import annotations

from typing import Any

from PIL import Image

from generator.images.classic import FILTERS
from generator.images.measures import COMPUTE
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import FORMATS
from generator.manifest.tables.measures import DEFAULT_MEASURES, MEASURES
from generator.manifest.types import Manifest


def definition(name: str, key: str) -> dict[str, Any]:
    """Return what the schema says of a key in a mapping of the manifest."""
    entry = Manifest.model_json_schema()["$defs"][name]
    whole = entry if "properties" in entry else entry["anyOf"][-1]  # beside its short form
    found: dict[str, Any] = whole["properties"][key]
    return found


def test_every_format_is_in_the_schema_and_has_an_encoder() -> None:
    assert definition("Images", "format")["enum"] == list(FORMATS)
    for entry in FORMATS.values():
        assert bool(entry.exact) == entry.can_be_lossless
        assert bool(entry.lossy) == (entry.lossless != "always")
    Image.init()
    assert {name.upper() for name in FORMATS} <= Image.SAVE.keys() & Image.OPEN.keys()


def test_every_measure_is_in_the_schema_and_can_be_computed() -> None:
    assert definition("Comparison", "metrics")["items"]["enum"] == list(MEASURES)
    assert definition("Comparison", "metrics")["default"] == list(DEFAULT_MEASURES)
    assert list(COMPUTE) == list(MEASURES)


def test_every_classic_recipe_can_be_drawn_and_is_named_to_authors() -> None:
    assert list(FILTERS) == list(CLASSIC)
    assert definition("Choice", "of")["description"].startswith(", ".join(CLASSIC))
