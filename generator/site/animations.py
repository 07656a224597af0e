"""Animations of comparisons that ask for one: one for each input, made from stored frames."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images.animate import animate, animation_size
from generator.plan import ComparisonPlan, Frame
from generator.site.views import AnimationView, ComparisonView
from generator.store import Store

VERSION = 1
"""Raised whenever animations would come out otherwise."""


@dataclass(frozen=True)
class Animations:
    """A comparison's animations, and their files by URL from the site's root."""

    views: tuple[AnimationView, ...]
    files: dict[str, Path]


def make_animations(
    view: ComparisonView, plan: ComparisonPlan, frames: Mapping[str, Frame], store: Store
) -> Animations:
    """Return the animations of a comparison; none for inputs that lack a frame."""
    mix = plan.comparison.interpolate
    if mix is None or mix.animation == "none":
        return Animations((), {})
    views, files = [], {}
    for picture in view.inputs:
        shown = [f for f in view.frames if f["input"] == picture.id and f["series"] == "mix"]
        if any("url" not in frame for frame in shown):
            continue
        key = _key(mix.animation, [frame["key"] for frame in shown])
        paths = [store.path(frames[frame["key"]]) for frame in shown]
        path = store.derived(key, mix.animation, partial(animate, paths, mix.animation))
        width, height = animation_size(shown[0]["width"], shown[0]["height"])
        url = f"assets/{plan.id}-{picture.id}.{key[:12]}.{mix.animation}"
        size = path.stat().st_size
        views.append(AnimationView(picture.title, url, mix.animation, width, height, size))
        files[url] = path
    return Animations(tuple(views), files)


def _key(form: str, keys: Sequence[str]) -> str:
    text = f"animation {VERSION} {form} {' '.join(keys)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
