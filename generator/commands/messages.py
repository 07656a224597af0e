"""What commands print: results on stdout; warnings and what is missing on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from generator.commands.reports import BuildReport, CheckReport
from generator.errors import Problem, printable
from generator.plan.kinship import Kinship
from generator.store import Removed


def print_warnings(warnings: Iterable[Problem]) -> None:
    """Print warnings, each at its place."""
    for problem in sorted(warnings):
        print(replace(problem, message=f"warning: {problem.message}"), file=sys.stderr)


def exit_status(warnings: Collection[Problem], *, strict: bool) -> int:
    """Return the exit status of a command that did its work; say so where warnings are failures."""
    if not (strict and warnings):
        return 0
    print(f"{_count(len(warnings), 'warning')}, and --strict", file=sys.stderr)
    return 1


def print_build(report: BuildReport, look: str) -> None:
    """Print what a build did, and the command ``look`` that shows the site."""
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
    if report.unjudged:
        pairs = _count(report.unjudged, "pair")
        print(f"the build will tell whether the models are related: {pairs} to measure")


def print_kinship(kinship: Kinship, *, as_json: bool) -> None:
    """Print what was found about pairs of models: a table for each, or everything as JSON."""
    if as_json:
        print(json.dumps(asdict(kinship), indent=2))
        return
    for pair in kinship.pairs:
        print(f"{pair.first} and {pair.second}: {pair.verdict}")
        for reason in pair.reasons:
            print(f"  {printable(reason)}")
        if pair.layers:
            names = [printable(layer.name) for layer in pair.layers]
            width = max(map(len, names))
            print(f"  {'layer':{width}}  cosine  same index")
            for name, layer in zip(names, pair.layers, strict=True):
                cosine, share = _figure(layer.cosine, ".3f"), _figure(layer.same_index, ".0%")
                print(f"  {name:{width}}  {cosine:>6}  {share:>10}")
        if pair.steps:
            print("  alpha  mix against blend  colour shift (levels)")
            for step in pair.steps:
                shift = " ".join(f"{value:+.2f}" for value in step.colour_shift)
                print(f"  {step.alpha:5.2f}  {step.barrier_db:14.1f} dB  {shift}")


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


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
