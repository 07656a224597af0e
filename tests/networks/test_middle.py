"""Whether the way between two networks is good, told from pictures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from support import networks as support

from generator import images
from generator.networks.middle import ALPHAS, BROKEN_DETOUR, judge, walk
from generator.plan.kinship import Step

DATA = support.DATA
CPU = torch.device("cpu")
PHOTO = images.decode(DATA / "photo.png")
CROPS = [PHOTO[:48, :48], PHOTO[-48:, -48:]]

GOOD = Step(
    alpha=0.5,
    detour=1.2,
    work=1.0,
    kept=None,
    contrast=1.0,
    colour_detour=1.1,
    colour_shift=(0.0, 0.0, 0.0),
    colour_distance=1.0,
    barrier_db=40.0,
)


def fixture(name):
    return DATA / f"{name}.safetensors"


def looked_at(*names, crops=CROPS):
    return judge(walk(*map(fixture, names), crops, CPU))


@pytest.mark.parametrize(
    "names",
    [("tiny_a", "tiny_b"), ("tiny_b", "tiny_c"), ("tiny_gray_a", "tiny_gray_b"),
     ("tiny_x4_a", "tiny_x4_b")],
)  # fmt: skip
def test_between_siblings_it_is_good(names):
    assert looked_at(*names)[0] == "good"
    assert looked_at(*names[::-1])[0] == "good"


def test_between_networks_trained_apart_it_is_broken():
    """Though their mixes, which add their work to the input, look like the input."""
    middle, shift, reasons = looked_at("tiny_a", "tiny_other")
    assert middle == "broken"
    assert shift == 0
    assert any("of what both networks do" in reason for reason in reasons)


def test_a_network_and_itself():
    steps = walk(fixture("tiny_a"), fixture("tiny_a"), CROPS, CPU)
    assert [step.alpha for step in steps] == list(ALPHAS)
    assert judge(steps)[0] == "good"
    for step in steps:
        assert step.barrier_db == 100
        assert step.contrast == pytest.approx(1)
        assert step.colour_distance == pytest.approx(0, abs=0.01)


def test_a_shift_of_colours_is_named_where_there_is_nothing_else():
    shifted = replace(GOOD, colour_detour=6.0, colour_distance=12.0)
    middle, shift, reasons = judge([GOOD, shifted, GOOD])
    assert (middle, shift) == ("good", 12.0)
    assert reasons[-1] == "colours are off by up to 12 levels"
    assert judge([shifted, replace(GOOD, kept=0.1)])[:2] == ("broken", 0.0)
    honest = replace(GOOD, colour_detour=1.7, colour_distance=40.0)
    assert judge([honest])[:2] == ("good", 0.0)
    assert judge([replace(shifted, colour_distance=1.0)])[1] == 0


def test_mixes_that_are_lighter_than_both_parents_and_else_the_same(tmp_path):
    plain = walk(fixture("tiny_a"), fixture("tiny_b"), CROPS, CPU)
    steps = walk(*support.shifting(tmp_path), CROPS, CPU)
    middle, shift, _ = judge(steps)
    assert middle == "good"
    # 1.25 × 0.125 less 0.1 is 14.3 levels, less where the picture is nearly white.
    assert 11 < shift < 14.4
    for before, after in zip(plain, steps, strict=True):
        assert after.detour == pytest.approx(before.detour, abs=0.1)


def test_the_figures_by_another_computation():
    files = [support.file(fixture(name)) for name in ("tiny_a", "tiny_b")]
    step = walk(files[0].path, files[1].path, CROPS, CPU)[1]
    vectors = {"one": [], "other": [], "mix": []}
    differences = []
    for crop in CROPS:
        levels = crop.astype(np.float32)
        one, other = (support.output([(file, 1.0)], levels) for file in files)
        mix = support.output([(files[0], 0.5), (files[1], 0.5)], levels)
        differences.append(mix - (one + other) / 2)
        for name, made in (("one", one), ("other", other), ("mix", mix)):
            cells = made.reshape(6, 8, 6, 8, 3).mean((1, 3))
            areas = torch.nn.functional.interpolate(
                torch.from_numpy(cells).permute(2, 0, 1)[None], (48, 48), mode="bicubic",
                antialias=True,
            )  # fmt: skip
            vectors[name].append(made - areas[0].permute(1, 2, 0).numpy())
    details = {name: np.concatenate(parts).ravel() for name, parts in vectors.items()}

    def angle(a, b):
        return math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    way = angle(details["mix"], details["one"]) + angle(details["mix"], details["other"])
    straight = angle(details["one"], details["other"])
    assert step.detour == pytest.approx(way / straight, rel=0.01)
    rms = math.sqrt(np.mean(np.square(differences)))
    assert step.barrier_db == pytest.approx(-20 * math.log10(rms), abs=0.01)
    shift = 255 * np.mean(differences, axis=(0, 1, 2))
    np.testing.assert_allclose(step.colour_shift, shift, atol=0.01)


def test_pictures_without_details_tell_nothing():
    flat = np.full((48, 48, 3), 90, np.uint8)
    assert walk(fixture("tiny_a"), fixture("tiny_other"), [flat], CPU) == ()
    assert judge(()) == (None, 0.0, ())


def test_small_and_transparent_pictures_are_looked_at():
    for crop in (
        PHOTO[:9, :7],
        np.dstack([PHOTO[:20, :20], PHOTO[:20, :20, :1]]),
        PHOTO[:24, :24, :1],
    ):
        assert looked_at("tiny_a", "tiny_b", crops=[crop])[0] == "good"


@pytest.mark.parametrize(
    ("change", "middle"),
    [
        ({"detour": BROKEN_DETOUR}, "broken"),
        ({"detour": BROKEN_DETOUR - 0.1}, "doubtful"),
        ({"kept": 0.1}, "broken"),
        ({"kept": 0.3}, "doubtful"),
        ({"work": 0.1}, "broken"),
        ({"work": 0.22}, "doubtful"),
        ({"contrast": 0.2}, "doubtful"),
        ({"colour_distance": 60.0, "colour_detour": 1.5}, "good"),
        ({"colour_distance": 30.0, "colour_detour": 5.0}, "good"),
        ({"colour_distance": 60.0, "colour_detour": 5.0}, "doubtful"),
    ],
)
def test_the_worst_step_decides(change, middle):
    assert judge([GOOD, replace(GOOD, **change), GOOD])[0] == middle


real = pytest.mark.skipif(
    not support.REAL.exists(), reason=f"REAL DATA MISSING: {support.REAL} does not exist"
)


def community(name):
    return support.REAL / "community" / f"{name}.safetensors"


@real
def test_a_published_network_and_its_child_shift_colours_and_nothing_else():
    crop = images.decode(support.REAL / "images" / "baboon.png")[30:78, 30:78]
    steps = walk(community("spanx4_ch48"), community("ClearReality4x"), [crop], CPU)
    middle, shift, reasons = judge(steps)
    assert middle == "good", reasons
    assert 5 < shift < 30


@real
def test_published_networks_trained_apart_are_broken_between():
    crop = images.decode(support.REAL / "images" / "baboon.png")[30:78, 30:78]
    steps = walk(community("spanx4_ch48"), community("4xSPANkendata"), [crop], CPU)
    assert judge(steps)[0] == "broken"
    paths = [support.REAL / "models" / f"dncnn_{name}.safetensors" for name in ("s15", "s25")]
    crop = images.decode(support.REAL / "images" / "01.png")[80:144, 80:144]
    assert judge(walk(*paths, [crop], CPU))[0] == "broken"
