"""Cards: a comparison's small picture for the gallery, and the one that is shared."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from support.site import make_project

from generator.images import composite_card, social_card
from generator.images.cards import CARD_SIZE, SOCIAL_SIZE


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1932, 13), (7, 300), (768, 427), (9, 900)])
def test_pictures_of_any_shape_make_cards(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (width, height), "teal").save(path)
    for data, size in (
        (composite_card(path, path), CARD_SIZE),
        (social_card(path, path), SOCIAL_SIZE),
    ):
        assert Image.open(BytesIO(data)).size == size


def test_a_card_shows_half_of_each_side(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.build()
    plan = project.open().plan
    sequence = next(c for c in plan.comparisons if c.id == "sequence")
    files = [project.store.path(shown.frame) for shown in sequence.frames]
    ends = [Image.open(file).convert("RGB").getpixel((0, 0)) for file in files]
    gallery = project.read("index.html")
    card = gallery.partition(">A sequence<")[0].rpartition('<img src="')[2].partition('"')[0]
    shown = Image.open(project.output / card).convert("RGB")
    assert shown.size == CARD_SIZE
    for x, expected in ((20, ends[0]), (700, ends[1])):
        got = shown.getpixel((x, 240))
        assert max(abs(a - b) for a, b in zip(got, expected, strict=True)) < 8


def test_cards_are_kept_by_what_they_show(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.build()
    made = {
        path.name: path.stat().st_mtime_ns
        for path in (project.root / ".cache/derived").rglob("*.webp")
    }
    project.manifest["comparisons"]["sequence"]["title"] = "Retitled"
    project.build()
    now = {
        path.name: path.stat().st_mtime_ns
        for path in (project.root / ".cache/derived").rglob("*.webp")
    }
    assert made == now
    assert len(made) == 2  # two of the three comparisons show the same ends


def test_a_card_shows_the_mix_as_it_is_meant(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.manifest["comparisons"]["sharpness"]["color_fix"] = ["average", "none"]
    project.build()
    plan = project.open().plan
    (sharpness,) = (c for c in plan.comparisons if c.id == "sharpness")
    first = sharpness.inputs[0]
    end = [
        s
        for s in sharpness.frames
        if s.input == first and s.recipe == "mix" and s.color_fix == "average"
    ][-1]
    expected = Image.open(project.store.path(end.frame)).convert("RGB").getpixel((0, 0))
    gallery = project.read("index.html")
    card = gallery.partition(">Sharpness<")[0].rpartition('<img src="')[2].partition('"')[0]
    got = Image.open(project.output / card).convert("RGB").getpixel((700, 240))
    assert max(abs(a - b) for a, b in zip(got, expected, strict=True)) < 8
