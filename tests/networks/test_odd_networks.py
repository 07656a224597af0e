"""Networks that are not as most are: their right pictures, not only no error."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from spandrel import ModelLoader, ModelTiling
from spandrel.architectures.DAT import DAT
from spandrel.architectures.DRCT import DRCT
from spandrel.architectures.DRUNet import DRUNet
from spandrel.architectures.FFTformer import FFTformer
from spandrel.architectures.HAT import HAT
from spandrel.architectures.Swin2SR import Swin2SR
from spandrel.architectures.SwinIR import SwinIR
from support import networks as support

from generator.errors import IncompatibleError, ModelError
from generator.networks.engine import render
from generator.networks.running.forward import Forward
from generator.networks.running.tiles import run_tiled, squares, tiling_of, window_of
from generator.networks.weights import mix as mixing
from generator.networks.weights.load import load
from generator.networks.weights.mix import Mixer, mix_file, write
from generator.networks.weights.read import read_model
from generator.plan import ByGroup, Noise
from generator.plan.info import mixable

CPU = torch.device("cpu")


def quiet(make):
    def made():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
            return make()

    return made


def mixed(weights):
    return Mixer(CPU, 2**30).mix(weights)


# Weights of five dimensions


def fftformer():
    return FFTformer(dim=8, num_blocks=[1, 1, 1], num_refinement_blocks=1)


def test_weights_of_five_dimensions_are_mixed_and_run(tmp_path):
    files = [support.write(tmp_path / f"{i}.safetensors", fftformer, i) for i in (0, 1)]
    assert 5 in {value.dim() for value in load(files[0].path).model.state_dict().values()}
    weights = [(files[0], 0.25), (files[1], 0.75)]
    picture = support.pixels(32, 32, 3)
    source = support.planned(support.picture(tmp_path / "p.png", picture))
    (made,) = render([support.job(source, weights)], device="cpu")
    expected = support.to_pixels(support.output(weights, picture))
    assert np.abs(made.pixels - expected).max() <= 1
    assert made.pixels.std() > 1


def test_four_dimensions_keep_channels_side_by_side(tmp_path):
    file = support.write(tmp_path / "n.safetensors", support.compact, 0)
    weight = mixed([(file.path, 1.0)]).model.state_dict()["body.0.weight"]
    assert weight.is_contiguous(memory_format=torch.channels_last)


# Random numbers


class Draws(torch.nn.Module):
    def forward(self, image):
        return image * 0.5 + torch.rand_like(image) * 0.5


def test_networks_that_draw_random_numbers_make_one_picture(tmp_path):
    descriptor = load(support.write(tmp_path / "n.safetensors", support.compact, 0).path)
    descriptor._model = Draws()
    levels = torch.full((8, 8, 3), 128.0)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, other = (Forward(descriptor, torch.float32)(levels) for _ in range(2))
    assert one.std() > 0.1
    assert torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), before)


# Masks of another size of patches

COMMON = {"embed_dim": 12, "num_heads": [2], "mlp_ratio": 2.0, "upscale": 2, "window_size": 8}
PATCHES = {
    "SwinIR": lambda size: SwinIR(
        **COMMON, img_size=size, depths=[2], upsampler="pixelshuffledirect"
    ),
    "Swin2SR": lambda size: Swin2SR(
        **COMMON, img_size=size, depths=[2], upsampler="pixelshuffledirect"
    ),
    "DRCT": lambda size: DRCT(
        **{**COMMON, "num_heads": [6]}, img_size=size, depths=[6], gc=6, upsampler="pixelshuffle"
    ),
    "DAT": lambda size: DAT(
        img_size=size, embed_dim=16, num_heads=[2], expansion_factor=2.0, upscale=2, depth=[4],
        split_size=[8, 8],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PATCHES)
def test_networks_of_two_patch_sizes_are_mixed(tmp_path, name):
    make = PATCHES[name]
    small, large = (
        support.write(tmp_path / f"{size}.safetensors", quiet(lambda size=size: make(size)), seed)
        for seed, size in ((0, 16), (1, 24))
    )
    masks = {key for key, value in load_file(small.path).items() if "attn_mask" in key}
    other = load_file(large.path)
    assert masks
    assert all(other[key].shape != load_file(small.path)[key].shape for key in masks)
    assert mixable(read_model(small.path), read_model(large.path)) is None
    generator = torch.Generator().manual_seed(0)
    for size in ((16, 16), (24, 24), (32, 16)):
        image = torch.rand(1, 3, *size, generator=generator)
        for first, second in ((small, large), (large, small)):
            alone = quiet(lambda path=second.path: ModelLoader().load_from_file(path))()(image)
            mixer = Mixer(CPU, 2**30)
            mixer.mix([(first.path, 1.0)])
            found = mixer.mix([(second.path, 1.0)])(image)
            assert mixer.family == 1
            torch.testing.assert_close(found, alone, atol=1e-5, rtol=0)
        ways = [
            mixed(order)(image)
            for order in (
                [(small.path, 0.3), (large.path, 0.7)], [(large.path, 0.7), (small.path, 0.3)]
            )
        ]  # fmt: skip
        torch.testing.assert_close(*ways, atol=1e-5, rtol=0)


def test_windows_of_another_size_are_still_told(tmp_path):
    kinds = [{**COMMON, "window_size": size} for size in (4, 8)]
    infos = [
        read_model(
            support.write(
                tmp_path / f"{i}.safetensors",
                quiet(
                    lambda kind=kind: Swin2SR(
                        **kind, img_size=16, depths=[2], upsampler="pixelshuffledirect"
                    )
                ),
                i,
            ).path
        )
        for i, kind in enumerate(kinds)
    ]
    assert "has shape" in (mixable(*infos) or "")


# Windows and tiles


def hat():
    return HAT(
        img_size=16, window_size=16, embed_dim=12, depths=(2,), num_heads=(2,), mlp_ratio=2.0,
        upscale=2, upsampler="pixelshuffle", compress_ratio=3, squeeze_factor=6,
    )  # fmt: skip


WINDOWS = {
    "HAT": (quiet(hat), 16),
    "DAT": (quiet(lambda: PATCHES["DAT"](16)), 8),
    "DAT of oblongs": (
        quiet(
            lambda: DAT(
                img_size=16, embed_dim=16, num_heads=[2], expansion_factor=2.0, upscale=2,
                depth=[4], split_size=[8, 16],
            )
        ),
        16,
    ),
    "Swin2SR": (quiet(lambda: PATCHES["Swin2SR"](16)), 8),
    "SwinIR": (quiet(lambda: PATCHES["SwinIR"](16)), 8),
    "compact": (support.compact, 1),
    "esrgan": (support.esrgan, 1),
}  # fmt: skip


@pytest.mark.parametrize(("make", "window"), WINDOWS.values(), ids=WINDOWS)
def test_tiles_begin_where_windows_do(tmp_path, make, window):
    descriptor = load(support.write(tmp_path / "n.safetensors", make, 0).path)
    assert window_of(descriptor) == window
    tiling = tiling_of(descriptor, forced=True)
    assert tiling is not None
    assert tiling.multiple % window == 0
    assert tiling.margin % window == 0


def test_tiles_on_the_grid_of_windows_are_nearer_to_the_whole(tmp_path):
    """Of 64 pixels, which a picture's size makes 60 without a grid."""

    def attentive(state):
        return {
            key: 8 * value if value.dim() == 2 and value.is_floating_point() else value
            for key, value in state.items()
        }

    path = support.write(tmp_path / "n.safetensors", quiet(hat), 0, change=attentive).path
    descriptor = load(path)
    levels = torch.from_numpy(support.pixels(180, 60, 3).astype(np.float32))
    forward = Forward(descriptor, torch.float32)
    whole = forward(levels)[0]
    tiling = tiling_of(descriptor)
    off = type(tiling)(tiling.margin, exact=False, multiple=1)
    lost = [
        (run_tiled(forward, levels, each, scale=2, grid=squares(180, 60, 64)) - whole).abs().mean()
        for each in (tiling, off)
    ]
    assert lost[0] < lost[1] / 10
    assert lost[1] > 0.2 / 255


def test_an_author_who_asks_for_tiles_gets_them(tmp_path):
    network = support.write(tmp_path / "n.safetensors", support.swinir, 0)
    assert load(network.path).tiling is ModelTiling.DISCOURAGED
    path = support.picture(tmp_path / "p.png", support.pixels(200, 80, 3))
    whole, tiled, fits = (
        next(
            render(
                [support.job(support.planned(path), [(network, 1.0)], scale=2, tile=tile)],
                device="cpu",
            )
        )
        for tile in ("auto", 100, 200)
    )
    assert whole.tiles is None
    assert tiled.tiles == (2, 1)
    assert fits.tiles is None
    np.testing.assert_array_equal(fits.pixels, whole.pixels)
    difference = np.abs(tiled.pixels.astype(int) - whole.pixels)
    assert 0 < difference.max() <= 3


def test_tiles_that_give_the_same_are_not_worth_a_word(tmp_path):
    network = support.write(tmp_path / "n.safetensors", support.compact, 0)
    path = support.picture(tmp_path / "p.png", support.pixels(90, 40, 3))
    job = support.job(support.planned(path), [(network, 1.0)], tile=32)
    assert next(render([job], device="cpu")).tiles is None


@pytest.mark.parametrize(
    ("make", "tile", "words"),
    [
        (support.swinir, "auto", "runs on whole pictures, unless render.tile is a number"),
        (support.swinir, "off", "tiles are off"),
        (support.compact, "off", "tiles are off"),
        (support.swinir, 64, "even in small tiles"),
    ],
)
def test_what_is_said_when_memory_runs_out_is_true(tmp_path, monkeypatch, make, tile, words):
    def no_room(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    network = support.write(tmp_path / "n.safetensors", make, 0)
    scale = load(network.path).scale
    path = support.picture(tmp_path / "p.png", support.pixels(150, 150, 3))
    job = support.job(support.planned(path), [(network, 1.0)], scale=scale, tile=tile)
    monkeypatch.setattr(Forward, "__call__", no_room)
    assert words in next(render([job], device="cpu")).reason


# Values that cannot be


def batch_norm():
    return support.dncnn(mode="BR")


@pytest.mark.parametrize("key", ["model.3.running_mean", "model.3.running_var"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_statistics_that_are_not_numbers_are_found(tmp_path, key, value):
    def spoilt(state):
        state[key][0] = value
        return state

    good = support.write(tmp_path / "a.safetensors", batch_norm, 0).path
    bad = support.write(tmp_path / "b.safetensors", batch_norm, 1, change=spoilt).path
    assert read_model(good).damaged == ""
    assert read_model(bad).damaged == key
    for weights in ([(bad, 1.0)], [(good, 0.5), (bad, 0.5)]):
        with pytest.raises(ModelError, match=rf"b\.safetensors: '{key}'"):
            mixed(weights)
        with pytest.raises(ModelError, match=key):
            mix_file(weights, tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


def test_a_variance_below_zero_is_refused_by_name(tmp_path):
    key = "model.3.running_var"

    def small(state):
        state[key][:] = 0.1
        return state

    def large(state):
        state[key][:] = 1.1
        return state

    a = support.write(tmp_path / "a.safetensors", batch_norm, 0, change=small).path
    b = support.write(tmp_path / "b.safetensors", batch_norm, 0, change=large).path
    inside = mixed([(a, 1.05), (b, -0.05)]).model.state_dict()
    torch.testing.assert_close(inside[key], torch.full_like(inside[key], 0.05))
    everything = ByGroup((((key,), 1.5),), 1.0), ByGroup((((key,), -0.5),), 0.0)
    for one, other in ((1.5, -0.5), everything):
        with pytest.raises(ModelError, match=rf"variance '{key}' would be below zero"):
            mixed([(a, one), (b, other)])
    with pytest.raises(ModelError, match=key):
        mix_file([(a, 1.5), (b, -0.5)], tmp_path / "out.safetensors")


def test_a_variance_below_zero_in_a_file_is_damage(tmp_path):
    def negative(state):
        state["model.6.running_var"][1] = -0.1
        return state

    path = support.write(tmp_path / "n.safetensors", batch_norm, 0, change=negative).path
    assert read_model(path).damaged == "model.6.running_var"


# Names of the author


def modern(tensors):
    """Give an ESRGAN the names of Real-ESRGAN."""
    names = {"model.0": "conv_first", "model.1.sub.1": "conv_body", "model.3": "conv_up1"}
    names |= {"model.5": "conv_hr", "model.7": "conv_last"}
    renamed = {}
    for key, value in tensors.items():
        stem, kind = key.rsplit(".", 1)
        if stem not in names:  # model.1.sub.0.RDB1.conv1.0
            _, _, _, block, dense, convolution, _ = stem.split(".")
            names[stem] = f"body.{block}.{dense.lower()}.{convolution}"
        renamed[f"{names[stem]}.{kind}"] = value
    return renamed


def test_exports_keep_the_names_of_the_first_file(tmp_path):
    new, also_new = (
        support.write(tmp_path / f"{i}.safetensors", support.esrgan, i, change=modern).path
        for i in (0, 1)
    )
    old = support.write(tmp_path / "old.safetensors", support.esrgan, 2).path
    for weights, named in (
        ([(new, 0.3), (also_new, 0.7)], new),
        ([(new, 0.3), (old, 0.7)], new),
        ([(old, 0.7), (new, 0.3)], old),
        ([(new, 0.0), (old, 1.0)], old),
    ):
        out = tmp_path / "out.safetensors"
        mix_file(weights, out)
        found = load_file(out)
        assert found.keys() == load_file(named).keys()
        expected = mixed([pair for pair in weights if pair[1]]).model.state_dict()
        found = load(out).model.state_dict()
        assert all(torch.allclose(found[key], value) for key, value in expected.items())
    out = tmp_path / "both.safetensors"
    mix_file([(new, 0.3), (also_new, 0.7)], out)
    found, one, other = load_file(out), load_file(new), load_file(also_new)
    for key, value in found.items():
        torch.testing.assert_close(value, 0.3 * one[key] + 0.7 * other[key])


def test_names_are_those_that_stand_in_the_file(tmp_path):
    path = tmp_path / "n.pth"
    state = modern(support.esrgan().state_dict())
    torch.save({"params_ema": {f"module.{key}": value for key, value in state.items()}}, path)
    names = read_model(path).names
    assert names["model.0.weight"] == "params_ema.module.conv_first.weight"
    assert names["model.1.sub.0.RDB1.conv1.0.bias"] == "params_ema.module.body.0.rdb1.conv1.bias"
    assert read_model(support.DATA / "tiny_a.safetensors").names == {}
    out = tmp_path / "out.safetensors"
    mix_file([(path, 1.0)], out)
    assert load_file(out).keys() == state.keys()


def test_groups_match_the_names_of_any_parent(tmp_path):
    old = support.write(tmp_path / "old.safetensors", support.esrgan, 0).path
    new = support.write(tmp_path / "new.safetensors", support.esrgan, 1, change=modern).path
    a, b = (load(path).model.state_dict() for path in (old, new))
    for pattern in ("conv_first.*", "model.0.*"):
        shares = [ByGroup((((pattern,), alpha),), rest) for alpha, rest in ((0.2, 0.9), (0.8, 0.1))]
        found = mixed([(old, shares[0]), (new, shares[1])]).model.state_dict()
        for key, value in found.items():
            alpha = 0.8 if key.startswith("model.0.") else 0.1
            torch.testing.assert_close(value, (1 - alpha) * a[key] + alpha * b[key])


# The noise a network is told of


def drunet():
    return DRUNet(in_nc=2, out_nc=1, nc=[4, 4, 8, 8], nb=2)


def fdncnn():
    from spandrel.architectures.DnCNN import DnCNN

    return DnCNN(in_nc=2, out_nc=1, nc=8, nb=20, act_mode="R", mode="FDnCNN")


@pytest.mark.parametrize("make", [drunet, fdncnn])
def test_a_noise_level_reaches_the_network(tmp_path, make):
    def brighter(state):
        last = list(state)[-1]
        return {**state, last: state[last] + (0.5 if last.endswith("bias") else 0)}

    file = support.write(tmp_path / "n.safetensors", make, 0, change=brighter)
    assert read_model(file.path).noise_level
    assert not read_model(support.DATA / "tiny_gray_a.safetensors").noise_level
    descriptor = load(file.path)
    levels = torch.from_numpy(support.pixels(16, 24, 1).astype(np.float32))
    image = levels.permute(2, 0, 1)[None] / 255
    usual = Forward(descriptor, torch.float32)(levels)
    torch.testing.assert_close(usual, descriptor(image))
    with torch.inference_mode():
        for level in (0.0, 15.0, 40.0):
            chart = torch.full_like(image, level / 255)
            expected = descriptor.model(torch.cat([image, chart], 1)).clamp(0, 1)
            found = Forward(descriptor, torch.float32, level)(levels)
            torch.testing.assert_close(found, expected)
            assert torch.equal(found, usual) == (level == 15)


def test_each_job_has_its_own_noise_level(tmp_path):
    from dataclasses import replace

    file = support.write(tmp_path / "n.safetensors", drunet, 0)
    path = support.picture(tmp_path / "p.png", support.pixels(16, 24, 1))
    plain = support.job(support.planned(path, Noise(20, 0)), [(file, 1.0)])
    jobs = [
        replace(
            plain,
            picture=replace(plain.picture, recipe=replace(plain.picture.recipe, noise_level=level)),
        )
        for level in (None, 0.0, 200.0)
    ]
    pictures = {made.job.picture.recipe.noise_level: made for made in render(jobs, device="cpu")}
    assert len({made.pixels.tobytes() for made in pictures.values()}) == 3


# What is left over from a mix that failed


def test_a_mix_that_was_refused_leaves_nothing_behind(tmp_path):
    a = support.write(tmp_path / "a.safetensors", support.compact, 0).path
    x = support.write(tmp_path / "x.safetensors", lambda: support.compact(convolutions=4), 1).path
    mixer = Mixer(CPU, 2**30)
    with pytest.raises(IncompatibleError):
        mixer.mix([(a, 0.5), (x, 0.5)])
    found = mixer.mix([(a, 1.0)]).model.state_dict()
    expected = load(a).model.state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], value) for key, value in expected.items())


def test_a_file_that_changes_meanwhile_is_told(tmp_path, monkeypatch):
    a = support.write(tmp_path / "a.safetensors", support.compact, 0).path
    x = support.write(tmp_path / "x.safetensors", support.span, 1).path
    mixer = Mixer(CPU, 2**30)
    mixer.mix([(a, 1.0)])
    mixer.mix([(x, 1.0)])
    save_file(support.compact(convolutions=4).state_dict(), a)
    with pytest.raises(ModelError, match="changed while it was used"):
        mixer.mix([(a, 1.0)])


def test_weights_of_another_number_are_never_written():
    descriptor = load(support.DATA / "tiny_a.safetensors")
    count = sum(value.numel() for value in mixing._floats(descriptor).values())
    for wrong in (count - 1, count + 1):
        with pytest.raises(RuntimeError, match=f"{wrong} weights for a network of {count}"):
            write(descriptor, torch.zeros(wrong))
