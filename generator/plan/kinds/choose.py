"""``choose``: two lists of inputs, filters, networks and mixes, any two of them side by side."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from generator.manifest import types
from generator.manifest.controls import Point, Weights
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.types import Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import Choice, ComparisonPlan, Start
from generator.plan.context import Context, Variant, fixes, shared
from generator.plan.frames import Classic
from generator.plan.words import mixture


def plan_choices(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    """Plan lists: each entry is a choice, a network's once for each colour fix."""
    where = ("comparisons", name, "choose")
    entries = comparison.choose or ()
    inputs = comparison.inputs or tuple(context.manifest.inputs)
    scales = [_scale(context, entry, (*where, index)) for index, entry in enumerate(entries)]
    largest = max(scales)
    labels = [_label(context, entry, largest) for entry in entries]
    seen: set[str] = set()
    for index, label in enumerate(labels):
        if label in seen:
            message = f"the list has '{label}' already: give one of the two another 'title'"
            context.problem((*where, index), message)
        seen.add(label)
    found = [
        each
        for entry, label, scale in zip(entries, labels, scales, strict=True)
        for each in _variants(context, comparison, entry, label, scale, largest)
    ]
    variants = [_at(variant, index) for index, (_, variant) in enumerate(found)]
    frames = context.frames(comparison, inputs, variants)
    context.inputs.check_references(comparison, inputs, frames, all_must_fit=False)
    ids = _told_apart(id_ for id_, _ in found)
    last = len(variants) - 1
    return ComparisonPlan(
        **shared(name, comparison),
        kind="choose",
        control="lists",
        layout="none",
        inputs=inputs,
        models=_models(context, entries),
        choices=tuple(Choice(id_, each.label) for id_, each in zip(ids, variants, strict=True)),
        frames=frames,
        start=Start((0, last)),
        card=(0, last),
        exports=tuple(
            context.export(f"{name}-{number}", entry.mix, entry.title)
            for number, entry in enumerate(entries, start=1)
            if entry.mix and entry.export
        ),
        mixed=tuple(
            dict.fromkeys(
                pair
                for entry in entries
                if entry.mix
                for pair in itertools.combinations(entry.mix, 2)
            )
        ),
        models_at=where,
    )


def _scale(context: Context, entry: types.Choice, where: Location) -> int:
    """Return how much larger an entry makes its input."""
    if entry.mix:
        models = tuple(entry.mix)
        return context.scale_of_mix(models, [(*where, "mix", model) for model in models])
    model = context.info.models.get(entry.of)
    return model.scale if model else 1


def _label(context: Context, entry: types.Choice, largest: int) -> str:
    """Return what an entry is called in the lists."""
    if entry.title:
        return entry.title
    if entry.of in CLASSIC:
        return CLASSIC[entry.of].label(largest)
    if entry.mix:
        return mixture(entry.mix, context.titles(entry.mix))
    return context.manifest.models[entry.of].title


def _variants(
    context: Context,
    comparison: Comparison,
    entry: types.Choice,
    label: str,
    scale: int,
    largest: int,
) -> Iterator[tuple[str, Variant]]:
    """Yield what an entry shows, each with a stable id, which a title is not."""
    if entry.of in CLASSIC:
        enlarges = CLASSIC[entry.of].enlarges
        by = largest if enlarges else 1
        classic = Classic() if enlarges and by == 1 else Classic(entry.of, by)
        yield entry.of, Variant(classic, entry.of, label, (), by)
    else:
        weights = entry.mix or {entry.of: 1.0}
        id_ = f"mix-{_digest(weights)}" if entry.mix else entry.of
        for number, (fix, fix_name, words) in enumerate(fixes(comparison)):
            recipe, point = context.recipes.mix(weights, fix), Point(weights)
            text = label + words
            variant = Variant(recipe, "mix", text, (), scale, point, fix_name)
            yield f"{id_}~{fix}" if number else id_, variant


def _at(variant: Variant, choice: int) -> Variant:
    return replace(variant, at=((choice, None),))


def _told_apart(ids: Iterable[str]) -> list[str]:
    """Return ids of which no two are alike; ``~`` is in no id of the manifest."""
    counts: Counter[str] = Counter()
    told = []
    for id_ in ids:
        counts[id_] += 1
        told.append(f"{id_}~{counts[id_]}" if counts[id_] > 1 else id_)
    return told


def _digest(weights: Weights) -> str:
    text = json.dumps(weights, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _models(context: Context, entries: Iterable[types.Choice]) -> tuple[str, ...]:
    """Return the models of all entries, each once."""
    named = (model for entry in entries for model in entry.mix or (entry.of,))
    return tuple(dict.fromkeys(model for model in named if model in context.manifest.models))
