"""What one layer frees serves the next."""

from __future__ import annotations

import platform
import statistics
from pathlib import Path

import pytest
from support import networks as support

pytestmark = pytest.mark.slow

# Renders in a process of its own, since the setting outlives its test; prints pages that the
# system handed out during each frame.
CHILD = """
import resource
from support import networks as support
from generator.networks import engine
from pathlib import Path

folder = Path({folder!r})
if {off}:
    engine.keep_freed_memory = lambda: None
nets = [support.file(support.DATA / f"tiny_{{name}}.safetensors") for name in "ab"]
source = support.planned(support.picture(folder / "p.png", support.pixels(1024, 1024, 3)))
jobs = [support.job(source, [(nets[0], 1 - i / 6), (nets[1], i / 6)]) for i in range(6)]
pages = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
counted = pages()
for made in engine.render(jobs, device="cpu"):
    assert hasattr(made, "pixels"), made.reason
    before, counted = counted, pages()
    print(counted - before)
"""


def pages_by_frame(folder: Path, *, off: bool) -> list[int]:
    printed = support.printed_apart(CHILD.format(folder=str(folder), off=off))
    return [int(line) for line in printed.split()]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_frames_after_the_first_ones_take_hardly_any_new_memory(tmp_path):
    kept = pages_by_frame(tmp_path, off=False)[2:]
    returned = pages_by_frame(tmp_path, off=True)[2:]
    # Most layers make a picture of 1024×1024 in sixteen float channels, which is 16,384 pages.
    assert min(returned) > 100_000
    assert statistics.median(kept) < min(returned) / 10
