"""Pairs, pictures made elsewhere and given frames, as planned."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from support.plan import COMPACT, plan

from generator.errors import ManifestError
from generator.plan.info import ModelInfo, Tensor, is_mask, mixable

DATA = Path(__file__).parents[1] / "data"
OTHER = replace(COMPACT, tensors={"body.0.weight": Tensor((32, 3, 3, 3), "")})
HEAD = """\
site: {title: T}
images: {KEEP}
models: "*.safetensors"
inputs:
  photo: {path: photo.png, crop: [0, 0, 40, 30], downscale: 2}
comparisons:
  one:
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(DATA / "photo.png", tmp_path)
    for name in "abc":
        (tmp_path / f"{name}.safetensors").write_text(name)
    return tmp_path


def text(comparison: str, keep: str = "format: webp") -> str:
    return HEAD.replace("KEEP", keep) + f"    {comparison}\n"


def save(path: Path, width: int, height: int) -> None:
    Image.new("RGB", (width, height), "teal").save(path)


def test_pairs_are_mixes_of_all_that_can_be_mixed(folder: Path) -> None:
    planned = plan(folder, text('choose: [{pairs: ["*"], alpha: 0.25}]'), b=OTHER)
    (one,) = planned.comparisons
    assert [s.weights for s in one.frames] == [{"a": 0.75, "c": 0.25}]
    assert one.mixed == (("a", "c"),)
    assert [str(warning).partition("'body")[0] for warning in planned.warnings] == [
        "site.yaml:8:22: 'a' and 'b' are left out: ",
        "site.yaml:8:22: 'b' and 'c' are left out: ",
    ]


def test_a_mix_that_is_listed_is_not_listed_by_pairs_again(folder: Path) -> None:
    mix = "{mix: {a: 0.5, c: 0.5}, title: Mine}"
    (one,) = plan(folder, text(f'choose: [{{pairs: ["*"]}}, {mix}]')).comparisons
    assert [s.label for s in one.frames] == ["50% a, 50% b", "50% b, 50% c", "Mine"]


def test_pairs_of_which_none_can_be_mixed_leave_nothing(folder: Path) -> None:
    with pytest.raises(ManifestError, match="8:13: nothing is left to be shown"):
        plan(folder, text("choose: [{pairs: [a, b]}]"), b=OTHER)


def test_more_pairs_than_can_be_shown_are_refused(folder: Path) -> None:
    for number in range(64):
        (folder / f"m{number}.safetensors").write_text(str(number))
    with pytest.raises(ManifestError, match="64 models make 2,016 pairs: at most 2,000"):
        plan(folder, text('choose: [{pairs: ["m*"]}]'))


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [
        (20, 15, True),
        (80, 60, True),
        (81, 60, True),
        (40, 31, True),
        (40, 33, False),
        (30, 40, False),
    ],
)
def test_a_picture_made_elsewhere_has_the_shape_of_its_input(
    folder: Path, width: int, height: int, fits: bool
) -> None:
    save(folder / "o.png", width, height)
    written = text("choose: [input, nearest, {files: o.png}]")
    if not fits:
        with pytest.raises(
            ManifestError, match=f"8:38: 'o.png' is {width}×{height}, another shape"
        ):
            plan(folder, written)
        return
    frames = plan(folder, written).comparisons[0].frames
    assert (frames[2].frame.picture.width, frames[2].frame.picture.height) == (width, height)
    scale = width // 20 if (width, height) in ((20, 15), (80, 60)) else 1
    assert frames[1].frame.picture.width == 20 * scale
    assert frames[2].label == "o"


def test_keeping_pictures_changes_the_keys_of_what_browsers_show(folder: Path) -> None:
    save(folder / "o.png", 40, 30)
    save(folder / "p.tif", 40, 30)
    written = "choose: [input, {files: o.png}, {files: p.tif}]"
    without, kept = (
        plan(folder, text(written, keep)).comparisons[0].frames
        for keep in ("format: webp", "format: webp, keep: true")
    )
    assert [a.frame.key == b.frame.key for a, b in zip(without, kept, strict=True)] == [
        True, False, True,
    ]  # fmt: skip
    assert [s.frame.encoding.format for s in kept] == ["webp", "png", "webp"]


def test_files_that_are_all_missing_are_said_once(folder: Path) -> None:
    written = text('choose: [input, {files: "o/{input}.png"}]').replace(
        "comparisons:", "  two: photo.png\ncomparisons:"
    )
    planned = plan(folder, written)
    (warning,) = planned.warnings
    assert str(warning) == (
        "site.yaml:9:29: no such files: 'o/photo.png' and the others are not there: "
        "the pages say so in their place"
    )
    frames = planned.comparisons[0].frames
    assert [bool(s.missing) for s in frames] == [False, True, False, True]
    assert len(planned.shown) == 2
    assert planned.jobs(lambda _: False, lambda _: False)[-1].frame in planned.frames.values()


def test_given_frames_have_labels_and_places_as_mixes_have(folder: Path) -> None:
    for alpha in ("0", "0.5", "1"):
        save(folder / f"o{alpha}.png", 80, 60)
    written = text('interpolate: {given: "o{alpha}.png", start: 0.5}')
    (one,) = plan(folder, written).comparisons
    assert (one.kind, one.control, one.models, one.exports, one.mixed) == (
        "interpolate", "slider", (), (), (),
    )  # fmt: skip
    assert [(s.recipe, s.alpha, s.label, s.at) for s in one.frames] == [
        ("bicubic", None, "Input, bicubic ×4", ((0, None),)),
        ("file", 0, "α = 0", ((1, 0), (2, None))),
        ("file", 0.5, "α = 0.5", ((1, 1),)),
        ("file", 1, "α = 1", ((1, 2), (3, None))),
    ]
    assert [p.text for p in one.positions] == ["α 0.00", "α 0.50", "α 1.00"]
    assert one.start.position == 1


def test_structures_agree_exactly_where_networks_can_be_mixed() -> None:
    weight, mask = Tensor((8, 3, 3, 3), ""), Tensor((16, 64, 64), "")
    tensors = [
        {"w": weight},
        {"w": Tensor((8, 3, 1, 1), "")},
        {"w": weight, "k": Tensor((1,), "a")},
        {"w": weight, "k": Tensor((1,), "b")},
        {"w": weight, "attn_mask": mask},
        {"w": weight, "attn_mask": replace(mask, shape=(9, 64, 64))},
        {"w": weight, "attn_mask": replace(mask, shape=(16, 49, 49))},
    ]
    models: list[ModelInfo] = [replace(COMPACT, tensors=each) for each in tensors]
    models += [replace(COMPACT, scale=2), replace(COMPACT, architecture="x")]
    assert is_mask("attn_mask")
    alike = [
        (a, b)
        for (a, one), (b, other) in itertools.combinations(enumerate(models), 2)
        if mixable(one, other) is None
    ]
    assert alike == [(4, 5)]
    assert models[4].structure == models[5].structure


def test_what_is_shown_first_is_there(folder: Path) -> None:
    for alpha in ("0", "1"):
        save(folder / f"o{alpha}.png", 40, 30)
    gone, there = "{files: gone.png}", "{files: o0.png}"
    (lists,) = plan(folder, text(f"choose: [{gone}, a, {there}, {{files: lost.png}}]")).comparisons
    assert lists.start.panes == lists.card == (1, 2)
    written = text('interpolate: {given: "o{alpha}.png", alphas: [0, 0.4, 0.5, 1]}')
    (line,) = plan(folder, written).comparisons
    assert line.start.position == 0
