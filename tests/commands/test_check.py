"""What `check` tells before anything is rendered: what comparisons cost, what a site weighs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.build import Run, edit

from generator.commands import reports
from generator.commands.check import check


def table(out: str) -> list[list[str]]:
    """Return the cells of the table of comparisons, without its head."""
    _, _, below = out.partition("\ncomparison ")
    rows = below.partition("\nframes and weights")[0].splitlines()[1:]
    return [re.split(r"  +", row) for row in rows]


def test_comparisons_are_told_heaviest_first(project: Path, run: Run) -> None:
    edit("comparisons:\n", "comparisons:\n  small: {choose: [input, a]}\n")
    report = check(Path("site.yaml"))
    pixels = 96 * 72
    assert [(row.comparison, row.frames, row.to_render) for row in report.rows] == [
        ("mix", 4, 4),
        ("list", 3, 3),
        ("small", 2, 2),
    ]
    # Frames of a format that was not written yet: 0.2 bytes a pixel in WebP, all of one size.
    assert [row.bytes for row in report.rows] == pytest.approx(
        [n * 0.2 * pixels for n in (4, 3, 2)]
    )
    assert report.bytes == pytest.approx(len(report.plan.frames) * 0.2 * pixels)
    mix, listed, _ = report.rows
    assert mix.seconds == pytest.approx(listed.seconds * 3 / 2)
    assert report.seconds == pytest.approx(mix.seconds)

    status, out, err = run("check")
    assert (status, err) == (0, "")
    assert [row[:5] for row in table(out)] == [
        ["mix", "4", "0", "4", "6 KB"],
        ["list", "3", "0", "3", "4 KB"],
        ["small", "2", "0", "2", "3 KB"],
    ]
    assert "too heavy" not in out
    assert run("check", "-q")[:2] == (0, "")


def test_of_many_comparisons_the_heaviest_are_told(project: Path, run: Run) -> None:
    with Path("site.yaml").open("a") as file:
        file.writelines(f"  more{n}: {{choose: [input, a]}}\n" for n in range(25))
    rows = table(run("check")[1])
    assert len(rows) == 21
    assert [rows[0][0], rows[1][0]] == ["mix", "list"]
    assert rows[-1] == ["and 7 lighter comparisons, 19 KB"]


def test_what_is_published_has_its_weight(project: Path) -> None:
    edit("title: Soft}", "title: Soft, download: true}")
    edit("[input, a, b]", "[input, a, b, {mix: {a: 0.3, b: 0.7}, title: Int, download: true}]")
    report = check(Path("site.yaml"))
    assert set(report.weights) == {"models/a.safetensors", "models/Int.safetensors"}
    original = (project / "tiny_a.safetensors").stat().st_size
    assert report.weights["models/a.safetensors"] == original
    # Of a network in 16-bit numbers, a mix in 32: all but the files' heads is twice as large.
    mixed = report.weights["models/Int.safetensors"]
    assert 1.8 * original < mixed < 2 * original
    assert report.site_bytes == report.bytes + sum(report.weights.values())
    assert report.largest == mixed


def test_a_site_that_is_too_heavy_is_told_with_the_ways_out(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ways() -> str:
        (line,) = [line for line in run("check")[1].splitlines() if line.startswith("too heavy")]
        return line.removeprefix("too heavy for GitHub Pages; what makes it lighter: ")

    lighter = "'images.format: avif' (about 75% of the bytes); a lower 'images.quality'"
    fewer = "fewer alphas or inputs in 'mix'"
    monkeypatch.setattr(reports, "PAGES_SITE", 5000)
    assert ways() == f"{lighter}; {fewer}"
    edit("title: Soft}", "title: Soft, download: true}")
    elsewhere = "'download: ADDRESS' of a place elsewhere for models/a.safetensors"
    assert ways() == f"{elsewhere}; {lighter}; {fewer}"
    edit("site: {", "images: {format: avif}\nsite: {")
    assert ways() == f"{elsewhere}; a lower 'images.quality'; {fewer}"
    edit("format: avif", "format: png")
    assert re.fullmatch(
        rf"{elsewhere}; 'images.format: avif' \(about \d+% of .*\); {fewer}", ways()
    )

    # One file alone may be too large.
    monkeypatch.setattr(reports, "PAGES_SITE", 10**9)
    edit("format: png", "format: avif")
    monkeypatch.setattr(reports, "PAGES_FILE", 2000)
    assert ways() == elsewhere
