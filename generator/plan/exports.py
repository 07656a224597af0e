"""Mixed weights to publish, each under a file name of its own."""

from __future__ import annotations

import re
from itertools import chain, count

from generator.manifest import Manifest
from generator.manifest.controls import Weights
from generator.plan.comparisons import PlannedExport
from generator.plan.frames import Coefficient
from generator.plan.info import File


class Exports:
    """Plans exports, and remembers which names under ``models/`` are taken."""

    def __init__(self, manifest: Manifest) -> None:
        # An export's name is held by its parents; a model's by nothing that an export can be.
        self._holders: dict[str, tuple[tuple[File, Coefficient], ...]] = {
            name.casefold(): () for name in manifest.models
        }

    def plan(
        self,
        name: str,
        title: str,
        mixture: str,
        weights: Weights,
        parents: tuple[tuple[File, Coefficient], ...],
    ) -> PlannedExport:
        """Plan weights to publish: under their title where it can be a file name of their own,
        else as ``name`` or ``name-2``, and so on. ``mixture`` says what they are.
        """  # noqa: D205
        plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", title)
        names = chain([title] if plain else [], [name], (f"{name}-{n}" for n in count(2)))
        free = (n for n in names if self._holders.setdefault(n.casefold(), parents) == parents)
        return PlannedExport(next(free), title, mixture, weights, parents)
