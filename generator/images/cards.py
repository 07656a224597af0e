"""Small pictures that stand for a comparison: half of its left frame, half of its right."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from generator.images.decoding import opened
from generator.images.encode import on_white

CARD_SIZE = (720, 480)
SOCIAL_SIZE = (1200, 630)


def composite_card(left: Path, right: Path, size: tuple[int, int] = CARD_SIZE) -> bytes:
    """Return a WebP of ``size``: both pictures cover it, each shows on its side of the middle."""
    target = BytesIO()
    _composite(left, right, size).save(target, "WEBP", quality=85, method=4)
    return target.getvalue()


def social_card(left: Path, right: Path) -> bytes:
    """Return a JPEG of 1200 × 630, the size that social networks ask for."""
    target = BytesIO()
    _composite(left, right, SOCIAL_SIZE).save(target, "JPEG", quality=88, progressive=True)
    return target.getvalue()


def _composite(left: Path, right: Path, size: tuple[int, int]) -> Image.Image:
    width, height = size
    card = _cover(left, size)
    middle = width // 2
    card.paste(_cover(right, size).crop((middle, 0, width, height)), (middle, 0))
    thickness = max(2, width // 240)
    start = middle - thickness // 2
    draw = ImageDraw.Draw(card)
    draw.rectangle((start, 0, start + thickness - 1, height), fill="white")
    return card


def _cover(path: Path, size: tuple[int, int]) -> Image.Image:
    """Scale a picture until it covers ``size``, and keep the middle."""
    with opened(path) as image:
        colour = on_white(_rgba(image)).convert("RGB")
    width, height = size
    ratio = max(width / colour.width, height / colour.height)
    # Rounding must not push the window over the edge.
    window_width = min(width / ratio, colour.width)
    window_height = min(height / ratio, colour.height)
    x = (colour.width - window_width) / 2
    y = (colour.height - window_height) / 2
    box = (x, y, x + window_width, y + window_height)
    return colour.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _rgba(image: Image.Image) -> Image.Image:
    return image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
