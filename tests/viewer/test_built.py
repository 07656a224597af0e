"""A site of real networks in Chromium: what is seen and saved is what was rendered."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from safetensors.numpy import load_file
from support.browser import Server, Viewer, until

from generator.commands.main import main

DATA = Path(__file__).parents[1] / "data"
MANIFEST = """\
site: {title: T}
images: {format: png}
models:
  a: {path: tiny_a.safetensors, title: Soft}
  b: {path: tiny_b.safetensors, title: Hard}
  c: {path: tiny_c.safetensors, title: Joint}
  d: {path: tiny_d.safetensors, title: Fourth}
inputs: {photo: {path: photo.png, masks: {sky: mask.png}}}
comparisons:
  walk: {title: Walk, interpolate: {models: [a, b, c], control: path, steps: 2}}
  three: {title: Three, interpolate: {models: [a, b, c], control: triangle, steps: 3}}
  four: {title: Four, interpolate: {models: [a, b, c, d], control: square, steps: 2}}
  parts:
    title: Parts
    interpolate: {models: [a, b], alphas: 3, regions: [sky], animation: gif, export: [0.5]}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    for name in ("tiny_a.safetensors", "tiny_b.safetensors", "tiny_c.safetensors", "photo.png"):
        shutil.copy(DATA / name, folder)
    b, c, d = (str(folder / f"tiny_{name}.safetensors") for name in "bcd")
    assert main(["interpolate", b, c, "--alpha", "0.5", "-o", d]) == 0
    with Image.open(folder / "photo.png") as photo:
        mask = Image.new("L", photo.size)
    ImageDraw.Draw(mask).rectangle((0, 0, mask.width // 2 - 1, mask.height), fill=255)
    mask.save(folder / "mask.png")
    (folder / "site.yaml").write_text(MANIFEST)
    output = folder / "served" / "some" / "prefix"
    output.parent.mkdir(parents=True)
    assert main(["build", "-q", "-c", str(folder / "site.yaml"), "-o", str(output)]) == 0
    return folder


@pytest.fixture
def open_built(
    built: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> Callable[[str], Viewer]:
    server = serve(built / "served")

    def open_comparison(name: str) -> Viewer:
        page = new_page()
        page.goto(f"{server.url}comparisons/{name}/")
        return Viewer(page, name.capitalize()).ready()

    return open_comparison


def shown(viewer: Viewer, built: Path) -> dict[str, Any]:
    """Return the frame on the right as data.json has it."""
    viewer.ready()
    data = json.loads((built / site_path(viewer.page, "data.json")).read_text(encoding="utf-8"))
    frame: dict[str, Any] = data["frames"][viewer.frames()[1]]
    return frame


def site_path(page: Page, name: str) -> Path:
    """Return the file of what a page names by a relative address."""
    return Path("served") / urljoin(page.url, name).partition("/some/")[2].join(("some/", ""))


def test_path(open_built: Callable[[str], Viewer], built: Path) -> None:
    viewer = open_built("walk")
    viewer.alpha.press("Home")
    seen = []
    for _ in range(5):
        seen.append(shown(viewer, built)["weights"])
        viewer.alpha.press("ArrowRight")
    models = ("a", "b", "c")
    assert [[weights.get(model, 0) for model in models] for weights in seen] == [
        [1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0.5, 0.5], [0, 0, 1],
    ]  # fmt: skip
    expect(viewer.alpha).to_have_attribute("aria-valuetext", "alpha 2.00: 100% Joint")


@pytest.mark.parametrize(
    ("name", "models"),
    [("three", ["Soft", "Hard", "Joint"]), ("four", ["Soft", "Hard", "Joint", "Fourth"])],
)
def test_corners(
    open_built: Callable[[str], Viewer], built: Path, name: str, models: list[str]
) -> None:
    """A model's slider at its end shows that model alone, and so does its corner of the pad."""
    viewer = open_built(name)
    alone = []
    for title in models:
        viewer.slider(title).press("End")
        expect(viewer.slider(title)).to_have_attribute("aria-valuetext", "100%")
        alone.append(shown(viewer, built))
    assert [[w for w in frame["weights"].values() if w] for frame in alone] == [[1]] * len(models)
    assert len({frame["url"] for frame in alone}) == len(models)
    viewer.button("Reset").scroll_into_view_if_needed()
    corners = viewer.group.locator("svg:has(g) > circle").evaluate_all(
        """all => all.map(circle => {
            const box = circle.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        })"""
    )
    for title, corner, frame in zip(models, corners, alone, strict=False):
        viewer.page.mouse.click(*corner)
        expect(viewer.slider(title)).to_have_attribute("aria-valuetext", "100%")
        assert shown(viewer, built) == frame


def test_regions_are_seen_and_saved_as_rendered(
    open_built: Callable[[str], Viewer], built: Path
) -> None:
    viewer = open_built("parts")
    viewer.slider("Alpha: sky").press("End")
    viewer.slider("Alpha: rest").press("Home")
    viewer.split.fill("0")
    viewer.ready()
    folder = site_path(viewer.page, "data.json")
    frames = json.loads((built / folder).read_text(encoding="utf-8"))["frames"]
    _, rest, sky = (np.asarray(picture(viewer, built, frames[at])) for at in viewer.frames())
    assert (rest != sky).any()
    expected = rest.copy()
    half = expected.shape[1] // 2
    expected[:, :half] = sky[:, :half]
    with viewer.page.expect_download() as saved:
        viewer.button("Save picture").click()
    assert saved.value.suggested_filename == "parts.png"
    found = np.asarray(Image.open(saved.value.path()).convert("RGB"))
    assert np.array_equal(found, expected)
    viewer.press("1")
    expect(viewer.zoom).to_have_text("100%")
    box = viewer.box()
    clip = {key: round(box[key]) for key in ("x", "y", "width", "height")}
    viewer.settle()
    seen = np.asarray(Image.open(io.BytesIO(viewer.page.screenshot(clip=clip))).convert("RGB"))
    edge = np.abs(np.arange(seen.shape[1]) - half) > 1
    far = (slice(None), edge & (np.arange(seen.shape[1]) > 30))  # beside the handle
    assert np.abs(seen.astype(int) - expected.astype(int))[far].max() <= 1


def picture(viewer: Viewer, built: Path, frame: dict[str, Any]) -> Image.Image:
    with Image.open(built / site_path(viewer.page, frame["url"])) as image:
        return image.convert("RGB")


def test_weights_and_animations_are_downloaded(
    open_built: Callable[[str], Viewer], built: Path, tmp_path: Path
) -> None:
    page = open_built("parts").page
    with page.expect_download() as saved:
        page.get_by_role("link", name="safetensors").click()
    weights = tmp_path / "mix.safetensors"
    saved.value.save_as(weights)
    a, b = (load_file(DATA / f"tiny_{name}.safetensors") for name in "ab")
    for name, value in load_file(weights).items():
        assert np.allclose(value, (a[name].astype(float) + b[name]) / 2, atol=1e-6), name
    page.get_by_text("photo", exact=True).filter(visible=True).click()
    film = page.get_by_role("img", name="the transition there and back")
    until(page, "image => image.complete && image.naturalWidth > 0", film.element_handle())
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download", exact=True).click()
    with Image.open(saved.value.path()) as animation:
        assert animation.format == "GIF"
        assert getattr(animation, "n_frames", 1) == 4  # three alphas, there and back
