"""The ways that are compared with: the usual scripts, and a loop written with care."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from spandrel import ModelLoader

from generator.plan import File, Input


def plain(
    inputs: list[Input], networks: list[File], alphas: list[float], folder: Path, device: str
) -> None:
    """Do what ESRGAN's ``net_interp.py`` and ``test.py`` do.

    For each alpha: read both files, mix on the CPU, save a ``.pth``, load that, then one picture
    at a time in float32, written as PNG.
    """
    for alpha in alphas:
        states = [ModelLoader().load_state_dict_from_file(file.path) for file in networks]
        mixed = {
            key: (1 - alpha) * value + alpha * states[1][key]
            if value.is_floating_point()
            else value
            for key, value in states[0].items()
        }
        path = folder / f"interp_{alpha:.2f}.pth"
        torch.save(mixed, path)
        network = ModelLoader(device).load_from_file(path)
        for index, source in enumerate(inputs):
            output = network(_tensor(source).to(device))
            _write(output, folder / f"plain-{index}-{alpha}.png")


def careful(
    inputs: list[Input], networks: list[File], alphas: list[float], folder: Path, device: str
) -> None:
    """Do what a good programmer writes with spandrel in an afternoon.

    Networks are read once and mixed in memory, channels_last, in half precision on a GPU; inputs
    stay on the device; PNG at Pillow's default effort.
    """
    first, second = (ModelLoader(device).load_from_file(file.path) for file in networks)
    states = [
        {key: value.clone() for key, value in each.model.state_dict().items()}
        for each in (first, second)
    ]
    dtype = torch.float16 if device != "cpu" and first.supports_half else torch.float32
    first.model.to(dtype=dtype, memory_format=torch.channels_last).eval()
    pictures = [
        _tensor(source).to(device, dtype, memory_format=torch.channels_last) for source in inputs
    ]
    for alpha in alphas:
        first.model.load_state_dict(
            {
                key: torch.lerp(value, states[1][key], alpha)
                if value.is_floating_point()
                else value
                for key, value in states[0].items()
            }
        )
        for index, picture in enumerate(pictures):
            _write(first(picture), folder / f"careful-{index}-{alpha}.png")


def _tensor(source: Input) -> torch.Tensor:
    with Image.open(source.file.path) as image:
        pixels = np.asarray(image.convert("RGB"), np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def _write(output: torch.Tensor, path: Path) -> None:
    pixels = (output[0].float().permute(1, 2, 0) * 255).round().byte().cpu().numpy()
    Image.fromarray(pixels).save(path)
