"""Everything a build would stumble over, and what it would cost, without rendering."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generator.commands.build import missing
from generator.commands.messages import exit_status, print_check, print_warnings
from generator.commands.reports import CheckReport, Row
from generator.errors import ManifestError
from generator.manifest import load
from generator.plan import File, Job, Network, Picture
from generator.plan.recipes import USUAL_NOISE_LEVEL, Recipes
from generator.project.estimate import estimate_seconds, estimate_sizes
from generator.project.open import Project, open_project, open_store
from generator.project.scan import damaged
from generator.project.warnings import lint
from generator.render.engines import read_models_apart
from generator.render.relate import find_kinship, unjudged
from generator.site import check_site


def run(options: argparse.Namespace) -> int:
    """Check, and print what a build would do; returns the exit status."""
    report = check(options.config, drafts=options.drafts)
    print_warnings(report.warnings, notes=not options.quiet)
    if not options.quiet:
        print_check(report, options.config)
    return exit_status(report.warnings, strict=options.strict)


def check(config: Path, *, drafts: bool = False) -> CheckReport:
    """Check manifest, files, models and pages. Raises ManifestError with all problems.

    Pictures are decoded only where a build would do that. Never imports torch: weights files that
    are not known yet are read in another process. While a build runs, nothing is written.
    """
    file = load(config)
    project = open_project(file, open_store(file, guest=True), read_models_apart, drafts=drafts)
    plan, store = project.plan, project.store
    lint(project)
    check_site(project)
    find_kinship(project, None)
    jobs = missing(plan, store)
    if problems := damaged(file, project.info, _needed(jobs)):
        raise ManifestError(problems)
    sizes = estimate_sizes(list(plan.frames.values()), store)
    return CheckReport(
        plan,
        tuple(jobs),
        tuple(sorted(_rows(project, jobs, sizes), key=lambda row: -row.bytes)),
        sizes,
        _weights(project),
        estimate_seconds(jobs, project.info, store),
        unjudged(project),
        project.warnings,
        _noise_levels(project),
    )


def _rows(project: Project, jobs: Sequence[Job], sizes: Mapping[str, float]) -> Iterator[Row]:
    work: dict[Picture, list[Job]] = {}
    for job in jobs:
        work.setdefault(job.picture, []).append(job)
    to_render = {job.frame.key for job in jobs if job.frame}
    for comparison in project.plan.comparisons:
        frames = {s.frame.key: s.frame for s in comparison.frames if not s.missing}
        pictures = {frame.picture for frame in frames.values()}
        own = [job for picture in pictures for job in work.get(picture, ())]
        yield Row(
            comparison.id,
            len(frames),
            len(frames.keys() & to_render),
            sum(sizes[key] for key in frames),
            estimate_seconds(own, project.info, project.store),
        )


def _weights(project: Project) -> dict[str, float]:
    """Return the bytes of weights that are published, by address: mixes are in 32-bit numbers."""
    plan, networks = project.plan, project.info.networks
    models = {m.published: float(m.file.bytes) for m in plan.models.values() if m.published}
    exports = {
        f"models/{export.name}.safetensors": 4.0 * networks[export.parents[0][0].sha256].parameters
        for comparison in plan.comparisons
        for export in comparison.exports
        if not export.address
    }
    return models | exports


def _noise_levels(project: Project) -> Mapping[float, Sequence[str]]:
    recipes = Recipes(project.manifest, project.info)
    found: dict[float, dict[str, None]] = {}
    for shown in project.plan.shown:
        recipe = shown.frame.picture.recipe
        if isinstance(recipe, Network) and recipes.asks_noise_level(recipe):
            level = USUAL_NOISE_LEVEL if recipe.noise_level is None else recipe.noise_level
            found.setdefault(level, {})[shown.input] = None
    return {level: tuple(inputs) for level, inputs in sorted(found.items())}


def _needed(jobs: Sequence[Job]) -> set[File]:
    """Return the pictures that a build would decode."""
    references = [job.measurement.reference for job in jobs if job.measurement]
    return {*filter(None, references), *(job.picture.input.file for job in jobs if not job.reopens)}
