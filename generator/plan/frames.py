"""Frames and what they are made of, as values with content keys.

A *frame* is a picture in an encoding; a *picture* is an input put through a recipe. Keys are
hashes of all that determines the bytes, and of nothing else: files count by their content,
never by their path or id; titles, order and the device do not count.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, ClassVar, Literal

from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import FORMATS, Format
from generator.plan.info import File

RENDERER_VERSION = 2
"""Raised whenever the renderer would make other bytes from the same plan."""

ColorFix = Literal["none", "average", "wavelet"]


@dataclass(frozen=True)
class Noise:
    """Additive Gaussian noise: ``sigma`` in 8-bit levels, drawn with numpy's default generator."""

    sigma: float
    seed: int

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        return {"sigma": self.sigma, "seed": self.seed}


@dataclass(frozen=True)
class Input:
    """A picture file as it is prepared for the models: crop, then downscale, then noise.

    ``crop`` is (x, y, width, height) in pixels of the file after its EXIF orientation;
    ``downscale`` a box filter's factor (1: none). ``width``, ``height`` and ``channels`` (1 gray,
    3 colour) describe the prepared picture; ``alpha`` says whether it has transparency.
    """

    file: File
    crop: tuple[int, int, int, int] | None
    downscale: int
    noise: Noise | None
    width: int
    height: int
    channels: int
    alpha: bool

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of: the file and its preparation."""
        return {
            "file": self.file.sha256,
            "crop": self.crop,
            "downscale": self.downscale,
            "noise": self.noise and self.noise.identity(),
        }


@dataclass(frozen=True)
class Classic:
    """Recipe: what no network is needed for, by its name in the table of classic recipes.

    ``input`` is the input itself, noise rounded and clipped to 8 bits. ``scale`` is how many
    times larger a filter that enlarges makes it.
    """

    name: str = "input"
    scale: int = 1

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        scale = {"scale": self.scale} if CLASSIC[self.name].enlarges else {}
        return {"recipe": self.name, **scale}


@dataclass(frozen=True)
class ByGroup:
    """A coefficient for each group of layers, and for the rest.

    A group is the layers whose state-dict keys match one of its globs, spandrel's keys or those
    in a parent's file; the first match wins.
    """

    groups: tuple[tuple[tuple[str, ...], float], ...]
    rest: float

    def of(self, *names: str) -> float:
        """Return the coefficient of one entry of the state dict, by any of its names."""
        for patterns, value in self.groups:
            if any(fnmatchcase(name, pattern) for pattern in patterns for name in names):
                return value
        return self.rest

    @property
    def least(self) -> float:
        """Return the smallest coefficient."""
        return min(self.rest, *(value for _, value in self.groups))

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        return {"groups": self.groups, "rest": self.rest}


Coefficient = float | ByGroup


@dataclass(frozen=True)
class Network:
    """What network recipes share: (weights file, coefficient) pairs and how they are run.

    ``weights`` are ordered by the files' hashes, hold no zeros and sum to 1, so that the same
    network is the same recipe however it was written. ``precision`` and ``tile`` stand as the
    author wrote them (``auto`` stays ``auto``): the device that renders does not enter the key.
    """

    weights: tuple[tuple[File, Coefficient], ...]
    color_fix: ColorFix
    precision: Literal["auto", "fp32", "fp16", "bf16"]
    tile: int | Literal["auto", "off"]

    name: ClassVar[str]

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        return {
            "recipe": self.name,
            "weights": [
                [file.sha256, weight.identity() if isinstance(weight, ByGroup) else weight]
                for file, weight in self.weights
            ],
            "color_fix": self.color_fix,
            "precision": self.precision,
            "tile": self.tile,
        }


@dataclass(frozen=True)
class Mix(Network):
    """Recipe: the input through one network whose weights are interpolated (DNI)."""

    name = "mix"


@dataclass(frozen=True)
class Blend(Network):
    """Recipe: the outputs of several networks interpolated, the pixel baseline.

    Its coefficients are numbers: outputs have no layers.
    A blend of one network is that network: the plan makes it a ``Mix``.
    """

    name = "blend"


Recipe = Classic | Mix | Blend


@dataclass(frozen=True)
class Picture:
    """An input put through a recipe: ``width`` × ``height`` pixels."""

    input: Input
    recipe: Recipe
    width: int
    height: int

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        return {"input": self.input.identity(), **self.recipe.identity()}


@dataclass(frozen=True)
class Encoding:
    """How a picture is written: ``format`` is a file suffix without dot, ``quality`` 1..100."""

    format: str
    quality: int | Literal["lossless"]

    @property
    def of(self) -> Format:
        """Return what is known about the format."""
        return FORMATS[self.format]

    @property
    def lossless(self) -> bool:
        """Tell whether the file keeps every pixel; such formats as PNG always do."""
        return self.of.lossless == "always" or self.quality == "lossless"

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of; what is lossless has no quality."""
        return {"format": self.format, "quality": "lossless" if self.lossless else self.quality}


@dataclass(frozen=True)
class Frame:
    """One file of the site: a picture in an encoding."""

    picture: Picture
    encoding: Encoding

    @cached_property
    def key(self) -> str:
        """Return the content key, 32 hex digits (128 bits of a SHA-256)."""
        return _digest({**self.picture.identity(), **self.encoding.identity()})

    @property
    def name(self) -> str:
        """Return the file name under ``frames/``."""
        return f"{self.key}.{self.encoding.format}"


@dataclass(frozen=True)
class Measurement:
    """PSNR and SSIM of a picture, before it is encoded, against ground truth of its size.

    ``crop`` is applied to the reference file where it shows the whole uncropped input.
    """

    picture: Picture
    reference: File
    crop: tuple[int, int, int, int] | None

    @cached_property
    def key(self) -> str:
        """Return the content key, 32 hex digits."""
        reference = {"reference": self.reference.sha256, "reference_crop": self.crop}
        return _digest({**self.picture.identity(), **reference})


@dataclass(frozen=True)
class Job:
    """A unit of rendering, self-contained: a picture and what to keep of it.

    ``frame`` and ``measurement`` are None where the store has them already.
    """

    picture: Picture
    frame: Frame | None
    measurement: Measurement | None


def _digest(identity: dict[str, Any]) -> str:
    """Hash canonical JSON, renderer version included."""
    text = json.dumps({"renderer": RENDERER_VERSION, **identity}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
