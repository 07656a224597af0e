"""Two builds of one project are one site: wherever, whenever, and however many threads ran."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.build import DATA, Run, make_folder, snapshot

from generator.site.output.marker import MARKER

SECTIONS = [
    "site: {title: T, url: https://x.org/}\n",
    """\
models:
  a: {path: tiny_a.safetensors, title: A, download: true}
  b: tiny_b.safetensors
  c: tiny_c.safetensors
  x4: tiny_x4_a.safetensors
  other: tiny_x4_b.safetensors
""",
    """\
inputs:
  photo: {path: photo.png, reference: photo.png, noise: {sigma: 10}, masks: {m: photo.png}}
  small: {path: photo.png, crop: [8, 8, 40, 32]}
""",
    """\
comparisons:
  slide:
    inputs: [photo]
    color_fix: wavelet
    interpolate:
      {models: [a, b], alphas: 4, baseline: pixel, export: [0.3], animation: webp, regions: [m]}
  film:
    {inputs: [small], color_fix: average,
     interpolate: {models: [x4, other], alphas: 3, animation: mp4}}
  pad: {inputs: [small], interpolate: {models: [a, b, c], control: triangle, steps: 3}}
  list: {choose: [input, lanczos, x4, {mix: {a: 0.2, c: 0.8}, title: Mine, export: true}]}
""",
]

# A day of its own: the clock is set before anything is imported.
BUILD = """
import sys, time
jump = float(sys.argv[1])
now, now_ns = time.time, time.time_ns
time.time = lambda: now() + jump
time.time_ns = lambda: now_ns() + int(jump * 1e9)
from generator.commands.main import main
sys.exit(main(["build", "-q"]))
"""


def of_every_kind(folder: Path, manifest: str) -> Path:
    make_folder(folder, manifest)
    for name in ("tiny_c", "tiny_x4_a", "tiny_x4_b"):
        shutil.copy(DATA / f"{name}.safetensors", folder)
    (folder / "content").mkdir()
    shutil.copy(DATA / "photo.png", folder / "content")
    (folder / "content/about.md").write_text("# About\n\n![A photo](photo.png)\n")
    return folder


def build(folder: Path, *, days: float = 0, **environment: str) -> dict[str, bytes]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, str(days * 24 * 3600)],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return snapshot(folder / "_site")


def test_folder_order_threads_and_day_do_not_matter(tmp_path: Path) -> None:
    first = of_every_kind(tmp_path / "first", "".join(SECTIONS))
    second = of_every_kind(tmp_path / "else where" / "second", "")
    # Other sections first, models the other way round, and half of the comparisons in another run.
    models, *entries = SECTIONS[1].splitlines(keepends=True)
    site, _, inputs, comparisons = SECTIONS
    text = "".join([comparisons, inputs, models, *reversed(entries), site])
    (second / "site.yaml").write_text(
        text.split("  film:")[0] + text[text.index("\ninputs:") + 1 :]
    )
    for path in second.rglob("*.*"):
        os.utime(path, (1e9, 1e9))
    one = build(first, OMP_NUM_THREADS="1", PYTHONHASHSEED="1", TZ="UTC")
    several = {"OMP_NUM_THREADS": "3", "PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"}
    build(second, days=400, **several)
    (second / "site.yaml").write_text(text)
    other = build(second, days=-400, **several)
    assert [name for name in one if one[name] != other.get(name)] == []
    assert one.keys() == other.keys()
    assert {name.rpartition(".")[2] for name in one} >= {
        "webp",
        "mp4",
        "safetensors",
        "png",
        "jpeg",
    }


def test_dates_are_those_asked_for(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build", "-q")
    plain = snapshot(project / "_site")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    run("build", "-q")
    dated = snapshot(project / "_site")
    assert [name for name in plain if plain[name] != dated[name]] == [MARKER, "feed.xml"]
    assert b"2023-11-14T22:13:20Z" in dated["feed.xml"]


def test_a_date_that_is_none_is_said_before_the_night(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    status, out, err = run("build")
    assert (status, out) == (1, "")
    assert err == "SOURCE_DATE_EPOCH is a number of seconds since 1970, got 'yesterday'\n"
    assert not (project / ".cache").exists()
