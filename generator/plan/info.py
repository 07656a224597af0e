"""What is known about the files a site is made from, kept by their content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from generator.errors import Problem
from generator.plan.keys import content_key

VARIANCE = "running_var"
"""What variances of batch normalisation are called."""

_STATISTICS = re.compile(r"(^|\.)running_(mean|var)$")
_MASK = re.compile(r"(^|\.)attn_mask(_\d)?$")


@dataclass(frozen=True)
class File:
    """A file by content: ``sha256`` (hex) identifies it, ``path`` says where to read it now.

    ``modified`` is its time of modification, in nanoseconds, when it had this content, and
    ``bytes`` its size; 0 where nobody looked.
    """

    sha256: str
    path: Path
    modified: int = field(default=0, compare=False)
    bytes: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Tensor:
    """One entry of a network's state: its shape, and for a non-float buffer its bytes' SHA-256."""

    shape: tuple[int, ...]
    digest: str


@dataclass(frozen=True)
class ModelInfo:
    """A weights file as spandrel reads it.

    ``architecture`` is spandrel's id (``Compact``), ``architecture_name`` its display name;
    ``scale`` output over input side; channels 1 or 3; ``parameters`` their number; ``half`` and
    ``bfloat16`` whether the architecture is fit for these precisions; ``tensors`` every entry of
    the state dict, by key, in which ``digest`` is empty for floating point (these are mixed) and
    for ``num_batches_tracked``; ``damaged`` the first of them with values that are not numbers, or
    a variance below zero. ``names`` holds what the file calls entries that spandrel calls
    otherwise; ``noise_level`` tells whether the network wants to be told how noisy a picture is.
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
    damaged: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    noise_level: bool = False

    @cached_property
    def structure(self) -> str:
        """Return a digest of all that must agree where networks are mixed."""
        parts = [
            (key, tensor.shape[1:] if is_mask(key) else tensor.shape, tensor.digest)
            for key, tensor in sorted(self.tensors.items())
        ]
        channels = self.input_channels, self.output_channels
        return content_key([self.architecture, self.scale, channels, parts])

    @property
    def statistics(self) -> list[str]:
        """Return the keys of what batch normalisation has counted."""
        return [key for key in self.tensors if _STATISTICS.search(key)]


@dataclass(frozen=True)
class WeightsFile:
    """What a weights file is, for a person.

    ``architecture`` by its name, ``tags`` its variant in spandrel's words; ``precision`` the kinds
    of numbers stored, the most frequent first (``float16``); ``metadata`` what its maker wrote
    into it (of ``.safetensors`` only); ``damaged`` as in ``ModelInfo``.
    """

    file: str
    architecture: str
    tags: tuple[str, ...]
    scale: int
    input_channels: int
    output_channels: int
    parameters: int
    precision: tuple[str, ...]
    metadata: dict[str, str]
    bytes: int
    sha256: str
    damaged: str


@dataclass(frozen=True)
class ImageInfo:
    """A picture file after EXIF orientation: pixels, colour channels (1 or 3), transparency.

    ``shown_as`` is the format, by its suffix, in which every browser shows the file as it is; ''
    where it would be turned, move, or not be shown.
    """

    width: int
    height: int
    channels: int
    alpha: bool
    shown_as: str = ""


Made = tuple[str, str, float]
"""Which picture that was made elsewhere: a comparison, an input, and the index of a choice or an
alpha."""


@dataclass(frozen=True)
class FileInfo:
    """All that a plan needs to know about the files of one manifest.

    ``files`` by path as written in the manifest, ``models`` by id and ``networks`` the same by
    the file's SHA-256, ``images`` by SHA-256, ``frames`` the matches of each ``frames:``
    comparison by its id, ``made`` other pictures made elsewhere, those that are there.
    ``unreadable`` says what could not be read and is not used either: it is missing in the others.
    """

    files: dict[str, File]
    models: dict[str, ModelInfo]
    networks: dict[str, ModelInfo]
    images: dict[str, ImageInfo]
    frames: dict[str, tuple[File, ...]]
    unreadable: tuple[Problem, ...] = ()
    made: Mapping[Made, File] = field(default_factory=dict)

    def named(self, message: str) -> str:
        """Return a message with files called what the manifest calls them.

        Of those that it places by the whole way from the disk's root only the name is left: a
        site that says what is missing does not say whose folders its author has.
        """
        for written, file in self.files.items():
            name = Path(written).name if Path(written).is_absolute() else written
            message = message.replace(str(file.path), name)
        return message


def mixable(first: ModelInfo, second: ModelInfo) -> str | None:
    """Say why two models cannot be mixed weight by weight, or return None where they can.

    They need one architecture, scale, channel counts, the same keys with the same shapes, and
    equal buffers that are not floating point. Only of masks of attention windows there may be
    another number: it comes of the size of the pictures that a network was trained on, and each
    picture gets its own. The message names the first key that differs and both shapes.
    """
    if first.structure == second.structure:
        return None
    for what in ("architecture", "scale", "input_channels", "output_channels"):
        ours, theirs = getattr(first, what), getattr(second, what)
        if ours != theirs:
            return f"{what.replace('_', ' ')} {ours} and {theirs} differ"
    for key in sorted(first.tensors.keys() ^ second.tensors.keys()):
        shape = (first.tensors.get(key) or second.tensors[key]).shape
        only = "first" if key in first.tensors else "second"
        return f"only the {only} has '{key}' (shape {_shape(shape)})"
    for key, ours in first.tensors.items():
        theirs = second.tensors[key]
        if ours.shape != theirs.shape and not _same_windows(key, ours, theirs):
            return f"'{key}' has shape {_shape(ours.shape)} and {_shape(theirs.shape)}"
        if ours.digest != theirs.digest:
            return f"the constants in '{key}' (shape {_shape(ours.shape)}) differ"
    return None


def names_of(models: Sequence[ModelInfo]) -> dict[str, list[str]]:
    """Return all names by which entries of mixed networks go: spandrel's, and their files'."""
    return {
        key: [key, *(model.names[key] for model in models if key in model.names)]
        for key in models[0].tensors
    }


def is_mask(key: str) -> bool:
    """Tell a mask of attention windows, which a network derives from the size of a picture."""
    return _MASK.search(key) is not None


def _same_windows(key: str, ours: Tensor, theirs: Tensor) -> bool:
    return is_mask(key) and ours.shape[1:] == theirs.shape[1:]


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(side) for side in shape) or "scalar"
