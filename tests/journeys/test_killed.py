"""A build killed anywhere loses nothing: the next one ends in the same bytes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.build import make_folder, snapshot

KILLS = 50

MANIFEST = """\
site: {title: T, url: https://x.org/}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors}
inputs:
  photo: {path: photo.png, reference: photo.png, noise: {sigma: 10}}
  other: {path: photo.png, crop: [0, 0, 64, 48]}
comparisons:
  mix: {interpolate: {models: [a, b], alphas: 15, baseline: pixel, export: [0.5]}}
  animated: {inputs: [other], interpolate: {models: [a, b], alphas: 5, animation: webp}}
"""

# A process that has everything imported and forks for each build: 50 starts of torch would take
# minutes, and what is to be killed is the build. It names each child, and waits for it when asked
# to: until then its number is its own, also when it has ended.
SERVER = """
import os, sys
import generator.networks.engine, generator.networks.kinship
from generator.commands.main import main
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        status = main(["build", "-q"])
        os._exit(status)
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Builder:
    """Builds in a folder, each time in a fresh fork."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVER],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def start(self) -> int:
        self._ask()
        return int(self._line())

    def wait(self) -> int:
        self._ask()
        return os.waitstatus_to_exitcode(int(self._line()))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.communicate()

    def _ask(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_killed_fifty_times_ends_as_if_undisturbed(tmp_path: Path) -> None:
    calm = make_folder(tmp_path / "calm", MANIFEST)
    builder = Builder(calm)
    builder.start()
    started = time.monotonic()
    assert builder.wait() == 0
    seconds = time.monotonic() - started
    builder.close()
    expected = snapshot(calm / "_site")

    shaken = make_folder(tmp_path / "shaken", MANIFEST)
    builder = Builder(shaken)
    chance = random.Random(0)  # noqa: S311 - no secret
    killed = 0
    longest = seconds / 4
    seen: dict[str, int] = {}
    while killed < KILLS:
        child = builder.start()
        time.sleep(chance.uniform(0, longest))
        with suppress(ProcessLookupError):  # done already
            os.kill(child, signal.SIGKILL)
        if builder.wait() != -signal.SIGKILL:
            # It was faster than the first, on a machine with other work: once more, and sooner.
            longest /= 2
            shutil.rmtree(shaken / ".cache")
            shutil.rmtree(shaken / "_site")
            seen.clear()
            continue
        killed += 1
        for record in (shaken / ".cache/frames").rglob("*.json"):
            # A record that is there stays as it is: its frame is never rendered again.
            assert seen.setdefault(record.name, record.stat().st_mtime_ns) == (
                record.stat().st_mtime_ns
            )
        if (shaken / "_site").exists():
            assert snapshot(shaken / "_site") == expected
    builder.start()
    assert builder.wait() == 0
    builder.close()
    assert snapshot(shaken / "_site") == expected
    assert set(snapshot(shaken / ".cache")) == set(snapshot(calm / ".cache"))
    assert {path.name for path in shaken.iterdir()} == {path.name for path in calm.iterdir()}
