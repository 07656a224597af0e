"""The stages, on one screen: manifest → plan → render → store → site."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from generator.commands.arguments import DEFAULT_CONFIG, DEFAULT_OUTPUT, program
from generator.commands.messages import (
    exit_status,
    print_build,
    print_failures,
    print_lost,
    print_warnings,
)
from generator.commands.progress import Bar
from generator.commands.reports import BuildReport
from generator.manifest import ManifestFile, load
from generator.plan import Job, Plan
from generator.plan.info import FileInfo
from generator.project.estimate import keep_rate
from generator.project.open import Project, open_project, open_store
from generator.project.warnings import lint
from generator.render.engines import ENGINES, Engine
from generator.render.exports import make_exports
from generator.render.relate import find_kinship
from generator.render.run import RenderReport, render
from generator.site import check_site, check_site_output, write_site
from generator.store import Store

Progress = Callable[[list[Job]], Callable[[Job], None]]
"""Given the work ahead, returns what to call after each job."""


@dataclass(frozen=True)
class Options:
    """What the command line asks of a build; ``device`` and ``base_url`` override the manifest.

    ``engine`` is a name of ``ENGINES``.
    """

    config: Path = DEFAULT_CONFIG
    output: Path = DEFAULT_OUTPUT
    base_url: str | None = None
    drafts: bool = False
    force: bool = False
    device: str | None = None
    engine: str = "local"


def run(options: argparse.Namespace) -> int:
    """Build, and print what was done; returns the exit status."""
    asked = Options(
        config=options.config,
        output=options.output,
        base_url=options.base_url,
        drafts=options.drafts,
        force=options.force,
        device=options.device,
        engine=options.engine,
    )
    with Bar(shown=not options.quiet) as bar:
        report = build(asked, bar.begin)
    print_warnings(report.warnings, notes=not options.quiet)
    print_failures(report)
    if not options.quiet:
        print_build(report, look="" if options.command == "serve" else _look(asked))
    if report.lost:
        print_lost(report)
        return 1
    return exit_status(report.warnings, strict=options.strict)


def build(options: Options, progress: Progress = lambda _: lambda _: None) -> BuildReport:
    """Render what is missing and write the site.

    Raises ManifestError before anything is written, StoreError and OutputError where the disk
    refuses. Frames that could not be rendered are in the report, and marked in the site.
    """
    file = load(options.config)
    store = open_store(file)
    check_site_output(file, store, options.output)
    engine = ENGINES[options.engine](options.device or file.manifest.render.device)
    with store.locked():
        started = time.monotonic()
        project = open_project(file, store, engine.read_models, drafts=options.drafts)
        return _build(project, engine, options, progress, started)


def _build(
    project: Project, engine: Engine, options: Options, progress: Progress, started: float
) -> BuildReport:
    plan, store = project.plan, project.store
    lint(project)
    jobs = missing(plan, store, force=options.force)
    if jobs:
        # A mistake on a page is better known before a night of rendering than after.
        check_site(project)
    kinship = find_kinship(project, engine)
    begun = time.monotonic()
    rendered = _named(render(jobs, store, engine, progress(jobs)), project.info)
    keep_rate(jobs, project.info, store, time.monotonic() - begun)
    exports, failed_exports = make_exports(plan, store, engine)
    site = write_site(
        project,
        options.output,
        base_url=base_url(project.file, options.base_url),
        failures=rendered.failures,
        exports=exports,
        kinship=kinship,
    )
    return BuildReport(
        plan,
        rendered,
        reused=len(plan.frames) - rendered.frames - len(rendered.failures),
        failed_exports=failed_exports,
        site=site,
        output=options.output,
        seconds=time.monotonic() - started,
        warnings=project.warnings,
    )


def _named(report: RenderReport, info: FileInfo) -> RenderReport:
    """Return a report whose reasons call files what the manifest calls them: they are published."""
    failures, unmeasured = (
        {key: info.named(reason) for key, reason in reasons.items()}
        for reasons in (report.failures, report.unmeasured)
    )
    return replace(report, failures=failures, unmeasured=unmeasured)


def missing(plan: Plan, store: Store, *, force: bool = False) -> list[Job]:
    """Return the work that the store lacks, or all of it."""
    if force:
        return plan.jobs(lambda _: False, lambda _: False)
    return plan.jobs(
        lambda frame: store.record(frame) is not None,
        lambda measurement: len(store.measured(measurement)) == len(measurement.measures),
    )


def base_url(file: ManifestFile, override: str | None) -> str:
    """Return the address the site is built for, with a slash at its end; '' where none is known."""
    url = file.manifest.site.url if override is None else override
    return url if not url or url.endswith("/") else f"{url}/"


def _look(options: Options) -> str:
    """Return the command that shows the site."""
    parts = [f"{program()} serve"]
    if options.config != DEFAULT_CONFIG:
        parts.append(f"-c {options.config}")
    if options.output != DEFAULT_OUTPUT:
        parts.append(f"-o {options.output}")
    return " ".join(parts)
