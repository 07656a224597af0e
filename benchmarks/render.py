"""Frames a second: this renderer, the plain way, and a careful loop, in turns in one run.

Prints a Markdown table. ``--cases``, ``--sizes``, ``--pictures``, ``--alphas``, ``--precision``
and ``--rounds`` choose what is measured; the whole programme is ``--cases rrdb23 compact32 demo
swinir --sizes 256x256 640x480 --pictures 8 --alphas 11``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.cases import CASES, Case, sweep, write_networks, write_pictures
from benchmarks.machine import describe, features
from benchmarks.others import careful, plain
from generator.networks.device import resolve
from generator.networks.forward import Forward
from generator.networks.mix import Mixer
from generator.networks.render import render as run_networks
from generator.plan import Encoding, Input, Job
from generator.render import Failed, render
from generator.store import Store


def main() -> None:
    """Measure and print."""
    options = _options()
    device = str(resolve(options.device))
    print(f"{describe(device)} ({features()}); best of {options.rounds} rounds")
    print()
    columns = [
        "network",
        "input",
        "frames",
        "plain (a)",
        "careful (b)",
        "network only",
        "alphagrid",
    ]
    columns += ["precision", "× (a)", "× (b)", "of network only"]
    columns += ["CPU time × (a)", "CPU time × (b)"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for name in options.cases:
        for size in options.sizes:
            width, height = map(int, size.split("x"))
            with tempfile.TemporaryDirectory() as folder:
                print(_row(CASES[name], width, height, options, device, Path(folder)), flush=True)
    print()
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        if dtype is not torch.float16 or device != "cpu":
            print(f"large convolution in {dtype}: {_convolution(device, dtype) / 1e9:.0f} GFLOP/s")


def _row(
    case: Case, width: int, height: int, options: argparse.Namespace, device: str, folder: Path
) -> str:
    networks = write_networks(folder, case)
    inputs = write_pictures(folder, options.pictures, width, height)
    alphas = [i / (options.alphas - 1) for i in range(options.alphas)]
    jobs = sweep(
        inputs, networks, case.scale, alphas, Encoding(options.format, 90), options.precision
    )
    ways: dict[str, Callable[[], object]] = {
        "plain": lambda: plain(inputs, networks, alphas, folder, device),
        "careful": lambda: careful(inputs, networks, alphas, folder, device),
        "ours": lambda: _ours(jobs, folder, device),
    }
    times = dict.fromkeys(ways, float("inf"))
    work_done = dict(times)
    for _ in range(options.rounds):
        for way, work in ways.items():
            started, worked = time.perf_counter(), time.process_time()
            work()
            times[way] = min(times[way], time.perf_counter() - started)
            work_done[way] = min(work_done[way], time.process_time() - worked)
    precision, kernels = _kernels(jobs[: len(alphas)], inputs[0], device)
    rates = {way: len(jobs) / seconds for way, seconds in times.items()}
    cells = [case.name, f"{width}×{height}", str(len(jobs))]
    cells += [f"{rates['plain']:.2f}/s", f"{rates['careful']:.2f}/s"]
    cells += [f"{1 / kernels:.2f}/s", f"{rates['ours']:.2f}/s", precision]
    cells += [f"{rates['ours'] / rates['plain']:.2f}", f"{rates['ours'] / rates['careful']:.2f}"]
    cells += [f"{rates['ours'] * kernels:.0%}"]
    cells += [f"{work_done[way] / work_done['ours']:.2f}" for way in ("plain", "careful")]
    return f"| {' | '.join(cells)} |"


def _ours(jobs: list[Job], folder: Path, device: str) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        report = render(jobs, Store(Path(cache)), device=device)
    if report.failures:
        raise SystemExit(f"failed: {next(iter(report.failures.values()))}")


def _kernels(jobs: list[Job], source: Input, device: str) -> tuple[str, float]:
    """Return the precision that is used, and the seconds of the bare network for one picture."""
    made = next(iter(run_networks(jobs[:1], device=device)))
    if isinstance(made, Failed):
        raise SystemExit(made.reason)
    dtype = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[made.precision]
    mixer = Mixer(torch.device(device), 2**30)
    mixer.mix([(jobs[0].picture.recipe.weights[0][0].path, 1.0)])
    forward = Forward(mixer.network(dtype), dtype)
    levels = torch.full((source.height, source.width, 3), 128.0, device=device)
    return made.precision, _best_of(4, lambda: forward(levels), device)


def _convolution(device: str, dtype: torch.dtype) -> float:
    """Return FLOP/s of a convolution that fills the machine: 256 → 256 channels, 3 × 3."""
    side = 96 if device == "cpu" else 512
    layer = torch.nn.Conv2d(256, 256, 3, padding=1, bias=False).to(device, dtype)
    layer = layer.to(memory_format=torch.channels_last)
    image = torch.rand(1, 256, side, side, device=device).to(dtype)
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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=["demo", "compact16", "rrdb6"])
    parser.add_argument("--sizes", nargs="+", default=["256x256"])
    parser.add_argument("--pictures", type=int, default=2)
    parser.add_argument("--alphas", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precision", default="auto", choices=["auto", "fp32", "fp16", "bf16"])
    parser.add_argument("--format", default="png", choices=["png", "webp", "jpeg", "avif"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
