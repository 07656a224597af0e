"""Frames a second: this renderer, the plain way, and a careful loop, in turns in one run.

Prints a Markdown table. ``--cases``, ``--sizes``, ``--pictures``, ``--alphas``, ``--precision``
and ``--rounds`` choose what is measured; the whole programme is ``--cases rrdb23 compact32 demo
swinir --sizes 256x256 640x480 --pictures 8 --alphas 11``.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks.apart import Apart
from benchmarks.cases import CASES, Case, sweep, write_networks, write_pictures
from benchmarks.machine import describe, features
from generator.plan import Encoding

_COLUMNS = (
    "network",
    "input",
    "frames",
    "plain (a)",
    "careful (b)",
    "network only",
    "alphagrid",
    "precision",
    "× (a)",
    "× (b)",
    "of network only",
    "CPU time × (a)",
    "CPU time × (b)",
    "network only, GFLOP/s",
)


def main() -> None:
    """Measure and print."""
    options = _options()
    with ExitStack() as stack:
        plain, careful, ours = (stack.enter_context(closing(Apart())) for _ in range(3))
        device = ours.call("benchmarks.ours.find_device", options.device)
        print(f"{describe(device)} ({features()}); best of {options.rounds} rounds")
        print(f"\n| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}", flush=True)
        for name in options.cases:
            for size in options.sizes:
                width, height = map(int, size.split("x"))
                with tempfile.TemporaryDirectory() as folder:
                    case = _Case(CASES[name], width, height, options, Path(folder), device)
                    print(case.row(plain, careful, ours), flush=True)
        print()
        for precision in ("fp32", "bf16", "fp16"):
            if precision != "fp16" or device != "cpu":
                speed = ours.call("benchmarks.ours.convolution", precision, device)
                print(f"large convolution in {precision}: {speed / 1e9:.0f} GFLOP/s")


class _Case:
    """What is rendered in all ways: an architecture over pictures of one size."""

    def __init__(
        self,
        case: Case,
        width: int,
        height: int,
        options: argparse.Namespace,
        folder: Path,
        device: str,
    ) -> None:
        self._name = case.name
        self._size = f"{width}×{height}"
        self._rounds = options.rounds
        self._folder = folder
        self._device = device
        self._networks = write_networks(folder, case)
        self._inputs = write_pictures(folder, options.pictures, width, height)
        self._alphas = [i / (options.alphas - 1) for i in range(options.alphas)]
        encoding = Encoding(options.format, 90)
        self._jobs = sweep(
            self._inputs, self._networks, case.scale, self._alphas, encoding, options.precision
        )

    def row(self, plain: Apart, careful: Apart, ours: Apart) -> str:
        """Return a row of the table; the ways take turns."""
        task = self._inputs, self._networks, self._alphas, self._folder, self._device
        rounds = [
            (
                plain.timed("benchmarks.others.plain", *task),
                careful.timed("benchmarks.others.careful", *task),
                ours.timed("benchmarks.ours.frames", self._jobs, self._folder, self._device),
            )
            for _ in range(self._rounds)
        ]
        best = [
            [min(times) for times in zip(*way, strict=True)] for way in zip(*rounds, strict=True)
        ]
        (plainly, plainly_worked), (carefully, carefully_worked), (we, we_worked) = best
        precision, bare, operations = ours.call(
            "benchmarks.ours.network", self._jobs, self._inputs[0], self._device
        )
        count = len(self._jobs)
        cells = [self._name, self._size, str(count)]
        cells += [f"{count / each:.3g}/s" for each in (plainly, carefully, count * bare, we)]
        cells += [precision, f"{plainly / we:.2f}", f"{carefully / we:.2f}"]
        cells += [f"{count * bare / we:.0%}"]
        cells += [f"{plainly_worked / we_worked:.2f}", f"{carefully_worked / we_worked:.2f}"]
        cells += [f"{operations / bare / 1e9:.0f}"]
        return f"| {' | '.join(cells)} |"


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
