"""Frames and what they are made of, as values with content keys.

A *frame* is a picture in an encoding; a *picture* is an input put through a recipe. Keys are
hashes of all that determines the bytes, and of nothing else: files count by their content,
never by their path or id; titles, order and the device do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, ClassVar, Literal

from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import FORMATS, Format
from generator.manifest.tables.measures import MEASURES
from generator.plan.info import File
from generator.plan.keys import content_key

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
    ``noise_level`` is what a network is told that asks how noisy its input is, in 8-bit levels;
    None for the usual 15, and for networks that do not ask.
    """

    weights: tuple[tuple[File, Coefficient], ...]
    color_fix: ColorFix
    precision: Literal["auto", "fp32", "fp16", "bf16"]
    tile: int | Literal["auto", "off"]
    noise_level: float | None = None

    name: ClassVar[str]

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of."""
        told = {} if self.noise_level is None else {"noise_level": self.noise_level}
        return {
            "recipe": self.name,
            "weights": [
                [file.sha256, weight.identity() if isinstance(weight, ByGroup) else weight]
                for file, weight in self.weights
            ],
            "color_fix": self.color_fix,
            "precision": self.precision,
            "tile": self.tile,
            **told,
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
    """How a picture is written: ``format`` is a file suffix without dot, ``quality`` 1..100.

    ``kept`` is the picture's own file as it is.
    """

    format: str
    quality: int | Literal["lossless", "kept"]

    @property
    def of(self) -> Format:
        """Return what is known about the format."""
        return FORMATS[self.format]

    @property
    def lossless(self) -> bool:
        """Tell whether the file keeps every pixel; such formats as PNG always do."""
        return self.of.lossless == "always" or self.quality in ("lossless", "kept")

    @property
    def kept(self) -> bool:
        """Tell whether the file is one that was there before, as it is."""
        return self.quality == "kept"

    def identity(self) -> dict[str, Any]:
        """Return what keys are made of; what is lossless has no quality."""
        quality = "lossless" if self.lossless and not self.kept else self.quality
        return {"format": self.format, "quality": quality}


@dataclass(frozen=True)
class Frame:
    """One file of the site: a picture in an encoding."""

    picture: Picture
    encoding: Encoding

    @cached_property
    def key(self) -> str:
        """Return the content key, 32 hex digits (128 bits of a SHA-256)."""
        return _key({**self.picture.identity(), **self.encoding.identity()})

    @property
    def name(self) -> str:
        """Return the file name under ``frames/``."""
        return f"{self.key}.{self.encoding.format}"


@dataclass(frozen=True)
class Measurement:
    """What to measure of a picture, before it is encoded, against ground truth of its size.

    ``crop`` is applied to the reference file where it shows the whole uncropped input; without
    ground truth the reference is None. ``measures`` are ids, each once.
    """

    picture: Picture
    reference: File | None
    crop: tuple[int, int, int, int] | None
    measures: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """Return the content key of what is compared, 32 hex digits: measures do not count."""
        reference = {
            "reference": self.reference and self.reference.sha256,
            "reference_crop": self.crop,
        }
        return _key({**self.picture.identity(), **reference})

    def key_of(self, measure: str) -> str:
        """Return the content key of one result, which another version of its measure changes."""
        return content_key(["measurement", measure, MEASURES[measure].version, self.key])

    @property
    def result_keys(self) -> tuple[str, ...]:
        """Return the keys of all results."""
        return tuple(map(self.key_of, self.measures))

    def only(self, *measures: str) -> Measurement:
        """Return the same with fewer measures."""
        return replace(self, measures=measures)


@dataclass(frozen=True)
class Job:
    """A unit of rendering, self-contained: a picture and what to keep of it.

    ``measurement`` is None where the store has all of it, ``frame`` where it has that already;
    ``stored`` is then the frame that is there.
    """

    picture: Picture
    frame: Frame | None
    measurement: Measurement | None
    stored: Frame | None = None

    @property
    def reopens(self) -> bool:
        """Tell whether the frame that is there keeps every pixel: the picture is not made again."""
        return self.stored is not None and self.stored.encoding.lossless


def _key(identity: dict[str, Any]) -> str:
    """Return the content key of what this version of the renderer makes."""
    return content_key({"renderer": RENDERER_VERSION, **identity})
