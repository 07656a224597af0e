"""``choose``: two lists of inputs, filters, networks, mixes and pictures made elsewhere, any two
of them side by side.
"""  # noqa: D205

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from generator.manifest import types
from generator.manifest.alphas import MAX_ALPHAS, rounded
from generator.manifest.controls import Point, Weights
from generator.manifest.outputs import title_of
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.types import Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import Choice, ComparisonPlan, PlannedExport, Start
from generator.plan.context import Context, Elsewhere, Variant, fixes, shared
from generator.plan.frames import Classic
from generator.plan.words import mixture


@dataclass(frozen=True)
class _Entry:
    """An entry of the lists: one of a filter, a network, a mix, or pictures made elsewhere.

    ``where`` it is written, ``scale`` how much larger than its input it is; the weights of a mix
    are ``published``, or lie at an ``address``.
    """

    where: Location
    of: str
    mix: Weights | None
    made: Elsewhere | None
    title: str
    scale: int
    published: bool = False
    address: str = ""


def plan_choices(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    """Plan lists: each entry is a choice, a network's once for each colour fix."""
    where = ("comparisons", name, "choose")
    inputs = comparison.inputs or tuple(context.manifest.inputs)
    entries = list(_entries(context, name, comparison, inputs))
    if not entries and not context.problems:
        context.problem(where, "nothing is left to be shown: no two of the models can be mixed")
    largest = max((entry.scale for entry in entries), default=1)
    labels = [_label(context, entry, largest) for entry in entries]
    seen: set[str] = set()
    for entry, label in zip(entries, labels, strict=True):
        if label in seen:
            message = f"the list has '{label}' already: give one of the two another 'title'"
            context.problem(entry.where, message)
        seen.add(label)
    found = [
        each
        for entry, label in zip(entries, labels, strict=True)
        for each in _variants(context, comparison, entry, label, largest)
    ]
    variants = [_at(variant, index) for index, (_, variant) in enumerate(found)]
    frames = context.frames(comparison, inputs, variants)
    context.inputs.check_references(comparison, inputs, frames, all_must_fit=False)
    ids = _told_apart(id_ for id_, _ in found)
    # What is shown first is there, of the first input at least.
    there = [index for index, shown in enumerate(frames[: len(variants)]) if not shown.missing]
    first, last = (there[0], there[-1]) if there else (0, len(variants) - 1)
    return ComparisonPlan(
        **shared(name, comparison),
        kind="choose",
        control="lists",
        layout="none",
        inputs=inputs,
        models=_models(context, entries),
        choices=tuple(Choice(id_, each.label) for id_, each in zip(ids, variants, strict=True)),
        frames=frames,
        start=Start((first, last)),
        card=(first, last),
        exports=tuple(_exports(context, name, entries)),
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


def _entries(
    context: Context, name: str, comparison: Comparison, inputs: Sequence[str]
) -> Iterator[_Entry]:
    """Yield what the author lists; pairs as the mixes that they stand for."""
    choices = comparison.choose or ()
    mixes = [choice.mix for choice in choices if choice.mix]
    for index, choice in enumerate(choices):
        where: Location = ("comparisons", name, "choose", index)
        if choice.files:
            made = Elsewhere(name, index, choice.files, (*where, "files"))
            scale = context.scale_of_made(made, inputs)
            yield _Entry(where, "", None, made, choice.title, scale)
        elif choice.pairs:
            for pair in _mixable(context, choice.pairs, where):
                mix = dict(zip(pair, (rounded(1 - choice.alpha), choice.alpha), strict=True))
                if mix not in mixes:
                    scale = context.info.models[pair[0]].scale
                    yield _Entry(where, "", mix, None, "", scale, choice.published)
        else:
            scale = _scale(context, choice, where)
            lies = choice.published, choice.address
            yield _Entry(where, choice.of, choice.mix, None, choice.title, scale, *lies)


def _mixable(context: Context, models: Sequence[str], where: Location) -> Iterator[tuple[str, str]]:
    """Yield all pairs that can be mixed; each of the others is a warning."""
    count = len(models) * (len(models) - 1) // 2
    if count > MAX_ALPHAS:
        message = f"{len(models)} models make {count:,} pairs: at most {MAX_ALPHAS:,} can be shown"
        context.problem((*where, "pairs"), message)
        return
    for pair in itertools.combinations(models, 2):
        if reason := context.why_not_mixed(*pair):
            first, second = pair
            context.warn((*where, "pairs"), f"'{first}' and '{second}' are left out: {reason}")
        else:
            yield pair


def _scale(context: Context, choice: types.Choice, where: Location) -> int:
    """Return how much larger a network makes its input."""
    if choice.mix:
        models = tuple(choice.mix)
        return context.scale_of_mix(models, [(*where, "mix", model) for model in models])
    model = context.info.models.get(choice.of)
    return model.scale if model else 1


def _label(context: Context, entry: _Entry, largest: int) -> str:
    """Return what an entry is called in the lists."""
    if entry.title:
        return entry.title
    if entry.made:
        return title_of(entry.made.pattern)
    if entry.of in CLASSIC:
        return CLASSIC[entry.of].label(largest)
    if entry.mix:
        return mixture(entry.mix, context.titles(entry.mix))
    return context.manifest.models[entry.of].title


def _variants(
    context: Context, comparison: Comparison, entry: _Entry, label: str, largest: int
) -> Iterator[tuple[str, Variant]]:
    """Yield what an entry shows, each with a stable id, which a title is not."""
    if entry.made:
        id_ = f"file-{_digest(entry.made.pattern)}"
        yield id_, Variant(Classic(), "file", label, (), entry.scale, made=entry.made)
    elif entry.of in CLASSIC:
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
            variant = Variant(recipe, "mix", text, (), entry.scale, point, fix_name)
            yield f"{id_}~{fix}" if number else id_, variant


def _exports(context: Context, name: str, entries: Sequence[_Entry]) -> Iterator[PlannedExport]:
    for number, entry in enumerate(entries, start=1):
        if entry.mix and (entry.published or entry.address):
            yield context.export(f"{name}-{number}", entry.mix, entry.title, entry.address)


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


def _digest(shown: Weights | str) -> str:
    text = json.dumps(shown, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _models(context: Context, entries: Iterable[_Entry]) -> tuple[str, ...]:
    """Return the models of all entries, each once."""
    named = (model for entry in entries for model in entry.mix or (entry.of,))
    return tuple(dict.fromkeys(model for model in named if model in context.manifest.models))
