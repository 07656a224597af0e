"""Small pictures that stand for a comparison: in the gallery, and where its link is shared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images import composite_card, social_card
from generator.images.cards import CARD_SIZE
from generator.plan import Frame
from generator.site.views import ComparisonView, FrameView, Thumbnail
from generator.store import Store

VERSION = 1
"""Raised whenever cards would look otherwise."""


@dataclass(frozen=True)
class Cards:
    """A comparison's cards; ``social`` is '' where none was asked for. ``files`` by name."""

    thumbnail: Thumbnail | None
    social: str
    files: dict[str, Path]


def make_cards(
    views: Iterable[ComparisonView], frames: Mapping[str, Frame], store: Store, *, social: bool
) -> dict[str, Cards]:
    """Return every comparison's cards by its id; those that the store lacks are made.

    Social networks want absolute addresses, so ``social`` makes sense only where the site's is
    known.
    """
    make = partial(_cards, frames=frames, store=store, social=social)
    views = list(views)
    with ThreadPoolExecutor() as pool:
        return dict(zip((view.id for view in views), pool.map(make, views), strict=True))


def _cards(
    view: ComparisonView, frames: Mapping[str, Frame], store: Store, *, social: bool
) -> Cards:
    pair = _pair(view)
    if pair is None:
        return Cards(None, "", {})
    keys = [frame["key"] for frame in pair]
    key = hashlib.sha256(f"card {VERSION} {' '.join(keys)}".encode()).hexdigest()[:32]
    left, right = (store.path(frames[key]) for key in keys)
    name = f"assets/card.{key[:12]}.webp"
    files = {name: store.derived(key, "webp", lambda: composite_card(left, right))}
    card = ""
    if social:
        card = f"assets/social.{key[:12]}.jpeg"
        files[card] = store.derived(key, "jpeg", lambda: social_card(left, right))
    return Cards(Thumbnail(name, *CARD_SIZE), card, files)


def _pair(view: ComparisonView) -> tuple[FrameView, FrameView] | None:
    """Return the two frames that a card shows: what says at a glance what the comparison is about.

    An interpolation shows what is seen first against its far end.
    """
    left, right = view.left, view.right
    if view.kind == "interpolate":
        first = view.inputs[0].id
        right = [f for f in view.frames if f["input"] == first and f["series"] == "mix"][-1]
    shown = [frame for frame in (left, right, *view.frames) if "url" in frame]
    if not shown:
        return None
    return (left if "url" in left else shown[0]), (right if "url" in right else shown[0])
