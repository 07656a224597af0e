"""What a site is made from: weights files and pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.manifest.fields import BY_ID, Crop, Download, FilePath, Id, Number, Sha256, Url
from generator.manifest.types.entry import Entry


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
    download: Download = Field(
        False,
        description="Publish the file, which is saved under its own name; or the address where "
        "it lies.",
    )
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
    masks: Annotated[dict[Id, FilePath], BY_ID] = Field(
        default_factory=dict, description="White = region."
    )

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for."""
        return "path"
