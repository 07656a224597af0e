"""Real input that nobody here made: published networks, test pictures, a paper's frames.

It lies beside the repository, not in it; where it is missing these tests say so and are skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from spandrel import ModelLoader
from support.browser import Server, Viewer

REAL = Path(__file__).resolve().parents[3] / "shared" / "real"
PUBLISHED_DB = {"cameraman": 30.18, "peppers": 30.87, "parrot": 29.43}
PICTURES = {"cameraman": "01.png", "peppers": "03.png", "parrot": "07.png"}

pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"REAL INPUT IS NOT TESTED: there is no {REAL}"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the input, so that its frame cache is not written beside the original."""
    folder = tmp_path_factory.mktemp("real") / "project"
    folder.mkdir()
    for name in ("models", "images", "frames"):
        (folder / name).symlink_to(REAL / name)
    shutil.copy(REAL / "site.yaml", folder)
    (folder / "site.yaml").chmod(0o644)
    return folder


def build(project: Path, output: Path, *, code: str = "pass") -> subprocess.CompletedProcess[str]:
    arguments = ["build", "-c", str(project / "site.yaml"), "-o", str(output)]
    start = "import sys; from generator.commands.main import main"
    program = f"{start}; status = main({arguments!r}); {code}; sys.exit(status)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def site(project: Path) -> Path:
    """The built site, at a path below the root as on GitHub Pages."""
    output = project.parent / "served" / "some" / "prefix"
    output.parent.mkdir(parents=True)
    assert "44 frames rendered" in build(project, output).stdout
    return output


def data(site: Path, comparison: str) -> tuple[dict[str, Any], Path]:
    path = site / "comparisons" / comparison / "data.json"
    return json.loads(path.read_text(encoding="utf-8")), path.parent


def network(alpha: float) -> torch.nn.Module:
    """Spandrel and a two-line mix of the state dicts."""
    s15, s25 = (ModelLoader().load_from_file(REAL / "models" / f"dncnn_s{s}.safetensors")
                for s in (15, 25))  # fmt: skip
    theta = {k: (1 - alpha) * v + alpha * s25.model.state_dict()[k]
             for k, v in s15.model.state_dict().items()}  # fmt: skip
    s15.model.load_state_dict(theta)
    return s15.model.eval()


@torch.inference_mode()
def output_levels(alpha: float, noisy: np.ndarray) -> np.ndarray:
    tensor = torch.from_numpy(noisy / 255).float()[None, None]
    return network(alpha)(tensor).clamp(0, 1)[0, 0].double().numpy() * 255


def noisy_picture(name: str) -> np.ndarray:
    levels = np.asarray(Image.open(REAL / "images" / PICTURES[name])).astype(np.float64)
    noise = np.random.default_rng(0).normal(0, 25, (*levels.shape, 1))
    return levels + noise[..., 0]


@pytest.mark.parametrize("name", PICTURES)
def test_every_frame_of_denoise_is_within_a_level_of_an_independent_computation(
    site: Path, name: str
) -> None:
    comparison, folder = data(site, "denoise")
    noisy = noisy_picture(name)
    ends = {alpha: output_levels(alpha, noisy) for alpha in (0.0, 1.0)}
    frames = [frame for frame in comparison["frames"] if frame["input"] == name]
    assert [f["recipe"] for f in frames] == ["input"] + ["mix"] * 5 + ["blend"] * 5
    for frame in frames:
        alpha = frame.get("alpha", 0.0)
        expected = {
            "input": lambda: noisy.clip(0, 255),
            "mix": lambda alpha=alpha: output_levels(alpha, noisy),
            "blend": lambda alpha=alpha: (1 - alpha) * ends[0.0] + alpha * ends[1.0],
        }[frame["recipe"]]()
        found = np.asarray(Image.open(folder / frame["url"])).astype(np.float64)
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= 1


def test_psnr_is_the_published_one(site: Path) -> None:
    comparison, _ = data(site, "denoise")
    found = {f["input"]: f["psnr"] for f in comparison["frames"]
             if f["recipe"] == "mix" and f["weights"] == {"s15": 0, "s25": 1}}  # fmt: skip
    assert found == {name: pytest.approx(db, abs=0.15) for name, db in PUBLISHED_DB.items()}


def test_a_second_build_renders_nothing_and_imports_no_torch(project: Path, site: Path) -> None:
    before = {path.relative_to(site): path.read_bytes()
              for path in site.rglob("*") if path.is_file()}  # fmt: skip
    check = "assert not {'torch', 'spandrel', 'torchvision'} & set(sys.modules)"
    done = build(project, site, code=check)
    assert "nothing to render, 44 frames reused" in done.stdout
    after = {path.relative_to(site): path.read_bytes()
             for path in site.rglob("*") if path.is_file()}  # fmt: skip
    assert before == after


def test_webp_weighs_less_than_a_fifth_of_png(project: Path, site: Path) -> None:
    text = (project / "site.yaml").read_text()
    changed = project / "webp.yaml"
    changed.write_text(text.replace("format: png", "format: webp"))
    output = project.parent / "webp"
    arguments = [sys.executable, "-m", "generator", "build", "-q", "-c", str(changed)]
    subprocess.run([*arguments, "-o", str(output)], check=True)
    weights = [sum(frame["bytes"] for frame in data(folder, "diffusion")[0]["frames"])
               for folder in (site, output)]  # fmt: skip
    assert weights[1] < weights[0] / 5


@pytest.fixture
def real_server(site: Path, serve: Callable[[Path], Server]) -> Server:
    return serve(site.parents[1])


SUMS = """image => {
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const sums = [0, 0, 0];
    const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 1) if (at % 4 < 3) sums[at % 4] += data[at];
    return sums;
}"""
"""The sums of red, green and blue over all pixels of the picture that is on the stage."""


def test_sliding_shows_each_of_the_17_frames_once_fetched_and_never_an_empty_stage(
    real_server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.goto(f"{real_server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Interpolating between images").ready()
    slider = viewer.slider("Frame")
    slider.focus()
    page.keyboard.press("Home")
    shown = []
    for index in range(17):
        viewer.ready()
        picture = viewer.stage.locator(f"[data-frame='{index}']").last
        expect(picture).to_be_visible()
        shown.append(picture.evaluate(SUMS))
        page.keyboard.press("ArrowRight")
        assert viewer.stage.locator("[data-frame]").count() >= 1
    files = sorted((REAL / "frames" / "collated1").glob("*.png"))
    pictures = [np.asarray(Image.open(file).convert("RGB")).astype(int) for file in files]
    assert shown == [picture.sum((0, 1)).tolist() for picture in pictures]
    fetched = {path: count for path, count in real_server.requests.items() if "/frames/" in path}
    assert len(fetched) == 17
    assert set(fetched.values()) == {1}


def test_frames_are_the_files_in_order(site: Path) -> None:
    comparison, folder = data(site, "diffusion")
    files = sorted((REAL / "frames" / "collated1").glob("*.png"))
    for frame, file in zip(comparison["frames"], files, strict=True):
        assert frame["recipe"] == "file"
        found = Image.open(folder / frame["url"]).convert("RGB")
        assert np.array_equal(np.asarray(found), np.asarray(Image.open(file).convert("RGB")))
