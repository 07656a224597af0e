"""Networks of attention windows: the same pictures, without the work that is repeated."""

from __future__ import annotations

import warnings

import pytest
import torch
from spandrel.architectures.ATD import ATD
from spandrel.architectures.DAT import DAT
from spandrel.architectures.DRCT import DRCT
from spandrel.architectures.HAT import HAT
from spandrel.architectures.RGT import RGT
from spandrel.architectures.Swin2SR import Swin2SR
from support import networks as support

from generator.networks.running import window_attention as windows
from generator.networks.weights.load import load
from generator.networks.weights.mix import Mixer

CPU = torch.device("cpu")
SIZES = [(16, 16), (40, 24), (20, 52), (16, 16)]


def quiet(make):
    def made():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
            return make()

    return made


COMMON = {"img_size": 16, "embed_dim": 12, "num_heads": (2,), "mlp_ratio": 2.0, "upscale": 2}
SHUFFLE = {**COMMON, "depths": (2,), "window_size": 8, "upsampler": "pixelshuffle"}
DUAL = {"img_size": 16, "embed_dim": 16, "num_heads": [2], "expansion_factor": 2.0, "upscale": 2}
MAKE = {
    "SwinIR": support.swinir,
    "Swin2SR": quiet(lambda: Swin2SR(**{**SHUFFLE, "upsampler": "pixelshuffledirect"})),
    "DRCT": quiet(lambda: DRCT(**{**SHUFFLE, "depths": (6,), "num_heads": (6,), "gc": 6})),
    "HAT": quiet(lambda: HAT(**SHUFFLE, compress_ratio=3, squeeze_factor=6)),
    "DAT": quiet(lambda: DAT(**DUAL, depth=[4], split_size=[8, 8])),
    "RGT": quiet(lambda: RGT(**COMMON, depth=[4], split_size=[8, 8])),
    "ATD": quiet(lambda: ATD(**SHUFFLE, category_size=16, num_tokens=8, reducted_dim=4)),
}


def outputs(descriptor, dtype=torch.float32):
    generator = torch.Generator().manual_seed(1)
    with torch.inference_mode():
        return [
            descriptor(torch.rand(1, 3, *size, generator=generator).to(dtype)) for size in SIZES
        ]


@pytest.mark.parametrize("name", MAKE)
def test_the_same_comes_out(tmp_path, name):
    file = support.write(tmp_path / "n.safetensors", MAKE[name], 3)
    descriptor = load(file.path)
    assert str(descriptor.architecture.id) == name
    plain = outputs(descriptor)
    windows.optimize_attention(descriptor, CPU)
    for before, after in zip(plain, outputs(descriptor), strict=True):
        assert before.std() > 0.001
        if name == "SwinIR":
            assert torch.allclose(before, after, atol=1e-5, rtol=0)
        else:
            assert torch.equal(before, after)


@pytest.mark.parametrize("name", MAKE)
def test_masks_are_made_once_for_a_size(tmp_path, name):
    descriptor = load(support.write(tmp_path / "n.safetensors", MAKE[name], 3).path)
    made = []
    for block, module in descriptor.model.named_modules():
        if hasattr(module, "calculate_mask"):
            make = module.calculate_mask

            def counted(*size, make=make, block=block, **options):
                made.append((block, size))
                return make(*size, **options)

            module.calculate_mask = counted
    windows.optimize_attention(descriptor, CPU)
    outputs(descriptor)
    assert made
    assert len(made) == len(set(map(repr, made)))
    first = len(made)
    outputs(descriptor)
    assert len(made) == first


def test_blocks_share_masks_and_only_the_last_sizes_are_kept():
    known = windows._Known(CPU)
    blocks = [known.remember(str(i), lambda *size: torch.ones(size)) for i in range(3)]
    first = blocks[0](2, 3)
    assert all(block(2, 3) is first for block in blocks)
    other = known.remember("other", lambda *size: torch.zeros(size))(2, 3)
    assert other is not first
    for side in range(windows._SIZES):
        blocks[0](side + 3, 3)
    assert blocks[0](2, 3) is not first


def test_several_pictures_at_once_each_get_their_masks(tmp_path):
    descriptor = load(support.write(tmp_path / "n.safetensors", support.swinir, 3).path)
    pictures = torch.rand(3, 3, 24, 32)
    with torch.inference_mode():
        plain = descriptor.model(pictures)
        windows.optimize_attention(descriptor, CPU)
        assert torch.allclose(descriptor.model(pictures), plain, atol=1e-5, rtol=0)


def test_each_precision_and_mix_attends_with_its_own_weights(tmp_path):
    files = [support.write(tmp_path / f"{i}.safetensors", support.swinir, i) for i in range(2)]
    alone = [outputs(load(file.path)) for file in files]
    mixer = Mixer(CPU, 2**30)
    for file, plain in [*zip(files, alone, strict=True), (files[0], alone[0])]:
        mixer.mix([(file.path, 1.0)])
        for dtype, allowed in [(torch.float32, 1e-5), (torch.bfloat16, 0.05)]:
            found = outputs(mixer.network(dtype), dtype)
            for before, after in zip(plain, found, strict=True):
                assert after.dtype is dtype
                assert torch.allclose(before, after.float(), atol=allowed, rtol=0)
    different = (alone[0][1] - alone[1][1]).abs().max()
    assert different > 0.1
