"""Animations of comparisons that ask for one: one for each input, made from stored frames."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images.animate import animate, animation_size
from generator.plan import ComparisonPlan, Frame, Plan
from generator.site.views import AnimationView, ComparisonView
from generator.store import Store

VERSION = 1
"""Raised whenever animations would come out otherwise."""


@dataclass(frozen=True)
class Animations:
    """A comparison's animations, and their files by URL from the site's root."""

    views: tuple[AnimationView, ...]
    files: dict[str, Path]


def make_animations(view: ComparisonView, plan: ComparisonPlan, store: Store) -> Animations:
    """Return the animations of a comparison; none for inputs that lack a frame."""
    mix = plan.comparison.interpolate
    if mix is None or mix.animation == "none":
        return Animations((), {})
    form = mix.animation
    views, files = [], {}
    for picture in view.inputs:
        frames = _transition(plan, picture.id)
        if not all(store.record(frame) for frame in frames):
            continue
        key = _key(form, frames)
        paths = [store.path(frame) for frame in frames]
        path = store.derived(key, form, partial(animate, paths, form))
        width, height = animation_size(frames[0].picture.width, frames[0].picture.height)
        url = f"assets/{plan.id}-{picture.id}.{key[:12]}.{form}"
        views.append(AnimationView(picture.title, url, form, width, height, path.stat().st_size))
        files[url] = path
    return Animations(tuple(views), files)


def animation_keys(plan: Plan) -> set[str]:
    """Return the keys under which the store keeps animations."""
    return {
        _key(mix.animation, _transition(comparison, name))
        for comparison in plan.comparisons
        if (mix := comparison.comparison.interpolate) and mix.animation != "none"
        for name in comparison.inputs
    }


def _transition(plan: ComparisonPlan, input_id: str) -> list[Frame]:
    mixes = (shown for shown in plan.shown if shown.series == "mix")
    return [shown.frame for shown in mixes if shown.input == input_id]


def _key(form: str, frames: Sequence[Frame]) -> str:
    keys = " ".join(frame.key for frame in frames)
    text = f"animation {VERSION} {form} {keys}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
