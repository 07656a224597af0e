"""Is the way between two networks good? From what their mixes make of real pictures.

A mix is looked at in two parts: the colours of areas, which ``color_fix: average`` mends, and the
details above them. Details are compared by angles between pictures, as vectors of all their
pixels, so that neither a shift of colours nor a weaker contrast looks like noise. An honest change
of style lies on the way from parent to parent, or not far off it. Thresholds:
``training/KINSHIP.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.networks.colour import AVERAGE_SCALE, bicubic_resize, box_resize
from generator.networks.running.forward import Forward
from generator.networks.weights.mix import Mixer
from generator.plan.kinship import Middle, Step

ALPHAS = (0.25, 0.5, 0.75)

BROKEN_DETOUR, LONG_DETOUR = 2.75, 2.3
"""From here on the way by a mix is that of noise; from here on it is doubtful."""

BROKEN_KEPT, LITTLE_KEPT = 0.25, 0.4
"""Shares of what both parents do that the mix does too: broken below, doubtful below."""

BROKEN_WORK, LITTLE_WORK = 0.2, 0.25
"""Work of the mix relative to the parent that does less: the mix gives the input back."""

FAINT = 0.4
"""Details weaker than this, relative to the weaker parent's: the mix is washed out."""

COLOUR_DETOUR, COLOUR_LEVELS, COLOURS_LOST = 2.5, 4.0, 40.0
"""A shift of colours is worth a word where their way is this long and they are this far off; from
the last of these levels on it is doubtful that nothing else is lost."""

_IN_AGREEMENT = 0.7
"""Cosine of what two networks do to a picture from which on they do the same."""

_HARDLY = 0.2
"""Parents that differ by less than this share of what they do count as this far apart: else the way
between two that do the same would be long at once."""

_LEVEL = 1 / 255
_NO_DIFFERENCE_DB = 100.0

Pictures = list[torch.Tensor]
"""(C, H, W) in 0..1, float64: one for each crop."""


@torch.inference_mode()
def walk(
    one: Path, other: Path, crops: Sequence[NDArray[np.generic]], device: torch.device
) -> tuple[Step, ...]:
    """Mix two networks at ``ALPHAS`` and compare what the mixes and both make of ``crops``.

    ``crops`` are pictures (H, W, C) in 8-bit levels, gray or colour. Empty where the pictures, or
    what the networks make of them, have no details to tell by. Raises ModelError.
    """
    mixer = Mixer(device, budget=2**30)
    levels = [torch.from_numpy(_colours(crop)).to(device) for crop in crops]

    def outputs(*weights: tuple[Path, float]) -> Pictures:
        forward = Forward(mixer.mix(weights), torch.float32)
        return [forward(each)[0].double() for each in levels]

    first, second = outputs((one, 1.0)), outputs((other, 1.0))
    ground = [_enlarged(each, made) for each, made in zip(levels, first, strict=True)]
    view = _View(first, second, ground, levels)
    if not view.tells:
        return ()
    return tuple(view.step(alpha, outputs((one, 1 - alpha), (other, alpha))) for alpha in ALPHAS)


def judge(steps: Sequence[Step]) -> tuple[Middle | None, float, tuple[str, ...]]:
    """Return what the middle looks like, by how many levels colours shift, and reasons."""
    if not steps:
        return None, 0.0, ()
    detour = max(step.detour for step in steps)
    contrast = min(step.contrast for step in steps)
    kept = min((step.kept for step in steps if step.kept is not None), default=1.0)
    work = min((step.work for step in steps if step.work is not None), default=1.0)
    shift = _shift(steps)
    way = f"the way by the mix is {detour:.1f} times as long as the straight one"
    colours = f"colours are off by up to {shift:.0f} levels"
    doubts = (
        (detour >= LONG_DETOUR, f"{way}: other details than either network's"),
        (kept < LITTLE_KEPT, f"mixes do {max(0.0, kept):.0%} of what both networks do"),
        (work < LITTLE_WORK, f"mixes do {work:.0%} of what either network does"),
        (contrast < FAINT, f"details fade to {contrast:.0%}"),
        (shift >= COLOURS_LOST, colours),
    )
    reasons = tuple(reason for found, reason in doubts if found)
    if detour >= BROKEN_DETOUR or kept < BROKEN_KEPT or work < BROKEN_WORK:
        return "broken", 0.0, reasons
    if reasons:
        return "doubtful", 0.0, reasons
    return "good", shift, (way, colours) if shift else (way,)


def _shift(steps: Sequence[Step]) -> float:
    """Return by how many levels the colours of areas leave the way; 0 where hardly."""
    worst = max(steps, key=lambda step: step.colour_distance)
    far = worst.colour_distance >= COLOUR_LEVELS
    return worst.colour_distance if far and worst.colour_detour >= COLOUR_DETOUR else 0.0


class _View:
    """Both parents' pictures, in parts, and how a mix compares with them."""

    def __init__(
        self, first: Pictures, second: Pictures, ground: Pictures, levels: Sequence[torch.Tensor]
    ) -> None:
        self._cells = [
            (math.ceil(each.shape[0] * AVERAGE_SCALE), math.ceil(each.shape[1] * AVERAGE_SCALE))
            for each in levels
        ]
        self._parents = first, second
        self._areas = self._low(first), self._low(second)
        self._details = self._high(first), self._high(second)
        self._ground = self._high(ground)
        strength = [_rms(each) for each in self._details]
        self._weaker = min(strength)
        self.tells = self._weaker >= _LEVEL / 2
        work = [_minus(each, self._ground) for each in self._details]
        self._least = min(map(_rms, work))
        hardly = max(_LEVEL, _HARDLY * self._least) / max(_LEVEL, math.sqrt(math.prod(strength)))
        self._straight = max(_angle(*self._details), hardly)
        self._common: Pictures | None = None
        if self._least >= _LEVEL and math.cos(_angle(*work)) >= _IN_AGREEMENT:
            ours, theirs = (_rms(each) for each in work)
            self._common = [a / ours + b / theirs for a, b in zip(*work, strict=True)]
            self._least_common = min(_dot(each, self._common) for each in work)

    def step(self, alpha: float, mix: Pictures) -> Step:
        details, areas = self._high(mix), self._low(mix)
        first, second = self._parents
        blend = [(1 - alpha) * a + alpha * b for a, b in zip(first, second, strict=True)]
        away = [_rms(_minus(areas, parent)) for parent in self._areas]
        apart = max(_rms(_minus(*self._areas)), _LEVEL)
        difference = _minus(mix, blend)
        work = _minus(details, self._ground)
        common = self._common
        floor = 10 ** (-_NO_DIFFERENCE_DB / 20)
        return Step(
            alpha,
            detour=round(sum(_angle(details, each) for each in self._details) / self._straight, 4),
            work=round(_rms(work) / self._least, 4) if self._least >= _LEVEL else None,
            kept=round(_dot(work, common) / self._least_common, 4) if common else None,
            contrast=round(_rms(details) / self._weaker, 4),
            colour_detour=round(sum(away) / apart, 4),
            colour_shift=_mean_shift(difference),
            colour_distance=round(_rms(_minus(areas, self._low(blend))) / _LEVEL, 3),
            barrier_db=round(-20 * math.log10(max(_rms(difference), floor)), 3),
        )

    def _low(self, pictures: Pictures) -> Pictures:
        """Return the colours of areas: of an eighth of the input's side, as the colour fix does."""
        return [box_resize(x, cells) for x, cells in zip(pictures, self._cells, strict=True)]

    def _high(self, pictures: Pictures) -> Pictures:
        return [
            x - bicubic_resize(low, (x.shape[1], x.shape[2]))
            for x, low in zip(pictures, self._low(pictures), strict=True)
        ]


def _colours(crop: NDArray[np.generic]) -> NDArray[np.float32]:
    channels = crop.shape[2] - (crop.shape[2] + 1) % 2
    return crop[..., :channels].astype(np.float32)


def _enlarged(levels: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """Return the input in the shape of an output: what a network does nothing to."""
    image = levels.permute(2, 0, 1)[None].double() / 255
    enlarged = functional.interpolate(image, output.shape[1:], mode="bicubic")[0]
    if enlarged.shape[0] != output.shape[0]:
        enlarged = enlarged.mean(0, keepdim=True)
    return enlarged.expand_as(output)


def _mean_shift(difference: Pictures) -> tuple[float, ...]:
    shifts = torch.stack([each.mean((1, 2)) for each in difference]).mean(0)
    return tuple(round(255 * shift, 3) for shift in shifts.tolist())


def _minus(ones: Pictures, others: Pictures) -> Pictures:
    return [a - b for a, b in zip(ones, others, strict=True)]


def _dot(ones: Pictures, others: Pictures) -> float:
    return sum(float((a * b).sum()) for a, b in zip(ones, others, strict=True))


def _rms(pictures: Pictures) -> float:
    return math.sqrt(_dot(pictures, pictures) / sum(each.numel() for each in pictures))


def _angle(ones: Pictures, others: Pictures) -> float:
    """Return the angle between pictures; a right one where either is empty."""
    lengths = math.sqrt(_dot(ones, ones) * _dot(others, others))
    cosine = _dot(ones, others) / lengths if lengths else 0.0
    return math.acos(min(1.0, max(-1.0, cosine)))
