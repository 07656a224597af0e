"""Animations of a transition: there and back, in a format that can be sent around."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from generator.errors import ImageError
from generator.images.decoding import opened
from generator.images.encode import on_white

AnimationFormat = Literal["webp", "gif", "mp4"]

ROUND_TRIP_MS = 4000
MAX_SIDE = 1280
"""Larger pictures are scaled down: an animation is for sharing, the frames are for looking."""


def animate(paths: Sequence[Path], form: AnimationFormat) -> bytes:
    """Return an animation through pictures of one size and back, endless where the format can.

    A round trip takes ``ROUND_TRIP_MS``, but no picture stays longer than 400 ms or shorter
    than 40. GIF and MP4 show transparency on white. MP4 (H.264, even sides, playable from the
    first byte) needs PyAV. Raises ImageError where a picture cannot be read.
    """
    order = [*paths, *paths[-2:0:-1]]
    duration = min(400, max(40, round(ROUND_TRIP_MS / len(order))))
    if form == "mp4":
        return _mp4(order, duration)
    target = BytesIO()
    pictures = _pictures(order, opaque=form == "gif")
    first = next(pictures)
    if form == "webp":
        first.save(
            target, "WEBP", save_all=True, append_images=pictures,
            duration=duration, loop=0, quality=80, method=4,
        )  # fmt: skip
    else:
        palettes = (p.convert("P", palette=Image.Palette.ADAPTIVE) for p in pictures)
        first.convert("P", palette=Image.Palette.ADAPTIVE).save(
            target, "GIF", save_all=True, append_images=palettes, duration=duration, loop=0
        )
    return target.getvalue()


def animation_size(width: int, height: int) -> tuple[int, int]:
    """Return the size that an animation of pictures of this size has."""
    ratio = min(1.0, MAX_SIDE / max(width, height))
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def _pictures(paths: Sequence[Path], *, opaque: bool) -> Iterator[Image.Image]:
    """Yield pictures one by one, so that memory does not grow with their number."""
    for path in paths:
        with opened(path) as image:
            picture = on_white(image) if opaque else image
            picture = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
        size = animation_size(*picture.size)
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        yield picture


def _mp4(paths: Sequence[Path], duration: int) -> bytes:
    try:
        import av
    except ModuleNotFoundError as error:
        raise ImageError("an MP4 needs PyAV: pip install 'alphagrid[video]'") from error

    pictures = _pictures(paths, opaque=True)
    first = next(pictures)
    # H.264 stores colour at half resolution, so sides must be even: one row or column less.
    even = (0, 0, max(2, first.width & ~1), max(2, first.height & ~1))
    # To put the index first ("faststart"), the muxer opens its output again: it must be a file.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "animation.mp4"
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=Fraction(1000, duration))
            stream.width, stream.height, stream.pix_fmt = even[2], even[3], "yuv420p"
            # One thread, and no rate control that looks ahead: the same bytes on every run.
            stream.codec_context.thread_count = 1
            stream.options = {"crf": "20", "preset": "slow", "x264-params": "mbtree=0:asm=0"}
            for number, picture in enumerate(_chain(first, pictures)):
                levels = np.ascontiguousarray(picture.crop(even))
                frame = av.VideoFrame.from_ndarray(levels, format="rgb24")
                frame = frame.reformat(format="yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path.read_bytes()


def _chain(first: Image.Image, rest: Iterator[Image.Image]) -> Iterator[Image.Image]:
    yield first
    yield from rest
