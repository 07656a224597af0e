"""What the renderer's shortcuts save: networks alone, without and with them, in turns in one run.

Prints a Markdown table. ``--cases``, ``--sizes`` and ``--rounds`` choose what is measured.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

import torch

from benchmarks.apart import Apart
from benchmarks.cases import CASES, write_networks
from benchmarks.machine import describe, features
from generator.networks.running.allocator import keep_freed_memory
from generator.networks.running.window_attention import optimize_attention
from generator.networks.weights.load import load

_COLUMNS = "network", "input", "as it is", "memory kept", "and windows", "pages", "pages, kept"


def main() -> None:
    """Measure and print."""
    options = _options()
    print(f"{describe('cpu')} ({features()}); best of {options.rounds} rounds")
    print(f"\n| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}", flush=True)
    ways = [(False, False), (True, False), (True, True)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        processes = [stack.enter_context(closing(Apart())) for _ in ways]
        for name in options.cases:
            path = write_networks(Path(folder), CASES[name])[0].path
            for size in options.sizes:
                width, height = map(int, size.split("x"))
                rounds = [
                    [
                        process.call("benchmarks.shortcuts.network", path, width, height, *way)
                        for process, way in zip(processes, ways, strict=True)
                    ]
                    for _ in range(options.rounds)
                ]
                best = [min(each) for each in zip(*rounds, strict=True)]
                cells = [CASES[name].name, f"{width}×{height}"]
                cells += [f"{seconds:.3f} s" for seconds, _ in best]
                cells += [f"{pages:,}" for _, pages in best[:2]]
                print(f"| {' | '.join(cells)} |", flush=True)


def network(path: Path, width: int, height: int, keep: bool, quick: bool) -> tuple[float, int]:
    """Return the seconds of the third call, and the pages that the system handed out for it.

    ``keep`` holds for the process from then on, so that each way needs one of its own.
    """
    if keep:
        keep_freed_memory()
    descriptor = load(path)
    descriptor.model.to(memory_format=torch.channels_last)
    if quick:
        optimize_attention(descriptor, torch.device("cpu"))
    image = torch.rand(1, 3, height, width).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        descriptor(image)
        descriptor(image)
        pages, started = _pages(), time.perf_counter()
        descriptor(image)
        return time.perf_counter() - started, _pages() - pages


def _pages() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cases", nargs="+", choices=CASES, default=["demo", "compact16", "rrdb6", "swinir"]
    )
    parser.add_argument("--sizes", nargs="+", default=["128x128", "256x256"])
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
