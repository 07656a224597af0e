"""Draw the demo's frame sequence: evening falls over a lake, in seventeen pictures.

``python -m training.dusk`` writes ``content/frames/dusk/``. Everything is computed: nothing was
photographed, so the pictures are ours (CC0-1.0).
"""

from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent.parent / "content" / "frames" / "dusk"
COUNT = 17
WIDTH, HEIGHT = 960, 420
HORIZON = 250
SUPERSAMPLING = 2

# Sky colours at the zenith and at the horizon, from late afternoon to night.
ZENITH = [(86, 142, 208), (74, 112, 186), (58, 66, 128), (24, 28, 66), (8, 11, 30)]
GLOW = [(214, 228, 236), (252, 214, 150), (244, 132, 84), (112, 62, 104), (20, 26, 56)]


def main() -> None:
    """Write all frames."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number in range(COUNT):
        picture = draw(number / (COUNT - 1))
        picture.save(FOLDER / f"{number + 1:02}.webp", quality=92, method=6)


def draw(time: float) -> Image.Image:
    """Return the view at a time from 0, late afternoon, to 1, night."""
    scale = SUPERSAMPLING
    width, height, horizon = WIDTH * scale, HEIGHT * scale, HORIZON * scale
    x = np.linspace(0, 1, width)
    y = np.arange(horizon)[:, None] / horizon
    picture = np.zeros((height, width, 3))
    picture[:horizon] = sky(time, x, y)
    daylight = float(np.clip(1 - 1.25 * time, 0, 1))
    for depth, (level, seed) in enumerate(((0.28, 3), (0.17, 5), (0.07, 8))):
        ridge = horizon * (1 - level * ridges(x, seed, 2 + 2 * depth))
        inside = np.arange(horizon)[:, None] >= ridge[None, :]
        haze = picture[horizon - 1, width // 2] * (0.55 - 0.22 * depth)
        tone = np.array((38, 52, 46)) * (0.25 + 0.9 * daylight) * (1 - 0.2 * depth)
        picture[:horizon][inside] = haze * (0.35 + 0.65 * daylight) + tone * 0.6
    windows(picture, time, horizon, scale)
    lake(picture, horizon)
    levels = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return levels.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def sky(time: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the sky above the horizon: a gradient, the setting sun and its glow, stars."""
    top, bottom = (mixed(colours, time) for colours in (ZENITH, GLOW))
    colour = top + (bottom - top) * (y**1.6)[..., None]
    colour = np.broadcast_to(colour, (y.size, x.size, 3)).copy()
    sun_x, sun_y = 0.64, 0.45 + 0.95 * time
    aspect = WIDTH / HORIZON
    distance = np.hypot((x[None, :] - sun_x) * aspect, y - sun_y)
    glow = np.exp(-distance * 2.6) * np.clip(1.5 - 1.7 * time, 0, 1)
    colour += glow[..., None] * np.array((120, 74, 22))
    disc = np.clip((0.055 - distance) * 120, 0, 1)[..., None]
    colour = colour * (1 - disc) + disc * np.array((255, 240, 196 - 90 * min(1, 1.6 * time)))
    chance = np.random.default_rng(11)
    shining = np.clip((time - 0.62) / 0.3, 0, 1)
    for star_x, star_y, light in chance.random((240, 3)) * (x.size, y.size * 0.85, 1):
        row, column = int(star_y), int(star_x)
        patch = colour[row : row + 2, column : column + 2]
        patch += shining * (60 + 190 * light**3) * (1 - star_y / y.size)
    return colour


def ridges(x: np.ndarray, seed: int, detail: int) -> np.ndarray:
    """Return the height of hills, 0 to 1: a few waves of random phase, each finer and lower."""
    chance = np.random.default_rng(seed)
    waves = [
        np.sin(2 * np.pi * (x * 1.9**octave * 1.3 + chance.random())) / 1.9**octave
        for octave in range(detail + 2)
    ]
    height = np.sum(waves, axis=0)
    return 0.45 + 0.55 * (height - height.min()) / np.ptp(height)


def windows(picture: np.ndarray, time: float, horizon: int, scale: int) -> None:
    """Put a village on the shore, whose windows light up one after another."""
    chance = np.random.default_rng(23)
    for _ in range(26):
        left = int((0.08 + 0.5 * chance.random()) * picture.shape[1])
        wide, high = (int(scale * side) for side in chance.integers((9, 8), (17, 15)))
        wall = np.array((66, 58, 56)) * float(np.clip(1.15 - 1.1 * time, 0.1, 1))
        picture[horizon - high : horizon, left : left + wide] = wall
        lit = np.clip((time - 0.42 - 0.4 * chance.random()) / 0.08, 0, 1)
        pane = picture[horizon - high + 3 * scale : horizon - 3 * scale,
                       left + 3 * scale : left + wide - 3 * scale]  # fmt: skip
        pane += lit * (np.array((255, 206, 120)) - pane)


def lake(picture: np.ndarray, horizon: int) -> None:
    """Mirror the scene in the water: darker, drawn out, rippled."""
    rows = np.arange(picture.shape[0] - horizon)
    depth = rows / rows.size
    mirrored = np.clip((horizon - 1 - rows * 1.35).astype(int), 0, horizon - 1)
    for row, source in zip(rows, mirrored, strict=True):
        ripple = int(2.5 * np.sin(row * 0.55) * (1 + 3 * depth[row]))
        line = np.roll(picture[source], ripple, axis=0)
        picture[horizon + row] = line * (0.78 - 0.3 * depth[row]) + np.array((3, 8, 14))


def mixed(colours: list[tuple[int, int, int]], time: float) -> np.ndarray:
    """Return the colour at a time between the first of a list and the last."""
    places = np.linspace(0, 1, len(colours))
    return np.array([np.interp(time, places, channel) for channel in np.transpose(colours)])


if __name__ == "__main__":
    main()
