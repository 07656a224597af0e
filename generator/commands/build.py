"""The stages, on one screen: manifest → plan → render → store → site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from generator.errors import Problem
from generator.manifest import ManifestFile, load
from generator.plan import Job, Plan
from generator.plan.info import FileInfo
from generator.project.estimate import keep_rate
from generator.project.open import Project, open_project, open_store
from generator.project.unused import unused
from generator.project.warnings import lint
from generator.render.engines import ENGINES, Engine
from generator.render.exports import make_exports
from generator.render.relate import find_kinship, kinship_notes, kinship_warnings
from generator.render.run import RenderReport, render
from generator.site import SiteReport, check_site, check_site_output, write_site
from generator.store import Store

Progress = Callable[[list[Job]], Callable[[Job], None]]
"""Given the work ahead, returns what to call after each job."""


@dataclass(frozen=True)
class Options:
    """What the command line asks of a build; ``device`` and ``base_url`` override the manifest.

    ``engine`` is a name of ``ENGINES``.
    """

    config: Path = Path("site.yaml")
    output: Path = Path("_site")
    base_url: str | None = None
    drafts: bool = False
    force: bool = False
    device: str | None = None
    engine: str = "local"


@dataclass(frozen=True)
class BuildReport:
    """What a build did, for the closing summary."""

    plan: Plan
    rendered: RenderReport
    reused: int
    failed_exports: dict[str, str]
    site: SiteReport
    output: Path
    seconds: float
    warnings: tuple[Problem, ...]
    notes: tuple[Problem, ...]


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
        warnings=unused(project.file)
        + lint(project)
        + kinship_warnings(project, kinship)
        + site.warnings,
        notes=project.file.notes + kinship_notes(project, kinship),
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
