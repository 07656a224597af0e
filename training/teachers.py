"""Filters that a network learns to imitate. Each takes and gives an RGB picture in [0, 1]."""

import numpy as np

from training.photographs import Picture


def warm(picture: Picture) -> Picture:
    """Evening light: more red, less blue."""
    return np.clip(picture * np.float32([1.15, 0.95, 0.65]), 0, 1)
