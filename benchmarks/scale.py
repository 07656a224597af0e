"""Planning, checking and building over the number of frames, and memory over frames and pixels.

Prints a Markdown table. Frames are put into the store beforehand, so that what is measured is
everything but rendering; memory is measured on real rendering, each in a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.cases import CASES, write_networks, write_pictures
from benchmarks.machine import describe
from generator import images
from generator.manifest import load
from generator.plan import Encoding, make_plan
from generator.project.open import open_project, open_store
from generator.render.engines import read_models_apart

_ROOT = Path(__file__).resolve().parents[1]
_ALPHAS = 17

# Runs a command and prints, last, the peak memory of the process in MiB.
_COMMAND = """
import sys
from generator.commands.main import main
status = main(sys.argv[1:])
text = open("/proc/self/status").read()
print(int(text.split("VmHWM:")[1].split()[0]) / 1024, file=sys.stderr)
sys.exit(status)
"""

# Renders a sweep and prints the peak memory of the process in MiB.
_CHILD = """
import sys
from pathlib import Path
from benchmarks.machine import peak_memory
from benchmarks.cases import as_file, as_input, sweep
from generator.networks.engine import render
from generator.plan import Encoding

folder, frames = Path(sys.argv[1]), int(sys.argv[2])
networks = [as_file(path) for path in sorted(folder.glob("*.safetensors"))]
inputs = [as_input(path) for path in folder.glob("*.png")]
alphas = [(i + 0.5) / frames for i in range(frames)]
for made in render(sweep(inputs, networks, 1, alphas, Encoding("png", 90)), device="cpu"):
    assert hasattr(made, "pixels"), made.reason
print(peak_memory())
"""


def main() -> None:
    """Measure and print."""
    options = _options()
    print(describe("cpu"), end="\n\n")
    columns = "comparisons", "frames", "plan", "check", "build, nothing to do", "peak memory"
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for comparisons in options.comparisons:
        with tempfile.TemporaryDirectory() as folder:
            print(_row(Path(folder), comparisons), flush=True)
    print("\n| frames rendered | input | peak memory |\n|---|---|---|", flush=True)
    for frames, side in [(10, 64), (options.frames, 64), (1, options.side)]:
        with tempfile.TemporaryDirectory() as folder:
            mebibytes = _peak(Path(folder), frames, side)
        print(f"| {frames} | {side}×{side} | {mebibytes:.0f} MiB |", flush=True)


def _row(folder: Path, comparisons: int) -> str:
    write_networks(folder, CASES["demo"])
    (source,) = write_pictures(folder, 1, 64, 64)
    _write_manifest(folder, comparisons, source.file.path.name)
    file = load(folder / "site.yaml")
    project = open_project(file, open_store(file), read_models_apart)
    started = time.perf_counter()
    plan = make_plan(file, project.info)
    planning = time.perf_counter() - started
    data = images.encode(np.full((64, 64, 3), 128, np.uint8), Encoding("webp", 90))
    for frame in plan.frames.values():
        project.store.put(frame, data, "fp32")
    _command(folder, "build")
    checking, _ = _command(folder, "check")
    building, memory = _command(folder, "build")
    cells = [f"{comparisons}", f"{len(plan.frames)}", f"{planning:.2f} s", f"{checking:.2f} s"]
    cells += [f"{building:.2f} s", f"{memory:.0f} MiB"]
    return f"| {' | '.join(cells)} |"


def _write_manifest(folder: Path, comparisons: int, picture: str) -> None:
    lines = ["site: {title: Scale}", "models: {a: 0.safetensors, b: 1.safetensors}"]
    lines += [f"inputs: {{picture: {picture}}}", "comparisons:"]
    for index in range(comparisons):
        # Every comparison has alphas of its own, so that no two share a frame.
        shift = (index + 0.5) / comparisons
        alphas = [round((step + shift) / _ALPHAS, 8) for step in range(_ALPHAS)]
        lines.append(f"  c{index}: {{interpolate: {{models: [a, b], alphas: {alphas}}}}}")
    (folder / "site.yaml").write_text("\n".join(lines), encoding="utf-8")


def _command(folder: Path, command: str) -> tuple[float, float]:
    """Run a command; return seconds and the peak memory of its process in MiB."""
    arguments = [sys.executable, "-c", _COMMAND, command, "-q", "-c", str(folder / "site.yaml")]
    if command == "build":
        arguments += ["-o", str(folder / "site")]
    started = time.perf_counter()
    done = subprocess.run(arguments, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    seconds = time.perf_counter() - started
    return seconds, float(done.stderr.splitlines()[-1])


def _peak(folder: Path, frames: int, side: int) -> float:
    # Here, not there: making a picture takes more memory than rendering it.
    write_networks(folder, CASES["demo"])
    write_pictures(folder, 1, side, side)
    arguments = [sys.executable, "-c", _CHILD, str(folder), str(frames)]
    done = subprocess.run(arguments, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, nargs="+", default=[60, 600])
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--side", type=int, default=8192)
    return parser.parse_args()


if __name__ == "__main__":
    main()
