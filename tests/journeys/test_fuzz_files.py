"""Pictures and weights from strangers: used, or refused in one line that names the file."""

from __future__ import annotations

import io
import resource
import struct
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file, save_file
from support import networks as support
from support.build import DATA, Run, edit
from support.networks import planned

from generator import images
from generator.errors import ImageError, ModelError
from generator.images.decoding import MAX_PIXELS
from generator.networks.weights.load import load
from generator.networks.weights.read import read_model

FUZZ = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

CHANGE = st.binary(min_size=1, max_size=8)


def png(width: int, height: int, data: bytes = b"") -> bytes:
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            chunk(b"IDAT", zlib.compress(data)),
            chunk(b"IEND", b""),
        ]
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack(
        "<IIIIiiHHIIiiII", 54, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0
    )


def tiff(width: int, height: int) -> bytes:
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def qoi(width: int, height: int) -> bytes:
    return b"qoif" + struct.pack(">IIBB", width, height, 3, 0)


def ppm(width: int, height: int) -> bytes:
    return f"P6 {width} {height} 255\n".encode()


HEADERS = [png, bmp, tiff, qoi, ppm]


@pytest.mark.parametrize("size", [(100_000, 100_000), (0, 0), (0, 10), (2**31 - 1, 1), (30_000, 2)])
@pytest.mark.parametrize("header", HEADERS)
def test_a_header_that_claims_much_or_nothing_costs_nothing(
    tmp_path: Path, header: Any, size: tuple[int, int]
) -> None:
    path = tmp_path / "claims"
    path.write_bytes(header(*size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ImageError) as caught:
        images.prepare(planned(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()
    if size[0] * size[1] > 2 * MAX_PIXELS:
        assert "megapixels" in str(caught.value) or "not a picture" in str(caught.value)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < (300_000 if sys.platform == "linux" else 300_000_000)


@pytest.mark.parametrize("lost", [0.9, 0.5, 0.1, 0.05])
def test_a_png_that_ends_in_zeros_is_noticed_though_decoding_passes_over_it(
    tmp_path: Path, lost: float
) -> None:
    """As an interrupted download leaves it."""
    stored = io.BytesIO()
    with Image.open(DATA / "photo.png") as picture:
        picture.convert("RGB").save(stored, "PNG", compress_level=1, compress_type=3)
    data = stored.getvalue()
    path = tmp_path / "zeros.png"
    path.write_bytes(data[: int(len(data) * (1 - lost))].ljust(len(data), b"\0"))
    with pytest.raises(ImageError, match="damaged or unusual"):
        images.prepare(planned(path))


def _saved(mode: str, form: str, **options: Any) -> bytes:
    picture = Image.fromarray(support.pixels(12, 16, 3)).convert(mode)
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def _animated(form: str) -> bytes:
    frames = [Image.fromarray(support.pixels(12, 16, 3, seed)) for seed in range(3)]
    target = io.BytesIO()
    frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=50)
    return target.getvalue()


ODD = {
    "CMYK JPEG": (_saved("CMYK", "JPEG"), 3),
    "CMYK TIFF": (_saved("CMYK", "TIFF"), 3),
    "1-bit PNG": (_saved("1", "PNG"), 1),
    "1-bit TIFF": (_saved("1", "TIFF", compression="group4"), 1),
    "palette": (_saved("P", "PNG", transparency=3), 3),
    "gray and alpha": (_saved("LA", "PNG"), 1),
    "YCbCr": (_saved("YCbCr", "TIFF"), 3),
    "animated GIF": (_animated("GIF"), 3),
    "animated PNG": (_animated("PNG"), 3),
    "animated WebP": (_animated("WEBP"), 3),
}


@pytest.mark.parametrize(("data", "channels"), ODD.values(), ids=ODD)
def test_odd_pictures_under_wrong_names_are_read(
    tmp_path: Path, data: bytes, channels: int
) -> None:
    path = tmp_path / "picture.bmp"
    path.write_bytes(data)
    prepared = images.prepare(planned(path))
    assert prepared.levels.shape == (12, 16, channels)
    assert np.isfinite(prepared.levels).all()


@settings(FUZZ, max_examples=300)
@given(
    kind=st.sampled_from(sorted(ODD)),
    cut=st.integers(0, 4000),
    changes=st.lists(
        st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=4
    ),
    zeros=st.tuples(st.integers(0, 4000), st.integers(0, 300)),
)
def test_damaged_odd_pictures_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    cut: int,
    changes: list[tuple[int, bytes]],
    zeros: tuple[int, int],
) -> None:
    data = bytearray(ODD[kind][0])
    for where, new in [*changes, (zeros[0], bytes(zeros[1]))]:
        at = where % len(data)
        data[at : at + len(new)] = new[: len(data) - at]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[: cut or None])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about odd metadata
        try:
            info = images.read_info(path)
            if info.width * info.height > 10**6:
                return
            prepared = images.prepare(planned(path))
        except ImageError as error:
            message = str(error)
        else:
            message = f"{path}"
            assert prepared.levels.shape == (info.height, info.width, info.channels)
    assert message.startswith(str(path))
    assert message.isprintable()


STATE = load_file(DATA / "tiny_a.safetensors")


def _pth(content: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    torch.save(content, target, **options)
    return target.getvalue()


def _safetensors(path: Path, state: dict[str, torch.Tensor]) -> bytes:
    save_file(state, path)
    return path.read_bytes()


GOOD = {
    "fp16": _pth({key: value.half() for key, value in STATE.items()}),
    "nested": _pth({"params_ema": STATE, "iter": 5}),
    "state_dict": _pth({"state_dict": STATE, "epoch": 3, "optimizer": {"lr": 0.1, "state": {}}}),
    "params": _pth({"params": STATE}),
    "module": _pth({f"module.{key}": value for key, value in STATE.items()}),
    "legacy": _pth(STATE, _use_new_zipfile_serialization=False),
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD)
def test_checkpoints_of_every_kind_are_one_network(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(data)
    assert read_model(path).tensors == read_model(DATA / "tiny_a.safetensors").tensors


WRONG = {
    "other keys": {f"x{key}": value for key, value in STATE.items()},
    "a key less": dict(list(STATE.items())[:-1]),
    "other shapes": {key: value[..., :1] for key, value in STATE.items()},
    "no dimension": {key: value.sum() for key, value in STATE.items()},
    "empty": {},
    "nothing in them": {key: torch.zeros(0) for key in STATE},
    "hostile keys": {f"\x1b[31m\n{key}": value for key, value in STATE.items()},
    "lists": {key: value.tolist() for key, value in STATE.items()},
    "a list": list(STATE.values()),
    "keys that are numbers": dict(enumerate(STATE.values())),
    "nested too deep": {"state_dict": {"state_dict": {"params": {"x": STATE}}}},
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_weights_of_no_network_are_refused_in_a_line(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "wrong.pth"
    torch.save(content, path)
    with pytest.raises(ModelError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert len(str(caught.value)) < 600


BYTES = {**GOOD, "safetensors": (DATA / "tiny_a.safetensors").read_bytes()}


@settings(FUZZ, max_examples=150)
@given(
    kind=st.sampled_from(sorted(BYTES)),
    cut=st.floats(0, 1.5),
    changes=st.lists(st.tuples(st.floats(0, 1), CHANGE), max_size=3),
)
def test_damaged_weights_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    cut: float,
    changes: list[tuple[float, bytes]],
) -> None:
    data = bytearray(BYTES[kind])
    for where, new in changes:
        at = int(where * (len(data) - 1))
        data[at : at + len(new)] = new
    suffix = "safetensors" if kind == "safetensors" else "pth"
    path = tmp_path_factory.getbasetemp() / f"damaged.{suffix}"
    path.write_bytes(data[: int(cut * len(data))])
    try:
        message = f"{path}: {load(path).architecture.id}"
    except ModelError as error:
        message = str(error)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert len(message) < 1000


def test_a_header_of_safetensors_that_claims_much_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.safetensors"
    for claim in (2**63, 10**12, 2**31, 100):
        path.write_bytes(struct.pack("<Q", claim) + b"{}")
        with pytest.raises(ModelError, match=r"cannot be read as \.safetensors weights"):
            load(path)
    header = b'{"body.0.weight":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(ModelError, match=r"cannot be read as \.safetensors weights"):
        load(path)


def test_weights_that_are_not_numbers_cost_their_own_frames_only(project: Path, run: Run) -> None:
    state = {key: value.clone() for key, value in STATE.items()}
    state["body.0.weight"][0] = float("nan")
    save_file(state, "tiny_b.safetensors")
    status, out, err = run("build")
    assert status == 1
    assert out.startswith("2 frames rendered")
    failed = [line for line in err.splitlines() if line.startswith("mix / ")]
    assert len(failed) == 2
    assert all("tiny_b.safetensors" in line for line in failed)
    assert "the output is not a number; the weights are damaged" in failed[0]
    assert "defect" not in err


def test_checking_what_strangers_sent_ends_with_every_file_named(project: Path, run: Run) -> None:
    """The whole way, with weights read in a process of their own."""
    Path("tiny_a.safetensors").write_bytes(b"\0" * 100)
    torch.save(WRONG["hostile keys"], "evil.pth")
    Path("photo.png").write_bytes(png(100_000, 100_000))
    edit("{path: tiny_b.safetensors", "{path: evil.pth")
    status, out, err = run("check")
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)
    assert [line.split(":")[1] for line in lines] == ["2", "2", "4", "4"]
    assert "100000×100000 is more than 500 megapixels; make the picture smaller" in lines[2]
