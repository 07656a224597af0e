"""What commands have done, or would do: values, before a word of them is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Warnings
from generator.manifest.tables.formats import FORMATS
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


PAGES_SITE, PAGES_FILE = 1_000_000_000, 100_000_000
"""What GitHub Pages takes, in bytes: a whole site, and one file."""


@dataclass(frozen=True)
class Row:
    """What a comparison (an id) costs: ``bytes`` of its frames and ``seconds`` are estimates.

    Frames that other comparisons show too are counted.
    """

    comparison: str
    frames: int
    to_render: int
    bytes: float
    seconds: float


@dataclass(frozen=True)
class CheckReport:
    """What a build would do: ``jobs``, and what they cost; ``rows`` by comparison, heaviest first.

    ``sizes`` of frames, by key, ``weights``, the bytes of files to download by their address, and
    ``seconds`` of rendering are estimates; ``unjudged`` counts pairs
    of models of which only a build can tell whether they are related; ``noise_levels`` maps what
    networks are told that ask how noisy an input is to the inputs of which they are told it.
    """

    plan: Plan
    jobs: tuple[Job, ...]
    rows: tuple[Row, ...]
    sizes: Mapping[str, float]
    weights: Mapping[str, float]
    seconds: float
    unjudged: int
    warnings: Warnings
    noise_levels: Mapping[float, Sequence[str]]

    @property
    def to_render(self) -> int:
        """Count the frames that are not in the cache."""
        return len({job.frame.key for job in self.jobs if job.frame})

    @property
    def bytes(self) -> float:
        """Return the bytes of all frames."""
        return sum(self.sizes.values())

    @property
    def site_bytes(self) -> float:
        """Return the bytes of what is heavy in a site: frames and weights."""
        return self.bytes + sum(self.weights.values())

    @property
    def largest(self) -> float:
        """Return the bytes of the largest file."""
        return max((*self.sizes.values(), *self.weights.values()), default=0)

    @property
    def too_heavy(self) -> bool:
        """Tell whether GitHub Pages would refuse the site, or a file of it."""
        return self.site_bytes > PAGES_SITE or self.largest > PAGES_FILE

    def ways_out(self) -> Iterable[str]:
        """Say, where the site is too heavy, what would make it lighter, in the manifest's words."""
        large = [name for name, size in self.weights.items() if size > PAGES_FILE]
        if large or (self.weights and self.site_bytes > PAGES_SITE):
            yield f"'download: ADDRESS' of a place elsewhere for {', '.join(large or self.weights)}"
        if self.site_bytes > PAGES_SITE or max(self.sizes.values(), default=0) > PAGES_FILE:
            yield from self._lighter_frames()

    def _lighter_frames(self) -> Iterable[str]:
        made = [frame for frame in self.plan.frames.values() if not frame.encoding.kept]
        if len(made) < len(self.plan.frames):
            yield "'images.keep: false'"
        small = min(FORMATS.values(), key=lambda each: each.bytes_per_pixel)
        now = sum(self.sizes[frame.key] for frame in made)
        then = small.bytes_per_pixel * sum(f.picture.width * f.picture.height for f in made)
        if then < now and any(frame.encoding.format != small.suffix for frame in made):
            yield f"'images.format: {small.suffix}' (about {then / now:.0%} of the bytes)"
        if any(not frame.encoding.lossless for frame in made):
            yield "a lower 'images.quality'"
        yield f"fewer alphas or inputs in '{self.rows[0].comparison}'"
