"""Animations of comparisons that ask for one: one for each input, made from stored frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images.animate import animate, animation_size
from generator.plan import ComparisonPlan, Frame
from generator.project.open import Project
from generator.site.views import AnimationView, ComparisonView
from generator.store import Artifact, Store

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
        artifact = _artifact(form, frames)
        paths = [store.path(frame) for frame in frames]
        path = store.artifact(artifact, partial(animate, paths, form))
        width, height = animation_size(frames[0].picture.width, frames[0].picture.height)
        url = f"assets/{plan.id}-{picture.id}.{artifact.tag}.{form}"
        views.append(AnimationView(picture.title, url, form, width, height, path.stat().st_size))
        files[url] = path
    return Animations(tuple(views), files)


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield every animation that comparisons ask for."""
    for comparison in project.plan.comparisons:
        mix = comparison.comparison.interpolate
        if mix and mix.animation != "none":
            for name in comparison.inputs:
                yield _artifact(mix.animation, _transition(comparison, name))


def _transition(plan: ComparisonPlan, input_id: str) -> list[Frame]:
    mixes = (shown for shown in plan.shown if shown.series == "mix")
    return [shown.frame for shown in mixes if shown.input == input_id]


def _artifact(form: str, frames: Sequence[Frame]) -> Artifact:
    return Artifact("animation", VERSION, [frame.key for frame in frames], form)
