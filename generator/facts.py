"""What is known about the files a site is made from, kept by their content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """One entry of a network's state: its shape, and for a non-float buffer its bytes' SHA-256."""

    shape: tuple[int, ...]
    digest: str


@dataclass(frozen=True)
class ModelFacts:
    """A weights file as spandrel reads it.

    ``architecture`` is spandrel's id (``Compact``), ``architecture_name`` its display name;
    ``scale`` output over input side; channels 1 or 3; ``parameters`` their number; ``half`` and
    ``bfloat16`` whether the architecture is fit for these precisions; ``tensors`` every entry of
    the state dict, by key, in which ``digest`` is empty for floating point (these are mixed) and
    for ``num_batches_tracked``.
    """

    architecture: str
    architecture_name: str
    scale: int
    input_channels: int
    output_channels: int
    parameters: int
    half: bool
    bfloat16: bool
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class ImageFacts:
    """A picture file after EXIF orientation: pixels, colour channels (1 or 3), transparency."""

    width: int
    height: int
    channels: int
    alpha: bool
