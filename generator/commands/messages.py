"""What commands print: results on stdout; warnings and what is missing on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from generator.commands.news import news
from generator.commands.reports import PAGES_FILE, PAGES_SITE, BuildReport, CheckReport, Row
from generator.errors import Warnings, printable
from generator.plan.info import WeightsFile
from generator.plan.kinship import Kinship, Layer, Step
from generator.store import Removed

_MOST_ROWS = 20
"""Comparisons that are told apart: what matters most is in the heaviest."""


def print_warnings(warnings: Warnings, *, notes: bool) -> None:
    """Print warnings, each at its place, and after them ``notes``, if they are wanted."""
    for problem in warnings:
        print(replace(problem, message=f"warning: {problem.message}"), file=sys.stderr)
    for problem in sorted(warnings.notes) if notes else ():
        print(replace(problem, message=f"note: {problem.message}"), file=sys.stderr)


def exit_status(warnings: Warnings, *, strict: bool) -> int:
    """Return the exit status of a command that did its work; say so where warnings are failures."""
    if not (strict and warnings):
        return 0
    print(f"{_count(len(warnings), 'warning')}, and --strict", file=sys.stderr)
    return 1


def print_build(report: BuildReport, look: str) -> None:
    """Print what a build did, and the command ``look`` that shows the site, unless it is ''."""
    rendered, site = report.rendered, report.site
    if not rendered.frames and not rendered.failures:
        print(f"nothing to render, {_count(report.reused, 'frame')} reused", end="")
    else:
        where = f" on {rendered.device}" if rendered.device else ""
        made = _count(rendered.frames, "frame")
        print(f"{made} rendered{where}, {report.reused} reused", end="")
    measured = f", {rendered.measurements} measured" if rendered.measurements else ""
    print(f"{measured} in {_duration(report.seconds)}")
    size = f"{_count(site.pages, 'page')}, {site.files} files, {_size(site.bytes)}"
    print(f"{report.output}: {size}")
    for line in news(site.changes):
        print(printable(line))
    if look:
        print(f"look at it: {look}")


def print_failures(report: BuildReport) -> None:
    """Print what could not be made, and why."""
    for line in report.failed_frames():
        print(printable(line), file=sys.stderr)
    for cause, inputs in report.unmeasured().items():
        what = f"{', '.join(dict.fromkeys(inputs.values()))}: {_count(len(inputs), 'frame')}"
        print(printable(f"{what} could not be measured: {cause}"), file=sys.stderr)
    for name, reason in report.failed_exports.items():
        print(printable(f"models/{name}: {reason}"), file=sys.stderr)


def print_lost(report: BuildReport) -> None:
    """Print how much could not be made."""
    lost = " and ".join(_count(number, noun) for noun, number in report.lost.items())
    message = f"{lost} could not be made (see above); the next build tries again"
    print(message, file=sys.stderr)


def print_check(report: CheckReport, config: Path) -> None:
    """Print what a build would do."""
    frames = len(report.plan.frames)
    comparisons = _count(len(report.plan.comparisons), "comparison")
    print(f"{config}: {comparisons}, {_count(frames, 'frame')}, no errors")
    print(f"in the cache: {frames - report.to_render}; to render: {report.to_render}", end="")
    print(f", about {_duration(report.seconds)} of network time" if report.seconds else "")
    print(f"all frames: about {_size(report.bytes)}")
    for line in (*_table(report.rows), *_heaviness(report)):
        print(line)
    for level, inputs in report.noise_levels.items():
        print(f"networks that ask for a noise level are told {level:g} of {', '.join(inputs)}")
    if report.unjudged:
        pairs = _count(report.unjudged, "pair")
        print(f"the build will tell whether the models are related: {pairs} to measure")


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line for each comparison, of many only of the heaviest."""
    if not rows:
        return
    shown = rows[:_MOST_ROWS]
    width = max(map(len, ("comparison", *(row.comparison for row in shown))))
    yield f"{'comparison':{width}}   frames  in the cache  to render       bytes         time"
    for row in shown:
        time = _duration(row.seconds) if row.seconds else "-"
        yield (
            f"{row.comparison:{width}}  {row.frames:7,}  {row.frames - row.to_render:12,}"
            f"  {row.to_render:9,}  {_size(row.bytes):>10}  {time:>11}"
        )
    if others := rows[_MOST_ROWS:]:
        size = _size(sum(row.bytes for row in others))
        yield f"and {_count(len(others), 'lighter comparison')}, {size}"


def _heaviness(report: CheckReport) -> Iterator[str]:
    """Yield what the site weighs against the limits of GitHub Pages, and what makes it lighter."""
    yield (
        f"frames and weights: about {_size(report.site_bytes)}, the largest file "
        f"{_size(report.largest)}; GitHub Pages takes {_size(PAGES_SITE)}, "
        f"a file of {_size(PAGES_FILE)}"
    )
    if report.too_heavy:
        yield f"too heavy for GitHub Pages; what makes it lighter: {'; '.join(report.ways_out())}"


def print_kinship(kinship: Kinship, *, as_json: bool, layers: bool) -> None:
    """Print what was found about pairs of models, with ``layers`` every layer; or all as JSON."""
    if as_json:
        print(json.dumps(asdict(kinship), indent=2))
        return
    for pair in kinship.pairs:
        middle = f", the way between them {pair.middle}" if pair.middle else ""
        print(printable(f"{pair.first} and {pair.second}: {pair.verdict}{middle}"))
        for reason in pair.reasons:
            print(f"  {printable(reason)}")
        if pair.colour_shift:
            print("  color_fix: average gives mixes the colours of their input back")
        for line in _steps(pair.steps):
            print(f"  {line}")
        for line in _layers(pair.layers) if layers else ():
            print(f"  {line}")


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    if steps:
        yield "alpha  detour  contrast  colours off  against the blend"
    for step in steps:
        yield (
            f"{step.alpha:5.2f}  {step.detour:6.2f}  {step.contrast:8.2f}"
            f"  {step.colour_distance:4.1f} levels  {step.barrier_db:14.1f} dB"
        )


def _layers(layers: Sequence[Layer]) -> Iterator[str]:
    names = [printable(layer.name) for layer in layers]
    width = max(map(len, ("layer", *names)))
    if layers:
        yield f"{'layer':{width}}    weights  cosine  deviations"
    for name, layer in zip(names, layers, strict=True):
        cosine, z = _figure(layer.cosine, ".3f"), _figure(layer.z, ".1f")
        yield f"{name:{width}}  {layer.weights:9,}  {cosine:>6}  {z:>10}"


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def print_weights(about: WeightsFile, *, as_json: bool) -> None:
    """Print what a weights file is."""
    if as_json:
        print(json.dumps(asdict(about), indent=2))
        return
    channels = dict.fromkeys((about.input_channels, about.output_channels))
    tags = f" ({', '.join(about.tags)})" if about.tags else ""
    lines = [
        f"{about.file}: {about.architecture}{tags}",
        f"scale: ×{about.scale}",
        f"channels: {' to '.join(map(str, channels))}",
        f"parameters: {about.parameters:,}",
        f"precision: {', '.join(about.precision)}",
        *(f"metadata: {key}: {_shortened(value)}" for key, value in about.metadata.items()),
        f"size: {_size(about.bytes)}",
        f"sha256: {about.sha256}",
    ]
    if about.damaged:
        lines.append(f"damaged: '{about.damaged}' holds values that are not numbers")
    print("\n  ".join(printable(line) for line in lines))


def _shortened(text: str, most: int = 200) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def print_removed(removed: Mapping[Path, Sequence[str]]) -> None:
    """Print which folders were removed, and what was left in them because it is not ours."""
    for folder, left in removed.items():
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        others = f", but not what others keep there: {', '.join(left[:3])}{more}" if left else ""
        print(f"removed {folder}{printable(others)}")
    if not removed:
        print("nothing to remove")


def print_unused(removed: Removed) -> None:
    """Print what went from the cache."""
    what = f"removed {_count(removed.files, 'file')} from the cache, {_size(removed.bytes)}"
    print(what if removed.files else "nothing to remove")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit != "MB" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
