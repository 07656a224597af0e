"""What an author may write in site.yaml: frozen, typed, described; also the JSON Schema's source.

The descriptions here are the reference documentation of every key. Checks that need more than
one entry or a look at the disk (ids, files) are in ``references``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from generator.manifest.alphas import rounded
from generator.manifest.controls import CONTROLS, Control
from generator.manifest.fields import (
    Alphas,
    Coefficients,
    ColorFixes,
    Crop,
    Device,
    FilePath,
    FormatName,
    Id,
    Language,
    MeasureName,
    Number,
    Patterns,
    Sha256,
    SiteAddress,
    Start,
    Url,
)
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import LOSSLESS
from generator.manifest.tables.measures import DEFAULT_MEASURES

REST = "rest"
"""What is in no region, and layers that are in no group."""

KINDS = ("interpolate", "choose", "frames")
"""The keys of which a comparison has exactly one."""


class Entry(BaseModel):
    """Base of all mappings of the manifest: no unknown keys, no guessing of types, frozen.

    ``short`` names the key that a plain text stands for (``cat: cat.png``), if any.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for, or ''."""
        return ""

    @model_validator(mode="before")
    @classmethod
    def _expand_short_form(cls, value: Any) -> Any:
        return {cls.short(): value} if cls.short() and isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the short form in the JSON Schema too."""
        schema = handler(core_schema)
        return {"anyOf": [{"type": "string"}, schema]} if cls.short() else schema


class Site(Entry):
    """The site as a whole."""

    title: str = Field(min_length=1, description="Name of the site, shown on every page.")
    description: str = Field("", description="One sentence for search engines and cards.")
    url: SiteAddress = Field(
        "", description="Address the site is deployed at, for canonical links."
    )
    language: Language = Field("en", description="Language of the texts, as a code: en, de, pt-BR.")
    author: str = Field("", description="Who made the site.")
    repository: Url = Field("", description="Address of the source, linked in the footer.")
    follow_links: bool = Field(
        False, description="Publish what links of the file system hold outside the project."
    )


class Render(Entry):
    """How networks are run."""

    device: Device = Field(
        "auto",
        description="auto takes the first GPU there is. Does not change which frames are current.",
    )
    precision: Literal["auto", "fp32", "fp16", "bf16"] = Field(
        "auto", description="auto: fp16 where GPU and architecture allow it, else fp32."
    )
    tile: Literal["auto", "off"] | Annotated[int, Field(ge=16, le=16384)] = Field(
        "auto", description="Side of the tiles a large input is cut into, in input pixels."
    )


class Images(Entry):
    """How frames are written."""

    format: FormatName = Field("webp", description="File format of all frames.")
    quality: Literal["lossless"] | Annotated[int, Field(ge=1, le=100)] = Field(
        90, description=f"1 to 100, or lossless ({' and '.join(LOSSLESS)}; png always is)."
    )

    @model_validator(mode="after")
    def _lossless(self) -> Self:
        if self.quality == "lossless" and self.format not in LOSSLESS:
            msg = f"{self.format} cannot be lossless: use format {' or '.join(LOSSLESS)}"
            raise ValueError(msg)
        return self


class Model(Entry):
    """A weights file."""

    path: FilePath = Field(
        description="Weights: .safetensors (recommended), or a state dict as .pth, .pt or .ckpt."
    )
    title: str = Field("", description="Shown to visitors; the id where left out.")
    description: str = Field("", description="Markdown.")
    author: str = Field("", description="Who made the model.")
    license: str = Field("", description="License of the weights, such as CC0-1.0.")
    homepage: Url = Field("", description="Where the model comes from.")
    sha256: Sha256 = Field("", description="Checked when given.")
    download: bool = Field(False, description="Publish the file and link it.")
    noise_level: Annotated[Number, Field(ge=0, le=255)] | None = Field(
        None,
        description="What a network is told that asks how noisy its input is (DRUNet, FDnCNN), in "
        "8-bit levels; where left out, the input's noise sigma, else 15.",
    )

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for."""
        return "path"


class NoiseSettings(Entry):
    """Additive Gaussian noise."""

    sigma: Number = Field(gt=0, le=1000, description="Standard deviation in 8-bit levels.")
    seed: int = Field(0, ge=0, le=2**63, description="Another seed draws other noise.")


class InputPicture(Entry):
    """A picture the models are run on."""

    path: FilePath = Field(description="Picture file: PNG, JPEG, WebP, AVIF, TIFF, BMP, GIF, PPM.")
    title: str = Field("", description="Shown to visitors; the id where left out.")
    credit: str = Field("", description="Who made the picture.")
    license: str = Field("", description="License of the picture, such as CC0.")
    source: Url = Field("", description="Where the original is.")
    crop: Crop | None = Field(None, description="[x, y, width, height] in pixels of the file.")
    downscale: int = Field(1, ge=1, le=64, description="Box filter before the models see it.")
    noise: NoiseSettings | None = Field(
        None, description="Added after crop and downscale, neither rounded nor clipped."
    )
    reference: FilePath | None = Field(None, description="Ground truth, at output size.")
    masks: dict[Id, FilePath] = Field(default_factory=dict, description="White = region.")

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for."""
        return "path"


class Interpolate(Entry):
    """A mix of networks, moved through by alpha."""

    models: tuple[str, ...] = Field(min_length=2, description="Ids; alpha 0 is the first.")
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
    groups: dict[Id, Patterns] = Field(
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
        suits = "slider" if len(self.models) == 2 else "path"
        return "groups" if self.groups else self.control or suits

    @property
    def rules(self) -> Control:
        """Return what that control takes and offers."""
        return CONTROLS[self.kind_of_control]


class Choice(Entry):
    """One entry of ``choose``: ``input``, a resampling, a model, or a mix."""

    of: str = Field("", description=f"{', '.join(CLASSIC)}, or the id of a model.")
    mix: Coefficients | None = Field(None, description="Model ids with coefficients summing to 1.")
    title: str = Field("", description="Shown in the list; where left out, what is mixed.")
    export: bool = Field(False, description="Publish the mixed weights.")

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for."""
        return "of"

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.of) == bool(self.mix):
            msg = f"expected an id, {', '.join(CLASSIC)}, or {{mix: {{id: coefficient}}}}"
            raise ValueError(msg)
        if self.export and not self.mix:
            msg = "export needs a mix; a model itself is published by 'download: true'"
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


_Titled = TypeVar("_Titled", Model, InputPicture, Comparison)


class Manifest(Entry):
    """site.yaml."""

    site: Site = Field(description="What the site is called, where it lies, who made it.")
    render: Render = Field(Render(), description="Device, precision and tiles of rendering.")
    images: Images = Field(Images(), description="Format and quality of the frames.")
    models: dict[Id, Model] = Field(
        default_factory=dict, description="Weights files, each under an id."
    )
    inputs: dict[Id, InputPicture] = Field(
        default_factory=dict, description="Pictures the models are run on, each under an id."
    )
    comparisons: dict[Id, Comparison] = Field(
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
