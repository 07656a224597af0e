"""Animations of comparisons that ask for one: one for each input, made from stored frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.images.animate import animate, animation_size
from generator.plan import ComparisonPlan, Frame, Plan
from generator.project.open import Project
from generator.site.views import AnimationView
from generator.store import Artifact, Store

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
        artifact = _artifact(form, frames)
        paths = [store.path(frame) for frame in frames]
        path = store.artifact(artifact, partial(animate, paths, form))
        width, height = animation_size(frames[0].picture.width, frames[0].picture.height)
        url = f"assets/{comparison.id}-{name}.{artifact.tag}.{form}"
        size = path.stat().st_size
        views.append(AnimationView(plan.inputs[name].title, url, form, width, height, size))
        files[url] = path
    return Animations(tuple(views), files)


def artifacts(project: Project) -> Iterator[Artifact]:
    """Yield every animation that comparisons ask for."""
    for comparison in project.plan.comparisons:
        for name in comparison.inputs:
            if comparison.animation:
                yield _artifact(comparison.animation, comparison.sweep(name))


def _artifact(form: str, frames: Sequence[Frame]) -> Artifact:
    return Artifact("animation", VERSION, [frame.key for frame in frames], form)
