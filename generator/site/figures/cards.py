"""Small pictures that stand for a comparison: in the gallery, and where its link is shared."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images import composite_card, social_card
from generator.images.cards import CARD_SIZE
from generator.plan import ComparisonPlan, Frame, Plan
from generator.project.open import Project
from generator.site.views import Thumbnail
from generator.store import Artifact, Store

VERSION = 1
"""Raised whenever cards would look otherwise."""


@dataclass(frozen=True)
class Cards:
    """A comparison's cards; ``social`` is '' where none was asked for. ``files`` by name."""

    thumbnail: Thumbnail | None
    social: str
    files: dict[str, Path]


def make_cards(plan: Plan, store: Store, *, social: bool) -> dict[str, Cards]:
    """Return every comparison's cards by its id; those that the store lacks are made.

    Social networks want absolute addresses, so ``social`` makes sense only where the site's is
    known.
    """
    make = partial(_cards, store=store, social=social)
    names = (comparison.id for comparison in plan.comparisons)
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(make, plan.comparisons), strict=True))


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield the cards of the frames that the store holds."""
    for comparison in project.plan.comparisons:
        if pair := _pair(comparison, project.store):
            yield _artifact(pair, "webp")
            yield _artifact(pair, "jpeg")


def _cards(comparison: ComparisonPlan, store: Store, *, social: bool) -> Cards:
    pair = _pair(comparison, store)
    if pair is None:
        return Cards(None, "", {})
    left, right = map(store.path, pair)
    small, large = _artifact(pair, "webp"), _artifact(pair, "jpeg")
    name = f"assets/card.{small.tag}.webp"
    files = {name: store.artifact(small, lambda: composite_card(left, right))}
    card = ""
    if social:
        card = f"assets/social.{large.tag}.jpeg"
        files[card] = store.artifact(large, lambda: social_card(left, right))
    return Cards(Thumbnail(name, *CARD_SIZE), card, files)


def _pair(comparison: ComparisonPlan, store: Store) -> tuple[Frame, Frame] | None:
    """Return the two frames that a card shows, or any that there are in their place."""
    shown = comparison.frames
    left, right = (shown[index] for index in comparison.card)
    frames = (each.frame for each in (left, right, *shown))
    some = next((frame for frame in frames if store.record(frame)), None)
    if some is None:
        return None
    return (
        left.frame if store.record(left.frame) else some,
        right.frame if store.record(right.frame) else some,
    )


def _artifact(pair: tuple[Frame, Frame], suffix: str) -> Artifact:
    """Return a card of two frames: WebP for the gallery, JPEG for social networks."""
    return Artifact("card", VERSION, [frame.key for frame in pair], suffix)
