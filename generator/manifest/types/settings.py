"""Settings of the site, of rendering and of pictures' files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from generator.manifest.fields import Device, FormatName, Language, SiteAddress, Url
from generator.manifest.tables.formats import LOSSLESS
from generator.manifest.types.entry import Entry


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

    keep: bool = Field(
        False,
        description="Publish pictures that were made elsewhere as they are, with all that their "
        "files hold, wherever browsers can show them.",
    )

    @classmethod
    def json_rules(cls) -> dict[str, Any]:
        """Ask for a format that can be lossless where it should be."""
        lossless = {"properties": {"quality": {"const": "lossless"}}, "required": ["quality"]}
        return {"if": lossless, "then": {"properties": {"format": {"enum": list(LOSSLESS)}}}}

    @model_validator(mode="after")
    def _lossless(self) -> Self:
        if self.quality == "lossless" and self.format not in LOSSLESS:
            msg = f"{self.format} cannot be lossless: use format {' or '.join(LOSSLESS)}"
            raise ValueError(msg)
        return self
