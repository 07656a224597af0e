"""The file formats of frames, and what files that authors name end in.

Efforts were chosen on photographs of 1932×384 (one core, times and sizes relative to Pillow's
defaults): what is bought with more time is a few per cent of the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Format:
    """A picture format that browsers show; Pillow knows it by its suffix in capitals.

    ``largest_side`` is how many pixels a side it holds, ``lossless`` whether it keeps every pixel;
    without ``transparency`` pictures are laid on white. ``bytes_per_pixel`` is what photographs
    take at default quality: a guess, until frames of the format are there to be measured.
    ``lossy`` is what Pillow's encoder is told beside the quality, ``exact`` what it is told where
    every pixel is kept.
    """

    suffix: str
    mime: str
    largest_side: int
    lossless: Literal["never", "on request", "always"]
    transparency: bool
    bytes_per_pixel: float
    lossy: Mapping[str, Any] = field(default_factory=dict)
    exact: Mapping[str, Any] = field(default_factory=dict)

    @property
    def can_be_lossless(self) -> bool:
        """Tell whether the format can keep every pixel."""
        return self.lossless != "never"


FORMATS = {
    entry.suffix: entry
    for entry in (
        Format(
            suffix="webp",
            mime="image/webp",
            largest_side=16383,
            lossless="on request",
            transparency=True,
            bytes_per_pixel=0.2,
            lossy={"method": 2},  # half the time of 4, 1 % more bytes
            # A third of the time of method 4, 3 % more bytes.
            exact={"lossless": True, "method": 1, "quality": 20, "exact": True},
        ),
        Format(
            suffix="avif",
            mime="image/avif",
            largest_side=65536,
            lossless="never",
            transparency=True,
            bytes_per_pixel=0.15,
            # Full colour resolution costs 5 % and wins 1.4 dB. Slower speeds win 1 % at 1.5 times
            # the time. One thread: frames are encoded beside each other.
            lossy={"speed": 8, "subsampling": "4:4:4", "max_threads": 1},
        ),
        Format(
            suffix="jpeg",
            mime="image/jpeg",
            largest_side=65535,
            lossless="never",
            transparency=False,
            bytes_per_pixel=0.28,
            # Networks are compared by their colour edges, so JPEG keeps full colour resolution;
            # progressive files are 5 % smaller and show early.
            lossy={"subsampling": 0, "progressive": True},
        ),
        Format(
            suffix="png",
            mime="image/png",
            largest_side=2**31 - 1,
            lossless="always",
            transparency=True,
            bytes_per_pixel=1.4,
            # Run-length matching: the bytes of zlib level 4 in half its time, for photographs.
            exact={"compress_level": 1, "compress_type": 3},
        ),
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
