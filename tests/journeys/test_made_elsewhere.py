"""Globs, pairs, and pictures that were made elsewhere, through whole builds: every pixel is looked
at, against what lies in the files.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from support.build import DATA, Run
from support.viewer_schema import read_comparison

Frames = list[dict[str, Any]]


def frames_of(name: str) -> Frames:
    return json.loads(Path(f"_site/comparisons/{name}/data.json").read_text())["frames"]


def file_of(frame: dict[str, Any]) -> Path:
    return Path("_site/comparisons/x", frame["url"])


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make pictures of 48 × 40 at pictures/, weights at weights/, and go there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").mkdir()
    for name, title in (("tiny_a", "4x Öl.v1"), ("tiny_b", "4x-Pastell"), ("tiny_c", "kreide")):
        shutil.copy(DATA / f"{name}.safetensors", f"weights/{title}.safetensors")
    shutil.copy(DATA / "tiny_x4_a.safetensors", "weights/4x-fremd.safetensors")
    (tmp_path / "pictures").mkdir()
    with Image.open(DATA / "photo.png") as photo:
        photo.convert("RGB").crop((0, 0, 48, 40)).save("pictures/Katze am Fenster.png")
        photo.convert("RGB").crop((8, 8, 56, 48)).save("pictures/hund.png")
    return tmp_path


def save(path: str, source: str, size: tuple[int, int], seed: int, **options: Any) -> Path:
    """Save a picture with some grain of its own, at another size."""
    with Image.open(source) as image:
        pixels = np.asarray(image.convert("RGB").resize(size)).astype(np.int16)
    grain = np.random.default_rng(seed).integers(-20, 21, pixels.shape)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(path, **options)
    return Path(path)


CATS, DOGS = "pictures/Katze am Fenster.png", "pictures/hund.png"

MANIFEST = """\
site: {title: Elsewhere}
images: {format: png}
inputs:
  "*": pictures/*
  dog: {path: pictures/hund.png, reference: truth.png}
comparisons:
  x:
    choose:
      - input
      - nearest
      - {files: "out/{input}/esrgan.png", title: ESRGAN}
      - {files: "out/{stem}/*.*"}
"""

GLOBS = """\
site: {title: Globs}
models: weights/*
inputs: {"*": pictures/*}
comparisons:
  mixes:
    inputs: ["h*", "*"]
    choose: [kreide, {mix: {kreide: 1}, title: K}, "*", {pairs: ["4x*"], alpha: 0.3}]
"""


def make_outputs() -> None:
    save("truth.png", DOGS, (96, 80), 0)
    save("out/Katze-am-Fenster/esrgan.png", CATS, (96, 80), 1)
    save("out/dog/esrgan.png", DOGS, (96, 80), 2)
    save("out/Katze am Fenster/10.jpg", CATS, (96, 80), 3)
    save("out/Katze am Fenster/9.png", CATS, (24, 20), 4)
    save("out/hund/9.png", DOGS, (47, 39), 5)
    Path("out/hund/notes.txt").write_text("nothing to see")
    Path("site.yaml").write_text(MANIFEST)


def test_pictures_made_elsewhere_are_shown_and_measured(folder: Path, run: Run) -> None:
    make_outputs()
    status, _, err = run("build")
    assert status == 0, err
    assert err.splitlines() == [
        "site.yaml:12:17: warning: no such file: 'out/hund/10.jpg': the page says so in its place"
    ]
    frames = frames_of("x")
    labels = ["Input", "Nearest ×2", "ESRGAN", "9", "10"]
    assert [f["label"] for f in frames] == labels * 2
    cat, dog = frames[:5], frames[5:]
    assert [(f["input"], f["recipe"]) for f in cat[2:]] == [("Katze-am-Fenster", "file")] * 3
    assert "missing" in dog[4]
    assert "url" not in dog[4]
    for frame, path in (
        (cat[2], "out/Katze-am-Fenster/esrgan.png"),
        (cat[3], "out/Katze am Fenster/9.png"),
        (cat[4], "out/Katze am Fenster/10.jpg"),
        (dog[2], "out/dog/esrgan.png"),
        (dog[3], "out/hund/9.png"),
    ):
        assert (pixels_of(file_of(frame)) == pixels_of(Path(path))).all()
        assert "weights" not in frame
    expected = peak_signal_noise_ratio(
        pixels_of(Path("truth.png")), pixels_of(Path("out/dog/esrgan.png"))
    )
    assert dog[2]["psnr"] == pytest.approx(expected, abs=1e-3)
    assert dog[1]["psnr"] > 0  # enlarged by as much as the pictures made elsewhere
    assert ["psnr" in f for f in (*cat, dog[0], dog[3])] == [False] * 7
    read_comparison(Path("_site/comparisons/x"))
    page = Path("_site/comparisons/x/index.html").read_text()
    assert "10 (missing)" in page
    assert run("build")[1].startswith("nothing to render")


def test_globs_and_pairs_are_as_if_written_out(folder: Path, run: Run) -> None:
    Path("site.yaml").write_text(GLOBS)
    status, _, err = run("build")
    assert status == 0, err
    data = json.loads(Path("_site/comparisons/mixes/data.json").read_text())
    assert data["inputs"] == ["hund", "Katze-am-Fenster"]
    shown = [(f["label"], f["weights"]) for f in data["frames"][: len(data["frames"]) // 2]]
    assert shown == [
        ("kreide", {"kreide": 1}),
        ("K", {"kreide": 1}),
        ("4x Öl.v1", {"4x-Ol.v1": 1}),
        ("4x-fremd", {"4x-fremd": 1}),
        ("4x-Pastell", {"4x-Pastell": 1}),
        ("70% 4x Öl.v1, 30% 4x-Pastell", {"4x-Ol.v1": 0.7, "4x-Pastell": 0.3}),
    ]
    for name in ("4x-Ol.v1", "4x-Pastell"):
        both = sorted((name, "4x-fremd"), key=["4x-Ol.v1", "4x-fremd", "4x-Pastell"].index)
        words = "' and '".join(both)
        assert f"site.yaml:7:65: warning: '{words}' are left out: " in err


def test_kept_pictures_are_published_as_they_are(folder: Path, run: Run) -> None:
    make_outputs()
    save("out/dog/esrgan.png", DOGS, (96, 80), 2)
    turned = save(
        "out/hund/9.jpg",
        DOGS,
        (80, 96),
        6,
        exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
    )
    save("out/hund/10.jpg", DOGS, (96, 80), 7, quality=80)
    save("out/Katze am Fenster/9.jpg", CATS, (96, 80), 8)
    text = (
        MANIFEST.replace("format: png", "format: webp, keep: true")
        + '  y: {frames: "out/hund/*"}\n'
    )
    Path("out/hund/notes.txt").unlink()
    Path("site.yaml").write_text(text)
    status, _, err = run("build")
    assert status == 0, err
    by_label = {(f["input"], f["label"]): f for f in frames_of("x")}
    for key, path in (
        (("dog", "ESRGAN"), "out/dog/esrgan.png"),
        (("dog", "10"), "out/hund/10.jpg"),
        (("Katze-am-Fenster", "9.jpg"), "out/Katze am Fenster/9.jpg"),
    ):
        assert file_of(by_label[key]).read_bytes() == Path(path).read_bytes()
        assert by_label[key]["bytes"] == Path(path).stat().st_size
    assert by_label["dog", "ESRGAN"]["psnr"] > 0
    shown = by_label["dog", "9.jpg"]
    assert shown["url"].endswith(".webp")
    upright = np.rot90(pixels_of(turned), -1)
    assert pixels_of(file_of(shown)).shape == upright.shape
    assert abs(pixels_of(file_of(shown)).astype(int) - upright).mean() < 5
    assert [f["url"].rpartition(".")[2] for f in frames_of("y")] == ["webp", "png", "jpeg"]


def test_given_frames_lie_at_their_alphas(folder: Path, run: Run) -> None:
    for number, alpha in enumerate(("0.00", "0.25", "1.00")):
        save(f"out/dog/a{alpha}.png", DOGS, (96, 80), number)
        if alpha != "0.25":
            save(f"out/cat/a{alpha}.png", CATS, (96, 80), number)
    save("truth.png", DOGS, (96, 80), 9)
    Path("out/dog/a2.png").mkdir()
    Path("site.yaml").write_text(
        """\
site: {title: Given}
images: {format: png}
inputs:
  dog: {path: pictures/hund.png, reference: truth.png}
  cat: pictures/Katze am Fenster.png
comparisons:
  x: {interpolate: {given: "out/{input}/a{alpha}.png", start: 1, animation: webp}}
"""
    )
    status, _, err = run("build")
    assert status == 0, err
    assert err.splitlines() == [
        "site.yaml:7:28: warning: no such file: 'out/cat/a0.25.png': the page says so in its place"
    ]
    frames = frames_of("x")
    assert [(f["input"], f["recipe"], f.get("alpha"), f["label"]) for f in frames[:4]] == [
        ("dog", "bicubic", None, "Input, bicubic ×2"),
        ("dog", "file", 0, "α = 0"),
        ("dog", "file", 0.25, "α = 0.25"),
        ("dog", "file", 1, "α = 1"),
    ]
    for frame, alpha in zip(frames[1:4], ("0.00", "0.25", "1.00"), strict=True):
        path = Path(f"out/dog/a{alpha}.png")
        assert (pixels_of(file_of(frame)) == pixels_of(path)).all()
        expected = peak_signal_noise_ratio(pixels_of(Path("truth.png")), pixels_of(path))
        assert frame["psnr"] == pytest.approx(expected, abs=1e-3)
    data = json.loads(Path("_site/comparisons/x/data.json").read_text())
    assert "models" not in data
    assert data["start"] == {"left": 0, "right": 3}
    page = Path("_site/comparisons/x/index.html").read_text()
    assert "given frames" in page  # a curve of the chart
    read_comparison(Path("_site/comparisons/x"))
    view = json.loads(Path("_site/comparisons/x/view.json").read_text())
    assert [each["label"] for each in view["choices"]] == [
        "Input, bicubic ×2", "Frame at the slider", "α = 0", "α = 1",
    ]  # fmt: skip
    assert view["positions"][1]["spoken"] == "alpha 0.25"
