"""Planning: from what the author wrote to recipes, labels, sizes and measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from generator.errors import ManifestError
from generator.manifest import Manifest, ManifestFile
from generator.manifest.types import KINDS
from generator.plan.comparisons import (
    ComparisonPlan,
    Plan,
    PlannedInput,
    PlannedModel,
    SiteSettings,
)
from generator.plan.context import Context
from generator.plan.info import FileInfo
from generator.plan.kinds import PLAN


def make_plan(file: ManifestFile, info: FileInfo, *, drafts: bool = False) -> Plan:
    """Plan every frame of the site.

    Raises ManifestError where models cannot be mixed or pictures do not fit: crops outside
    the picture, references of another size than the output.
    """
    context = Context(file, info)
    comparisons = tuple(
        _comparison(context, name)
        for name, written in file.manifest.comparisons.items()
        if drafts or not written.draft
    )
    if context.problems:
        raise ManifestError(context.problems)
    planned = {comparison.id for comparison in comparisons}
    return Plan(
        _site(file.manifest),
        comparisons,
        _models(file.manifest, info),
        _inputs(context, comparisons),
        tuple(name for name in file.manifest.comparisons if name not in planned),
        tuple(context.warnings),
    )


def _comparison(context: Context, name: str) -> ComparisonPlan:
    written = context.manifest.comparisons[name]
    kind = next(kind for kind in KINDS if getattr(written, kind) is not None)
    return PLAN[kind](context, name, written)


def _site(manifest: Manifest) -> SiteSettings:
    site = manifest.site
    return SiteSettings(
        site.title, site.description, site.url, site.language, site.author, site.repository
    )


def _models(manifest: Manifest, info: FileInfo) -> Mapping[str, PlannedModel]:
    """Return the models but those that nobody can read or uses."""
    return {
        name: PlannedModel(
            name,
            model.title,
            model.description,
            model.author,
            model.license,
            model.homepage,
            model.download if isinstance(model.download, str) else "",
            f"models/{name}{PurePosixPath(model.path).suffix}" if model.download is True else "",
            info.files[model.path],
            info.models[name],
        )
        for name, model in manifest.models.items()
        if name in info.models
    }


def _inputs(context: Context, comparisons: Iterable[ComparisonPlan]) -> Mapping[str, PlannedInput]:
    """Return the inputs that are shown."""
    shown = dict.fromkeys(name for comparison in comparisons for name in comparison.inputs)
    written = context.manifest.inputs
    return {
        name: PlannedInput(
            name,
            written[name].title,
            written[name].credit,
            written[name].license,
            written[name].source,
            context.inputs.prepared(name),
        )
        for name in shown
    }
