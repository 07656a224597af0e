"""Folders of somebody's: what is taken of them, and what it is called."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import PICTURE_SUFFIXES
from generator.project.folders import (
    Names,
    files_in,
    find_networks,
    find_pictures,
    from_root,
)
from generator.render.engines import LocalEngine

DATA = Path(__file__).parents[1] / "data"


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_files_come_in_natural_order_and_hidden_ones_and_sites_stay_out(tmp_path: Path) -> None:
    touch(tmp_path, "10.png", "2.PNG", ".x.png", "notes.txt", "sub/1.webp")
    touch(tmp_path, ".cache/a.png", "_site/frames/b.png", "sub/_site/c.png")
    found = files_in(tmp_path, PICTURE_SUFFIXES)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "2.PNG",
        "10.png",
        "sub/1.webp",
    ]


def test_networks_have_names_of_their_own_and_the_rest_a_reason(tmp_path: Path) -> None:
    for name in ("Soft 1.safetensors", "sub/soft-1.safetensors", "input.safetensors"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DATA / "tiny_a.safetensors", tmp_path / name)
    (tmp_path / "bad.pth").write_bytes(b"nothing")
    found = find_networks(tmp_path, LocalEngine().read_models)
    assert [(each.id, each.title, each.path.name) for each in found.named] == [
        ("input.safetensors", "input.safetensors", "input.safetensors"),
        ("Soft-1", "Soft 1", "Soft 1.safetensors"),
        ("sub-soft-1", "sub/soft-1", "soft-1.safetensors"),
    ]
    assert {info.architecture for info in found.infos} == {"Compact"}
    assert len(found.infos) == 3
    (left,) = found.left
    assert left.startswith("bad.pth: cannot be read as .pth weights")


def test_pictures_that_cannot_be_decoded_are_left_out(tmp_path: Path) -> None:
    shutil.copy(DATA / "photo.png", tmp_path)
    whole = (DATA / "photo.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.jpg").write_text("no picture")
    found = find_pictures(tmp_path)
    assert [each.id for each in found.named] == ["photo"]
    assert [line.partition(": ")[0] for line in found.left] == ["half.png", "text.jpg"]


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=12))
def test_no_two_share_an_id_or_a_title_whatever_their_case(texts: list[str]) -> None:
    names = Names(CLASSIC)
    given_out = [names.of([text]) for text in texts]
    for position in (0, 1):
        seen = [each[position].casefold() for each in given_out]
        assert len({*seen, *CLASSIC}) == len(seen) + len(CLASSIC)


@pytest.mark.parametrize(
    ("path", "written"), [("project/w/a.pth", "w/a.pth"), ("w/a.pth", "../w/a.pth")]
)
def test_paths_are_written_from_the_manifests_folder(
    tmp_path: Path, path: str, written: str
) -> None:
    assert from_root(tmp_path / path, tmp_path / "project") == written
