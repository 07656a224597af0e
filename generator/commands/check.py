"""Everything a build would stumble over, and what it would cost, without rendering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.commands.build import missing
from generator.errors import ManifestError, Problem
from generator.manifest import load
from generator.plan import File, Job, Network, Plan
from generator.plan.recipes import USUAL_NOISE_LEVEL, Recipes
from generator.project.estimate import estimate_bytes, estimate_seconds
from generator.project.open import Project, open_project, open_store
from generator.project.scan import damaged
from generator.project.unused import unused
from generator.project.warnings import lint
from generator.render.engines import read_models_apart
from generator.render.relate import find_kinship, kinship_notes, kinship_warnings, unjudged
from generator.site import check_site


@dataclass(frozen=True)
class CheckReport:
    """What a build would do: ``bytes`` of all frames and ``seconds`` of rendering, estimated;
    ``unjudged`` pairs of models, of which only a build can tell whether they are related;
    ``noise_levels`` what networks are told that ask how noisy an input is: that level, its inputs.
    """  # noqa: D205

    plan: Plan
    jobs: tuple[Job, ...]
    bytes: int
    seconds: float
    unjudged: int
    warnings: tuple[Problem, ...]
    noise_levels: Mapping[float, Sequence[str]]
    notes: tuple[Problem, ...]


def check(config: Path, *, drafts: bool = False) -> CheckReport:
    """Check manifest, files, models and pages. Raises ManifestError with all problems.

    Pictures are decoded only where a build would do that. Never imports torch: weights files that
    are not known yet are read in another process.
    """
    file = load(config)
    project = open_project(file, open_store(file), read_models_apart, drafts=drafts)
    plan, store = project.plan, project.store
    warnings = check_site(project)
    kinship = find_kinship(project, None)
    jobs = missing(plan, store)
    if problems := damaged(file, project.info, _needed(jobs)):
        raise ManifestError(problems)
    return CheckReport(
        plan,
        tuple(jobs),
        estimate_bytes(list(plan.frames.values()), store),
        estimate_seconds(jobs, project.info, store),
        unjudged(project),
        unused(file) + lint(project) + kinship_warnings(project, kinship) + warnings,
        _noise_levels(project),
        file.notes + kinship_notes(project, kinship),
    )


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
