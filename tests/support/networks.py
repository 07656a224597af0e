"""Small real networks and jobs for the tests of ``generator.networks``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from spandrel import ModelLoader
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DnCNN import DnCNN
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR

from generator import images
from generator.plan import Blend, File, Input, Job, Mix, Noise, Picture

# Networks this small lose more by waiting for a second thread than they win.
torch.set_num_threads(1)

DATA = Path(__file__).parents[1] / "data"
REAL = Path(__file__).resolve().parents[3] / "shared" / "real"


def printed_apart(script: str) -> str:
    """Return what a script prints in a process of its own, which can import this module."""
    script = f"import sys\nsys.path.insert(0, {str(Path(__file__).parents[1])!r})\n{script}"
    command = [sys.executable, "-c", script]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def compact(channels=3, features=8, convolutions=2, scale=1) -> torch.nn.Module:
    return Compact(
        num_in_ch=channels,
        num_out_ch=channels,
        num_feat=features,
        num_conv=convolutions,
        upscale=scale,
    )


def span(scale=2) -> torch.nn.Module:
    return SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=scale)


def dncnn(channels=1, mode="R") -> torch.nn.Module:
    network = DnCNN(in_nc=channels, out_nc=channels, nc=8, nb=8, act_mode=mode)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network


def esrgan(scale=2) -> torch.nn.Module:
    return ESRGAN(num_filters=8, num_blocks=1, scale=scale)


def swinir() -> torch.nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
        return SwinIR(
            img_size=16,
            embed_dim=12,
            depths=[2],
            num_heads=[2],
            window_size=8,
            mlp_ratio=2.0,
            upscale=2,
            upsampler="pixelshuffledirect",
        )


def shifting(folder: Path) -> list[Path]:
    """Write twins of tiny_a and tiny_b whose mixes are lighter than both, and else the same.

    One hidden channel is made constant, and what its reader makes of it is taken off again. The
    constant's factors are not the same in both, so halfway their product is another.
    """
    paths = []
    for name, constant in (("tiny_a", 2.0), ("tiny_b", 0.5)):
        state = load_file(DATA / f"{name}.safetensors")
        state["body.8.weight"][15] = 0
        state["body.8.bias"][15] = constant
        state["body.10.weight"][:, 15] = 0
        state["body.10.weight"][:, 15, 1, 1] = 0.1 / constant
        state["body.10.bias"] -= 0.1
        paths.append(folder / f"shifting_{name[-1]}.safetensors")
        save_file(state, paths[-1])
    return paths


def write(path: Path, make, seed: int, *, change=lambda state: state) -> File:
    """Save a network with random weights."""
    torch.manual_seed(seed)
    state = {key: value.detach().clone() for key, value in make().state_dict().items()}
    save_file(change(state), path)
    return file(path)


def file(path: Path) -> File:
    return File(hashlib.sha256(path.read_bytes()).hexdigest(), path)


def picture(path: Path, pixels: NDArray[np.uint8]) -> Path:
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(path)
    return path


def pixels(height: int, width: int, channels: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return a smooth picture with some grain."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (6, 6, channels), dtype=np.uint8)
    planes = [
        Image.fromarray(coarse[..., i]).resize((width, height), Image.Resampling.BICUBIC)
        for i in range(channels)
    ]
    grain = random.normal(0, 6, (height, width, channels))
    return np.clip(np.dstack(planes) + grain, 0, 255).astype(np.uint8)


def planned(path: Path, noise: Noise | None = None) -> Input:
    info = images.read_info(path)
    return Input(file(path), None, 1, noise, info.width, info.height, info.channels, info.alpha)


def job(source: Input, weights, *, kind=Mix, scale=1, fix="none", precision="auto", tile="auto"):
    ordered = tuple(
        sorted(((each, w) for each, w in weights if w), key=lambda pair: pair[0].sha256)
    )
    recipe = kind(ordered, fix, precision, tile)
    return Job(Picture(source, recipe, source.width * scale, source.height * scale), None, None)


def blend(source: Input, weights, **options):
    return job(source, weights, kind=Blend, **options)


def output(weights, levels: NDArray) -> NDArray[np.float32]:
    """Compute independently: spandrel, a plain mix of state dicts, NCHW; (H, W, C) in 0..1."""
    states = [ModelLoader().load_from_file(each.path).model.state_dict() for each, _ in weights]
    network = ModelLoader().load_from_file(weights[0][0].path)
    mixed = {
        key: sum(weight * state[key] for state, (_, weight) in zip(states, weights, strict=True))
        if value.is_floating_point()
        else value
        for key, value in states[0].items()
    }
    network.model.load_state_dict(mixed)
    image = torch.from_numpy(np.ascontiguousarray(levels, np.float32)).permute(2, 0, 1)[None] / 255
    return network(image)[0].permute(1, 2, 0).numpy()


def to_pixels(values: NDArray) -> NDArray[np.int64]:
    return np.floor(np.clip(values, 0, 1) * 255 + 0.5).astype(np.int64)
