"""The stages, on one screen: manifest → plan → render → store → site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from generator.errors import Problem
from generator.manifest import ManifestFile, load
from generator.plan import Job, Plan, make_plan
from generator.plan.info import FileInfo
from generator.project.estimate import keep_rate
from generator.project.scan import read_models_here, scan
from generator.project.unused import unused
from generator.project.warnings import lint
from generator.render.exports import make_exports
from generator.render.relate import find_kinship, inspect_here, kinship_notes, kinship_warnings
from generator.render.run import RenderReport, render
from generator.site import SiteReport, check_site, check_site_output, write_site
from generator.store import Store

CACHE = ".cache"

Progress = Callable[[list[Job]], Callable[[Job], None]]
"""Given the work ahead, returns what to call after each job."""


@dataclass(frozen=True)
class Options:
    """What the command line asks of a build; ``device`` and ``base_url`` override the manifest."""

    config: Path = Path("site.yaml")
    output: Path = Path("_site")
    base_url: str | None = None
    drafts: bool = False
    force: bool = False
    device: str | None = None


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
    store = Store(file.root / CACHE)
    check_site_output(file, store, options.output)
    with store.locked():
        return _build(file, store, options, progress)


def _build(file: ManifestFile, store: Store, options: Options, progress: Progress) -> BuildReport:
    started = time.monotonic()
    info = scan(file, store, read_models_here)
    plan = make_plan(file, info, drafts=options.drafts)
    jobs = missing(plan, store, force=options.force)
    if jobs:
        # A mistake on a page is better known before a night of rendering than after.
        check_site(file, plan, info, store, drafts=options.drafts)
    kinship = find_kinship(plan, info, file, store, inspect_here)
    device = options.device or file.manifest.render.device
    begun = time.monotonic()
    rendered = _named(render(jobs, store, device=device, progress=progress(jobs)), info)
    keep_rate(jobs, info, store, time.monotonic() - begun)
    exports, failed_exports = make_exports(plan, store)
    site = write_site(
        file,
        plan,
        info,
        store,
        options.output,
        base_url=base_url(file, options.base_url),
        failures=rendered.failures,
        drafts=options.drafts,
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
        warnings=unused(file)
        + lint(file, info, plan)
        + kinship_warnings(kinship, plan, file)
        + site.warnings,
        notes=kinship_notes(kinship, plan, file),
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
        lambda measurement: store.measured(measurement) is not None,
    )


def base_url(file: ManifestFile, override: str | None) -> str:
    """Return the address the site is built for, with a slash at its end; '' where none is known."""
    url = file.manifest.site.url if override is None else override
    return url if not url or url.endswith("/") else f"{url}/"
