"""``interpolate`` with ``given``: frames that were made elsewhere, at their alphas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.manifest.controls import Point
from generator.manifest.types import Comparison, Interpolate
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import Choice, ComparisonPlan, Line, Place, PlannedFrame, Start
from generator.plan.context import Context, Elsewhere, Variant, shared
from generator.plan.frames import Classic
from generator.plan.kinds.interpolate import first_shown, position, regions_of
from generator.plan.words import label

_INPUT, _GIVEN = 0, 1
"""Where these stand among the choices; the frames at both ends follow."""


def plan_given(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    """Plan the input, and beside it one slider through given frames."""
    mix = comparison.interpolate
    if mix is None or mix.given is None:
        raise TypeError("there are no given pictures")
    where = ("comparisons", name, "interpolate", "given")
    inputs = comparison.inputs or tuple(context.manifest.inputs)
    points = [Point(None, alpha) for alpha in mix.alphas]
    variants = list(_variants(context, name, mix, mix.given, points, inputs, where))
    frames = context.frames(comparison, inputs, variants)
    at = _there(first_shown(points, mix.first_alpha), frames[1 : 1 + len(points)])
    return ComparisonPlan(
        **shared(name, comparison),
        kind="interpolate",
        control=mix.kind_of_control,
        layout=mix.rules.layout,
        inputs=inputs,
        choices=(
            Choice(variants[_INPUT].name, variants[_INPUT].label),
            Choice("mix", "Frame at the slider", moves=True),
            *(Choice(f"alpha-{points[end].alpha:g}", label(points[end], {})) for end in _ends(mix)),
        ),
        positions=tuple(position(point, {}) for point in points),
        frames=frames,
        start=Start((_INPUT, _GIVEN), at),
        card=(0, len(points)),
        lines=(Line(_GIVEN, "given frames"),),
        regions=tuple(regions_of(context, mix, points, inputs, frames)),
        animation=None if mix.animation == "none" else mix.animation,
        models_at=where,
    )


def _there(at: int, frames: Sequence[PlannedFrame]) -> int:
    """Return the frame to show first, or the nearest to it that is not missing."""
    away = {index: abs(index - at) for index, shown in enumerate(frames) if not shown.missing}
    return min(away, key=lambda index: away[index], default=at)


def _ends(mix: Interpolate) -> Mapping[int, int]:
    """Return where the first and the last frame stand among the choices, by index of the alpha."""
    ends = dict.fromkeys((0, len(mix.alphas) - 1))
    return {index: _GIVEN + number for number, index in enumerate(ends, start=1)}


def _variants(
    context: Context,
    name: str,
    mix: Interpolate,
    pattern: str,
    points: Sequence[Point],
    inputs: Sequence[str],
    where: Location,
) -> Iterator[Variant]:
    """Yield the input, then the frame of each alpha."""
    made = [Elsewhere(name, alpha, pattern, where) for alpha in mix.alphas]
    scale = next((s for each in made if (s := context.scale_of_made(each, inputs)) > 1), 1)
    first = Classic() if scale == 1 else Classic("bicubic", scale)
    text = "Input" if scale == 1 else f"Input, bicubic ×{scale}"
    yield Variant(first, first.name, text, ((_INPUT, None),), scale)
    ends = _ends(mix)
    for at, (point, each) in enumerate(zip(points, made, strict=True)):
        alone: list[Place] = [(ends[at], None)] if at in ends else []
        places = ((_GIVEN, at), *alone)
        yield Variant(Classic(), "file", label(point, {}), places, scale, point, made=each)
