"""Pictures of every kind that authors have, against Pillow, numpy and the definition."""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from generator import images
from generator.errors import ImageError
from generator.images.masks import mask
from generator.plan import Classic, Encoding, File, Input, Noise
from generator.plan.info import ImageInfo

RNG = np.random.default_rng(1)
COLOUR = RNG.integers(0, 256, (20, 31, 3), dtype=np.uint8)
GRAY = COLOUR[..., 0].copy()
ALPHA = RNG.integers(0, 256, (20, 31), dtype=np.uint8)

PICTURES = {
    "L": Image.fromarray(GRAY),
    "RGB": Image.fromarray(COLOUR),
    "LA": Image.fromarray(np.dstack([GRAY, ALPHA])),
    "RGBA": Image.fromarray(np.dstack([COLOUR, ALPHA])),
    "P": Image.fromarray(COLOUR).quantize(16),
    "1": Image.fromarray(GRAY).convert("1"),
    "CMYK": Image.fromarray(COLOUR).convert("CMYK"),
}


def planned(path: Path, **changes) -> Input:
    info = images.read_info(path)
    crop = changes.get("crop")
    width, height = crop[2:] if crop else (info.width, info.height)
    downscale = changes.get("downscale", 1)
    return Input(
        File(hashlib.sha256(path.read_bytes()).hexdigest(), path),
        crop,
        downscale,
        changes.get("noise"),
        -(-width // downscale),
        -(-height // downscale),
        info.channels,
        info.alpha,
    )


def saved(folder: Path, image: Image.Image, name: str, **options) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def png16(samples: np.ndarray, colour_type: int) -> bytes:
    """Write 16-bit PNG by hand (Pillow cannot): filter 0, big-endian samples."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width = samples.shape[:2]
    rows = samples.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("mode", "suffix", "channels", "alpha"),
    [
        ("L", "png", 1, False),
        ("RGB", "png", 3, False),
        ("LA", "png", 1, True),
        ("RGBA", "png", 3, True),
        ("P", "png", 3, False),
        ("1", "png", 1, False),
        ("P", "gif", 3, False),
        ("RGB", "bmp", 3, False),
        ("RGB", "ppm", 3, False),
        ("CMYK", "tiff", 3, False),
        ("RGBA", "tiff", 3, True),
    ],
)
def test_every_mode_becomes_gray_or_colour(tmp_path, mode, suffix, channels, alpha):
    path = saved(tmp_path, PICTURES[mode], f"picture.{suffix}")
    shown_as = suffix if suffix == "png" else ""  # browsers show no other of these as they are
    assert images.read_info(path) == ImageInfo(31, 20, channels, alpha, shown_as)
    prepared = images.prepare(planned(path))
    with Image.open(path) as image:
        plain = image.convert(("L" if channels == 1 else "RGB") + ("A" if alpha else ""))
    expected = np.asarray(plain).reshape(20, 31, -1)
    np.testing.assert_array_equal(prepared.levels, expected[..., :channels])
    assert prepared.levels.dtype == np.float32
    assert (prepared.alpha is not None) is alpha
    if alpha:
        np.testing.assert_allclose(prepared.alpha * 255, expected[..., -1], atol=1e-4)


def test_transparent_colours_of_palettes_become_alpha(tmp_path):
    path = saved(tmp_path, PICTURES["P"], "p.png", transparency=3)
    assert images.read_info(path).alpha
    alpha = images.prepare(planned(path)).alpha
    np.testing.assert_array_equal(alpha == 0, np.asarray(PICTURES["P"]) == 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_comes_first(tmp_path, suffix, orientation):
    smooth = Image.fromarray(COLOUR[:4, :6]).resize((48, 32), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"exif": exif}
    if suffix == "webp":
        options["lossless"] = True
    path = saved(tmp_path, smooth, f"turned.{suffix}", **options)
    # What EXIF means, written in numpy: where the first row and column of the file belong.
    turned = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: a[::-1].transpose(1, 0, 2),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: a[:, ::-1].transpose(1, 0, 2),
    }[orientation](np.asarray(smooth).astype(float))
    info = images.read_info(path)
    assert (info.height, info.width) == turned.shape[:2]
    levels = images.prepare(planned(path)).levels
    assert np.abs(levels - turned).mean() < (8 if suffix == "jpg" else 1e-6)


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_16_bit_png_keeps_its_precision(tmp_path, colour_type, channels):
    samples = RNG.integers(0, 65536, (9, 7, channels))
    path = tmp_path / "deep.png"
    path.write_bytes(png16(samples, colour_type))
    info = images.read_info(path)
    colours = channels - (channels % 2 == 0)
    assert info == ImageInfo(7, 9, colours, channels % 2 == 0, "png")
    prepared = images.prepare(planned(path))
    np.testing.assert_allclose(prepared.levels, samples[..., :colours] / 257, atol=2e-5)
    if info.alpha:
        np.testing.assert_allclose(prepared.alpha, samples[..., -1] / 65535, atol=1e-6)
    shown = images.original(planned(path))
    np.testing.assert_array_equal(
        shown[..., :colours], np.floor(samples[..., :colours] / 257 + 0.5)
    )


def test_16_bit_gray_is_cropped_and_boxed_in_float(tmp_path):
    samples = RNG.integers(0, 65536, (11, 13), dtype=np.uint16)
    path = saved(tmp_path, Image.fromarray(samples), "deep.tiff")
    prepared = images.prepare(planned(path, crop=(1, 2, 8, 8), downscale=2))
    cropped = samples[2:10, 1:9].astype(float) / 257
    expected = cropped.reshape(4, 2, 4, 2).mean((1, 3))
    np.testing.assert_allclose(prepared.levels[..., 0], expected, atol=1e-4)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_crop_then_downscale_as_pillow_does_it(tmp_path, mode):
    path = saved(tmp_path, PICTURES[mode], "p.png")
    prepared = images.prepare(planned(path, crop=(3, 1, 27, 18), downscale=4))
    expected = np.asarray(PICTURES[mode].crop((3, 1, 30, 19)).reduce(4)).reshape(5, 7, -1)
    np.testing.assert_array_equal(prepared.levels, expected[..., : prepared.levels.shape[2]])


@given(
    sigma=st.floats(0, 100),
    seed=st.integers(0, 2**32),
    height=st.integers(1, 150),
    gray=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_noise_is_numpys_neither_rounded_nor_clipped(tmp_path_factory, sigma, seed, height, gray):
    pixels = np.resize(GRAY if gray else COLOUR, (height, 8) if gray else (height, 8, 3))
    path = saved(tmp_path_factory.mktemp("noise"), Image.fromarray(pixels), "p.png")
    found = images.prepare(planned(path, noise=Noise(sigma, seed))).levels
    shape = (height, 8, 1 if gray else 3)
    drawn = np.random.default_rng(seed).normal(0, sigma, shape)
    expected = pixels.reshape(shape) + drawn
    np.testing.assert_allclose(found, expected, atol=1e-4)
    shown = images.original(planned(path, noise=Noise(sigma, seed)))
    np.testing.assert_array_equal(shown, np.floor(np.clip(found, 0, 255) + np.float32(0.5)))


def test_colours_of_other_spaces_become_srgb(tmp_path):
    colour = Image.fromarray(COLOUR)
    # Swapped primaries make a difference that no rounding hides.
    lab = ImageCms.createProfile("LAB")
    other = _profile_with_gamma(1.0)
    path = saved(tmp_path, colour, "linear.png", icc_profile=other)
    levels = images.prepare(planned(path)).levels / 255
    linear = COLOUR / 255
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(levels - srgb).max() < 2.5 / 255
    plain = saved(tmp_path, colour, "s.png", icc_profile=_srgb())
    np.testing.assert_array_equal(images.prepare(planned(plain)).levels, COLOUR)
    unfit = saved(tmp_path, colour, "x.png", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    np.testing.assert_array_equal(images.prepare(planned(unfit)).levels, COLOUR)
    broken = saved(tmp_path, colour, "b.png", icc_profile=b"no profile at all")
    np.testing.assert_array_equal(images.prepare(planned(broken)).levels, COLOUR)


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _profile_with_gamma(gamma: float) -> bytes:
    """sRGB's profile with other curves: its tone curve tags point to a plain gamma instead."""
    profile = bytearray(_srgb())
    count = struct.unpack(">I", profile[128:132])[0]
    for index in range(count):
        entry = 132 + 12 * index
        if profile[entry : entry + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            offset = struct.unpack(">I", profile[entry + 4 : entry + 8])[0]
            curve = b"curv" + bytes(4) + struct.pack(">IH", 1, int(gamma * 256))
            profile[offset : offset + len(curve)] = curve
            profile[entry + 8 : entry + 12] = struct.pack(">I", len(curve))
    # Its name says sRGB, which would make it count as such.
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))


def test_what_has_no_agreed_meaning_is_refused(tmp_path):
    path = tmp_path / "float.tiff"
    Image.fromarray(GRAY.astype(np.float32)).save(path)
    with pytest.raises(ImageError, match="floating-point"):
        images.prepare(planned(path))


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("method", ["nearest", "bicubic", "lanczos"])
def test_resample_is_pillows(tmp_path, mode, method):
    path = saved(tmp_path, PICTURES[mode], "p.png")
    found = images.draw(planned(path), Classic(method, 3))
    expected = PICTURES[mode].resize((93, 60), getattr(Image.Resampling, method.upper()))
    np.testing.assert_array_equal(found, np.asarray(expected).reshape(60, 93, -1))


def test_alpha_is_enlarged_bicubically_and_rounded():
    alpha = ALPHA.astype(np.float32) / 255
    expected = Image.fromarray(alpha).resize((62, 40), Image.Resampling.BICUBIC)
    found = images.enlarge_alpha(alpha, 2)
    np.testing.assert_array_equal(found, np.floor(np.clip(expected, 0, 1) * np.float32(255) + 0.5))
    np.testing.assert_array_equal(images.enlarge_alpha(alpha, 1), ALPHA)


def test_reference_of_output_size_or_cropped(tmp_path):
    path = saved(tmp_path, PICTURES["RGBA"], "r.png")
    np.testing.assert_array_equal(images.reference(path, None, 31, 20), COLOUR)
    np.testing.assert_array_equal(images.reference(path, (1, 2, 5, 6), 31, 20), COLOUR)
    np.testing.assert_array_equal(images.reference(path, (1, 2, 5, 6), 5, 6), COLOUR[2:8, 1:6])
    with pytest.raises(ImageError, match=r"31×20 .* 62×40"):
        images.reference(path, None, 62, 40)


ENCODINGS = [
    Encoding("png", 90),
    Encoding("webp", "lossless"),
    Encoding("webp", 90),
    Encoding("avif", 90),
    Encoding("jpeg", 95),
]


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_a_deep_mask_is_the_same_region(tmp_path, colour_type, channels):
    samples = np.dstack([*[GRAY] * (channels - (channels % 2 == 0)), ALPHA])[..., :channels]
    (tmp_path / "deep.png").write_bytes(png16(samples.astype(np.int64) * 257, colour_type))
    flat = saved(tmp_path, Image.fromarray(samples.squeeze()), "flat.png")
    masks = [mask(path, None, (31, 20), (31, 20)) for path in (tmp_path / "deep.png", flat)]
    assert masks[0] == masks[1]
    seen = GRAY * (ALPHA / 255) if channels % 2 == 0 else GRAY
    assert np.abs(_decoded(masks[0])[..., 0] - seen).max() <= 1


def test_a_mask_lies_as_its_picture_does(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"exif": exif}
    turned = saved(tmp_path, Image.fromarray(GRAY), "turned.png", **options)
    upright = saved(tmp_path, Image.fromarray(np.rot90(GRAY, -1)), "upright.png")
    assert images.read_info(turned).width == 20
    crop = (2, 3, 10, 20)
    assert mask(turned, crop, (20, 31), (10, 20)) == mask(upright, crop, (20, 31), (10, 20))
    seen = np.rot90(GRAY, -1)[3:23, 2:12]
    assert np.array_equal(_decoded(mask(turned, crop, (20, 31), (10, 20)))[..., 0], seen)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda e: f"{e.format}-{e.quality}")
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_encoded_pictures_come_back(encoding, channels):
    smooth = Image.fromarray(COLOUR[:5, :8]).resize((64, 40), Image.Resampling.BICUBIC)
    colour = np.asarray(smooth)
    pixels = {
        1: colour[..., :1],
        2: np.dstack([colour[..., 0], colour[..., 1]]),
        3: colour,
        4: np.dstack([colour, colour[..., 1]]),
    }[channels]
    data = images.encode(pixels, encoding)
    assert data == images.encode(pixels, encoding)
    found = _decoded(data)
    assert found.shape[:2] == (40, 64)
    if encoding.format == "jpeg":
        assert found.shape[2] in (1, 3)
        if channels in (2, 4):
            alpha = pixels[..., -1:] / 255
            pixels = pixels[..., :-1] * alpha + 255 * (1 - alpha)
    target = pixels.astype(float)
    if found.shape[2] > target.shape[2]:  # WebP and AVIF write gray as colour
        target = np.concatenate([np.repeat(target[..., :1], 3, 2), target[..., 1:]], axis=2)
    if encoding.format == "png" or encoding.quality == "lossless":
        np.testing.assert_array_equal(found, target)
    elif channels in (1, 3):
        assert np.abs(found - target).mean() < 6


def _decoded(data: bytes) -> np.ndarray:
    pixels = np.asarray(Image.open(BytesIO(data)))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def test_what_a_format_cannot_hold_is_said():
    wide = np.zeros((1, 16384, 3), np.uint8)
    with pytest.raises(ImageError, match=r"16383 pixels a side; use images.format: png"):
        images.encode(wide, Encoding("webp", 90))
    assert _decoded(images.encode(wide, Encoding("png", 90))).shape == wide.shape
    for form in ("jpeg", "avif"):
        with pytest.raises(ImageError, match="never lossless"):
            images.encode(COLOUR, Encoding(form, "lossless"))


def test_cards_show_half_of_each(tmp_path):
    red = saved(tmp_path, Image.new("RGB", (80, 30), "red"), "r.png")
    blue = saved(tmp_path, Image.new("RGBA", (20, 90), (0, 0, 255, 255)), "b.png")
    card = _decoded(images.composite_card(red, blue, (120, 80)))
    assert card.shape == (80, 120, 3)
    assert np.abs(card[40, 20].astype(int) - (255, 0, 0)).max() < 20
    assert np.abs(card[40, 100].astype(int) - (0, 0, 255)).max() < 20
    assert card[40, 59].min() > 200
    assert _decoded(images.social_card(red, blue)).shape == (630, 1200, 3)


def test_bombs_are_refused_by_their_header(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999)))
    )
    with pytest.raises(ImageError, match="60000×60000 is more than 500 megapixels"):
        images.read_info(bomb)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("text.png", b"just text", "not a picture"),
        ("empty.png", b"", "not a picture"),
        ("page.jpg", b"<!DOCTYPE html><html></html>", "not a picture"),
        ("vector.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ],
)
def test_what_is_no_picture_is_said(tmp_path, name, data, message):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ImageError, match=message) as caught:
        images.read_info(path)
    assert str(path) in str(caught.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(ImageError, match="no such file"):
        images.read_info(tmp_path / "none.png")
    with pytest.raises(ImageError, match="folder"):
        images.read_info(tmp_path)


def test_a_right_picture_under_a_wrong_name_is_read(tmp_path):
    data = BytesIO()
    PICTURES["RGB"].save(data, "PNG")
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(data.getvalue())
    np.testing.assert_array_equal(images.prepare(planned(path)).levels, COLOUR)


def _file_bytes(form: str) -> bytes:
    data = BytesIO()
    options = {"exif": _exif()} if form in ("JPEG", "TIFF", "WEBP") else {}
    PICTURES["RGB"].save(data, form, **options)
    return data.getvalue()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@given(
    form=st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "PPM"]),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=6),
)
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(form="AVIF", cut=0.375, flips=[(0.3125, 1)])
def test_damaged_files_are_errors_or_pictures_never_crashes(tmp_path, form, cut, flips):
    data = bytearray(_file_bytes(form))
    data = data[: max(1, int(len(data) * cut))]
    for where, change in flips:
        data[min(int(where * len(data)), len(data) - 1)] ^= change
    path = tmp_path / "damaged"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd metadata; the user sees no trace
        try:
            info = images.read_info(path)
            prepared = images.prepare(planned(path))
        except ImageError as caught:
            message = str(caught)
        else:
            message = f"{path} is fine"
            assert prepared.levels.shape == (info.height, info.width, info.channels)
            assert np.isfinite(prepared.levels).all()
    assert str(path) in message
    assert "\n" not in message


@pytest.mark.parametrize("error", [OSError, ValueError, RuntimeError, MemoryError])
def test_what_an_encoder_cannot_do_is_one_line(monkeypatch, error):
    def fail(*_, **__):
        raise error("Failed to encode image")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(ImageError, match=r"a picture of 3×2 cannot be written as avif: Failed"):
        images.encode(np.zeros((2, 3, 3), np.uint8), Encoding("avif", 75))
