"""The file formats of frames, and what files that authors name end in.

What an encoder is told is in ``images.encode``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Format:
    """A picture format that browsers show; Pillow knows it by its suffix in capitals.

    ``largest_side`` is how many pixels a side it holds, ``lossless`` whether it keeps every pixel;
    without ``transparency`` pictures are laid on white. ``bytes_per_pixel`` is what photographs
    take at default quality: a guess, until frames of the format are there to be measured.
    """

    suffix: str
    mime: str
    largest_side: int
    lossless: Literal["never", "on request", "always"]
    transparency: bool
    bytes_per_pixel: float

    @property
    def can_be_lossless(self) -> bool:
        """Tell whether the format can keep every pixel."""
        return self.lossless != "never"


FORMATS = {
    entry.suffix: entry
    for entry in (
        Format("webp", "image/webp", 16383, "on request", True, 0.2),
        Format("avif", "image/avif", 65536, "never", True, 0.15),
        Format("jpeg", "image/jpeg", 65535, "never", False, 0.28),
        Format("png", "image/png", 2**31 - 1, "always", True, 1.4),
    )
}
"""By suffix, which is also the word of the manifest."""

LOSSLESS = tuple(name for name, entry in FORMATS.items() if entry.can_be_lossless)
ROOMIEST = max(FORMATS.values(), key=lambda entry: entry.largest_side)
"""The format for pictures that no other can hold."""

WEIGHTS_SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt")
"""What names of weights files end in, whatever their case; all but the first are pickles."""

PICTURE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif", ".ppm", ".pgm",
    ".pbm", ".pnm", ".jp2", ".j2k", ".qoi", ".tga", ".apng", ".jpe", ".jfif",
)  # fmt: skip
"""What names of pictures end in that a glob finds; one that is named may end in anything."""
