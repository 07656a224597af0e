"""Contrast of colours, as WCAG defines it."""

from __future__ import annotations

from collections.abc import Sequence


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast of two opaque colours, given as levels 0 to 255: 1 to 21."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def over(colour: Sequence[float], ground: Sequence[float]) -> tuple[float, ...]:
    """Return what is seen of a colour with alpha (0 to 255, last) on an opaque one."""
    *levels, alpha = colour
    share = alpha / 255
    return tuple(share * c + (1 - share) * g for c, g in zip(levels, ground, strict=False))


def _luminance(colour: Sequence[float]) -> float:
    values = [level / 255 for level in colour[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
