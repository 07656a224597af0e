"""Lower precision: used where it is right, recorded, never a wrong picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support import networks as support

from generator.networks.engine import render
from generator.networks.running.precision import agrees, candidates, to_levels
from generator.networks.weights.load import load

CPU = torch.device("cpu")


@pytest.fixture
def photo():
    return support.planned(support.DATA / "photo.png")


def rendered(source, network, precision, scale=1):
    (made,) = render(
        [support.job(source, [(network, 1.0)], precision=precision, scale=scale)], device="cpu"
    )
    return made


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
@pytest.mark.parametrize("name", ["tiny_a", "tiny_x4_a"])
def test_low_precision_stays_within_a_level(photo, name, precision):
    network = support.file(support.DATA / f"{name}.safetensors")
    scale = 4 if "x4" in name else 1
    exact = rendered(photo, network, "fp32", scale)
    low = rendered(photo, network, precision, scale)
    assert exact.precision == "fp32"
    assert low.precision in (precision, "bf16", "fp32")
    difference = np.abs(exact.pixels.astype(int) - low.pixels)
    assert (difference <= 1).mean() >= 0.999


def huge(tensors):
    """The same function, through activations that overflow fp16."""
    changed = dict(tensors)
    last = max(int(key.split(".")[1]) for key in tensors)
    for key in ("body.0.weight", "body.0.bias"):
        changed[key] = tensors[key] * 1e7
    for key in tensors:
        if key.endswith(".bias") and key != f"body.{last}.bias" and key != "body.0.bias":
            changed[key] = tensors[key] * 1e7
    changed[f"body.{last}.weight"] = tensors[f"body.{last}.weight"] / 1e7
    return changed


def test_overflow_is_found_and_redone(tmp_path, photo):
    plain = support.write(tmp_path / "plain.safetensors", support.compact, 5)
    network = support.write(tmp_path / "huge.safetensors", support.compact, 5, change=huge)
    made = rendered(photo, network, "fp16")
    assert made.precision in ("bf16", "fp32")
    expected = rendered(photo, plain, "fp32")
    difference = np.abs(made.pixels.astype(int) - expected.pixels)
    assert (difference <= 1).mean() >= 0.999
    assert made.pixels.std() > 5


def test_overflow_that_begins_with_a_later_picture_is_found_too(tmp_path):
    def grows(tensors):
        return {
            key: value * (3e5 if key.startswith("body.0") else 1) for key, value in tensors.items()
        }

    network = support.write(tmp_path / "n.safetensors", support.compact, 1, change=grows)
    dark = support.planned(support.picture(tmp_path / "d.png", np.zeros((48, 48, 3), np.uint8)))
    bright = support.planned(support.picture(tmp_path / "b.png", support.pixels(48, 48, 3)))
    jobs = [support.job(each, [(network, 1.0)], precision="fp16") for each in (dark, bright)]
    for made in render(jobs, device="cpu"):
        exact = rendered(made.job.picture.input, network, "fp32")
        difference = np.abs(made.pixels.astype(int) - exact.pixels)
        assert (difference <= 1).mean() >= 0.999


def test_architectures_that_overflow_are_never_tried_in_half(tmp_path):
    path = support.write(tmp_path / "s.safetensors", support.swinir, 0).path
    tried = candidates(load(path), "fp16", CPU)
    assert torch.float16 not in tried
    assert tried[-1] is torch.float32
    compact = load(support.DATA / "tiny_a.safetensors")
    assert candidates(compact, "fp32", CPU) == (torch.float32,)
    assert candidates(compact, "fp16", CPU)[0] is torch.float16


def test_rounding_is_half_up_and_clipped():
    values = torch.tensor([-1.0, 0.0, 0.5 / 255, 0.49 / 255, 1.0, 7.0])
    assert to_levels(values).tolist() == [0, 0, 1, 0, 255, 255]


def test_the_bound():
    exact = torch.full((100, 100), 0.5)
    low = exact.clone()
    assert agrees(low + 0.99 / 255, exact, 0.999)
    low[0, :10] += 2 / 255
    assert agrees(low, exact, 0.999)
    assert not agrees(low, exact, 1.0)
    low[1, 0] += 2 / 255
    assert not agrees(low, exact, 0.999)
    low = exact.clone()
    low[5, 5] = float("nan")
    assert not agrees(low, exact, 0.999)
