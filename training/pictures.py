"""The demo's pictures, their masks and their credits, written to `content/images/`.

Sides are multiples of 16, so that `downscale: 4` divides them. Masks are drawn by hand as
ellipses and polygons in the pixels of the crop, with soft edges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.photographs import HELD_OUT, Picture, photograph

IMAGES = Path(__file__).parent.parent / "content" / "images"

Ellipse = tuple[float, float, float, float]
"""Centre x, y, radius x, y."""
Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Shot:
    """One demo picture: a crop (x, y, width, height) of a photograph, and who made it."""

    name: str
    photograph: str
    crop: tuple[int, int, int, int]
    title: str
    author: str
    license: str
    source: str
    masks: Mapping[str, tuple[Ellipse | Polygon, ...]] = field(default_factory=dict)
    softness: float = 1.5

    @property
    def held_out(self) -> bool:
        """No network has seen it in training."""
        return self.photograph in HELD_OUT


SHOTS = (
    Shot(
        "cat",
        "chelsea",
        (0, 6, 448, 288),
        "Chelsea the cat",
        "Stéfan van der Walt",
        "CC0-1.0",
        "https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.chelsea",
        {"eyes": ((171, 109, 40, 34), (317, 127, 32, 30))},
        softness=8,
    ),
    Shot(
        "coffee",
        "coffee",
        (12, 8, 576, 384),
        "A cup of espresso at Pikolo Espresso Bar",
        "Rachel Michetti",
        "CC0-1.0",
        "https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.coffee",
        {
            "cup": (
                (266, 217, 203, 163),
                (279, 104, 119, 96),
                ((385, 76), (393, 60), (402, 57), (412, 63), (412, 75), (392, 130)),
            )
        },
    ),
    Shot(
        "rocket",
        "rocket",
        (16, 8, 608, 416),
        "Falcon 9 carrying DSCOVR before its launch",
        "SpaceX",
        "public domain",
        "https://www.flickr.com/photos/spacexphotos/16511594820/",
    ),
    Shot(
        "astronaut",
        "astronaut",
        (0, 0, 512, 512),
        "Eileen Collins, astronaut",
        "NASA",
        "public domain",
        "https://flic.kr/p/r9qvLn",
        {
            "subject": (
                (
                    (155, 95), (156, 62), (175, 38), (205, 18), (240, 14), (275, 30), (296, 55),
                    (302, 90), (297, 118), (275, 133), (262, 142), (255, 180), (190, 190),
                    (182, 150), (178, 125), (162, 116),
                ),
                (
                    (113, 195), (122, 170), (145, 152), (182, 148), (255, 173), (290, 202),
                    (306, 240), (300, 270), (280, 290), (230, 297), (170, 275), (125, 235),
                ),
                (
                    (110, 215), (75, 238), (48, 270), (30, 330), (20, 400), (24, 470), (40, 512),
                    (512, 512), (512, 470), (494, 440), (480, 395), (450, 360), (410, 345),
                    (362, 350), (360, 320), (340, 262), (303, 245), (200, 230),
                ),
            )
        },
    ),
)  # fmt: skip


def write(folder: Path = IMAGES) -> None:
    """Write pictures (lossless WebP), masks (PNG, white = region) and CREDITS.md."""
    folder.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        picture = Image.fromarray(np.rint(crop(shot) * 255).astype(np.uint8))
        picture.save(folder / f"{shot.name}.webp", lossless=True, quality=100, method=6)
        for name, shapes in shot.masks.items():
            mask = draw_mask(picture.size, shapes, shot.softness)
            mask.save(folder / f"{shot.name}-{name}.png", optimize=True)
    (folder / "CREDITS.md").write_text(_credits(), encoding="utf-8")


def crop(shot: Shot) -> Picture:
    """Cut the shot's part out of its photograph."""
    x, y, width, height = shot.crop
    return photograph(shot.photograph)[y : y + height, x : x + width]


def draw_mask(
    size: tuple[int, int], shapes: tuple[Ellipse | Polygon, ...], softness: float
) -> Image.Image:
    """Gray picture of `size` (width, height): 255 inside any shape; edges blurred by `softness`."""
    fine = 4
    mask = Image.new("L", (size[0] * fine, size[1] * fine))
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        if isinstance(shape[0], tuple):
            draw.polygon([(x * fine, y * fine) for x, y in shape], fill=255)
        else:
            x, y, rx, ry = (value * fine for value in shape)
            draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=255)
    return mask.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(softness))


def _credits() -> str:
    rows = []
    for shot in SHOTS:
        seen = "held out" if shot.held_out else "seen"
        x, y, width, height = shot.crop
        region = f"{width} × {height} at ({x}, {y})"
        rows.append(
            f"| `{shot.name}.webp` | [{shot.title}]({shot.source}) | {shot.author} "
            f"| {shot.license} | {region} | {seen} |"
        )
    masks = "".join(
        f"- `{shot.name}-{name}.png`: {name}, of `{shot.name}.webp`\n"
        for shot in SHOTS
        for name in shot.masks
    )
    return (
        "---\ntitle: Credits\norder: 9\n---\n\n"
        "The photographs come with scikit-image (`skimage.data`), whose documentation states\n"
        "these authors and licenses. The last column says whether the demo's networks saw the\n"
        "photograph in training. `python -m training pictures` makes the files, and this page.\n\n"
        "| file | photograph | author | license | crop | in training |\n"
        "|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
        "Masks, drawn for this demo, CC0-1.0:\n\n" + masks
    )
