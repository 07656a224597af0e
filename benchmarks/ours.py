"""Alphagrid, and the ceiling it works under: its networks with nothing beside them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from generator.images.rendered import Failed
from generator.networks.engine import render as run_networks
from generator.networks.running import precision
from generator.networks.running.device import resolve
from generator.networks.running.forward import Forward
from generator.networks.weights.mix import Mixer
from generator.plan import Input, Job
from generator.render.engines import LocalEngine
from generator.render.run import render
from generator.store import Store

_DTYPES = {name: dtype for dtype, name in precision.NAMES.items()}


def find_device(wanted: str) -> str:
    """Return the device that ``auto`` means."""
    return str(resolve(wanted))


def frames(jobs: list[Job], folder: Path, device: str) -> None:
    """Render all frames into a store of their own."""
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        report = render(jobs, Store(Path(cache)), LocalEngine(device))
    if report.failures:
        raise SystemExit(f"failed: {next(iter(report.failures.values()))}")


def network(jobs: list[Job], source: Input, device: str) -> tuple[str, float, float]:
    """Return the precision in use, the bare network's seconds for one picture, and its FLOP."""
    made = next(iter(run_networks(jobs[:1], device=device)))
    if isinstance(made, Failed):
        raise SystemExit(made.reason)
    dtype = _DTYPES[made.precision]
    mixer = Mixer(torch.device(device), 2**30)
    mixer.mix([(jobs[0].picture.recipe.weights[0][0].path, 1.0)])
    forward = Forward(mixer.network(dtype), dtype)
    levels = torch.full((source.height, source.width, 3), 128.0, device=device)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        forward(levels)
    return made.precision, _best_of(4, lambda: forward(levels), device), counter.get_total_flops()


def convolution(name: str, device: str) -> float:
    """Return FLOP/s of a convolution that fills the machine: 256 → 256 channels, 3 × 3."""
    side = 96 if device == "cpu" else 512
    layer = torch.nn.Conv2d(256, 256, 3, padding=1, bias=False).to(device, _DTYPES[name])
    layer = layer.to(memory_format=torch.channels_last)
    image = torch.rand(1, 256, side, side, device=device).to(_DTYPES[name])
    image = image.contiguous(memory_format=torch.channels_last)
    return 2 * 256 * 256 * 9 * side * side / _best_of(6, lambda: layer(image), device)


def _best_of(rounds: int, work: Callable[[], object], device: str) -> float:
    """Return the seconds of the quickest round, the device's work included."""
    best = float("inf")
    with torch.inference_mode():
        for _ in range(rounds):
            _synchronize(device)
            started = time.perf_counter()
            work()
            _synchronize(device)
            best = min(best, time.perf_counter() - started)
    return best


def _synchronize(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
