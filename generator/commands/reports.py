"""What commands have done, or would do: values, before a word of them is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Warnings
from generator.plan import Job, Plan
from generator.render.run import RenderReport
from generator.site import SiteReport


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    ``reused`` counts frames that the cache had, ``failed_exports`` maps file names under
    ``models/`` to why they could not be made, ``output`` is where the site is.
    """

    plan: Plan
    rendered: RenderReport
    reused: int
    failed_exports: dict[str, str]
    site: SiteReport
    output: Path
    seconds: float
    warnings: Warnings

    @property
    def lost(self) -> dict[str, int]:
        """Count what could not be made, by what it is; empty where nothing is missing."""
        counts = {
            "frame": len(self.rendered.failures),
            "measurement": sum(map(len, self.unmeasured().values())),
            "export": len(self.failed_exports),
        }
        return {noun: number for noun, number in counts.items() if number}

    def failed_frames(self) -> Iterable[str]:
        """Say for each failure whose frame it was: comparison, input, label, cause."""
        failures = self.rendered.failures
        for comparison in self.plan.comparisons:
            for shown in comparison.frames:
                if shown.frame.key in failures:
                    place = " / ".join(filter(None, (comparison.id, shown.input, shown.label)))
                    yield f"{place}: {failures[shown.frame.key]}"

    def unmeasured(self) -> dict[str, dict[str, str]]:
        """Return what could not be measured though its frame is there: by cause, key and input."""
        causes: dict[str, dict[str, str]] = {}
        for shown in self.plan.shown:
            key = shown.measurement.key if shown.measurement else ""
            if key in self.rendered.unmeasured and shown.frame.key not in self.rendered.failures:
                causes.setdefault(self.rendered.unmeasured[key], {})[key] = shown.input
        return causes


@dataclass(frozen=True)
class CheckReport:
    """What a build would do: ``jobs``, and what they cost.

    ``bytes`` of all frames and ``seconds`` of rendering are estimates; ``unjudged`` counts pairs
    of models of which only a build can tell whether they are related; ``noise_levels`` maps what
    networks are told that ask how noisy an input is to the inputs of which they are told it.
    """

    plan: Plan
    jobs: tuple[Job, ...]
    bytes: int
    seconds: float
    unjudged: int
    warnings: Warnings
    noise_levels: Mapping[float, Sequence[str]]

    @property
    def to_render(self) -> int:
        """Count the frames that are not in the cache."""
        return len({job.frame.key for job in self.jobs if job.frame})
