"""What commands print: the progress bar on stderr, the closing summary on stdout."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from generator.commands.build import BuildReport
from generator.commands.check import CheckReport
from generator.commands.news import news
from generator.errors import Problem, printable
from generator.plan import Job, Plan
from generator.plan.info import WeightsFile
from generator.plan.kinship import Kinship, Layer, Step
from generator.render.run import RenderReport
from generator.store import Removed


class Bar:
    """Frames done, rate and time left; on stderr, and only where that is a terminal."""

    def __init__(self, *, shown: bool) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("rendering"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("frames"),
            _Rate(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not shown or not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Start drawing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the bar."""
        self._progress.stop()

    def begin(self, jobs: list[Job]) -> Callable[[Job], None]:
        """Show the work ahead; the result is called after each job."""
        if not jobs:
            return lambda _: None
        self._progress.start()
        task = self._progress.add_task("", total=len(jobs))
        return lambda _: self._progress.advance(task)


class _Rate(ProgressColumn):
    """Frames a second, or seconds a frame where that is the larger number."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")


def print_build(report: BuildReport, options: argparse.Namespace) -> int:
    """Print the closing summary and return the exit status."""
    warn(report.warnings)
    if not options.quiet:
        note(report.notes)
    failures = report.rendered.failures
    for line in failed_frames(report.plan, failures):
        print(printable(line), file=sys.stderr)
    lacking = unmeasured(report.plan, report.rendered)
    for cause, inputs in lacking.items():
        what = f"{', '.join(dict.fromkeys(inputs.values()))}: {_count(len(inputs), 'frame')}"
        print(printable(f"{what} could not be measured: {cause}"), file=sys.stderr)
    for name, reason in report.failed_exports.items():
        print(printable(f"models/{name}: {reason}"), file=sys.stderr)
    if not options.quiet:
        made = _count(report.rendered.frames, "frame")
        where = f" on {report.rendered.device}" if report.rendered.device else ""
        measured = report.rendered.measurements
        if not report.rendered.frames and not failures:
            print(f"nothing to render, {_count(report.reused, 'frame')} reused", end="")
        else:
            print(f"{made} rendered{where}, {report.reused} reused", end="")
        print(f"{f', {measured} measured' if measured else ''} in {_duration(report.seconds)}")
        site = report.site
        size = f"{_count(site.pages, 'page')}, {site.files} files, {_size(site.bytes)}"
        print(f"{report.output}: {size}")
        for line in news(site.changes):
            print(printable(line))
        if options.command != "serve":
            print(f"look at it: {_serve_command(options)}")
    counts = {
        "frame": len(failures),
        "measurement": sum(map(len, lacking.values())),
        "export": len(report.failed_exports),
    }
    lost = [_count(number, noun) for noun, number in counts.items() if number]
    if lost:
        message = f"{' and '.join(lost)} could not be made (see above); the next build tries again"
        print(message, file=sys.stderr)
        return 1
    return _strict(report.warnings, options)


def print_check(report: CheckReport, options: argparse.Namespace) -> int:
    """Print what a build would do and return the exit status."""
    warn(report.warnings)
    if not options.quiet:
        note(report.notes)
    if not options.quiet:
        frames = len(report.plan.frames)
        to_render = len({job.frame.key for job in report.jobs if job.frame})
        comparisons = _count(len(report.plan.comparisons), "comparison")
        print(f"{options.config}: {comparisons}, {_count(frames, 'frame')}, no errors")
        print(f"in the cache: {frames - to_render}; to render: {to_render}", end="")
        print(f", about {_duration(report.seconds)} of network time" if report.seconds else "")
        print(f"all frames: about {_size(report.bytes)}")
        for level, inputs in report.noise_levels.items():
            print(f"networks that ask for a noise level are told {level:g} of {', '.join(inputs)}")
        if report.unjudged:
            pairs = _count(report.unjudged, "pair")
            print(f"the build will tell whether the models are related: {pairs} to measure")
    return _strict(report.warnings, options)


def print_kinship(kinship: Kinship, options: argparse.Namespace) -> None:
    """Print what was found about pairs of models, with ``-v`` every layer; or all of it as JSON."""
    if options.json:
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
        for line in _layers(pair.layers) if options.verbose else ():
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


def print_weights(about: WeightsFile, options: argparse.Namespace) -> None:
    """Print what a weights file is."""
    if options.json:
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


def print_unused(removed: Removed, options: argparse.Namespace) -> None:
    """Print what went from the cache."""
    if not options.quiet:
        what = f"removed {_count(removed.files, 'file')} from the cache, {_size(removed.bytes)}"
        print(what if removed.files else "nothing to remove")


def warn(warnings: Iterable[Problem]) -> None:
    """Print warnings, each at its place."""
    for problem in sorted(warnings):
        print(replace(problem, message=f"warning: {problem.message}"), file=sys.stderr)


def note(notes: Iterable[Problem]) -> None:
    """Print what is good to know and no warning: ``--strict`` does not count it."""
    for problem in sorted(notes):
        print(replace(problem, message=f"note: {problem.message}"), file=sys.stderr)


def failed_frames(plan: Plan, failures: dict[str, str]) -> Iterable[str]:
    """Say for each failure whose frame it was: comparison, input, label, cause."""
    for comparison in plan.comparisons:
        for shown in comparison.frames:
            if shown.frame.key in failures:
                place = " / ".join(filter(None, (comparison.id, shown.input, shown.label)))
                yield f"{place}: {failures[shown.frame.key]}"


def unmeasured(plan: Plan, report: RenderReport) -> dict[str, dict[str, str]]:
    """Return what could not be measured though its frame is there: by cause, key and input."""
    causes: dict[str, dict[str, str]] = {}
    for shown in plan.shown:
        key = shown.measurement.key if shown.measurement else ""
        if key in report.unmeasured and shown.frame.key not in report.failures:
            causes.setdefault(report.unmeasured[key], {})[key] = shown.input
    return causes


def _strict(warnings: tuple[Problem, ...], options: argparse.Namespace) -> int:
    if not (options.strict and warnings):
        return 0
    print(f"{_count(len(warnings), 'warning')}, and --strict", file=sys.stderr)
    return 1


def _serve_command(options: argparse.Namespace) -> str:
    parts = ["python -m generator serve"]
    if str(options.config) != "site.yaml":
        parts.append(f"-c {options.config}")
    if str(options.output) != "_site":
        parts.append(f"-o {options.output}")
    return " ".join(parts)


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
