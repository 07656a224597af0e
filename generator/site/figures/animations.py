"""Animations of comparisons that ask for one: one for each input, made from stored frames."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images.animate import animate, animation_size
from generator.plan import ComparisonPlan, Frame, Plan
from generator.site.views import AnimationView
from generator.store import Store

VERSION = 1
"""Raised whenever animations would come out otherwise."""


@dataclass(frozen=True)
class Animations:
    """A comparison's animations, and their files by URL from the site's root."""

    views: tuple[AnimationView, ...]
    files: dict[str, Path]


def make_animations(plan: Plan, comparison: ComparisonPlan, store: Store) -> Animations:
    """Return the animations of a comparison; none for inputs that lack a frame."""
    form = comparison.animation
    if form is None:
        return Animations((), {})
    views, files = [], {}
    for name in comparison.inputs:
        frames = comparison.sweep(name)
        if not all(store.record(frame) for frame in frames):
            continue
        key = _key(form, frames)
        paths = [store.path(frame) for frame in frames]
        path = store.derived(key, form, partial(animate, paths, form))
        width, height = animation_size(frames[0].picture.width, frames[0].picture.height)
        url = f"assets/{comparison.id}-{name}.{key[:12]}.{form}"
        size = path.stat().st_size
        views.append(AnimationView(plan.inputs[name].title, url, form, width, height, size))
        files[url] = path
    return Animations(tuple(views), files)


def animation_keys(plan: Plan) -> set[str]:
    """Return the keys under which the store keeps animations."""
    return {
        _key(comparison.animation, comparison.sweep(name))
        for comparison in plan.comparisons
        if comparison.animation
        for name in comparison.inputs
    }


def _key(form: str, frames: Sequence[Frame]) -> str:
    keys = " ".join(frame.key for frame in frames)
    text = f"animation {VERSION} {form} {keys}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
