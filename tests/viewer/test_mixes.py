"""Real builds in Chromium: groups of layers, colour fixes side by side, masks that hide nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.browser import ALL_SCRIPTS, Server, Viewer, until
from support.build import make_folder

from generator.commands.main import main

MANIFEST = """\
site: {title: T}
images: {format: png}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors}
inputs: {photo: {path: photo.png, masks: {all: white.png}}}
comparisons:
  parts:
    title: Parts
    interpolate: {models: [a, b], alphas: 3, groups: {head: body.0.*, tail: body.1*}}
  plain:
    title: Plain
    interpolate: {models: [a, b], alphas: 5}
  masked:
    title: Masked
    interpolate: {models: [a, b], alphas: 5, regions: [all], start: {all: 0.25, rest: 1}}
  fixed:
    title: Fixed
    color_fix: [none, average]
    interpolate: {models: [a, b], alphas: 5}
"""


def pixels(file: Path) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


OpenBuilt = Callable[[str], Viewer]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site under some/prefix; return the folder to serve."""
    folder = make_folder(tmp_path_factory.mktemp("built") / "project", MANIFEST)
    Image.fromarray(np.full_like(pixels(folder / "photo.png")[..., 0], 255)).save(
        folder / "white.png"
    )
    output = folder.parent / "web" / "some" / "prefix"
    output.parent.mkdir(parents=True)
    assert main(["build", "-q", "-c", str(folder / "site.yaml"), "-o", str(output)]) == 0
    return folder.parent / "web"


@pytest.fixture
def open_built(
    built: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> OpenBuilt:
    server = serve(built)

    def open_comparison(name: str) -> Viewer:
        page = new_page()
        page.goto(f"{server.url}comparisons/{name}/")
        return Viewer(page, name.capitalize()).ready()

    return open_comparison


@pytest.fixture
def viewer(open_built: OpenBuilt) -> Viewer:
    return open_built("parts")


def test_each_group_has_a_slider_that_moves_alone(viewer: Viewer) -> None:
    head, tail, rest = (viewer.slider(f"Alpha: {name}") for name in ("head", "tail", "rest"))
    for slider in (head, tail, rest):
        expect(slider).to_have_attribute("aria-valuetext", "0.50")
    for end in ("a", "b"):  # what lies at the ends of each
        assert viewer.group.locator("span").get_by_text(end, exact=True).count() == 3
    head.focus()
    viewer.page.keyboard.press("ArrowRight")
    expect(head).to_have_attribute("aria-valuetext", "1.00")
    expect(tail).to_have_attribute("aria-valuetext", "0.50")
    rest.focus()
    viewer.page.keyboard.press("ArrowLeft")
    viewer.ready()
    expect(rest).to_have_attribute("aria-valuetext", "0.00")
    expect(head).to_have_attribute("aria-valuetext", "1.00")
    expect(viewer.group).to_contain_text("head 1, tail 0.5, rest 0")
    # The frames follow the input in data.json, the last group's alpha changing fastest.
    assert viewer.frames() == [0, 1 + 2 * 9 + 1 * 3 + 0]


def test_sliders_of_groups_load_few_scripts(
    built: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> None:
    server, page = serve(built), new_page()
    page.goto(f"{server.url}comparisons/parts/")
    Viewer(page, "Parts").ready()
    sizes = server.scripts_sent()
    assert sizes.keys() == {"main", "theme", "mixer"}
    assert sum(sizes.values()) <= ALL_SCRIPTS


def test_a_link_keeps_the_groups(viewer: Viewer) -> None:
    viewer.slider("Alpha: tail").focus()
    viewer.page.keyboard.press("End")
    viewer.ready()
    until(viewer.page, "location.hash.startsWith('#parts=')")
    address = viewer.page.url
    viewer.page.goto("about:blank")
    viewer.page.goto(address)
    viewer.ready()
    expect(viewer.slider("Alpha: tail")).to_have_attribute("aria-valuetext", "1.00")
    expect(viewer.slider("Alpha: head")).to_have_attribute("aria-valuetext", "0.50")


@pytest.mark.parametrize("alpha", ["0", "0.25", "1"])
def test_a_white_mask_is_no_region(built: Path, open_built: OpenBuilt, alpha: str) -> None:
    viewer = open_built("masked")
    viewer.split.fill("0")
    viewer.slider("Alpha: all").fill(alpha)
    for rest in ("0.5", "1"):
        viewer.slider("Alpha: rest").fill(rest)
        viewer.ready()
        with viewer.page.expect_download() as saved:
            viewer.button("Save picture").click()
        folder = built / "some" / "prefix" / "comparisons" / "plain"
        frames = json.loads((folder / "data.json").read_text("utf-8"))["frames"]
        (url,) = (frame["url"] for frame in frames if frame.get("alpha") == float(alpha))
        assert (pixels(Path(saved.value.path())) == pixels(folder / url)).all()


def test_regions_start_where_the_author_says(open_built: OpenBuilt) -> None:
    viewer = open_built("masked")
    asked = {"all": "0.25", "rest": "1.00"}
    for name, alpha in asked.items():
        words = re.compile(f"alpha {alpha}:")
        expect(viewer.slider(f"Alpha: {name}")).to_have_attribute("aria-valuetext", words)
    viewer.slider("Alpha: all").press("End")
    viewer.button("Reset").click()
    expect(viewer.slider("Alpha: all")).to_have_value("0.25")


def test_colour_fixes_stand_side_by_side(open_built: OpenBuilt) -> None:
    viewer = open_built("fixed")
    names = ("Average colour fix", "No colour fix")
    for side, name in zip(("Left", "Right"), names, strict=True):
        assert viewer.list(side).locator("option:checked").inner_text() == name
    viewer.alpha.fill("0.75")
    viewer.ready()
    assert viewer.frames() == [1 + 5 + 3, 1 + 3]  # the input, five as they are, five fixed
    viewer.list("Left").select_option(label="No colour fix")
    viewer.ready()
    assert viewer.frames() == [4, 4]
