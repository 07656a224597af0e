"""The kinds of comparison, a module each: from what is written to inputs × choices × positions.

Whoever adds one adds its settings to ``manifest.types``, a module here, and a line below.
"""

from collections.abc import Callable, Mapping

from generator.manifest.types import Comparison
from generator.plan.comparisons import ComparisonPlan
from generator.plan.context import Context
from generator.plan.kinds.choose import plan_choices
from generator.plan.kinds.frames import plan_sequence
from generator.plan.kinds.given import plan_given
from generator.plan.kinds.interpolate import plan_interpolation


def _plan_interpolation(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    given = comparison.interpolate is not None and comparison.interpolate.given
    return (plan_given if given else plan_interpolation)(context, name, comparison)


PLAN: Mapping[str, Callable[[Context, str, Comparison], ComparisonPlan]] = {
    "interpolate": _plan_interpolation,
    "choose": plan_choices,
    "frames": plan_sequence,
}
"""What plans a comparison, by the key that says what it shows."""
