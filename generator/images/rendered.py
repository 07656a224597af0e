"""Pictures as networks and filters hand them over: finished, or failed with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.plan import Job


@dataclass(frozen=True)
class Rendered:
    """A finished picture: ``pixels`` (H, W, C), C 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA;
    ``precision`` fp32, fp16 or bf16 ('' where no network ran) and the ``device`` that ran it;
    ``color_shift`` is what a colour fix removed: the mean of unfixed minus fixed by channel, in
    8-bit levels; ``tiles`` are rows and columns where a network saw pieces of the picture that
    were cross-faded (None where it saw all of it, or pieces give the same).
    """  # noqa: D205

    job: Job
    pixels: NDArray[np.uint8]
    precision: str = ""
    device: str = ""
    color_shift: Sequence[float] | None = None
    tiles: tuple[int, int] | None = None


@dataclass(frozen=True)
class Failed:
    """A picture that could not be made, and why, in one line."""

    job: Job
    reason: str
