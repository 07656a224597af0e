"""``interpolate``: mixes of networks, and one control through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from generator.manifest.alphas import MAX_ALPHAS
from generator.manifest.controls import Point, weights_at
from generator.manifest.types import REST, Comparison, Interpolate
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import (
    Choice,
    ComparisonPlan,
    Line,
    Mask,
    Place,
    PlannedFrame,
    Position,
    Region,
    Start,
)
from generator.plan.context import Context, Variant, fixes, shared
from generator.plan.frames import Classic
from generator.plan.info import names_of
from generator.plan.recipes import coefficients
from generator.plan.words import FIXES, label, readout, spoken

_INPUT, _MIX = 0, 1
"""Where these stand among the choices; further colour fixes follow, blends, models alone."""


def plan_interpolation(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    """Plan the input, mixes of networks, blends of their outputs, and models for contrast."""
    mix = comparison.interpolate
    if mix is None:
        raise TypeError("an interpolation has something to interpolate")
    where: Location = ("comparisons", name, "interpolate")
    inputs = comparison.inputs or tuple(context.manifest.inputs)
    scale = context.scale_of_mix(mix.models, _indices((*where, "models"), mix.models))
    _check_beside(context, mix, scale, where)
    _check_one_noise_level(context, mix, where)
    groups = _group_names(context, mix, where)
    points = mix.rules.points(mix, groups)
    titles = context.titles(mix.models)
    choices = _choices(context, comparison, mix, points, scale)
    variants = list(_variants(context, comparison, mix, points, scale, choices))
    frames = context.frames(comparison, inputs, variants)
    context.inputs.check_references(comparison, inputs, frames, all_must_fit=True)
    at = first_shown(points, mix.first_alpha)
    # Where colour fixes stand side by side, the first and the second do so from the start.
    start = Start((2 if len(comparison.color_fix) > 1 else _INPUT, _MIX), at)
    return ComparisonPlan(
        **shared(name, comparison),
        kind="interpolate",
        control=mix.kind_of_control,
        layout=mix.rules.layout,
        inputs=inputs,
        models=mix.models,
        beside=mix.beside,
        axes=tuple(groups) if mix.groups else tuple(titles.values()),
        choices=tuple(choices.values()),
        positions=tuple(position(point, titles) for point in points),
        frames=frames,
        start=start,
        card=(at + 1 + len(points) if start.panes[0] else 0, len(points)),
        steps=mix.steps if mix.has_steps else None,
        lines=tuple(_lines(comparison, list(choices))) if mix.rules.one_alpha else (),
        stops=tuple(titles.values()) if mix.rules.chain else (),
        regions=tuple(regions_of(context, mix, points, inputs, frames)),
        animation=None if mix.animation == "none" else mix.animation,
        exports=tuple(
            context.export(f"{name}-{alpha:g}", weights_at(mix.models, alpha))
            for alpha in dict.fromkeys(mix.export)
        ),
        mixed=tuple(mix.rules.pairs(mix.models)),
        models_at=(*where, "models"),
        kinship=mix.kinship,
    )


def first_shown(points: Sequence[Point], start: float | None = None) -> int:
    """Return the point to show first: the nearest to ``start`` where an author gives one, else
    half-way between two models, at the start of a longer path, on a lattice the most even mix.
    """  # noqa: D205
    if start is not None:
        away = [abs((point.alpha or 0.0) - start) for point in points]
        return away.index(min(away))
    if points[0].alpha is not None and len(points[0].weights or {}) > 2:
        return 0
    if points[0].alpha is not None or points[0].groups is not None:
        return (len(points) - 1) // 2
    evenness = [-sum(w**2 for w in (point.weights or {}).values()) for point in points]
    return evenness.index(max(evenness))


def _indices(where: Location, models: Sequence[str]) -> list[Location]:
    return [(*where, index) for index in range(len(models))]


def _check_one_noise_level(context: Context, mix: Interpolate, where: Location) -> None:
    """Report what would need several levels at once: groups of layers, outputs to be blended."""
    levels = {
        context.manifest.models[model].noise_level
        for model in mix.models
        if context.info.models[model].noise_level
    }
    for key, asked in (("groups", bool(mix.groups)), ("baseline", mix.baseline == "pixel")):
        if asked and len(levels) > 1:
            context.problem((*where, key), f"{key} go with models of one noise_level")


def _check_beside(context: Context, mix: Interpolate, scale: int, where: Location) -> None:
    """Report models beside the mix whose pictures would have another size."""
    for index, model in enumerate(mix.beside):
        if (other := context.info.models[model].scale) != scale:
            message = f"'{model}' enlarges ×{other}, '{mix.models[0]}' ×{scale}"
            context.problem((*where, "beside", index), message)


def _group_names(context: Context, mix: Interpolate, where: Location) -> list[str]:
    """Return the groups of layers, with the rest where a layer is in none of them."""
    names = names_of([context.info.models[model] for model in mix.models])
    taken: set[str] = set()
    for name, patterns in mix.groups.items():
        matching = {k for k in names if _matches(names[k], patterns)} - taken
        if not matching:
            there = _some([written for *_, written in names.values()])
            message = f"no layer is left for group '{name}'; there are {there}"
            context.problem((*where, "groups", name), message)
        taken |= matching
    groups = [*mix.groups, REST] if len(taken) < len(names) else list(mix.groups)
    if (frames := len(mix.alphas) ** len(groups)) > MAX_ALPHAS and mix.groups:
        message = f"{len(mix.alphas)} alphas for {len(groups)} groups make {frames:,} frames"
        context.problem((*where, "groups"), f"{message}: at most {MAX_ALPHAS:,} can be shown")
        return groups[:1]
    return groups


def _matches(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _some(keys: list[str]) -> str:
    """Show a few keys, so that an author sees what can be matched."""
    few = keys if len(keys) <= 6 else [*keys[:3], "…", *keys[-2:]]
    return ", ".join(few)


def _choices(
    context: Context,
    comparison: Comparison,
    mix: Interpolate,
    points: Sequence[Point],
    scale: int,
) -> Mapping[str, Choice]:
    """Return what panes may show, by id: the input, what moves, then models alone."""
    choices = [
        Choice("input", "Input") if scale == 1 else Choice("bicubic", f"Input, bicubic ×{scale}")
    ]
    for fix, side_by_side, _ in fixes(comparison):
        name = FIXES[fix] if side_by_side else "network mix"
        id_ = "mix" if len(choices) == _MIX else f"mix-{fix}"
        choices.append(Choice(id_, name[:1].upper() + name[1:], moves=True))
    if mix.baseline == "pixel":
        choices.append(Choice("blend", "Pixel blend", moves=True))
    alone = dict.fromkeys([*filter(None, map(_alone, points)), *mix.beside])
    choices += [Choice(f"model-{id_}", title) for id_, title in context.titles(alone).items()]
    return {choice.id: choice for choice in choices}


def _alone(point: Point) -> str | None:
    """Return the model that a point shows alone, if any."""
    return next((model for model, weight in (point.weights or {}).items() if weight == 1), None)


def _variants(
    context: Context,
    comparison: Comparison,
    mix: Interpolate,
    points: Sequence[Point],
    scale: int,
    choices: Mapping[str, Choice],
) -> Iterator[Variant]:
    """Yield what is shown of each input: itself, mixes, blends, models beside them."""
    titles, ids = context.titles(mix.models), list(choices)
    recipes = context.recipes
    first = Classic() if scale == 1 else Classic("bicubic", scale)
    yield Variant(first, ids[_INPUT], choices[ids[_INPUT]].label, ((_INPUT, None),), scale)
    for choice, (fix, fix_name, words) in enumerate(fixes(comparison), start=_MIX):
        for at, point in enumerate(points):
            places: list[Place] = [(choice, at)]
            if choice == _MIX and (model := _alone(point)):
                places.append((ids.index(f"model-{model}"), None))
            recipe, text = recipes.mix(coefficients(mix, point), fix), label(point, titles) + words
            yield Variant(recipe, "mix", text, tuple(places), scale, point, fix_name)
    fix, fix_name, _ = next(fixes(comparison))
    for at, point in enumerate(points) if mix.baseline == "pixel" else ():
        blend, text = (
            recipes.blend(point.weights or {}, fix),
            f"Pixel blend, {label(point, titles)}",
        )
        yield Variant(blend, "blend", text, ((ids.index("blend"), at),), scale, point, fix_name)
    for model, text in context.titles(mix.beside).items():
        point, place = Point({model: 1.0}), (ids.index(f"model-{model}"), None)
        alone = recipes.mix({model: 1.0}, fix)
        yield Variant(alone, "mix", text, (place,), scale, point, fix_name)


def position(point: Point, titles: Mapping[str, str]) -> Position:
    """Return a place between models, in words; without titles where nobody knows the models."""
    weights = point.groups if point.groups is not None else point.weights or {}
    return Position(
        label(point, titles),
        readout(point, titles),
        spoken(point, titles),
        point.alpha,
        tuple(weights.values()),
    )


def _lines(comparison: Comparison, ids: list[str]) -> Iterator[Line]:
    """Yield what a chart over alpha draws: mixes, other colour fixes of them, blends."""
    yield Line(_MIX, "mixed networks")
    for index, fix in enumerate(comparison.color_fix[1:], start=_MIX + 1):
        yield Line(index, FIXES[fix])
    if "blend" in ids:
        yield Line(ids.index("blend"), "blended outputs")


def regions_of(
    context: Context,
    mix: Interpolate,
    points: Sequence[Point],
    inputs: Sequence[str],
    frames: Sequence[PlannedFrame],
) -> Iterator[Region]:
    """Yield the regions of an interpolation, with the masks of each input."""
    sizes = {shown.input: shown.frame.picture for shown in frames[:: len(frames) // len(inputs)]}
    for name in mix.regions:
        masks = {}
        for input_id in inputs:
            picture = sizes[input_id]
            file, whole = context.inputs.mask(input_id, name)
            size = picture.width, picture.height
            masks[input_id] = Mask(file, picture.input.crop, whole, size)
        asked = mix.start.get(name)
        yield Region(name, masks, None if asked is None else first_shown(points, asked))
