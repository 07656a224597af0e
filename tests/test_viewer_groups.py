"""Groups of layers in Chromium: one slider for each, free of each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from viewer_browser import Server, Viewer

from generator.cli import main

DATA = Path(__file__).parent / "data"

MANIFEST = """\
site: {title: T}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors}
inputs: {photo: photo.png}
comparisons:
  parts:
    title: Parts
    interpolate: {models: [a, b], alphas: 3, groups: {head: body.0.*, tail: body.1*}}
"""


@pytest.fixture
def viewer(
    tmp_path: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> Viewer:
    for name in ("tiny_a.safetensors", "tiny_b.safetensors", "photo.png"):
        shutil.copy(DATA / name, tmp_path)
    (tmp_path / "site.yaml").write_text(MANIFEST)
    output = tmp_path / "served" / "some" / "prefix"
    output.parent.mkdir(parents=True)
    assert main(["build", "-q", "-c", str(tmp_path / "site.yaml"), "-o", str(output)]) == 0
    page = new_page()
    page.goto(f"{serve(tmp_path / 'served').url}comparisons/parts/")
    return Viewer(page, "Parts").ready()


def test_each_group_has_a_slider_that_moves_alone(viewer: Viewer) -> None:
    head, tail, rest = (viewer.slider(f"Alpha: {name}") for name in ("head", "tail", "rest"))
    for slider in (head, tail, rest):
        expect(slider).to_have_attribute("aria-valuetext", "0.50")
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


def test_a_link_keeps_the_groups(viewer: Viewer) -> None:
    viewer.slider("Alpha: tail").focus()
    viewer.page.keyboard.press("End")
    viewer.ready()
    viewer.page.wait_for_timeout(400)
    address = viewer.page.url
    assert "#parts=" in address
    viewer.page.goto("about:blank")
    viewer.page.goto(address)
    viewer.ready()
    expect(viewer.slider("Alpha: tail")).to_have_attribute("aria-valuetext", "1.00")
    expect(viewer.slider("Alpha: head")).to_have_attribute("aria-valuetext", "0.50")
