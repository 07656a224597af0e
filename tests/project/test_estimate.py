"""What rendering will cost, said before: operations counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.site import network

from generator.plan import Blend, Classic, Encoding, File, Frame, Input, Job, Mix, Picture, Recipe
from generator.plan.info import FileInfo
from generator.project.estimate import estimate_seconds, estimate_sizes, flops, keep_rate
from generator.store import Store

ONE, OTHER = (File(letter * 64, Path(f"{letter}.safetensors")) for letter in "ab")
INPUT = Input(File("c" * 64, Path("c.png")), None, 1, None, 30, 20, 3, False)
INFO = FileInfo({}, {}, {file.sha256: network() for file in (ONE, OTHER)}, {}, {})
HALVES = ((ONE, 0.5), (OTHER, 0.5))

# The toy network has 1,234 parameters: each is multiplied and added at 30 × 20 pixels.
ONCE = 1_234 * 2 * 30 * 20


def job(recipe: Recipe) -> Job:
    return Job(Picture(INPUT, recipe, 30, 20), None, None)


@pytest.mark.parametrize(
    ("recipe", "runs"),
    [
        (Mix(HALVES, "none", "auto", "auto"), 1),
        (Blend(HALVES, "none", "auto", "auto"), 2),
        (Classic(), 0),
    ],
)
def test_work_is_two_operations_for_each_parameter_pixel_and_run(recipe: Recipe, runs: int) -> None:
    assert flops([job(recipe)], INFO) == runs * ONCE
    assert flops([job(recipe)] * 3, INFO) == 3 * runs * ONCE


def test_seconds_are_those_of_the_last_build_that_took_long_enough(tmp_path: Path) -> None:
    jobs, store = [job(Mix(HALVES, "none", "auto", "auto"))], Store(tmp_path)
    guess = estimate_seconds(jobs, INFO, store)
    assert 0 < guess < 1e-3
    keep_rate(jobs, INFO, store, 19.0)
    assert estimate_seconds(jobs, INFO, store) == guess
    keep_rate(jobs, INFO, store, 40.0)
    assert estimate_seconds(jobs, INFO, store) == pytest.approx(40)
    assert estimate_seconds(jobs * 2, INFO, store) == pytest.approx(80)


def test_sizes_are_guessed_by_area_and_format_where_no_file_is_there(tmp_path: Path) -> None:
    def frame(width: int, encoding: Encoding) -> Frame:
        return Frame(Picture(INPUT, Classic(), width, 20), encoding)

    webp, avif, exact = (
        frame(width, Encoding(name, quality))
        for width, name, quality in ((30, "webp", 90), (60, "avif", 90), (90, "webp", "lossless"))
    )
    sizes = estimate_sizes([webp, avif, exact], Store(tmp_path))
    assert list(sizes) == [webp.key, avif.key, exact.key]
    assert list(sizes.values()) == pytest.approx([30 * 20 * 0.2, 60 * 20 * 0.15, 90 * 20 * 1.0])
