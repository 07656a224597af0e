"""The plan as values: what a comparison shows, inputs × choices × positions; models and inputs.

Whoever comes after the plan, renderer and site, finds here what an author meant, and never opens
the manifest again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from generator.errors import Problem
from generator.manifest.controls import Layout, Weights
from generator.manifest.yamlfile import Location
from generator.plan.frames import Coefficient, Frame, Input, Job, Measurement
from generator.plan.info import File, ModelInfo


@dataclass(frozen=True)
class SiteSettings:
    """What the site is called, where it lies, who made it; texts may be empty."""

    title: str
    description: str
    url: str
    language: str
    author: str
    repository: str


@dataclass(frozen=True)
class PlannedModel:
    """A model of the manifest, as the site tells of it. ``description`` is Markdown; ``download``
    where its weights lie elsewhere, or '', and ``published`` their address from the site's root,
    or ''.
    """  # noqa: D205

    id: str
    title: str
    description: str
    author: str
    license: str
    homepage: str
    download: str
    published: str
    file: File
    info: ModelInfo


@dataclass(frozen=True)
class PlannedInput:
    """An input that a comparison shows: ``picture`` as models see it, and where it comes from."""

    id: str
    title: str
    credit: str
    license: str
    source: str
    picture: Input


@dataclass(frozen=True)
class Choice:
    """What a pane may show. ``id`` is stable, for links; ``moves``: it follows the control."""

    id: str
    label: str
    moves: bool = False


@dataclass(frozen=True)
class Position:
    """A place where the control may stand.

    ``value`` is that place on a line (an alpha, or the index in a sequence), else None;
    ``weights`` go by axis, and are empty for sequences. ``label`` names its frames, ``text`` and
    ``spoken`` say to eyes and to screen readers where a visitor is.
    """

    label: str
    text: str
    spoken: str
    value: float | None = None
    weights: tuple[float, ...] = ()


Place = tuple[int, int | None]
"""Indices of a choice and, where that moves, of a position."""


@dataclass(frozen=True, slots=True)
class PlannedFrame:
    """A frame as a comparison shows it, of ``input`` (an id; '' for a sequence), ``at`` one place
    or several.

    ``recipe`` is data.json's word for it, ``weights`` the coefficients by model id, ``alpha`` the
    place on the slider or path, ``groups`` the alpha of each group of layers, ``color_fix`` the
    fix where several stand side by side; what does not apply is None or empty. ``missing`` says
    why there is nothing to be seen: of such a frame only the size counts.
    """  # noqa: D205

    frame: Frame
    recipe: str
    label: str
    at: tuple[Place, ...]
    input: str = ""
    weights: Weights | None = None
    alpha: float | None = None
    groups: dict[str, float] | None = None
    color_fix: str = ""
    measurement: Measurement | None = None
    missing: str = ""


@dataclass(frozen=True)
class Start:
    """What is shown first, of the first input: a choice in each pane, and a position if any."""

    panes: tuple[int, int]
    position: int | None = None


@dataclass(frozen=True)
class Mask:
    """A mask as it is published: cropped as the input's ``whole`` picture was, made the ``size``
    of its frames; both (width, height) in pixels.
    """  # noqa: D205

    file: File
    crop: tuple[int, int, int, int] | None
    whole: tuple[int, int]
    size: tuple[int, int]


@dataclass(frozen=True)
class Region:
    """A part of every picture with a slider of its own: a mask for each input id. ``start`` is the
    index of the position that it shows first, None for that of the others.
    """  # noqa: D205

    name: str
    masks: Mapping[str, Mask]
    start: int | None


@dataclass(frozen=True)
class Line:
    """A curve of a chart over alpha: the frames of a choice, and what they are called."""

    choice: int
    name: str


@dataclass(frozen=True)
class PlannedExport:
    """Mixed weights to publish as ``models/<name>.safetensors``.

    ``weights`` are the coefficients by model id, ``parents`` the same by file, in canonical
    order as in a recipe; ``mixture`` says them in words: ``70% A + 30% B``. With an ``address``
    they lie elsewhere: they are linked, and nothing is made.
    """

    name: str
    title: str
    mixture: str
    weights: Weights
    parents: tuple[tuple[File, Coefficient], ...]
    address: str = ""


@dataclass(frozen=True)
class ComparisonPlan:
    """A comparison: inputs × choices × positions, and all that its author asked for.

    ``kind`` and ``control`` are data.json's words. ``layout`` is what a visitor has in hand,
    ``axes`` the names of the columns of the positions' weights. ``frames`` hold those of the
    first input, then as many of the next, in the same order; a sequence has no inputs, and is
    the frames of one.

    ``measures`` are asked for by id; ``lines`` are drawn over alpha, ``stops`` naming the whole
    alphas of a path. ``card`` indexes the two frames that stand for the comparison elsewhere.
    ``animation`` is a file's suffix. ``mixed`` are the pairs of models that are mixed with
    each other, named at ``models_at``; with ``kinship`` the page tells how alike they are.
    ``steps`` of the grid are told where they place the points. ``aliases`` are former ids.
    """

    id: str
    title: str
    caption: str
    draft: bool
    kind: str
    control: str
    layout: Layout
    choices: tuple[Choice, ...]
    frames: tuple[PlannedFrame, ...]
    start: Start
    card: tuple[int, int]
    models_at: Location
    inputs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    positions: tuple[Position, ...] = ()
    measures: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    stops: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    exports: tuple[PlannedExport, ...] = ()
    mixed: tuple[tuple[str, str], ...] = ()
    animation: Literal["webp", "gif", "mp4"] | None = None
    kinship: bool = False
    steps: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def sequence(self) -> bool:
        """Say whether it shows pictures one after another, which no input was made into."""
        return not self.inputs

    def of(self, input_id: str) -> tuple[PlannedFrame, ...]:
        """Return the frames of an input, in order."""
        each = len(self.frames) // max(1, len(self.inputs))
        first = self.inputs.index(input_id) * each if self.inputs else 0
        return self.frames[first : first + each]

    def index(self, choice: int) -> int:
        """Return the index of the frame that a choice shows first, of the first input."""
        place = (choice, self.start.position if self.choices[choice].moves else None)
        return next(index for index, frame in enumerate(self.frames) if place in frame.at)

    def sweep(self, input_id: str) -> tuple[Frame, ...]:
        """Return an input's frames from one end of the control to the other: its mixes."""
        moves = [index for index, choice in enumerate(self.choices) if choice.moves][:1]
        return tuple(
            shown.frame for shown in self.of(input_id) if any(at[0] in moves for at in shown.at)
        )


@dataclass(frozen=True)
class Plan:
    """The whole site: comparisons, which share frames by key; models and inputs by id; ``drafts``
    are the ids of comparisons that were left out. ``warnings`` tell of what authors listed and
    cannot be shown.
    """  # noqa: D205

    site: SiteSettings
    comparisons: tuple[ComparisonPlan, ...]
    models: Mapping[str, PlannedModel] = field(default_factory=dict)
    inputs: Mapping[str, PlannedInput] = field(default_factory=dict)
    drafts: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @cached_property
    def shown(self) -> tuple[PlannedFrame, ...]:
        """Return all frames as shown, in order of comparisons, without those that are missing."""
        frames = (shown for comparison in self.comparisons for shown in comparison.frames)
        return tuple(shown for shown in frames if not shown.missing)

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """Return every frame once, by key."""
        return {shown.frame.key: shown.frame for shown in self.shown}

    def jobs(
        self, has_frame: Callable[[Frame], bool], has_measurement: Callable[[Measurement], bool]
    ) -> list[Job]:
        """Return the work that is missing, each picture once.

        ``has_measurement`` is asked about each measure by itself.
        """
        lost = {key: frame for key, frame in self.frames.items() if not has_frame(frame)}
        stored = self.frames.keys() - lost.keys()
        jobs: dict[tuple[str, str], Job] = {}
        for shown in self.shown:
            frame = lost.pop(shown.frame.key, None)
            measurement = _missing(shown.measurement, has_measurement)
            if frame is None and measurement is None:
                continue
            kept = shown.frame if shown.frame.key in stored else None
            job = Job(shown.frame.picture, frame, measurement, kept)
            key = (shown.frame.key, measurement.key if measurement else "")
            jobs[key] = _joined(jobs[key], job) if key in jobs else job
        return list(jobs.values())


def _missing(
    measurement: Measurement | None, has_measurement: Callable[[Measurement], bool]
) -> Measurement | None:
    """Return what of a measurement was not made yet."""
    measures = measurement.measures if measurement else ()
    missing = [m for m in measures if measurement and not has_measurement(measurement.only(m))]
    return measurement.only(*missing) if measurement and missing else None


def _joined(one: Job, other: Job) -> Job:
    """Return a job that keeps of a picture what either asks for."""
    measurement = one.measurement
    if measurement and other.measurement:
        every = dict.fromkeys((*measurement.measures, *other.measurement.measures))
        measurement = measurement.only(*every)
    return replace(one, frame=one.frame or other.frame, measurement=measurement)
