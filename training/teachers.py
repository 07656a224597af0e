"""Filters that a network learns to imitate. Each takes and gives an RGB picture in [0, 1].

They look no further than 10 pixels, the reach of the demo's networks (ten 3×3 convolutions), and
treat all directions alike, so that patches may be turned and mirrored.
"""

import numpy as np
from scipy import ndimage

from training.photographs import Picture

LUMA = np.float32([0.299, 0.587, 0.114])
PAPER = np.float32([0.97, 0.95, 0.89])


def warm(picture: Picture) -> Picture:
    """Evening light: more red, less blue."""
    return np.clip(picture * np.float32([1.15, 0.95, 0.65]), 0, 1)


def woodblock(picture: Picture) -> Picture:
    """Print from woodblocks: a few flat inks on paper, dark contours."""
    flat = _blur(kuwahara(picture, 3), 0.8)
    light = _luma(flat)
    levels = _staircase(np.clip(light, 0, 1) ** 0.8, 4, softness=0.3)
    colours = _saturated(flat * ((0.15 + 0.85 * levels) / np.maximum(light, 0.08)), 1.1)
    lines = 1 - _xdog(_luma(picture), sharpness=11, threshold=0.33, steepness=8)
    block = np.float32([0.10, 0.11, 0.19])
    return (1 - lines) * np.clip(colours, 0, 1) * PAPER + lines * block


def pencil(picture: Picture) -> Picture:
    """Draw in pencil: the colour dodge of the gray picture with its blurred negative."""
    gray = _luma(_blur(picture, 0.6))
    dodge = gray / np.maximum(_blur(gray, 3.2), 0.02)
    strokes = np.clip(dodge, 0, 1) ** 4.5
    shade = 0.72 + 0.28 * np.clip(_blur(gray, 2) * 1.5, 0, 1)
    graphite = np.float32([0.16, 0.16, 0.19])
    return np.clip(graphite + (PAPER - graphite) * strokes * shade, 0, 1)


def ink(picture: Picture) -> Picture:
    """Cut in linoleum: one dark ink on paper."""
    tone = _xdog(_luma(picture), sharpness=9, threshold=0.5, steepness=9)
    dark = np.float32([0.08, 0.11, 0.22])
    return dark + (PAPER - dark) * tone


def watercolour(picture: Picture) -> Picture:
    """Washes of thin paint: light, flat, darker where a wash ends, paper in the highlights."""
    flat = np.clip(_blur(kuwahara(picture, 4), 0.7), 0, 1)
    light = _luma(flat)
    wash = _saturated(flat**0.62, 1.45)
    pooled = np.clip(np.abs(light - _blur(light, 2.5)) * 5, 0, 0.55)
    paper = np.clip((light - 0.62) / 0.3, 0, 1)
    painted = np.clip(wash, 0, 1) * (1 - pooled)
    return np.clip((1 - paper) * painted + paper * PAPER * (1 - pooled), 0, 1)


def night(picture: Picture) -> Picture:
    """Show the same place at night: dark, blue, colours pale, bright spots lit and glowing."""
    light = _luma(picture)
    moon = 0.5 * light**1.25 * np.float32([0.55, 0.75, 1.25])
    colour = 0.25 * (picture - light) * light
    lit = np.clip((light - 0.72) / 0.28, 0, 1) ** 2
    lamp = np.float32([1.0, 0.80, 0.48])
    glow = 0.8 * lit * lamp + 0.9 * _blur(lit, 3.5) * lamp
    return np.clip(moon + colour + glow, 0, 1)


def day(picture: Picture) -> Picture:
    """Show the same place by day: shadows open, light warm, blues become sky."""
    light = _luma(picture)
    opened = light**0.55
    scale = opened / np.maximum(light, 0.02)
    colours = light * scale + (picture - light) * np.minimum(scale, 2.2)
    return np.clip(_contrast(colours * np.float32([1.04, 1.02, 0.98]), 1.08), 0, 1)


def lens_blur(picture: Picture, radius: float = 6.0) -> Picture:
    """Out of focus: each point a disc, added up as light (γ 2.2), so bright spots stay bright."""
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    light = picture**2.2
    light = light * (1 + 1.5 * np.clip((_luma(picture) - 0.8) / 0.2, 0, 1) ** 2)
    spread = ndimage.convolve(light, (disc / disc.sum())[..., None], mode="reflect")
    return np.clip(spread, 0, 1) ** np.float32(1 / 2.2)


def kuwahara(picture: Picture, radius: int) -> Picture:
    """Each pixel becomes the mean of that one of its four quadrants which varies least.

    The quadrants are squares of `radius` + 1 pixels (Kuwahara et al., 1976), here weighted by the
    eighth power of their standard deviation's inverse: the choice is soft, so a network can
    learn it.
    """
    side = radius + 1
    light = _luma(picture)[..., 0]
    total = np.zeros_like(picture)
    weight = np.zeros((*light.shape, 1), np.float32)
    for dy in (-1, 1):
        for dx in (-1, 1):
            origin = (_origin(dy, side), _origin(dx, side))

            def mean(
                plane: np.ndarray, axes: tuple[int, ...] = (0, 1), origin: tuple[int, int] = origin
            ) -> np.ndarray:
                return ndimage.uniform_filter(plane, side, origin=origin, mode="reflect", axes=axes)

            variance = np.maximum(mean(light**2) - mean(light) ** 2, 0)
            trust = ((variance + 1e-4) ** -4.0)[..., None]
            total += trust * mean(picture)
            weight += trust
    return (total / weight).astype(np.float32)


def _origin(direction: int, side: int) -> int:
    """Give the shift with which a window of `side` pixels starts or ends at its pixel."""
    return (side - 1) // 2 if direction < 0 else -(side // 2)


def _luma(picture: Picture) -> Picture:
    return (picture @ LUMA)[..., None]


def _blur(picture: Picture, sigma: float) -> Picture:
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0), truncate=min(3, 9 / sigma))


def _saturated(picture: Picture, amount: float) -> Picture:
    light = _luma(picture)
    return light + amount * (picture - light)


def _contrast(picture: Picture, amount: float) -> Picture:
    return 0.5 + amount * (picture - 0.5)


def _staircase(light: Picture, steps: int, softness: float = 0.12) -> Picture:
    """Round to `steps` levels, with slopes instead of jumps, which no network could learn."""
    scaled = light * (steps - 1)
    below = np.floor(scaled)
    slope = np.clip((scaled - below - 0.5) / softness + 0.5, 0, 1)
    return (below + slope) / (steps - 1)


def _xdog(light: Picture, sharpness: float, threshold: float, steepness: float) -> Picture:
    """Dark lines (0) and paper (1) by an extended difference of Gaussians.

    Winnemöller et al., "XDoG: an eXtended Difference-of-Gaussians compendium" (2012), equations
    (7) and (5).
    """
    difference = (1 + sharpness) * _blur(light, 1.2) - sharpness * _blur(light, 1.2 * 1.6)
    return np.clip(1 + np.tanh(steepness * np.minimum(difference - threshold, 0)), 0, 1)
