"""Everything a build would stumble over, and what it would cost, without rendering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.build import CACHE, missing
from generator.doubts import doubts
from generator.errors import ManifestError, Problem
from generator.estimate import estimate_bytes, estimate_seconds
from generator.examine import damaged, examine, read_models_apart
from generator.kinship import find_kinship, kinship_keys, kinship_warnings
from generator.manifest import load, unused
from generator.plan import File, Job, Plan, make_plan
from generator.site import check_site
from generator.store import Store


@dataclass(frozen=True)
class CheckReport:
    """What a build would do: ``bytes`` of all frames and ``seconds`` of rendering, estimated;
    ``unjudged`` pairs of models, of which only a build can tell whether they are related.
    """  # noqa: D205

    plan: Plan
    jobs: tuple[Job, ...]
    bytes: int
    seconds: float
    unjudged: int
    warnings: tuple[Problem, ...]


def check(config: Path, *, drafts: bool = False) -> CheckReport:
    """Check manifest, files, models and pages. Raises ManifestError with all problems.

    Pictures are decoded only where a build would do that. Never imports torch: weights files that
    are not known yet are read in another process.
    """
    file = load(config)
    store = Store(file.root / CACHE)
    facts = examine(file, store, read_models_apart)
    plan = make_plan(file, facts, drafts=drafts)
    warnings = check_site(file, plan, facts, store, drafts=drafts)
    kinship = find_kinship(plan, facts, file, store, None)
    pairs = kinship_keys(plan, facts, file)
    jobs = missing(plan, store)
    if problems := damaged(file, facts, _needed(jobs)):
        raise ManifestError(problems)
    return CheckReport(
        plan,
        tuple(jobs),
        estimate_bytes(list(plan.frames.values()), store),
        estimate_seconds(jobs, facts, store),
        sum(not store.has_derived(key, "json") for key in pairs),
        unused(file) + doubts(file, facts, plan) + kinship_warnings(kinship, plan, file) + warnings,
    )


def _needed(jobs: Sequence[Job]) -> set[File]:
    """Return the pictures that a build would decode."""
    references = {job.measurement.reference for job in jobs if job.measurement}
    return references | {job.picture.input.file for job in jobs}
