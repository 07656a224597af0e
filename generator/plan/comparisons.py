"""What every comparison shows, in order; and the work that is missing for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from generator.manifest.types import Comparison
from generator.plan.frames import Coefficient, Frame, Job, Measurement
from generator.plan.info import File
from generator.plan.weights import Weights


@dataclass(frozen=True)
class Shown:
    """A frame as a comparison shows it.

    ``recipe`` is data.json's word for it, ``weights`` the coefficients by model id, ``alpha``
    the place on the slider or path, ``groups`` the alpha of each group of layers; what does not
    apply is None or empty. ``series`` names what follows the control together: ``mix``,
    ``blend``, or the colour fix of mixes that the author wants to see beside the first.
    """

    frame: Frame
    recipe: str
    label: str
    input: str = ""
    weights: Weights | None = None
    alpha: float | None = None
    groups: dict[str, float] | None = None
    measurement: Measurement | None = None
    series: str = ""


@dataclass(frozen=True)
class PlannedExport:
    """Mixed weights to publish as ``models/<name>.safetensors``.

    ``weights`` are the coefficients by model id, ``parents`` the same by file, in canonical
    order as in a recipe.
    """

    name: str
    title: str
    weights: Weights
    parents: tuple[tuple[File, Coefficient], ...]


@dataclass(frozen=True)
class ComparisonPlan:
    """A comparison and all its frames; ``left`` and ``right`` index those shown first."""

    id: str
    comparison: Comparison
    kind: str
    control: str
    models: tuple[str, ...]
    inputs: tuple[str, ...]
    shown: tuple[Shown, ...]
    left: int
    right: int
    exports: tuple[PlannedExport, ...] = ()

    @property
    def beside(self) -> tuple[str, ...]:
        """Return the models shown alone beside the mixes, for contrast."""
        mix = self.comparison.interpolate
        return mix.beside if mix else ()


@dataclass(frozen=True)
class Plan:
    """Every comparison of the site; frames are shared between them by key."""

    comparisons: tuple[ComparisonPlan, ...]

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """Return all frames as shown, in order of comparisons."""
        return tuple(shown for comparison in self.comparisons for shown in comparison.shown)

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
