"""Planning, checking and building over the number of frames, and memory over frames and pixels.

Prints Markdown tables: of many comparisons, of one comparison with long lists, of rendering. Frames
are put into the store beforehand, so that what is measured is everything but rendering; memory is
measured on real rendering, each in a process of its own. Times are those of the processor, start-up
included, which other work on the machine changes little.
"""

from __future__ import annotations

import argparse
import gzip
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact

from benchmarks.cases import CASES, write_networks, write_pictures
from benchmarks.machine import describe
from generator import images
from generator.manifest import load
from generator.plan import Encoding, make_plan
from generator.project.open import open_project, open_store
from generator.render.engines import read_models_apart

_ROOT = Path(__file__).resolve().parents[1]
_ALPHAS = 17

# Runs a command and prints, last, its processor time and the peak memory of the process in MiB.
_COMMAND = """
import sys, time
from generator.commands.main import main
status = main(sys.argv[1:])
text = open("/proc/self/status").read()
print(time.process_time(), int(text.split("VmHWM:")[1].split()[0]) / 1024, file=sys.stderr)
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
    columns = "frames", "plan", "check", "build, nothing to do", "peak memory"
    _print_head("comparisons", *columns)
    for comparisons in options.comparisons:
        with tempfile.TemporaryDirectory() as folder:
            print(_row(Path(folder), comparisons), flush=True)
    pages = "page", "largest page", "data before the first picture"
    print("\nGzipped bytes of pages and data:\n")
    _print_head("networks × inputs", *columns, *pages)
    for lists in options.lists:
        with tempfile.TemporaryDirectory() as folder:
            print(_list_row(Path(folder), *map(int, lists.split("x"))), flush=True)
    print("\n| frames rendered | input | peak memory |\n|---|---|---|", flush=True)
    for frames, side in [(10, 64), (options.frames, 64), (1, options.side)]:
        with tempfile.TemporaryDirectory() as folder:
            mebibytes = _peak(Path(folder), frames, side)
        print(f"| {frames} | {side}×{side} | {mebibytes:.0f} MiB |", flush=True)


def _print_head(*columns: str) -> None:
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


def _row(folder: Path, comparisons: int) -> str:
    write_networks(folder, CASES["demo"])
    (source,) = write_pictures(folder, 1, 64, 64)
    _write_manifest(folder, comparisons, source.file.path.name)
    return _line(str(comparisons), *_times(folder))


def _list_row(folder: Path, networks: int, inputs: int) -> str:
    """Measure one comparison in which every network stands beside every other."""
    torch.manual_seed(0)
    state = Compact(num_feat=8, num_conv=2, upscale=1).state_dict()
    for number in range(networks):
        save_file(state, folder / f"{number}.safetensors", {"number": str(number)})
    pictures = write_pictures(folder, inputs, 64, 64)
    lines = ["site: {title: Scale}", "models:"]
    lines += [f"  4x-network-{n}: {n}.safetensors" for n in range(networks)]
    lines += ["inputs:", *(f"  picture-{n}: {p.file.path.name}" for n, p in enumerate(pictures))]
    names = ["input", *(f"4x-network-{n}" for n in range(networks))]
    lines += [f"comparisons: {{list: {{choose: [{', '.join(names)}]}}}}"]
    (folder / "site.yaml").write_text("\n".join(lines), encoding="utf-8")
    times = _times(folder)
    comparison = folder / "site" / "comparisons" / "list"
    largest = max(_zipped(page) for page in (folder / "site").rglob("*.html"))
    data = [comparison / "view.json", comparison / "inputs" / "picture-0.json"]
    sizes = _zipped(comparison / "index.html"), largest, sum(map(_zipped, data))
    cells = [f"{size / 1000:.1f} KB" for size in sizes]
    return _line(f"{networks} × {inputs}", *times, *cells)


def _zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _times(folder: Path) -> list[str]:
    """Fill the store, then time planning, checking and building."""
    file = load(folder / "site.yaml")
    project = open_project(file, open_store(file), read_models_apart)
    started = time.process_time()
    plan = make_plan(file, project.info)
    planning = time.process_time() - started
    data = images.encode(np.full((64, 64, 3), 128, np.uint8), Encoding("webp", 90))
    for frame in plan.frames.values():
        project.store.put(frame, data, "fp32")
    _command(folder, "build")
    checking, _ = _command(folder, "check")
    building, memory = _command(folder, "build")
    seconds = [f"{each:.2f} s" for each in (planning, checking, building)]
    return [f"{len(plan.frames)}", *seconds, f"{memory:.0f} MiB"]


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
    """Run a command; return its processor time and the peak memory of its process in MiB."""
    arguments = [sys.executable, "-c", _COMMAND, command, "-q", "-c", str(folder / "site.yaml")]
    if command == "build":
        arguments += ["-o", str(folder / "site")]
    done = subprocess.run(arguments, cwd=_ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    seconds, memory = map(float, done.stderr.splitlines()[-1].split())
    return seconds, memory


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
    parser.add_argument("--lists", nargs="+", default=["100x10", "300x60", "1000x100"])
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--side", type=int, default=8192)
    return parser.parse_args()


if __name__ == "__main__":
    main()
