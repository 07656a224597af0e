"""Memory: measured, kept within what is stated, whatever the number and size of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from support import networks as support

from generator.images.rendered import Failed
from generator.networks.batches import INPUT_BUDGET, in_order
from generator.networks.engine import render
from generator.networks.running import memory
from generator.networks.running.forward import Forward
from generator.networks.running.memory import largest_side
from generator.networks.weights.load import load

CPU = torch.device("cpu")

# Runs jobs in a process of its own and prints how much its peak memory grew, in MiB.
CHILD = """
from support import networks as support
import numpy as np
from pathlib import Path
from generator.networks.running import memory
from generator.networks.engine import render

memory.CPU_BUDGET = {budget}
def peak():
    # Not getrusage: its peak outlives exec, so a large parent would hide all growth.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
def run(jobs):
    for made in render(jobs, device="cpu"):
        assert hasattr(made, "pixels"), made.reason
        assert made.pixels.std() > 5
folder = Path({folder!r})
net = [support.file(support.DATA / f"tiny_{{name}}.safetensors") for name in "ab"]
{body}
print(peak() - before)
"""


def growth(folder: Path, body: str, budget: int = 2**30) -> float:
    script = CHILD.format(folder=str(folder), body=body, budget=budget)
    return float(support.printed_apart(script))


@pytest.mark.slow
def test_a_large_picture_takes_its_levels_and_the_budget(tmp_path):
    side = 2048
    support.picture(tmp_path / "large.png", support.pixels(side, side, 3))
    body = """
small = support.planned(support.picture(folder / "small.png", support.pixels(64, 64, 3)))
run([support.job(small, [(net[0], 1.0)], precision="fp32")])
large = support.planned(folder / "large.png")
before = peak()
run([support.job(large, [(net[0], 0.5), (net[1], 0.5)], precision="fp32")])
"""
    grown = growth(tmp_path, body, budget=96 * 2**20)
    # Levels in float32, 8-bit pixels of input and output twice over, the tiles, as much again for
    # holes between blocks that are kept, and what libraries allocate once for larger pictures.
    stated = (12 + 4 * 3) * side**2 / 2**20 + 2 * 96 + 64
    untiled = 2 * 16 * 4 * side**2 / 2**20
    assert grown < stated < untiled


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    body = """
source = support.planned(support.picture(folder / "p.png", support.pixels(128, 128, 3)))
def sweep(count):
    alphas = [(i + 0.5) / count for i in range(count)]
    return [support.job(source, [(net[0], 1 - a), (net[1], a)]) for a in alphas]
run(sweep(20))
before = peak()
run(sweep(120))
"""
    assert growth(tmp_path, body) < 16


def test_inputs_are_taken_in_turns_that_fit(tmp_path):
    network = support.file(support.DATA / "tiny_a.safetensors")
    path = support.picture(tmp_path / "p.png", support.pixels(8, 8, 3))
    small = support.planned(path)
    sources = [
        type(small)(small.file, (0, 0, i, 1), 1, None, 4000 + i, 3000, 3, alpha=False)
        for i in range(1, 7)
    ]
    jobs = [support.job(source, [(network, 1.0)]) for source in sources]
    batches = list(in_order(jobs))
    assert [source for batch in batches for source in batch.inputs] == sources
    for batch in batches:
        held = sum(12 * source.width * source.height for source in batch.inputs)
        assert held <= INPUT_BUDGET or len(batch.inputs) == 1
    assert len(batches) < len(sources)


@pytest.mark.parametrize(
    "make", [support.compact, lambda: support.compact(scale=4), support.esrgan]
)
def test_the_fit_predicts_what_a_larger_run_takes(tmp_path, make):
    descriptor = load(support.write(tmp_path / "n.safetensors", make, 0).path)
    forward = Forward(descriptor, torch.float32)

    def run(side):
        forward(torch.full((side, side, 3), 128.0))

    side = 200
    needed = memory._peak(run, side, CPU)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "_free", lambda _: needed)
        assert largest_side(run, CPU) == pytest.approx(side, rel=0.05)


@given(per_pixel=st.integers(1, 10_000), fixed=st.integers(0, 10**8), free=st.integers(0, 10**11))
@settings(deadline=None, max_examples=50)
def test_the_largest_side_fits_by_the_fit(per_pixel, fixed, free):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "_peak", lambda _, side, __: float(fixed + per_pixel * side * side))
        patch.setattr(memory, "_free", lambda _: float(free))
        side = largest_side(lambda _: None, CPU)
    assert side == 1 or fixed + per_pixel * side * side <= free * (1 + 1e-9) + per_pixel


def test_what_cannot_be_held_is_refused_before_the_system_ends_the_program(tmp_path, monkeypatch):
    net = [support.file(support.DATA / f"tiny_{name}.safetensors") for name in "ab"]
    small, large = (
        support.planned(support.picture(tmp_path / f"{side}.png", support.pixels(side, side, 3)))
        for side in (64, 512)
    )
    monkeypatch.setattr(memory, "available", lambda: 6.5 * 512**2)
    made = list(
        render(
            [
                support.job(small, [(net[0], 1.0)], fix="average"),
                support.job(large, [(net[0], 0.5), (net[1], 0.5)]),
                support.job(large, [(net[0], 0.3), (net[1], 0.7)], fix="average"),
                support.blend(large, [(net[0], 0.5), (net[1], 0.5)]),
            ],
            device="cpu",
        )
    )
    refused = [each for each in made if isinstance(each, Failed)]
    assert [(each.job.picture.width, each.job.picture.recipe.color_fix) for each in refused] == [
        (512, "average"),
        (512, "none"),
    ]
    for each in refused:
        assert "takes at least 0.0 GiB of memory, of which 0.0 are free" in each.reason
    assert len(made) == 4


def test_free_memory_is_what_programs_may_take(monkeypatch):
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    total = int(told["MemTotal"].split()[0]) * 1024
    assert total / 100 < memory.available() < total
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "MemFree: 5 kB\n")
    assert memory.available() == float("inf")

    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert memory.available() == float("inf")
