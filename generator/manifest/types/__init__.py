"""What an author may write in site.yaml: frozen, typed, described; also the JSON Schema's source.

The descriptions here are the reference documentation of every key. Checks that need more than
one entry or a look at the disk (ids, files) are in ``references``.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import Field, field_validator

from generator.manifest.fields import BY_ID, BY_ID_OR_GLOB, FilePath, Id
from generator.manifest.types.comparisons import KINDS, REST, Choice, Comparison, Interpolate
from generator.manifest.types.entry import Entry
from generator.manifest.types.settings import Images, Render, Site
from generator.manifest.types.sources import InputPicture, Model

__all__ = [
    "KINDS",
    "REST",
    "Choice",
    "Comparison",
    "Entry",
    "InputPicture",
    "Interpolate",
    "Manifest",
    "Model",
]

_Titled = TypeVar("_Titled", Model, InputPicture, Comparison)


class Manifest(Entry):
    """site.yaml."""

    site: Site = Field(description="What the site is called, where it lies, who made it.")
    render: Render = Field(Render(), description="Device, precision and tiles of rendering.")
    images: Images = Field(Images(), description="Format and quality of the frames.")
    models: Annotated[dict[Id, Model], BY_ID_OR_GLOB] = Field(
        default_factory=dict, description="Weights files, each under an id."
    )
    inputs: Annotated[dict[Id, InputPicture], BY_ID_OR_GLOB] = Field(
        default_factory=dict, description="Pictures the models are run on, each under an id."
    )
    comparisons: Annotated[dict[Id, Comparison], BY_ID] = Field(
        default_factory=dict, description="What visitors compare, each under an id and on a page."
    )
    pages: tuple[FilePath, ...] | None = Field(
        None, description="Markdown files; default: every content/**/*.md."
    )

    @field_validator("models", "inputs", "comparisons", mode="after")
    @classmethod
    def _title_by_id(cls, entries: dict[str, _Titled]) -> dict[str, _Titled]:
        return {
            key: entry if entry.title else entry.model_copy(update={"title": key})
            for key, entry in entries.items()
        }
