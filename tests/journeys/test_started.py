"""Sites that nobody wrote a manifest for: from ``new`` or ``import`` to what visitors get."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.build import Run
from support.kept import NAMES, at_alphas, keep, original, outputs, small

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def data(comparison: str) -> dict[str, object]:
    """Return what the site says of a comparison."""
    path = Path("_site") / "comparisons" / comparison / "data.json"
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found


def test_two_folders_become_a_site(here: Path, run: Run) -> None:
    for folder in ("nets", "photos"):
        Path(folder).mkdir()
    for name in ("tiny_a", "tiny_b", "tiny_other", "tiny_gray_a"):
        shutil.copy(DATA / f"{name}.safetensors", "nets")
    shutil.copy(DATA / "photo.png", "photos/Mein Bild.png")
    assert run("new", ".", "--models", "nets", "--inputs", "photos")[0] == 0
    status, _, err = run("build", "-q")
    assert status == 0, err
    frames = data("everything")["frames"]
    assert isinstance(frames, list)
    assert len(frames) == 6
    assert data("tiny_a-to-tiny_b")["models"] == ["tiny_a", "tiny_b"]
    assert "Mein Bild" in Path("_site/comparisons/everything/index.html").read_text("utf-8")


def kept_by_input(folder: Path) -> None:
    for name in NAMES:
        keep(small(original(name)), folder / name / "lr.png")
        keep(original(name), folder / name / "gt.png")
        for method, picture in outputs(original(name)).items():
            keep(picture, folder / name / f"{method}.png")


def kept_by_method(folder: Path) -> None:
    for name in NAMES:
        for method, picture in outputs(original(name)).items():
            keep(picture, folder / method / f"{name} [1].png")


def kept_in_one(folder: Path) -> None:
    for method, picture in outputs(original("cat")).items():
        keep(picture, folder / f"{method}.png")


def kept_by_alpha(folder: Path) -> None:
    for name in NAMES:
        for alpha, picture in at_alphas(original(name)).items():
            keep(picture, folder / f"{name}_alpha{alpha}.png")


def kept_in_odd_folders(folder: Path) -> None:
    for name in ("cat", "my [dog]"):
        for method, picture in outputs(original("cat" if name == "cat" else "coffee")).items():
            keep(picture, folder / name / f"{method}.png")


def kept_by_number(folder: Path) -> None:
    for number in range(4):
        keep(original("cat").rotate(number), folder / f"{number:03}.png")


@pytest.mark.parametrize(
    ("keep_pictures", "labels", "inputs"),
    [
        (kept_by_input, {"Input", "bicubic", "ESRGAN", "SRCNN", "Reference"}, 3),
        (kept_by_method, {"bicubic", "ESRGAN", "SRCNN"}, 3),
        (kept_in_one, {"bicubic", "ESRGAN", "SRCNN"}, 1),
        (kept_by_alpha, {"Input", "α = 0", "α = 0.3", "α = 1"}, 3),
        (kept_in_odd_folders, {"bicubic", "ESRGAN", "SRCNN"}, 1),
        (kept_by_number, {"1", "2", "3", "4"}, 1),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_pictures_made_elsewhere_become_a_site(
    here: Path,
    run: Run,
    keep_pictures: Callable[[Path], None],
    labels: set[str],
    inputs: int,
) -> None:
    keep_pictures(here / "outputs")
    assert run("import", "outputs", "--write")[::2] == (0, "")
    status, _, err = run("build", "--strict", "-q")
    assert (status, err) == (0, "")
    frames = data("outputs")["frames"]
    assert isinstance(frames, list)
    assert {frame["label"] for frame in frames} == labels
    assert len(frames) == len(labels) * inputs
    if keep_pictures is kept_by_input:
        assert all("psnr" in frame for frame in frames if frame["label"] == "ESRGAN")
    if keep_pictures is kept_in_odd_folders:
        assert len(data("outputs-my-dog")["frames"]) == 3  # type: ignore[arg-type]
