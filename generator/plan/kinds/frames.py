"""``frames``: pictures made elsewhere, in their order."""

from __future__ import annotations

from generator.manifest.types import Comparison
from generator.plan.comparisons import Choice, ComparisonPlan, PlannedFrame, Position, Start
from generator.plan.context import Context, shared


def plan_sequence(context: Context, name: str, comparison: Comparison) -> ComparisonPlan:
    """Plan a sequence: one slider through it, or any two of its pictures side by side."""
    where = ("comparisons", name, "frames")
    files = context.info.frames[name]
    labels = comparison.labels or tuple(str(number) for number in range(1, len(files) + 1))
    last = len(files) - 1
    return ComparisonPlan(
        **shared(name, comparison),
        kind="frames",
        control="slider",
        layout="line",
        choices=(
            Choice("frame", "Frame at the slider", moves=True),
            *(Choice(str(index), _alone(label)) for index, label in enumerate(labels)),
        ),
        positions=tuple(_position(index, label, len(labels)) for index, label in enumerate(labels)),
        frames=tuple(
            PlannedFrame(context.made(file, where), "file", label, ((0, at), (at + 1, None)))
            for at, (file, label) in enumerate(zip(files, labels, strict=True))
        ),
        # The end stands beside what the slider shows, which begins at the beginning.
        start=Start((1 + last, 0), 0),
        card=(0, last),
        models_at=where,
    )


def _alone(label: str) -> str:
    """Say what a picture is called in the lists, where a number alone would say little."""
    return f"Frame {label}" if label.isdecimal() else label


def _position(index: int, label: str, count: int) -> Position:
    number = str(index + 1)
    named = "" if label == number else f" · {label}"
    return Position(
        label,
        text=f"{number} / {count}{named}",
        spoken=f"frame {number} of {count}: {label}",
        value=index,
    )
