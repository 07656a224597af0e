"""What visitors compare: each kind of comparison, and what all of them have."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from generator.manifest.alphas import rounded
from generator.manifest.controls import CONTROLS, Control
from generator.manifest.fields import (
    BY_ID,
    Alphas,
    Coefficients,
    ColorFixes,
    Download,
    FilePath,
    GivenPath,
    Id,
    MeasureName,
    Number,
    OutputPath,
    Patterns,
    Start,
)
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.measures import DEFAULT_MEASURES
from generator.manifest.types.entry import Entry, keyed

REST = "rest"
"""What is in no region, and layers that are in no group."""

KINDS = ("interpolate", "choose", "frames")
"""The keys of which a comparison has exactly one."""


class Interpolate(Entry):
    """A mix of networks, moved through by alpha."""

    models: tuple[str, ...] = Field((), min_length=2, description="Ids; alpha 0 is the first.")
    given: GivenPath | None = Field(
        None,
        description="In place of models: frames made elsewhere, one for each {input} and {alpha}; "
        "{stem} is that of the input's file.",
    )
    alphas: Alphas = Field(
        tuple(rounded(index / 10) for index in range(11)),
        validate_default=False,
        description="A count, a list, or {start, stop, step}; 0 is the first model alone.",
    )
    start: Start = Field(
        default_factory=dict,
        description="The alpha that is shown first; by region: {subject: 0, rest: 1}.",
    )
    control: Literal["slider", "path", "triangle", "square"] | None = Field(
        None, description="slider (2 models) | path (2+) | triangle (3) | square (4)"
    )
    steps: int = Field(
        6, ge=2, le=101, description="path: per leg; triangle, square: points along a side"
    )
    baseline: Literal["none", "pixel"] = Field(
        "none", description="pixel: also the blend of the outputs, for contrast."
    )
    beside: tuple[str, ...] = Field(
        (), description="Models shown for contrast: in the lists, and as lines of the charts."
    )
    groups: Annotated[dict[Id, Patterns], BY_ID] = Field(
        default_factory=dict,
        description="Layers with an alpha of their own: name to globs of state-dict keys.",
    )
    regions: tuple[str, ...] = Field((), description="Masks: one slider each, one for the rest.")
    animation: Literal["none", "webp", "gif", "mp4"] = Field(
        "none", description="The transition there and back, as a file to download."
    )
    export: tuple[Number, ...] = Field((), description="Alphas whose weights are published.")
    kinship: bool = Field(False, description="Show how alike the networks are, layer by layer.")
    extrapolate: bool = Field(False, description="Allow alphas outside 0 to 1.")

    @classmethod
    def json_rules(cls) -> dict[str, Any]:
        """Ask for models, or for given pictures."""
        return {"anyOf": [keyed("models"), keyed("given")]}

    @model_validator(mode="after")
    def _models_or_given(self) -> Self:
        if not self.models and not self.given:
            raise PydanticCustomError("lacking", "'models' is missing")
        return self

    @property
    def first_alpha(self) -> float | None:
        """Return the alpha that is shown first, outside regions with one of their own."""
        return self.start.get(REST, self.start.get(""))

    @property
    def has_steps(self) -> bool:
        """Tell whether ``steps`` says where the points lie: a path may have its own alphas."""
        grid = self.rules.grid
        return grid == "steps" or (grid == "either" and "alphas" not in self.model_fields_set)

    @property
    def kind_of_control(self) -> str:
        """Return the control as written, or the one that suits groups and number of models."""
        suits = "slider" if self.given or len(self.models) == 2 else "path"
        return "groups" if self.groups and not self.given else self.control or suits

    @property
    def rules(self) -> Control:
        """Return what that control takes and offers."""
        return CONTROLS[self.kind_of_control]


class Choice(Entry):
    """One entry of ``choose``: ``input``, a resampling, models, mixes, or pictures made elsewhere.

    Globs are written out by ``expand``: then ``of`` is one id, ``pairs`` are ids, and ``files``
    has no wildcard.
    """

    of: str = Field(
        "", min_length=1, description=f"{', '.join(CLASSIC)}, the id of a model, or a glob of ids."
    )
    mix: Coefficients | None = Field(None, description="Model ids with coefficients summing to 1.")
    pairs: tuple[str, ...] | None = Field(
        None, min_length=1, description="Ids and globs of ids: the mix of every two of them."
    )
    alpha: Annotated[Number, Field(ge=0, le=1)] = Field(
        0.5, description="The share of the second model of each of the pairs."
    )
    files: OutputPath | None = Field(
        None,
        description="Pictures made elsewhere, one for each {input}; {stem} is that of the input's "
        "file. With wildcards an entry for each name that occurs.",
    )
    title: str = Field("", description="Shown in the list; where left out, what is mixed.")
    download: Download = Field(
        False, description="Publish the mixed weights; or the address where they lie."
    )
    export: bool = Field(False, description="Another word for download.")

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for."""
        return "of"

    @classmethod
    def json_rules(cls) -> dict[str, Any]:
        """Ask for one of what an entry can be, and for a mix where weights are published."""
        mixed = {"anyOf": [keyed("mix"), keyed("pairs")]}
        several = {
            "title": {"maxLength": 0},
            "download": {"type": "boolean"},
        }
        return {
            "oneOf": [keyed(key) for key in ("of", "mix", "pairs", "files")],
            "allOf": [
                {"if": {"required": ["alpha"]}, "then": keyed("pairs")},
                {"if": keyed("export", {"const": True}), "then": mixed},
                {"if": keyed("download", {"not": {"const": False}}), "then": mixed},
                {"if": keyed("pairs"), "then": {"properties": several}},
            ],
        }

    @property
    def published(self) -> bool:
        """Tell whether the site holds the mixed weights."""
        return self.download is True or (self.export and not self.address)

    @property
    def address(self) -> str:
        """Return where the mixed weights lie elsewhere, or ''."""
        return self.download if isinstance(self.download, str) else ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.of, self.mix, self.pairs, self.files))) != 1:
            msg = (
                f"expected an id, {', '.join(CLASSIC)}, or {{mix: {{id: coefficient}}}}, "
                "{pairs: [id, …]}, {files: path}"
            )
            raise ValueError(msg)
        if "alpha" in self.model_fields_set and not self.pairs:
            raise ValueError("alpha goes with pairs; a mix has a coefficient for each model")
        if (self.export or self.download) and not (self.mix or self.pairs):
            msg = "export needs a mix; a model itself is published by 'download: true'"
            raise ValueError(msg)
        if self.pairs and self.title:
            msg = "a title is of one entry, and pairs are several: their titles say what is mixed"
            raise ValueError(msg)
        if self.pairs and isinstance(self.download, str):
            msg = "an address is of one file, and pairs are several: write each as a mix"
            raise ValueError(msg)
        return self


class Comparison(Entry):
    """Inputs × control, on a page of its own. Exactly one of interpolate, choose, frames."""

    title: str = Field("", description="Shown to visitors; the id where left out.")
    caption: str = Field("", description="Markdown.")
    inputs: tuple[str, ...] | None = Field(None, min_length=1, description="Default: all.")
    aliases: tuple[Id, ...] = Field((), description="Former ids: their addresses lead on to this.")
    draft: bool = Field(False, description="Only built with --drafts.")
    color_fix: ColorFixes = Field(
        ("none",),
        description="Give networks' outputs the colours of their input back. A list shows several "
        "side by side, the first of them first.",
    )
    metrics: tuple[MeasureName, ...] = Field(
        DEFAULT_MEASURES, description="Measured where the input has a reference."
    )
    interpolate: Interpolate | None = Field(None, description="A mix of networks, by alpha.")
    choose: tuple[Choice, ...] | None = Field(
        None, min_length=1, description="Entries of two lists, left and right."
    )
    frames: FilePath | None = Field(None, description="Glob of pictures, in natural order.")
    labels: tuple[str, ...] = Field((), description="As many as frames.")

    @classmethod
    def json_rules(cls) -> dict[str, Any]:
        """Ask for exactly one kind."""
        return {"oneOf": [keyed(kind) for kind in KINDS]}
