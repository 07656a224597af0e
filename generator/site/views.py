"""Comparisons as templates and data.json see them: plain values, nothing left to look up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from generator.manifest.tables.measures import Measure
from generator.plan.kinship import Pair
from generator.site.downloads import Download
from generator.site.text.markdown import at_root

FrameView = dict[str, Any]
"""An entry of data.json's ``frames``, its ``url`` from the site's root, with ``input_title``,
``key`` and ``series``. A frame that could not be rendered has ``missing`` instead of ``url``."""


@dataclass(frozen=True)
class InputView:
    """An input, with what is known about its origin."""

    id: str
    title: str
    credit: str
    license: str
    source: str


@dataclass(frozen=True)
class ModelView:
    """A model; ``download`` is its URL from the site's root, or ''."""

    id: str
    title: str
    description: Markup
    author: str
    license: str
    homepage: str
    download: str
    sha256: str
    bytes: int
    architecture: str
    scale: int
    parameters: int

    def files(self) -> tuple[Download, ...]:
        """Return its weights, if they may be downloaded."""
        own = Download(self.title, "", self.download, self.sha256, self.bytes)
        return (own,) if self.download else ()


@dataclass(frozen=True)
class Thumbnail:
    """A small picture; ``url`` from the site's root."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class AnimationView:
    """A transition as a file; ``url`` from the site's root, ``format`` webp, gif or mp4."""

    input_title: str
    url: str
    format: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class KinshipView:
    """Two models of a comparison, how alike they are, and a chart of it by layer."""

    first: str
    second: str
    pair: Pair
    chart: Markup


@dataclass(frozen=True)
class ComparisonView:
    """A comparison; URLs are from the site's root. ``left`` and ``right`` are shown first."""

    id: str
    title: str
    caption: Markup
    url: str
    data_url: str
    kind: str
    control: str
    width: int
    height: int
    inputs: tuple[InputView, ...]
    models: tuple[ModelView, ...]
    frames: tuple[FrameView, ...]
    left: FrameView
    right: FrameView
    start: tuple[int, int]
    steps: int | None
    measures: tuple[Measure, ...]
    charts: tuple[Markup, ...]
    alphas: tuple[float, ...]
    draft: bool
    thumbnail: Thumbnail | None = None
    social: str = ""
    exports: tuple[Download, ...] = ()
    animations: tuple[AnimationView, ...] = ()
    kinship: tuple[KinshipView, ...] = ()
    beside: tuple[ModelView, ...] = ()
    regions: tuple[dict[str, Any], ...] = ()

    def at(self, root: str) -> ComparisonView:
        """Return the view for a page whose way to the site's root is ``root``."""
        models = tuple(replace(m, description=at_root(m.description, root)) for m in self.models)
        beside = tuple(replace(m, description=at_root(m.description, root)) for m in self.beside)
        caption = at_root(self.caption, root)
        return replace(self, caption=caption, models=models, beside=beside)
