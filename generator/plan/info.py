"""What is known about the files a site is made from, kept by their content."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generator.errors import Problem


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
    for ``num_batches_tracked``; ``damaged`` the first of them with values that are not numbers.
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


@dataclass(frozen=True)
class ImageInfo:
    """A picture file after EXIF orientation: pixels, colour channels (1 or 3), transparency."""

    width: int
    height: int
    channels: int
    alpha: bool


@dataclass(frozen=True)
class FileInfo:
    """All that a plan needs to know about the files of one manifest.

    ``files`` by path as written in the manifest, ``models`` by id and ``networks`` the same by
    the file's SHA-256, ``images`` by SHA-256, ``frames`` the matches of each ``frames:``
    comparison by its id. ``unreadable`` says what could not be read and is not used either: it
    is missing in the others.
    """

    files: dict[str, File]
    models: dict[str, ModelInfo]
    networks: dict[str, ModelInfo]
    images: dict[str, ImageInfo]
    frames: dict[str, tuple[File, ...]]
    unreadable: tuple[Problem, ...] = ()

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
    equal buffers that are not floating point. The message names the first key that differs and
    both shapes.
    """
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
        if ours.shape != theirs.shape:
            return f"'{key}' has shape {_shape(ours.shape)} and {_shape(theirs.shape)}"
        if ours.digest != theirs.digest:
            return f"the constants in '{key}' (shape {_shape(ours.shape)}) differ"
    return None


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(side) for side in shape) or "scalar"
