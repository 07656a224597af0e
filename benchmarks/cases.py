"""What is measured: networks of real architectures with random weights, pictures with grain."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.SwinIR import SwinIR

from generator import images
from generator.plan import Encoding, File, Frame, Input, Job, Mix, Picture


@dataclass(frozen=True)
class Case:
    """An architecture, the scale it enlarges by, and how its networks are made."""

    name: str
    scale: int
    make: Callable[[], torch.nn.Module]


def _swinir() -> torch.nn.Module:
    return SwinIR(
        embed_dim=60,
        depths=[6, 6, 6, 6],
        num_heads=[6, 6, 6, 6],
        window_size=8,
        mlp_ratio=2.0,
        upscale=4,
        upsampler="pixelshuffledirect",
    )


CASES = {
    "demo": Case("Compact 32×8 ×1", 1, lambda: Compact(num_feat=32, num_conv=8, upscale=1)),
    "compact16": Case("Compact 64×16 ×4", 4, lambda: Compact(num_feat=64, num_conv=16)),
    "compact32": Case("Compact 64×32 ×4", 4, lambda: Compact(num_feat=64, num_conv=32)),
    "rrdb6": Case("RRDBNet-6 ×4", 4, lambda: ESRGAN(num_blocks=6)),
    "rrdb23": Case("RRDBNet-23 ×4", 4, lambda: ESRGAN(num_blocks=23)),
    "swinir": Case("SwinIR-S ×4", 4, _swinir),
}


def write_networks(folder: Path, case: Case, dtype: torch.dtype = torch.float32) -> list[File]:
    """Write two related networks of one architecture: the second is the first, shaken."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        state = case.make().state_dict()
    files = []
    for index in range(2):
        path = folder / f"{index}.safetensors"
        save_file(
            {
                key: (value + index * 0.1 * value.std() * torch.randn_like(value)).to(dtype)
                if value.is_floating_point() and value.numel() > 1
                else value.clone()
                for key, value in state.items()
            },
            path,
        )
        files.append(as_file(path))
    return files


def write_pictures(folder: Path, count: int, width: int, height: int) -> list[Input]:
    """Write pictures with shapes and grain, as PNG."""
    random = np.random.default_rng(0)
    inputs = []
    for index in range(count):
        coarse = Image.fromarray(random.integers(0, 256, (9, 12, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
        grain = random.normal(0, 4, smooth.shape)
        path = folder / f"{index}-{width}x{height}.png"
        Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(path)
        inputs.append(as_input(path))
    return inputs


def as_input(path: Path) -> Input:
    """Return a picture as the plan describes it."""
    info = images.read_info(path)
    size = info.width, info.height
    return Input(as_file(path), None, 1, None, *size, info.channels, info.alpha)


def sweep(
    inputs: list[Input],
    networks: list[File],
    scale: int,
    alphas: list[float],
    encoding: Encoding,
    precision: str = "auto",
) -> list[Job]:
    """Return every input at every alpha."""
    jobs = []
    for source in inputs:
        for alpha in alphas:
            pairs = zip(networks, (1 - alpha, alpha), strict=True)
            weights = sorted((pair for pair in pairs if pair[1]), key=lambda pair: pair[0].sha256)
            recipe = Mix(tuple(weights), "none", precision, "auto")
            picture = Picture(source, recipe, source.width * scale, source.height * scale)
            jobs.append(Job(picture, Frame(picture, encoding), None))
    return jobs


def as_file(path: Path) -> File:
    """Return a file with its checksum."""
    return File(hashlib.sha256(path.read_bytes()).hexdigest(), path)
