"""``check`` on a folder of weights that a glob names: the first time, and when nothing changed.

Prints a Markdown table over the number of files. Times are wall-clock, start-up included: networks
are read in a process of their own, on one core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact
from spandrel.architectures.ESRGAN import ESRGAN

from benchmarks.machine import describe

_ROOT = Path(__file__).resolve().parents[1]
_NETWORKS = {
    "Compact": lambda: Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=2, upscale=1),
    "ESRGAN": lambda: ESRGAN(num_filters=8, num_blocks=23, scale=1),
}
_MANIFEST = """\
site: {title: Many}
models: weights/*.safetensors
inputs: "*.png"
comparisons:
  all: {choose: [input, "*"]}
"""


def main() -> None:
    """Time all sizes and print the table."""
    options = _options()
    print(describe("cpu"), end="\n\n")
    print("| files | network | first check | second check |")
    print("|---|---|---|---|")
    for count in options.files:
        for name, make in _NETWORKS.items():
            with tempfile.TemporaryDirectory() as folder:
                _write(Path(folder), count, make)
                first, second = _check(folder), _check(folder)
            print(f"| {count} | {name} | {first:.1f} s | {second:.1f} s |", flush=True)


def _write(folder: Path, count: int, make: Callable[[], torch.nn.Module]) -> None:
    (folder / "weights").mkdir()
    Image.new("RGB", (64, 64), "teal").save(folder / "picture.png")
    state = {key: value.contiguous() for key, value in make().state_dict().items()}
    first = next(iter(state))
    for number in range(count):
        state[first] = state[first] + torch.full_like(state[first], 1e-3)
        save_file(state, folder / "weights" / f"Net No. {number}.safetensors")
    (folder / "site.yaml").write_text(_MANIFEST, encoding="utf-8")
    time.sleep(2.5)  # hashes of files younger than this are not kept


def _check(folder: str) -> float:
    command = [sys.executable, "-m", "generator", "check", "-q", "-c", f"{folder}/site.yaml"]
    started = time.perf_counter()
    subprocess.run(command, cwd=_ROOT, check=True)  # noqa: S603 - our own module, no shell
    return time.perf_counter() - started


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[3, 300])
    return parser.parse_args()


if __name__ == "__main__":
    main()
