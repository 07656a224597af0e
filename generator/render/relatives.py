"""Which of many networks are related, so that mixes of them are worth a look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ModelError
from generator.plan.info import ModelInfo, mixable
from generator.plan.kinship import Pair
from generator.render.engines import Crops, Engine
from generator.render.relate import UnmeasuredError, relate_pair

MOST_PAIRS = 28
"""Pairs that are measured, each in seconds: all those of eight networks."""


Progress = Callable[[int, int], None]


def quietly(done: int, of: int) -> None:
    """Tell nobody how many pairs are measured."""
    del done, of


@dataclass(frozen=True)
class Relatives:
    """Pairs of places in a list of networks: ``related`` ones, others with the reason, and how
    many of all that have the structure for it were ``measured``.
    """  # noqa: D205

    related: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int, str], ...]
    measured: int
    possible: int


def find_relatives(
    models: Sequence[tuple[Path, ModelInfo]],
    crops: Crops,
    engine: Engine,
    progress: Progress = quietly,
) -> Relatives:
    """Measure networks of one structure pairwise, those first that are near in the list.

    ``progress`` is told before each pair, and at the end, how many are done, and of how many.
    """
    pairs = _pairs([info for _, info in models])
    chosen = pairs[:MOST_PAIRS]
    related, others = [], []
    for number, (one, other) in enumerate(chosen):
        progress(number, len(chosen))
        why = _why_not([models[one][0], models[other][0]], crops, engine)
        if why:
            others.append((one, other, why))
        else:
            related.append((one, other))
    progress(len(chosen), len(chosen))
    return Relatives(tuple(sorted(related)), tuple(sorted(others)), len(chosen), len(pairs))


def _pairs(models: Sequence[ModelInfo]) -> list[tuple[int, int]]:
    """Return all pairs within families, neighbours first."""
    found = [
        (distance, one, other)
        for family in _families(models)
        for distance in range(1, len(family))
        for one, other in zip(family, family[distance:], strict=False)
    ]
    return [(one, other) for _, one, other in sorted(found)]


def _families(models: Sequence[ModelInfo]) -> list[list[int]]:
    """Return lists of networks of one structure, by their place."""
    families: list[list[int]] = []
    for place, model in enumerate(models):
        for family in families:
            if mixable(models[family[0]], model) is None:
                family.append(place)
                break
        else:
            families.append([place])
    return families


def _why_not(paths: Sequence[Path], crops: Crops, engine: Engine) -> str:
    """Say why mixes of two networks are not worth a look; '' where they are."""
    try:
        pair = relate_pair(engine, paths, crops)
    except (ModelError, UnmeasuredError) as error:
        return f"could not be measured: {error}"
    return "" if _is_good(pair) else f"{pair.verdict} ({'; '.join(pair.reasons)})"


def _is_good(pair: Pair) -> bool:
    return pair.verdict == "related" and pair.middle != "broken"
