"""Comparisons as templates and data.json see them: plain values, nothing left to look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from generator.manifest.tables.measures import Measure, as_json
from generator.plan.comparisons import Choice, Place, Position, Start
from generator.plan.kinship import Pair
from generator.site.downloads import Download
from generator.site.text.markdown import at_root


@dataclass(frozen=True, slots=True)
class FrameView:
    """A frame, the ``index``-th of its comparison, at some (choice, position) places.

    ``url`` is from the site's root; it is '' where there is no file, and ``missing`` says why.
    ``measured`` holds figures by measure, ``color_shift`` what a colour fix removed from each
    channel, in 8-bit levels; ``tiles`` are rows and columns, where the network saw pieces of a
    picture that it would rather see as a whole. What does not apply is empty or None.
    """

    index: int
    recipe: str
    label: str
    at: tuple[Place, ...]
    width: int
    height: int
    input: str = ""
    input_title: str = ""
    weights: Mapping[str, float] | None = None
    alpha: float | None = None
    groups: Mapping[str, float] | None = None
    color_fix: str = ""
    url: str = ""
    missing: str = ""
    bytes: int = 0
    precision: str = ""
    color_shift: tuple[float, ...] = ()
    tiles: tuple[int, ...] = ()
    measured: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the entry of data.json, without what does not apply; ``url`` from the root."""
        told = {
            "input": self.input or None,
            "recipe": self.recipe,
            "weights": self.weights,
            "alpha": self.alpha,
            "groups": self.groups,
            "color_fix": self.color_fix or None,
            "label": self.label,
            "url": self.url or None,
            "missing": None if self.url else self.missing,
            "width": self.width,
            "height": self.height,
            "bytes": self.bytes if self.url else None,
            "precision": self.precision or None,
            "color_shift": self.color_shift or None,
            "tiles": self.tiles or None,
            **self.scores_as_json(),
        }
        return {key: value for key, value in told.items() if value is not None}

    def scores_as_json(self) -> dict[str, float | str]:
        """Return what was measured as JSON can hold it."""
        return {name: as_json(value) for name, value in self.measured.items()}


@dataclass(frozen=True)
class RegionView:
    """A region: the address of its mask, from the site's root, for each input id; ``start`` is the
    index of the position that it shows first, None for that of the rest.
    """  # noqa: D205

    name: str
    masks: Mapping[str, str]
    start: int | None


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
    """A model; ``download`` is its URL, from the site's root or elsewhere, or ''.

    ``file_name`` is what its author calls the file that the site holds.
    """

    id: str
    title: str
    description: Markup
    author: str
    license: str
    homepage: str
    download: str
    file_name: str
    sha256: str
    bytes: int
    architecture: str
    scale: int
    parameters: int

    def files(self) -> tuple[Download, ...]:
        """Return its weights, if they may be downloaded."""
        own = Download(self.title, "", self.download, self.sha256, self.bytes, self.file_name)
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
class ViewerData:
    """Files of a comparison for the viewer, by name from the site's root; ``view`` and ``input``
    are the addresses of the head and of the first input's, with the hashes of their content.
    """  # noqa: D205

    view: str
    input: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class ChartView:
    """A chart of one input, or of the whole comparison where ``input`` is ''."""

    input: str
    figure: Markup


@dataclass(frozen=True)
class ComparisonView:
    """A comparison; URLs are from the site's root. ``left`` and ``right`` are shown first.

    ``choices``, ``positions``, ``axes``, ``layout`` and ``start`` are the plan's; ``alphas`` are
    where sliders have their ticks. ``apart``: tables, and charts of single inputs, are too many for
    the page and stand on pages of their own. ``moved_from`` are URLs that lead on to this one.
    """

    id: str
    title: str
    caption: Markup
    url: str
    data_url: str
    kind: str
    control: str
    layout: str
    sequence: bool
    width: int
    height: int
    inputs: tuple[InputView, ...]
    models: tuple[ModelView, ...]
    choices: tuple[Choice, ...]
    axes: tuple[str, ...]
    positions: tuple[Position, ...]
    frames: tuple[FrameView, ...]
    left: FrameView
    right: FrameView
    start: Start
    steps: int | None
    measures: tuple[Measure, ...]
    charts: tuple[ChartView, ...]
    alphas: tuple[float, ...]
    draft: bool
    apart: bool
    data: ViewerData
    thumbnail: Thumbnail | None = None
    social: str = ""
    exports: tuple[Download, ...] = ()
    animations: tuple[AnimationView, ...] = ()
    kinship: tuple[KinshipView, ...] = ()
    beside: tuple[ModelView, ...] = ()
    regions: tuple[RegionView, ...] = ()
    moved_from: tuple[str, ...] = ()

    def at(self, root: str) -> ComparisonView:
        """Return the view for a page whose way to the site's root is ``root``."""
        models = tuple(replace(m, description=at_root(m.description, root)) for m in self.models)
        beside = tuple(replace(m, description=at_root(m.description, root)) for m in self.beside)
        caption = at_root(self.caption, root)
        return replace(self, caption=caption, models=models, beside=beside)
