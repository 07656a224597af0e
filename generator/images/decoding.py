"""Open picture files of every common kind as gray or colour, upright, in sRGB.

Pillow reads 16-bit colour by keeping the high bytes alone. Here such files are decoded twice,
once for each half of their samples, so that they keep their precision.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageFile, UnidentifiedImageError

from generator.errors import ImageError
from generator.manifest.tables.formats import FORMATS
from generator.plan.info import ImageInfo

MAX_PIXELS = 500_000_000
"""The largest picture that is opened at all, in pixels by its header: 22,000 × 22,000.

Files that claim more are refused before anything is decoded, as they would fill the memory.
"""

# EPS and its like are left out on purpose: Pillow hands them to other programs.
_FORMATS = (
    *(name.upper() for name in FORMATS), "BMP", "GIF", "JPEG2000", "PPM", "QOI", "TGA", "TIFF",
)  # fmt: skip

# What Pillow's decoders are seen to raise on damaged files.
_DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError,
    AttributeError, MemoryError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip

_GRAY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N"})
_DEEP_GRAY_MODES = frozenset({"I", "I;16", "I;16L", "I;16B", "I;16N"})

# EXIF orientations 2 to 8 and what puts them upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Raw modes of 16-bit samples: the one that takes the other byte of each.
_OTHER_BYTE = {
    "RGB;16B": "RGB;16L",
    "RGB;16L": "RGB;16B",
    "RGBA;16B": "RGBA;16L",
    "RGBA;16L": "RGBA;16B",
    "RGB;16N": "RGB;16B" if sys.byteorder == "little" else "RGB;16L",
    "RGBA;16N": "RGBA;16B" if sys.byteorder == "little" else "RGBA;16L",
}

# Size is checked here, by the header and with a clear message; Pillow's own check would warn
# at a fifth of what is allowed.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Deep:
    """A picture of more than 8 bits: samples in 8-bit levels (0..255), with their fractions.

    ``levels`` is (H, W, C) float32, C 1 or 3; ``alpha`` (H, W) float32 in 0..1, or None.
    """

    levels: NDArray[np.float32]
    alpha: NDArray[np.float32] | None


def read_info(path: Path) -> ImageInfo:
    """Return a picture's size, channels and transparency from its header, nothing decoded.

    Raises ImageError when the file cannot be opened as a picture or exceeds ``MAX_PIXELS``.
    """
    with opened(path) as image:
        width, height = image.size
        if _orientation(image) in (5, 6, 7, 8):
            width, height = height, width
        channels, alpha = 1 if _is_gray(image) else 3, _has_alpha(image)
        return ImageInfo(width, height, channels, alpha, _shown_as(image))


def load(path: Path) -> Image.Image | Deep:
    """Decode a picture: upright, in sRGB, its first frame where it has several.

    Returns a Pillow image of mode L, LA, RGB or RGBA, or a ``Deep`` for 16-bit gray, and for
    16-bit colour of PNG and TIFF. A 16-bit picture in another colour space than sRGB is brought
    to sRGB at 8 bits, which is what the colour management at hand can do.
    """
    with opened(path) as image:
        if image.format == "PNG":
            _check_sums(path)
        if image.mode == "F":
            raise ImageError(
                f"{path}: floating-point pictures have no agreed range; save it as 8- or 16-bit"
            )
        profile = _foreign_profile(image)
        if image.mode in _DEEP_GRAY_MODES:
            return _deep_gray(path, image)
        if profile is None and (deep := _deep_colour(path, image)) is not None:
            return deep
        gray, alpha = _is_gray(image), _has_alpha(image)
        return _to_srgb(_standard_mode(_upright(image), gray=gray, alpha=alpha), profile)


@contextmanager
def opened(path: Path | BytesIO) -> Iterator[ImageFile.ImageFile]:
    """Open a picture lazily; whatever goes wrong within becomes an ImageError naming the file."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ImageError(
                    f"{path}: {width}×{height} is more than {MAX_PIXELS // 1_000_000} megapixels; "
                    "make the picture smaller"
                )
            yield image
    except FileNotFoundError as error:
        raise ImageError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise ImageError(f"{path}: is a folder, not a picture") from error
    except PermissionError as error:
        raise ImageError(f"{path}: may not be read (permission denied)") from error
    except UnidentifiedImageError as error:
        raise ImageError(
            f"{path}: not a picture of a known format (PNG, JPEG, WebP, AVIF, TIFF, BMP, GIF, PPM)"
        ) from error
    except _DECODER_ERRORS as error:
        raise ImageError(
            f"{path}: damaged or unusual, cannot be decoded ({_one_line(error)}); save it anew"
        ) from error


def _check_sums(path: Path) -> None:
    """Raise for a PNG whose parts do not match their checksums: decoding alone passes over that."""
    with Image.open(path, formats=("PNG",)) as image:
        image.verify()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """Return how samples lie in the file, such as ``RGB;16B``; empty where Pillow does not say."""
    if not image.tile:
        return ""
    arguments = image.tile[0].args
    raw = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw if isinstance(raw, str) else ""


def _is_gray(image: ImageFile.ImageFile) -> bool:
    return image.mode in _GRAY_MODES or _raw_mode(image).startswith("LA;16")


def _has_alpha(image: Image.Image) -> bool:
    return image.mode not in _DEEP_GRAY_MODES and bool(image.has_transparency_data)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation that is left to apply, 1 to 8.

    Pillow applies TIFF's itself. The base class's reader is called because PNG's would decode
    the whole file in search of metadata behind the pixels.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
    except _DECODER_ERRORS:
        return 1  # metadata that cannot be read does not turn a picture
    return value if value in _UPRIGHT else 1


def _shown_as(image: ImageFile.ImageFile) -> str:
    """Return the format in which browsers show a file as it is: upright, still, in RGB or gray."""
    suffix = str(image.format).lower()
    if suffix not in FORMATS or image.mode == "CMYK" or _orientation(image) != 1:
        return ""
    return suffix if getattr(image, "n_frames", 1) == 1 else ""


def _upright(image: Image.Image) -> Image.Image:
    turn = _UPRIGHT.get(_orientation(image))
    image.load()
    return image if turn is None else _keep_info(image.transpose(turn), image)


def _keep_info(new: Image.Image, old: Image.Image) -> Image.Image:
    new.info.update(old.info)
    return new


def _standard_mode(image: Image.Image, *, gray: bool, alpha: bool) -> Image.Image:
    """Bring every mode to L, LA, RGB or RGBA (CMYK stays, for its profile)."""
    if image.mode == "CMYK":
        return image
    target = ("L" if gray else "RGB") + ("A" if alpha else "")
    if image.mode == "RGBA" and target == "LA":  # 16-bit gray with alpha, which Pillow widens
        return Image.merge("LA", (image.getchannel(0), image.getchannel(3)))
    return image if image.mode == target else image.convert(target)


def _foreign_profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """Return the embedded colour profile, where there is a usable one that is not sRGB."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(data))
        name = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, *_DECODER_ERRORS):
        return None
    return None if "srgb" in name.lower() else profile


def _to_srgb(image: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """Convert colours, leave transparency; a profile that does not fit the picture is ignored."""
    colour = image.convert(image.mode[:-1]) if image.mode in ("LA", "RGBA") else image
    result = colour
    if profile is not None:
        space = profile.profile.xcolor_space.strip()
        if space == {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}[colour.mode]:
            srgb = ImageCms.createProfile("sRGB")
            try:
                converted = ImageCms.profileToProfile(colour, profile, srgb, outputMode="RGB")
            except ImageCms.PyCMSError:
                converted = None
            if converted is not None:
                result = converted.getchannel(0) if colour.mode == "L" else converted
    if result.mode == "CMYK":
        result = result.convert("RGB")
    if colour is not image and result is not colour:
        result.putalpha(image.getchannel("A"))
        return result
    return image if result is colour else result


def _deep_gray(path: Path, image: ImageFile.ImageFile) -> Deep:
    """Read 16-bit gray: one plane of integers."""
    samples = np.asarray(_upright(image))
    if samples.size and (samples.min() < 0 or samples.max() > 65535):
        raise ImageError(f"{path}: samples beyond 16 bits; save it as 8- or 16-bit")
    return Deep((samples / np.float32(257)).astype(np.float32)[..., None], None)


def _deep_colour(path: Path, image: ImageFile.ImageFile) -> Deep | None:
    """Read 16-bit colour, or 16-bit gray with alpha; None where the file is not of that kind."""
    raw = _raw_mode(image)
    if raw == "LA;16B" and image.mode == "RGBA":
        # Taken as four 8-bit channels, these are the two halves of gray and of alpha.
        image.tile = [tile._replace(args="RGBA") for tile in image.tile]
        halves = np.asarray(_upright(image)).astype(np.uint16)
        samples = halves[..., 0::2] * np.uint16(256) + halves[..., 1::2]
    elif raw in _OTHER_BYTE:
        high = np.asarray(_upright(image)).astype(np.uint16)
        with opened(path) as again:
            again.tile = [_other_byte(tile) for tile in again.tile]
            low = np.asarray(_upright(again))
        samples = high * np.uint16(256) + low
    else:
        return None
    colours = 1 if raw.startswith("LA") else 3
    levels = samples[..., :colours] / np.float32(257)
    if samples.shape[2] == colours:
        return Deep(levels.astype(np.float32), None)
    return Deep(levels.astype(np.float32), (samples[..., colours] / 65535).astype(np.float32))


def _other_byte(tile: ImageFile._Tile) -> ImageFile._Tile:
    if isinstance(tile.args, tuple):
        return tile._replace(args=(_OTHER_BYTE[tile.args[0]], *tile.args[1:]))
    return tile._replace(args=_OTHER_BYTE[str(tile.args)])
