"""Ancestors in common, told from weights."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from support import networks as support

from generator.networks.ancestry import ALIKE, compare_layer, compare_layers, judge, order_z
from generator.networks.weights.load import load
from generator.plan.kinship import Layer

DATA = support.DATA

real = pytest.mark.skipif(
    not support.REAL.exists(), reason=f"REAL DATA MISSING: {support.REAL} does not exist"
)


def compared(*paths):
    one, other = (load(path).model for path in paths)
    layers = compare_layers(one, other)
    return judge(layers)[0], {layer.name: layer for layer in layers}


def fixture(name):
    return DATA / f"{name}.safetensors"


def community(name):
    return support.REAL / "community" / f"{name}.safetensors"


def weights(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_z_is_what_permutations_give():
    one = torch.randn(12, 30, dtype=torch.float64)
    other = one + 2 * torch.randn(12, 30, dtype=torch.float64)
    a, b = (each.numpy() / np.linalg.norm(each, axis=1, keepdims=True) for each in (one, other))
    cosines = a @ b.T
    rng = np.random.default_rng(0)
    drawn = [cosines[np.arange(12), rng.permutation(12)].sum() for _ in range(20_000)]
    expected = (np.trace(cosines) - np.mean(drawn)) / np.std(drawn)
    assert order_z(one, other) == pytest.approx(expected, rel=0.03)


@given(st.integers(8, 40), st.integers(0, 1000))
@settings(deadline=None)
def test_chance_alone_is_never_likeness(filters, seed):
    z = order_z(weights(filters, 27, seed=seed), weights(filters, 27, seed=seed + 5000))
    assert z is None or abs(z) < ALIKE


def test_size_of_the_numbers_and_a_common_direction_change_nothing():
    one, other = weights(16, 27), weights(16, 27, seed=1)
    z = order_z(one, other)
    assert order_z(1e-20 * one, 3 * other) == pytest.approx(z, abs=1e-3)
    alike = 3 * weights(1, 27, seed=2)
    assert abs(order_z(one + alike, other + alike)) < ALIKE
    assert order_z(one + alike, one + alike) > 2 * ALIKE


@pytest.mark.parametrize(
    "layer",
    [
        torch.eye(32)[:, :, None, None],
        torch.cat([torch.eye(16), torch.eye(16)])[:, :, None, None],
        torch.eye(32)[:16],
        torch.diag(torch.arange(1.0, 33)),
        torch.zeros(32, 16, 3, 3),
        torch.ones(32, 16, 3, 3),
        torch.nn.init.dirac_(torch.empty(32, 32, 3, 3)),
        weights(4, 4, 3, 3),
    ],
    ids=["identity", "twice", "half", "gains", "zero", "constant", "kernel", "few"],
)
def test_layers_that_say_nothing(layer):
    assert compare_layer("x", layer, layer).z is None
    assert judge([compare_layer("x", layer, layer)])[0] == "doubtful"


def test_almost_identities_of_strangers_are_no_likeness():
    one, other = (
        torch.diag(1 + 0.2 * weights(64, seed=seed)) + 0.01 * weights(64, 64, seed=seed + 9)
        for seed in (1, 2)
    )
    assert abs(compare_layer("x", one, other).z) < ALIKE


def test_where_outputs_have_a_meaning_inputs_must_match_too():
    """The pixels that a shuffle makes of channels are alike in networks trained apart."""
    pattern = weights(48, seed=3)
    one, other = (pattern[:, None] * weights(1, 64, seed=seed) for seed in (1, 2))
    one, other = (each + 0.1 * weights(48, 64, seed=seed) for seed, each in ((4, one), (5, other)))
    layer = compare_layer("last", one, other)
    assert layer.z < ALIKE
    assert compare_layer("last", one, one + 0.1 * weights(48, 64, seed=6)).z > ALIKE


def test_layers_of_any_rank_are_compared():
    for shape in [(16, 9), (16, 16, 3), (16, 16, 3, 3), (1, 16, 16, 3, 3), (16, 1, 1, 8, 5)]:
        holder = torch.nn.Module()
        holder.weight = torch.nn.Parameter(weights(*shape))
        (layer,) = compare_layers(holder, holder)
        assert layer.z > ALIKE, shape
        assert layer.cosine == pytest.approx(1)


def test_tables_of_positions_do_not_count():
    network = support.swinir()
    names = [layer.name for layer in compare_layers(network, network)]
    assert names
    assert not any("position" in name or "bias" in name for name in names)


@pytest.mark.parametrize(
    "names",
    [("tiny_a", "tiny_b"), ("tiny_b", "tiny_c"), ("tiny_gray_a", "tiny_gray_b"),
     ("tiny_x4_a", "tiny_x4_b")],
)  # fmt: skip
def test_fine_tuned_siblings_are_related(names):
    verdict, layers = compared(*map(fixture, names))
    assert verdict == "related"
    assert min(layer.z for layer in layers.values() if layer.z is not None) > 1.5 * ALIKE


def test_networks_trained_apart_are_unrelated():
    for other in ("tiny_a", "tiny_b", "tiny_c"):
        verdict, layers = compared(fixture("tiny_other"), fixture(other))
        assert verdict == "unrelated"
        assert max(layer.z for layer in layers.values()) < 0.7 * ALIKE


@real
def test_a_published_network_and_its_child_are_related():
    verdict, layers = compared(community("spanx4_ch48"), community("ClearReality4x"))
    assert verdict == "related"
    told = {name: layer for name, layer in layers.items() if layer.z is not None}
    assert min(layer.z for layer in told.values()) > 2 * ALIKE
    assert min(layer.cosine for layer in told.values()) < 0.7
    # Factors that are identities or zero.
    assert not any(name.endswith(("conv.0", "conv.2", "sk")) for name in told)
    assert "conv_1.conv.1" in told


@real
@pytest.mark.parametrize("other", ["spanx4_ch48", "ClearReality4x"])
def test_published_networks_trained_apart_are_unrelated(other):
    verdict, layers = compared(community("4xSPANkendata"), community(other))
    assert verdict == "unrelated"
    assert max(layer.z for layer in layers.values() if layer.z is not None) < 0.7 * ALIKE
    paths = [support.REAL / "models" / f"dncnn_{name}.safetensors" for name in ("s15", "s25")]
    assert compared(*paths)[0] == "unrelated"


def edited(tmp_path, change):
    """Return tiny_a with its weights changed in place by ``change``."""
    state = {key: v.float() for key, v in load_file(fixture("tiny_a")).items()}
    change(state)
    path = tmp_path / f"{change.__name__}.safetensors"
    save_file({key: value.contiguous() for key, value in state.items()}, path)
    return path


def permuted(state):
    """Put the channels behind one convolution into another order: the same function."""
    order = torch.roll(torch.arange(16), 5)
    for key in ("body.4.weight", "body.4.bias", "body.5.weight"):
        state[key] = state[key][order]
    state["body.6.weight"] = state["body.6.weight"][:, order]


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


def other_head(state):
    """Train the first layer, which is small, anew."""
    state["body.0.weight"] = weights(16, 3, 3, 3)


def test_one_layer_in_another_order_leaves_a_doubt(tmp_path):
    verdict, layers = compared(fixture("tiny_a"), edited(tmp_path, permuted))
    assert verdict == "doubtful"
    strange = {name for name, layer in layers.items() if layer.z < ALIKE}
    assert strange == {"body.4", "body.6"}


@pytest.mark.parametrize(
    ("one", "other"), [(zeroed, noise_on_zeros), (zeroed, noise), (zeroed, zeroed)]
)
def test_a_layer_that_is_zero_in_a_network_tells_nothing(tmp_path, one, other):
    verdict, layers = compared(edited(tmp_path, one), edited(tmp_path, other))
    assert verdict == "related"
    assert (layers["body.4"].cosine, layers["body.4"].z) == (None, None)
    assert all(layer.cosine > 0.99 for name, layer in layers.items() if name != "body.4")


def test_a_zero_layer_does_not_make_strangers_related(tmp_path):
    assert compared(edited(tmp_path, zeroed), fixture("tiny_other"))[0] == "unrelated"


@pytest.mark.parametrize("other", [pruned, faint])
def test_filters_that_are_zero_or_faint_in_one_network_leave_it_related(tmp_path, other):
    for pair in itertools.permutations([fixture("tiny_a"), edited(tmp_path, other)]):
        assert compared(*pair)[0] == "related"


def layer(z, weights=1000, name="x"):
    return Layer(name, weights, 0.5, z)


def test_no_small_layer_decides():
    assert judge([layer(20)] * 9 + [layer(0, weights=80)])[0] == "related"
    assert judge([layer(0)] * 9 + [layer(20, weights=80)])[0] == "unrelated"
    verdict, reasons = judge([layer(20)] * 9 + [layer(0, name="odd")])
    assert verdict == "doubtful"
    assert "not more alike than chance: odd" in reasons


def test_layers_speak_by_what_they_hold():
    assert judge([layer(20, 20_000), *[layer(0, 100)] * 10])[0] == "related"
    assert judge([layer(0, 20_000), *[layer(20, 100)] * 10])[0] == "unrelated"


def test_networks_of_which_nothing_can_be_told_are_doubtful():
    verdict, reasons = judge([layer(None)])
    assert verdict == "doubtful"
    assert reasons == ("no layer tells whether they are related: all are small, or zero",)
    assert judge([])[0] == "doubtful"


@given(st.lists(st.tuples(st.floats(-9, 30), st.integers(10, 10_000)), min_size=1, max_size=9))
def test_more_likeness_never_worsens_the_verdict(found):
    ranks = ["related", "doubtful", "unrelated"]

    def verdict(bonus: float) -> int:
        return ranks.index(judge([layer(z + bonus, count) for z, count in found])[0])

    assert verdict(2) <= verdict(0)


def test_wide_layers_are_sampled():
    one = weights(5000, 64)
    assert order_z(one, one + weights(5000, 64, seed=1)) > 2 * ALIKE
    assert not math.isnan(order_z(one, weights(5000, 64, seed=2)))
