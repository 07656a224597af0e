"""Kinship of networks whose history is known."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import asdict

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from support import networks as support

from generator import images
from generator.networks.ancestry import Layer, inspect, judge

DATA = support.DATA
PHOTO = images.decode(DATA / "photo.png")
CROPS = [PHOTO[:48, :48], PHOTO[-48:, -48:]]


def pair(*names, crops=CROPS):
    kinship = inspect([DATA / f"{name}.safetensors" for name in names], crops)
    (found,) = kinship.pairs
    assert kinship.verdict == found.verdict
    return found


@pytest.mark.parametrize(
    "names", [("tiny_a", "tiny_b"), ("tiny_b", "tiny_c"), ("tiny_gray_a", "tiny_gray_b")]
)
def test_fine_tuned_siblings_are_related(names):
    found = pair(*names)
    assert found.verdict == "related", found.reasons
    assert [step.alpha for step in found.steps] == [0.25, 0.5, 0.75]


def test_networks_trained_apart_are_unrelated():
    found = pair("tiny_a", "tiny_other")
    assert found.verdict == "unrelated"
    assert max(step.work_lost for step in found.steps) > max(
        step.work_lost for step in pair("tiny_a", "tiny_b").steps
    )


def test_one_network_with_its_channels_in_another_order_is_unrelated(tmp_path):
    state = load_file(DATA / "tiny_a.safetensors")
    order = torch.roll(torch.arange(16), 5)
    for key in ("body.2.weight", "body.2.bias", "body.3.weight"):
        state[key] = state[key][order]
    for key in ("body.4.weight", "body.4.bias", "body.5.weight"):
        state[key] = state[key][order]
    state["body.4.weight"] = state["body.4.weight"][:, order]
    state["body.6.weight"] = state["body.6.weight"][:, order]
    state["body.6.weight"] = state["body.6.weight"][order]
    for key in ("body.6.bias", "body.7.weight"):
        state[key] = state[key][order]
    state["body.8.weight"] = state["body.8.weight"][:, order]
    for key in ("body.8.weight", "body.8.bias", "body.9.weight"):
        state[key] = state[key][order]
    state["body.10.weight"] = state["body.10.weight"][:, order]
    twin = tmp_path / "twin.safetensors"
    save_file({key: value.contiguous() for key, value in state.items()}, twin)
    (found,) = inspect([DATA / "tiny_a.safetensors", twin], CROPS).pairs
    levels = PHOTO[:32, :32].astype(np.float32)
    outputs = [
        support.output([(support.file(path), 1.0)], levels)
        for path in (DATA / "tiny_a.safetensors", twin)
    ]
    np.testing.assert_allclose(*outputs, atol=1e-5)
    assert found.verdict != "related"
    assert min(layer.same_index for layer in found.layers) < 0.3


def test_a_network_and_itself():
    found = pair("tiny_a", "tiny_a")
    assert found.verdict == "related"
    assert all(layer.cosine == pytest.approx(1) for layer in found.layers)
    assert all(layer.same_index == 1 for layer in found.layers)
    assert all(step.barrier_db == 100 for step in found.steps)
    assert len(found.layers) == 6


def edited(tmp_path, change):
    """Return tiny_a with its weights changed in place by ``change``."""
    state = {key: v.float() for key, v in load_file(DATA / "tiny_a.safetensors").items()}
    change(state)
    path = tmp_path / f"{change.__name__}.safetensors"
    save_file(state, path)
    return path


def noise(state):
    torch.manual_seed(0)
    for value in state.values():
        value += 1e-4 * torch.randn_like(value)


def zeroed(state):
    state["body.4.weight"].zero_()


def noise_on_zeros(state):
    zeroed(state)
    noise(state)


def pruned(state):
    state["body.4.weight"][:12].zero_()


def faint(state):
    state["body.4.weight"] *= 1e-30


@pytest.mark.parametrize(
    ("one", "other"), [(zeroed, noise_on_zeros), (zeroed, noise), (zeroed, zeroed)]
)
def test_a_layer_that_is_zero_in_a_network_tells_nothing(tmp_path, one, other):
    (found,) = inspect([edited(tmp_path, one), edited(tmp_path, other)], CROPS).pairs
    assert found.verdict == "related", found.reasons
    assert "1 of 5 layers left out, which are zero in one" in found.reasons
    told = {layer.name: layer for layer in found.layers}
    assert (told["body.4"].cosine, told["body.4"].same_index) == (None, None)
    assert all(layer.cosine > 0.99 for name, layer in told.items() if name != "body.4")


def test_a_zero_layer_does_not_make_strangers_related(tmp_path):
    pair = [edited(tmp_path, zeroed), DATA / "tiny_other.safetensors"]
    assert inspect(pair).verdict == "unrelated"


@pytest.mark.parametrize("other", [pruned, faint])
def test_filters_that_are_zero_or_faint_in_one_network_leave_it_related(tmp_path, other):
    for pair in itertools.permutations([DATA / "tiny_a.safetensors", edited(tmp_path, other)]):
        (found,) = inspect(pair).pairs
        assert found.verdict == "related", found.reasons
        assert all(layer.same_index == 1 for layer in found.layers)


def test_networks_of_which_nothing_can_be_told_are_doubtful():
    verdict, reasons = judge([Layer("x", None, None), Layer("y", 1.0, 1.0)], [])
    assert verdict == "doubtful"
    assert reasons == ("no layer can be compared: each is zero in one of the networks",)


def test_the_figures_by_another_computation():
    names = ("tiny_a", "tiny_b")
    found = pair(*names)
    states = [load_file(DATA / f"{name}.safetensors") for name in names]
    a, b = (state["body.4.weight"].double().flatten().numpy() for state in states)
    layer = next(layer for layer in found.layers if layer.name == "body.4")
    assert layer.cosine == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=1e-5)
    files = [support.file(DATA / f"{name}.safetensors") for name in names]
    differences, work = [], []
    for crop in CROPS:
        levels = crop.astype(np.float32)
        one, other = (support.output([(file, 1.0)], levels) for file in files)
        mix = support.output([(files[0], 0.5), (files[1], 0.5)], levels)
        differences.append(mix - (one + other) / 2)
        work.append([one - levels / 255, other - levels / 255])
    rms = math.sqrt(np.mean(np.square(differences)))
    step = found.steps[1]
    assert step.barrier_db == pytest.approx(-20 * math.log10(rms), abs=0.01)
    greater = max(np.sqrt(np.mean(np.square(work), axis=(0, 2, 3, 4))))
    assert step.work_lost == pytest.approx(rms / greater, abs=0.001)
    shift = 255 * np.mean(differences, axis=(0, 1, 2))
    np.testing.assert_allclose(step.colour_shift, shift, atol=0.01)


def test_what_cannot_be_mixed_is_unrelated_and_said():
    found = pair("tiny_a", "tiny_x4_a")
    assert found.verdict == "unrelated"
    assert found.obstacle is not None
    assert "1 and 4" in found.obstacle
    assert found.layers == found.steps == ()


def test_many_models_pair_by_pair_as_json():
    paths = [DATA / f"tiny_{name}.safetensors" for name in ("a", "b", "other")]
    kinship = inspect(paths)
    assert [pair.verdict for pair in kinship.pairs] == ["related", "unrelated", "unrelated"]
    assert kinship.verdict == "unrelated"
    assert json.loads(json.dumps(asdict(kinship), allow_nan=False))["pairs"][0]["steps"] == []


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=9))
@settings(deadline=None)
def test_more_likeness_never_worsens_the_verdict(layers):
    ranks = ["related", "doubtful", "unrelated"]

    def verdict(bonus: float) -> int:
        better = [
            Layer("x", min(1.0, cosine + bonus), min(1.0, same + bonus)) for cosine, same in layers
        ]
        return ranks.index(judge(better, [])[0])

    assert verdict(0.1) <= verdict(0)


def test_the_weakest_layer_but_the_last_decides():
    alike, permuted = Layer("x", 0.95, 1.0), Layer("y", 0.12, 0.12)
    assert judge([alike, permuted, alike], [])[0] == "unrelated"
    assert judge([alike, alike, permuted], [])[0] == "related"
    assert judge([alike, Layer("z", 0.4, 0.95), alike], [])[0] == "doubtful"
    assert judge([permuted], [])[0] == "unrelated"


@pytest.mark.skipif(
    not support.REAL.exists(), reason=f"REAL DATA MISSING: {support.REAL} does not exist"
)
def test_published_networks_trained_apart():
    paths = [support.REAL / "models" / f"dncnn_{name}.safetensors" for name in ("s15", "s25")]
    crop = images.decode(support.REAL / "images" / "01.png")[80:144, 80:144]
    assert inspect(paths, [crop]).verdict == "unrelated"
