"""Laws of mixing, against plain arithmetic on state dicts."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from spandrel import ModelLoader
from support import networks as support

from generator.errors import IncompatibleError, ModelError, OutputError
from generator.networks.engine import render
from generator.networks.weights import mix as mixing
from generator.networks.weights.load import load
from generator.networks.weights.mix import Mixer, mix_file

CPU = torch.device("cpu")
TINY = [support.DATA / f"tiny_{name}.safetensors" for name in "abc"]


def state(path) -> dict[str, torch.Tensor]:
    return load(path).model.state_dict()


def mixed(weights, budget=2**30) -> dict[str, torch.Tensor]:
    return Mixer(CPU, budget).mix(weights).model.state_dict()


@given(st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_two_networks_are_mixed_as_defined(alpha):
    a, b = state(TINY[0]), state(TINY[1])
    found = mixed([(TINY[0], 1 - alpha), (TINY[1], alpha)])
    assert found.keys() == a.keys()
    for key in a:
        torch.testing.assert_close(
            found[key], (1 - alpha) * a[key] + alpha * b[key], rtol=1e-6, atol=1e-8
        )


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
@settings(max_examples=20, deadline=None)
def test_the_sum_of_many_and_mixes_of_mixes(tmp_path_factory, raw):
    weights = [each / sum(raw) for each in raw]
    assert sum(weights) == pytest.approx(1)
    direct = mixed(list(zip(TINY, weights, strict=True)))
    half = tmp_path_factory.mktemp("mix") / "half.safetensors"
    pair = weights[0] + weights[1]
    mix_file([(TINY[0], weights[0] / pair), (TINY[1], weights[1] / pair)], half)
    twice = mixed([(half, pair), (TINY[2], weights[2])])
    for key, value in direct.items():
        torch.testing.assert_close(twice[key], value, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("path", TINY)
def test_a_coefficient_of_one_is_the_parent_to_the_bit(path):
    mixer = Mixer(CPU, 2**30)
    mixer.mix([(TINY[0], 0.3), (TINY[1], 0.7)])
    for key, value in mixer.mix([(path, 1.0)]).model.state_dict().items():
        assert torch.equal(value, state(path)[key])


def test_constants_are_kept_and_have_to_be_equal(tmp_path):
    key = "layers.0.residual_group.blocks.0.attn.relative_position_index"
    a = support.write(tmp_path / "a.safetensors", support.swinir, 0).path
    b = support.write(tmp_path / "b.safetensors", support.swinir, 1).path
    found = mixed([(a, 0.3), (b, 0.7)])
    assert found[key].dtype is torch.int64
    assert torch.equal(found[key], state(a)[key])
    other = support.write(
        tmp_path / "c.safetensors",
        support.swinir,
        2,
        change=lambda tensors: {**tensors, key: tensors[key].flip(0)},
    ).path
    with pytest.raises(IncompatibleError, match=key) as caught:
        mixed([(a, 0.5), (other, 0.5)])
    assert str(a) in str(caught.value)
    assert str(other) in str(caught.value)


def test_statistics_of_batch_normalisation_are_mixed_and_counters_do_not_matter(tmp_path):
    def trained_longer(tensors):
        return {
            key: value + 7 if key.endswith("num_batches_tracked") else value
            for key, value in tensors.items()
        }

    a = support.write(tmp_path / "a.safetensors", lambda: support.dncnn(mode="BR"), 0).path
    b = support.write(
        tmp_path / "b.safetensors", lambda: support.dncnn(mode="BR"), 1, change=trained_longer
    ).path
    found = mixed([(a, 0.25), (b, 0.75)])
    for key in ("model.3.running_mean", "model.3.running_var"):
        expected = 0.25 * state(a)[key] + 0.75 * state(b)[key]
        torch.testing.assert_close(found[key], expected)
        assert not torch.equal(found[key], state(a)[key])


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (support.compact, lambda: support.compact(features=12), "8×3×3×3.* 12×3×3×3"),
        (support.compact, lambda: support.compact(convolutions=3), "body"),
        (support.compact, support.span, "Compact.*SPAN"),
        (support.compact, lambda: support.compact(channels=1), "3 and 1"),
        (support.compact, lambda: support.compact(scale=2), "1 and 2"),
    ],
)
def test_what_cannot_be_mixed_is_said_with_key_and_shapes(tmp_path, one, other, message):
    a = support.write(tmp_path / "a.safetensors", one, 0).path
    b = support.write(tmp_path / "b.safetensors", other, 1).path
    with pytest.raises(IncompatibleError, match=message):
        mixed([(a, 0.5), (b, 0.5)])


def test_span_is_mixed_by_its_factors(tmp_path):
    files = [support.write(tmp_path / f"{i}.safetensors", support.span, i) for i in (0, 1)]
    weights = [(files[0], 0.4), (files[1], 0.6)]
    expected = support.output(weights, support.pixels(20, 24, 3))
    source = support.planned(support.picture(tmp_path / "p.png", support.pixels(20, 24, 3)))
    (made,) = render([support.job(source, weights, scale=2)], device="cpu")
    assert np.abs(made.pixels - support.to_pixels(expected)).max() <= 1
    out = tmp_path / "mix.safetensors"
    mix_file([(each.path, weight) for each, weight in weights], out)
    # The fused convolution in the file is the product of the mixed factors.
    network = ModelLoader().load_from_file(out).model
    stored = network.conv_1.eval_conv.weight.clone()
    network.conv_1.update_params()
    torch.testing.assert_close(network.conv_1.eval_conv.weight, stored)


def test_keys_of_either_generation_are_unified(tmp_path):
    old = support.write(tmp_path / "old.safetensors", support.esrgan, 0)

    def modern(tensors):
        names = {"model.0": "conv_first", "model.1.sub.1": "conv_body", "model.3": "conv_up1"}
        names |= {"model.5": "conv_hr", "model.7": "conv_last"}
        renamed = {}
        for key, value in tensors.items():
            stem, kind = key.rsplit(".", 1)
            if stem in names:
                renamed[f"{names[stem]}.{kind}"] = value
            else:  # model.1.sub.0.RDB1.conv1.0.weight
                _, _, _, block, dense, convolution, _ = stem.split(".")
                renamed[f"body.{block}.{dense.lower()}.{convolution}.{kind}"] = value
        return renamed

    new = support.write(tmp_path / "new.safetensors", support.esrgan, 1, change=modern)
    plain = support.write(tmp_path / "plain.safetensors", support.esrgan, 1)
    one = mixed([(old.path, 0.5), (new.path, 0.5)])
    other = mixed([(old.path, 0.5), (plain.path, 0.5)])
    assert all(torch.equal(one[key], other[key]) for key in other)


def test_a_sweep_neither_reloads_nor_rebuilds(monkeypatch):
    loads = []
    monkeypatch.setattr(mixing, "load", lambda path: loads.append(path) or load(path))
    mixer = Mixer(CPU, 2**30)
    modules = {
        id(mixer.mix([(TINY[0], 1 - i / 10), (TINY[1], i / 10)][i == 10 : 2 - (i == 0)]).model)
        for i in range(11)
    }
    assert sorted(loads) == sorted(TINY[:2])
    assert len(modules) == 1


def test_other_precisions_are_cast_from_the_float32_sum():
    mixer = Mixer(CPU, 2**30)
    for alpha in (0.2, 0.9):
        exact = mixer.mix([(TINY[0], 1 - alpha), (TINY[1], alpha)]).model.state_dict()
        low = mixer.network(torch.bfloat16).model.state_dict()
        assert all(torch.equal(low[key], exact[key].bfloat16()) for key in exact)


def test_many_parents_stay_within_the_budget(tmp_path):
    files = [
        support.write(tmp_path / f"{i}.safetensors", support.compact, i).path for i in range(12)
    ]
    each = sum(value.nbytes for value in state(files[0]).values())
    mixer = Mixer(CPU, 3 * each)
    for path in [*files, *reversed(files)]:
        found = mixer.mix([(path, 1.0)]).model.state_dict()
        assert all(torch.equal(found[key], value) for key, value in state(path).items())
        held = sum(parent.floats.nbytes for parent in mixer._parents.values())
        assert held <= 3 * each


def test_families_take_turns(tmp_path):
    other = support.write(tmp_path / "s.safetensors", support.span, 0).path
    mixer = Mixer(CPU, 2**30)
    for path in (TINY[0], other, TINY[1], other):
        found = mixer.mix([(path, 1.0)]).model.state_dict()
        assert all(torch.equal(found[key], value) for key, value in state(path).items())


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_mixed_files_may_be_read_by_whom_the_umask_says(tmp_path, umask):
    out = tmp_path / "out.safetensors"
    before = os.umask(umask)
    try:
        mix_file([(TINY[0], 0.5), (TINY[1], 0.5)], out)
    finally:
        os.umask(before)
    assert out.stat().st_mode & 0o777 == 0o666 & ~umask
    assert [path.name for path in tmp_path.iterdir()] == ["out.safetensors"]


def test_mixed_files_say_where_they_come_from(tmp_path):
    before = [path.read_bytes() for path in TINY[:2]]
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    mix_file([(TINY[0], 0.3), (TINY[1], 0.7)], one)
    mix_file([(TINY[1], 0.7), (TINY[0], 0.3)], other)
    assert one.read_bytes() == other.read_bytes()
    assert [path.read_bytes() for path in TINY[:2]] == before
    with safe_open(one, "pt") as opened:
        about = json.loads(opened.metadata()["alphagrid"])
    assert about["tool"].startswith("alphagrid ")
    expected = [
        {"file": path.name, "sha256": support.file(path).sha256, "weight": weight}
        for path, weight in zip(TINY, (0.3, 0.7), strict=False)
    ]
    assert sorted(about["parents"], key=lambda each: each["file"]) == expected
    assert sorted(each.name for each in tmp_path.iterdir()) == [one.name, other.name]
    assert all(value.dtype is torch.float32 for value in state(one).values())


@pytest.mark.parametrize("make", [support.compact, support.span, support.esrgan, support.swinir])
def test_a_mixed_file_gives_the_frames_of_the_mix_to_the_bit(tmp_path, make):
    files = [support.write(tmp_path / f"{i}.safetensors", make, i) for i in (3, 4)]
    scale = load(files[0].path).scale
    out = tmp_path / "mix.safetensors"
    mix_file([(files[0].path, 0.35), (files[1].path, 0.65)], out)
    source = support.planned(support.picture(tmp_path / "p.png", support.pixels(32, 24, 3)))
    jobs = [
        support.job(source, weights, scale=scale, precision="fp32")
        for weights in ([(files[0], 0.35), (files[1], 0.65)], [(support.file(out), 1.0)])
    ]
    pictures = [made.pixels for made in render(jobs, device="cpu")]
    np.testing.assert_array_equal(*pictures)


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        mix_file([(TINY[0], 1.0)], tmp_path / "no" / "folder" / "out.safetensors")
    with pytest.raises(ModelError, match="nothing to mix"):
        mix_file([(TINY[0], 0.0)], tmp_path / "out.safetensors")
    with pytest.raises(ModelError, match="cannot be read"):
        mix_file([(tmp_path / "none.pth", 1.0)], tmp_path / "out.safetensors")
