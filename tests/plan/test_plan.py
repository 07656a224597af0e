"""The plan: which frames there are, and keys that change exactly when bytes would."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from support.plan import COMPACT
from support.plan import plan as plan_of

from generator.errors import ManifestError
from generator.manifest.controls import Point, weights_at
from generator.manifest.types import Interpolate
from generator.plan import Classic, Frame, Mix, Plan
from generator.plan.info import ModelInfo, Tensor
from generator.plan.kinds.interpolate import first_shown

DATA = Path(__file__).parents[1] / "data"

BASE = """\
site: {title: T}
models:
  a: {path: a.safetensors, title: A}
  b: b.safetensors
  c: c.safetensors
  d: d.safetensors
  x4: x4.safetensors
  other4: other4.safetensors
inputs:
  photo: {path: photo.png, title: Photo}
comparisons:
  one: {interpolate: {models: [a, b], alphas: 3}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(DATA / "photo.png", tmp_path)
    for name in ("a", "b", "c", "d", "x4", "other4"):
        (tmp_path / f"{name}.safetensors").write_text(name)
    return tmp_path


def plan(folder: Path, text: str = BASE, **overrides: ModelInfo) -> Plan:
    return plan_of(folder, text, **overrides)


def keys(planned: Plan) -> list[str]:
    return [shown.frame.key for shown in planned.shown]


def test_an_interpolation_shows_input_then_mixes_then_blends(folder: Path) -> None:
    text = BASE.replace("alphas: 3", "alphas: [0, 0.3, 1], baseline: pixel")
    shown = plan(folder, text).comparisons[0].frames
    assert [(s.recipe, s.alpha) for s in shown] == [
        ("input", None),
        ("mix", 0), ("mix", 0.3), ("mix", 1),
        ("blend", 0), ("blend", 0.3), ("blend", 1),
    ]  # fmt: skip
    assert shown[2].weights == {"a": 0.7, "b": 0.3}
    assert [s.label for s in shown[1:4]] == ["α = 0", "α = 0.3", "α = 1"]
    assert shown[4].frame.key == shown[1].frame.key
    assert shown[5].frame.key != shown[2].frame.key


def test_enlarging_networks_are_compared_with_the_enlarged_input(folder: Path) -> None:
    shown = plan(folder, BASE.replace("[a, b]", "[x4, other4]")).comparisons[0].frames
    photo = shown[0].frame.picture.input
    assert shown[0].recipe == "bicubic"
    assert shown[0].frame.picture.recipe == Classic("bicubic", 4)
    assert {(s.frame.picture.width, s.frame.picture.height) for s in shown} == {
        (photo.width * 4, photo.height * 4)
    }


def test_choices_of_several_scales_keep_their_own_size(folder: Path) -> None:
    text = BASE.replace(
        "{interpolate: {models: [a, b], alphas: 3}}",
        "{choose: [input, nearest, a, x4, {mix: {a: 0.5, b: 0.5}}]}",
    )
    comparison = plan(folder, text).comparisons[0]
    assert [s.recipe for s in comparison.frames] == ["input", "nearest", "mix", "mix", "mix"]
    assert [s.label for s in comparison.frames] == [
        "Input", "Nearest ×4", "A", "x4", "50% A, 50% b",
    ]  # fmt: skip
    width = comparison.frames[0].frame.picture.width
    assert [s.frame.picture.width // width for s in comparison.frames] == [1, 4, 1, 4, 1]
    assert comparison.models == ("a", "x4", "b")


SAME_BYTES = {
    "a renamed model": lambda t: t.replace("  a: {", "  alpha: {").replace("[a, b]", "[alpha, b]"),
    "a new title": lambda t: t.replace("title: A", "title: Another"),
    "another site": lambda t: t.replace("title: T", "title: U, url: https://x.org/"),
    "a renamed input": lambda t: t.replace("  photo:", "  picture:"),
    "a renamed comparison": lambda t: t.replace("  one:", "  two:"),
    "another device": lambda t: t + "render: {device: cuda:3}\n",
    "settings as they are by default": lambda t: t + "render: {precision: auto, tile: auto}\n",
    "the format as it is by default": lambda t: t + "images: {format: webp, quality: 90}\n",
    "a license": lambda t: t.replace("title: Photo", "title: Photo, license: CC0"),
    "a caption": lambda t: t.replace("{interpolate", "{caption: c, interpolate"),
    "no crop": lambda t: t.replace("title: Photo", "title: Photo, downscale: 1"),
}

OTHER_NETWORK_FRAMES = {
    "precision": lambda t: t + "render: {precision: fp32}\n",
    "tile": lambda t: t + "render: {tile: off}\n",
    "colour fix": lambda t: t.replace("{interpolate", "{color_fix: wavelet, interpolate"),
    "another model": lambda t: t.replace("[a, b]", "[c, d]"),
}

OTHER_FRAMES = {
    "format": lambda t: t + "images: {format: png}\n",
    "quality": lambda t: t + "images: {quality: 91}\n",
    "crop": lambda t: t.replace("title: Photo", "crop: [0, 0, 16, 16]"),
    "downscale": lambda t: t.replace("title: Photo", "downscale: 2"),
    "noise": lambda t: t.replace("title: Photo", "noise: {sigma: 10}"),
}


@pytest.mark.parametrize("change", SAME_BYTES)
def test_keys_stay_when_the_bytes_would(folder: Path, change: str) -> None:
    before = keys(plan(folder))
    assert keys(plan(folder, SAME_BYTES[change](BASE))) == before


@pytest.mark.parametrize("change", OTHER_FRAMES)
def test_all_keys_change_with_input_and_encoding(folder: Path, change: str) -> None:
    before = set(keys(plan(folder)))
    assert before.isdisjoint(keys(plan(folder, OTHER_FRAMES[change](BASE))))


@pytest.mark.parametrize("change", OTHER_NETWORK_FRAMES)
def test_what_concerns_networks_changes_their_frames_only(folder: Path, change: str) -> None:
    before = keys(plan(folder))
    after = keys(plan(folder, OTHER_NETWORK_FRAMES[change](BASE)))
    assert after[0] == before[0]
    assert set(before[1:]).isdisjoint(after[1:])


def test_noise_seed_and_sigma_are_part_of_the_key(folder: Path) -> None:
    def noisy(settings: str) -> str:
        return BASE.replace("title: Photo", f"noise: {{{settings}}}")

    texts = [noisy("sigma: 10"), noisy("sigma: 10, seed: 1"), noisy("sigma: 11")]
    assert len({keys(plan(folder, text))[0] for text in texts}) == 3


def test_files_count_by_content_not_by_place(folder: Path) -> None:
    before = keys(plan(folder))
    moved = folder.parent / "elsewhere"
    folder.rename(moved)
    (moved / "pictures").mkdir()
    (moved / "photo.png").rename(moved / "pictures" / "p.png")
    text = BASE.replace("photo.png", "pictures/p.png")
    assert keys(plan(moved, text)) == before
    (moved / "a.safetensors").write_text("other weights")
    after = keys(plan(moved, text))
    assert [b == a for b, a in zip(before, after, strict=True)] == [True, False, False, True]


def test_the_order_of_models_does_not_matter_to_a_mix(folder: Path) -> None:
    before = keys(plan(folder, BASE.replace("alphas: 3", "alphas: [0.3]")))
    swapped = BASE.replace("[a, b]", "[b, a]").replace("alphas: 3", "alphas: [0.7]")
    assert keys(plan(folder, swapped)) == before


def test_an_end_of_the_range_is_the_model_itself(folder: Path) -> None:
    text = BASE + "  all: {choose: [input, a, {mix: {a: 0.5, b: 0.5}}, b]}\n"
    planned = plan(folder, text)
    assert keys(planned)[:4] == keys(planned)[4:]
    assert len(planned.frames) == 4
    ends = [s.frame.picture.recipe for s in planned.comparisons[0].frames]
    assert isinstance(ends[1], Mix)
    assert len(ends[1].weights) == 1


def test_only_what_is_missing_is_work_and_each_picture_once(folder: Path) -> None:
    text = BASE.replace("title: Photo", "reference: photo.png") + "  two: {choose: [a, b]}\n"
    planned = plan(folder, text)
    jobs = planned.jobs(lambda _: False, lambda _: False)
    assert len(jobs) == len(planned.frames) == 4
    assert all(job.frame and job.measurement for job in jobs)
    unmeasured = planned.jobs(lambda _: True, lambda _: False)
    assert [(job.frame, bool(job.measurement)) for job in unmeasured] == [(None, True)] * 4
    lost = planned.shown[2].frame
    again = planned.jobs(lambda frame: frame != lost, lambda _: True)
    assert [job.frame for job in again] == [lost]
    assert planned.jobs(lambda _: True, lambda _: True) == []


def test_what_two_comparisons_measure_of_one_picture_is_one_job(folder: Path) -> None:
    text = BASE.replace("title: Photo", "reference: photo.png").replace(
        "{inter", "{metrics: [ssim], inter"
    )
    planned = plan(folder, text + "  two: {metrics: [psnr], choose: [a, b]}\n")
    jobs = {job.picture: job for job in planned.jobs(lambda _: False, lambda _: False)}
    asked = [job.measurement.measures for job in jobs.values() if job.measurement]
    assert asked == [("ssim",), ("ssim", "psnr"), ("ssim",), ("ssim", "psnr")]
    lacking = planned.jobs(lambda _: True, lambda m: m.measures == ("ssim",))
    assert [(job.frame, job.measurement and job.measurement.measures) for job in lacking] == [
        (None, ("psnr",))
    ] * 2


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(COMPACT, architecture="ESRGAN"), "architecture Compact and ESRGAN differ"),
        (replace(COMPACT, scale=2), "scale 1 and 2 differ"),
        (replace(COMPACT, input_channels=1), "input channels 3 and 1 differ"),
        (
            replace(COMPACT, tensors={"body.0.weight": Tensor((32, 3, 3, 3), "")}),
            "'body.0.weight' has shape 16×3×3×3 and 32×3×3×3",
        ),
        (
            replace(COMPACT, tensors={**COMPACT.tensors, "extra": Tensor((2,), "")}),
            "only the second has 'extra' (shape 2)",
        ),
        (
            replace(COMPACT, tensors={"body.0.weight": Tensor((16, 3, 3, 3), "ab")}),
            "the constants in 'body.0.weight' (shape 16×3×3×3) differ",
        ),
    ],
)
def test_models_that_cannot_be_mixed_are_named_with_the_reason(
    folder: Path, other: ModelInfo, message: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        plan(folder, b=other)
    assert str(caught.value) == f"site.yaml:12:35: 'a' and 'b' cannot be mixed: {message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("crop: [90, 0, 90, 9]", "the crop reaches to 180×9, the picture ends at"),
        ("downscale: 2, reference: photo.png", "they must be of one size"),
    ],
)
def test_pictures_that_do_not_fit_are_reported(folder: Path, written: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        plan(folder, BASE.replace("title: Photo", written))


def test_what_no_file_can_hold_is_reported_before_rendering(folder: Path) -> None:
    Image.new("RGB", (4200, 2)).save(folder / "photo.png")
    large = replace(COMPACT, scale=4)
    with pytest.raises(ManifestError) as caught:
        plan(folder, a=large, b=large)
    (problem,) = caught.value.problems
    assert str(problem).startswith("site.yaml:10:10: frames would be 16800×8, and webp holds 16383")
    assert plan(folder, "images: {format: png}\n" + BASE, a=large, b=large).frames


def test_a_reference_of_the_whole_picture_is_cropped_along(folder: Path) -> None:
    text = BASE.replace("title: Photo", "crop: [8, 4, 32, 16], reference: photo.png")
    measurement = plan(folder, text).shown[1].measurement
    assert measurement is not None
    assert measurement.crop == (8, 4, 32, 16)


def test_drafts_are_left_out(folder: Path) -> None:
    assert plan(folder, BASE.replace("{interpolate", "{draft: true, interpolate")).frames == {}


def test_frames_come_in_natural_order_with_labels(folder: Path) -> None:
    (folder / "shots").mkdir()
    for number in (10, 9, 1):
        shutil.copy(folder / "photo.png", folder / "shots" / f"{number}.png")
    text = BASE[: BASE.index("  one")] + "  f: {frames: shots/*.png}\n"
    comparison = plan(folder, text).comparisons[0]
    paths = [s.frame.picture.input.file.path.name for s in comparison.frames]
    assert [s.label for s in comparison.frames] == ["1", "2", "3"]
    assert paths == ["1.png", "9.png", "10.png"]
    assert comparison.kind == "frames"


def interpolation(count: int, **settings: object) -> Interpolate:
    return Interpolate.model_validate({"models": tuple("abcdefg"[:count]), **settings})


def grid(mix: Interpolate) -> list[Point]:
    return mix.rules.points(mix, ())


@given(st.integers(2, 7), st.integers(2, 20))
def test_weights_on_a_path_sum_to_1_and_visit_every_model(count: int, steps: int) -> None:
    points = grid(interpolation(count, control="path", steps=steps))
    assert len(points) == (count - 1) * steps + 1
    alphas = [point.alpha for point in points]
    assert alphas == sorted(set(alphas))
    mixes = [point.weights for point in points]
    assert sum(max(weights.values()) == 1 for weights in mixes) == count
    for weights in mixes:
        assert abs(sum(weights.values()) - 1) < 1e-11
        assert min(weights.values()) >= 0


@given(
    st.integers(3, 5),
    st.lists(st.integers(-20, 30), min_size=1, unique=True).filter(lambda t: 0 in t or 10 in t),
)
def test_every_place_on_a_path_is_one_mix(count: int, tenths: list[int]) -> None:
    """Beyond 0 and 1 a path goes on at its ends only: within, that place is on the next leg."""
    alphas = tuple(tenth / 10 for tenth in tenths)
    mix = interpolation(count, control="path", alphas=alphas, extrapolate=True)
    points = grid(mix)
    places = [point.alpha for point in points]
    assert len(set(places)) == len(places)
    assert min(places) == min(*alphas, *places)
    assert max(places) == pytest.approx(max(alphas) + count - 2)
    for point in points:
        assert point.weights == weights_at(mix.models, point.alpha)


@given(st.sampled_from([(3, "triangle"), (4, "square")]), st.integers(2, 20))
def test_lattices_sum_to_1_and_their_corners_are_models(shape: tuple[int, str], steps: int) -> None:
    count, control = shape
    points = [p.weights for p in grid(interpolation(count, control=control, steps=steps))]
    assert len(points) == (steps * (steps + 1) // 2 if count == 3 else steps * steps)
    assert len({tuple(w.values()) for w in points}) == len(points)
    corners = [w for w in points if max(w.values()) == 1]
    assert sorted(max(w, key=lambda m: w[m]) for w in corners) == list("abcd"[:count])
    for weights in points:
        assert abs(sum(weights.values()) - 1) < 1e-11


@given(st.floats(0, 1))
def test_slider_weights_follow_the_formula(alpha: float) -> None:
    (point,) = grid(interpolation(2, alphas=(alpha,)))
    weights = point.weights
    assert point.alpha == pytest.approx(alpha, abs=1e-12)
    assert weights["a"] == pytest.approx(1 - alpha, abs=1e-12)
    assert weights["b"] == pytest.approx(alpha, abs=1e-12)


def test_frame_names_are_keys_with_suffix(folder: Path) -> None:
    frame: Frame = plan(folder).shown[0].frame
    assert frame.name == f"{frame.key}.webp"
    assert len(frame.key) == 32
    assert set(frame.key) <= set("0123456789abcdef")


def exports(planned: Plan) -> list[tuple[str, str, dict[str, float]]]:
    found = [export for comparison in planned.comparisons for export in comparison.exports]
    return [(export.name, export.title, export.weights) for export in found]


def test_exports_are_named_by_title_or_place(folder: Path) -> None:
    text = BASE.replace("alphas: 3", "alphas: 3, export: [0.25]") + (
        "  path: {interpolate: {models: [a, b, c], control: path, export: [1.5]}}\n"
        "  list: {choose: [{mix: {a: 0.3, c: 0.7}, title: 4xInt-AC, export: true},"
        " {mix: {a: 0.5, b: 0.5}, export: true}, {mix: {a: 1}, title: b, export: true}]}\n"
        "  more: {choose: [{mix: {b: 0.3, c: 0.7}, title: 4xint-ac, export: true}]}\n"
    )
    assert exports(plan(folder, text)) == [
        ("one-0.25", "75% A, 25% b", {"a": 0.75, "b": 0.25}),
        ("path-1.5", "50% b, 50% c", {"a": 0.0, "b": 0.5, "c": 0.5}),
        ("4xInt-AC", "4xInt-AC", {"a": 0.3, "c": 0.7}),
        ("list-2", "50% A, 50% b", {"a": 0.5, "b": 0.5}),
        ("list-3", "b", {"a": 1.0}),
        ("more-1", "4xint-ac", {"b": 0.3, "c": 0.7}),
    ]


def test_no_export_takes_the_name_of_another_file(folder: Path) -> None:
    """Also not on disks that take 'Ab' for 'ab'."""
    text = BASE.replace("alphas: 3", "alphas: 3, export: [0.25]").replace(
        "models:\n", "models:\n  One-0.25: a.safetensors\n"
    ) + (
        "  list: {choose: [{mix: {a: 0.5, b: 0.5}, title: B, export: true},"
        " {mix: {a: 0.6, b: 0.4}, title: list-1, export: true}]}\n"
    )
    names = [name for name, _, _ in exports(plan(folder, text))]
    assert names == ["one-0.25-2", "list-1", "list-2"]


def test_models_beside_a_mix_are_shown_alone(folder: Path) -> None:
    text = BASE.replace("alphas: 3", "alphas: 2, beside: [c]")
    comparison = plan(folder, text).comparisons[0]
    assert [(s.label, s.alpha, s.weights) for s in comparison.frames[1:]] == [
        ("α = 0", 0, {"a": 1, "b": 0}),
        ("α = 1", 1, {"a": 0, "b": 1}),
        ("c", None, {"c": 1}),
    ]
    assert comparison.models == ("a", "b")
    with pytest.raises(ManifestError, match=r"site\.yaml:12:\d+: 'x4' enlarges ×4, 'a' ×1"):
        plan(folder, text.replace("[c]", "[x4]"))


def test_groups_of_layers_have_an_alpha_each(folder: Path) -> None:
    network = replace(
        COMPACT, tensors={f"body.{n}.weight": Tensor((16, 16, 3, 3), "") for n in range(4)}
    )
    grouped = "alphas: 3, groups: {head: body.0.*, tail: [body.2.*, body.3.*]}"
    text = BASE.replace("alphas: 3", grouped)
    planned = plan(folder, text, a=network, b=network)
    shown = planned.comparisons[0].frames[1:]
    assert planned.comparisons[0].control == "groups"
    assert len(shown) == 27
    assert [s.groups for s in shown[:2]] == [
        {"head": 0, "tail": 0, "rest": 0},
        {"head": 0, "tail": 0, "rest": 0.5},
    ]
    assert shown[1].label == "head 0, tail 0, rest 0.5"
    recipe = shown[5].frame.picture.recipe
    assert isinstance(recipe, Mix)
    coefficients = {file.path.stem: weight for file, weight in recipe.weights}
    keys = [f"body.{n}.weight" for n in range(4)]
    assert [coefficients["b"].of(key) for key in keys] == [0, 1, 0.5, 0.5]
    assert [coefficients["a"].of(key) for key in keys] == [1, 0, 0.5, 0.5]
    plain = plan(folder, BASE, a=network, b=network).comparisons[0].frames[1:]
    equal = [s for s in shown if len(set(s.groups.values())) == 1]
    assert [s.frame.key for s in equal] == [s.frame.key for s in plain]
    assert [s.weights for s in equal] == [s.weights for s in plain]
    assert len({s.frame.key for s in shown}) == 27


def test_groups_match_the_names_in_any_file(folder: Path) -> None:
    tensors = {f"model.{n}.weight": Tensor((16, 16, 3, 3), "") for n in range(2)}
    old = replace(COMPACT, tensors=tensors)
    new = replace(old, names={"model.0.weight": "params.conv_first.weight"})
    for pattern in ("model.0.*", "params.conv_first.*"):
        text = BASE.replace("alphas: 3", f"alphas: 2, groups: {{head: '{pattern}'}}")
        for a, b in ((old, new), (new, old)):
            first = plan(folder, text, a=a, b=b).comparisons[0].frames[1]
            assert first.groups == {"head": 0, "rest": 0}
    text = BASE.replace("alphas: 3", "alphas: 2, groups: {head: nothing.*}")
    with pytest.raises(ManifestError, match=r"there are params\.conv_first\.weight, model\.1"):
        plan(folder, text, a=old, b=new)


ASKS = replace(COMPACT, architecture="DRUNet", noise_level=True)
NOISY = BASE.replace(
    "inputs:\n",
    "inputs:\n  noisy: {path: photo.png, noise: {sigma: 25}}\n"
    "  usual: {path: photo.png, noise: {sigma: 15}}\n",
)


def told(planned: Plan) -> dict[str, list[float | None]]:
    """Return the levels that networks are told of each input, in the order of frames."""
    found: dict[str, list[float | None]] = {}
    for shown in planned.shown:
        if isinstance(shown.frame.picture.recipe, Mix):
            found.setdefault(shown.input, []).append(shown.frame.picture.recipe.noise_level)
    return found


def levels(a: float, b: float) -> str:
    return NOISY.replace("title: A}", f"title: A, noise_level: {a}}}").replace(
        "b: b.safetensors", f"b: {{path: b.safetensors, noise_level: {b}}}"
    )


def test_networks_that_ask_are_told_the_noise_of_the_input(folder: Path) -> None:
    follows = plan(folder, NOISY, a=ASKS, b=ASKS)
    assert told(follows) == {"noisy": [25] * 3, "usual": [None] * 3, "photo": [None] * 3}
    given = plan(folder, levels(40, 40), a=ASKS, b=ASKS)
    assert told(given) == {name: [40] * 3 for name in ("noisy", "usual", "photo")}
    between = plan(folder, levels(0, 50), a=ASKS, b=ASKS)
    assert told(between)["photo"] == [0, 25, 50]
    assert told(plan(folder, levels(15, 15), a=ASKS, b=ASKS))["noisy"] == [None] * 3


def test_one_file_at_two_levels_is_two_networks(folder: Path) -> None:
    shutil.copy(folder / "a.safetensors", folder / "b.safetensors")
    planned = plan(folder, levels(10, 30), a=ASKS, b=ASKS)
    assert told(planned)["photo"] == [10, 20, 30]
    assert len(set(keys(planned)[1:4])) == 3


def test_levels_enter_keys_only_where_they_change_bytes(folder: Path) -> None:
    plain = plan(folder, NOISY)
    told_in_vain = plan(folder, levels(40, 40))
    assert keys(plain) == keys(told_in_vain)
    asked = plan(folder, NOISY, a=ASKS, b=ASKS)
    changed = [one.input for one, other in zip(plain.shown, asked.shown, strict=True)
               if one.frame.key != other.frame.key]  # fmt: skip
    assert changed == ["noisy"] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            NOISY.replace("title: A}", "title: A, noise_level: 9}"),
            "'a' has a noise_level, 'b' has none: give it to both",
        ),
        (
            levels(9, 10).replace("alphas: 3", "alphas: 3, baseline: pixel"),
            "baseline go with models of one noise_level",
        ),
        (
            levels(9, 10).replace("alphas: 3", "alphas: 3, groups: {head: body.0.*}"),
            "groups go with models of one noise_level",
        ),
    ],
)
def test_levels_that_cannot_be_told_are_problems(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        plan(folder, text, a=ASKS, b=ASKS)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("groups: {head: nothing.*}", "no layer is left for group 'head'; there are body.0.weight"),
        ("groups: {h: body.*, t: 'body.0.*'}", "no layer is left for group 't'"),
        ("groups: {h: body.*}, baseline: pixel", "groups have no pixel baseline"),
        ("groups: {h: body.*}, control: path", "groups go with control slider"),
        ("groups: {h: body.*}, export: [0]", "not with groups"),
        ("groups: {h: body.*}, alphas: 2001", "a number of alphas is 2 to 2000"),
    ],
)
def test_what_is_wrong_with_groups(folder: Path, written: str, message: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(message)):
        plan(folder, BASE.replace("alphas: 3", written))


@given(st.sampled_from([(3, "triangle"), (4, "square")]), st.integers(2, 20))
def test_a_lattice_is_first_shown_at_its_most_even_mix(shape: tuple[int, str], steps: int) -> None:
    points = grid(interpolation(shape[0], control=shape[1], steps=steps))
    first = points[first_shown(points)].weights
    largest = min(max(point.weights.values()) for point in points)
    assert max(first.values()) <= largest + 1 / (steps - 1)


@pytest.mark.parametrize(
    ("count", "shown"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (11, 5)]
)
def test_a_slider_is_first_shown_in_its_middle(count: int, shown: int) -> None:
    """Of an even number of alphas the lower of the two in the middle."""
    alphas = tuple(at / 10 for at in range(count))
    assert first_shown(grid(interpolation(2, alphas=alphas))) == shown


@pytest.mark.parametrize(("start", "shown"), [("", 0.5), (", start: 0.9", 1), (", start: 0.2", 0)])
def test_an_author_says_what_is_shown_first(folder: Path, start: str, shown: float) -> None:
    comparison = plan(folder, BASE.replace("alphas: 3", f"alphas: 3{start}")).comparisons[0]
    assert comparison.frames[comparison.index(comparison.start.panes[1])].alpha == shown


@pytest.mark.parametrize(
    ("choices", "label"),
    [
        ("[a, input, a]", "A"),
        ("[a, b, {of: c, title: A}]", "A"),
        ("[{mix: {a: 0.3333, b: 0.6667}}, {mix: {a: 0.33331, b: 0.66669}}]", "33.3% A, 66.7% b"),
    ],
)
def test_entries_of_a_list_are_told_apart(folder: Path, choices: str, label: str) -> None:
    """Visitors choose by label, and links hold it: of two alike one could never be reached."""
    text = BASE.replace("{interpolate: {models: [a, b], alphas: 3}}", f"{{choose: {choices}}}")
    message = f"the list has '{label}' already: give one of the two another 'title'"
    with pytest.raises(ManifestError, match=re.escape(message)):
        plan(folder, text)
    titled = text.replace("{of: c, title: A}", "c").replace("[a, input, a]", "[a, input]")
    plan(folder, titled.replace("0.66669}}", "0.66669}, title: B}"))
