"""The measures of pictures: how each is called, shown and kept; ``images.measures`` computes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """What a measure says of a picture.

    ``version`` is raised whenever it would give other figures for the same pictures: they are then
    measured anew, and no frame is rendered for it. ``decimals`` are those shown. ``convention``
    tells by which of its readings in the literature it is taken: channels, border, window.
    """

    id: str
    title: str
    unit: str
    decimals: int
    version: int
    convention: str
    higher_is_better: bool = True
    needs_reference: bool = True

    @property
    def label(self) -> str:
        """Return the title with the unit: ``PSNR (dB)``."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def better(self) -> Literal["higher", "lower"]:
        """Return which way the better figures lie."""
        return "higher" if self.higher_is_better else "lower"

    @property
    def kept_decimals(self) -> int:
        """Return how many decimals are kept: two more than are shown."""
        return self.decimals + 2

    def text(self, value: float) -> str:
        """Return a figure as tables show it."""
        return f"{value:.{self.decimals}f}" if math.isfinite(value) else "∞"


MEASURES = {
    entry.id: entry
    for entry in (
        Measure(
            id="psnr",
            title="PSNR",
            unit="dB",
            decimals=2,
            version=1,
            convention="of all RGB channels and pixels together (of gray where both pictures are "
            "gray), no border left out",
        ),
        Measure(
            id="ssim",
            title="SSIM",
            unit="",
            decimals=4,
            version=1,
            convention="mean over the RGB channels (gray where both pictures are gray) and all "
            "windows within the picture, Gaussian of 11 × 11 pixels with σ 1.5, no border left out",
        ),
    )
}
"""By the word of the manifest and of data.json."""

DEFAULT_MEASURES = ("psnr", "ssim")
"""What is measured unless an author says otherwise."""


def as_json(value: float) -> float | str:
    """Return a figure as JSON can hold it: what is infinite as ``"Infinity"``.

    Both ``Number`` in JavaScript and ``float`` in Python read that word.
    """
    return "Infinity" if value == math.inf else value
