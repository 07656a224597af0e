"""Pictures as people keep them, made by methods of which nobody has the weights."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageFilter

IMAGES = Path(__file__).parents[2] / "content" / "images"
NAMES = ("cat", "coffee", "rocket")
SIZE = (96, 64)
ALPHAS = (0, 0.3, 1)


def original(name: str) -> Image.Image:
    """Return a photograph, small."""
    with Image.open(IMAGES / f"{name}.webp") as picture:
        return picture.convert("RGB").resize(SIZE)


def small(picture: Image.Image) -> Image.Image:
    """Return what a method would enlarge four times."""
    return picture.resize((SIZE[0] // 4, SIZE[1] // 4), Image.Resampling.BOX)


def outputs(picture: Image.Image) -> dict[str, Image.Image]:
    """Return what three methods make of a picture."""
    return {
        "bicubic": small(picture).resize(SIZE, Image.Resampling.BICUBIC),
        "ESRGAN": picture.filter(ImageFilter.SHARPEN),
        "SRCNN": picture.filter(ImageFilter.GaussianBlur(1)),
    }


def at_alphas(picture: Image.Image) -> dict[float, Image.Image]:
    """Return what lies between two methods."""
    made = outputs(picture)
    return {alpha: Image.blend(made["SRCNN"], made["ESRGAN"], alpha) for alpha in ALPHAS}


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
