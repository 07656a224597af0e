"""The classic recipes: pictures of an input that no network makes; ``images.classic`` draws."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassicEntry:
    """A recipe as lists show it; one that ``enlarges`` is as large as the networks' outputs."""

    id: str
    title: str
    enlarges: bool

    def label(self, scale: int) -> str:
        """Return what lists call it where it enlarges ``scale`` times."""
        return f"{self.title} ×{scale}" if self.enlarges else self.title


CLASSIC = {
    entry.id: entry
    for entry in (
        ClassicEntry("input", "Input", enlarges=False),
        ClassicEntry("nearest", "Nearest", enlarges=True),
        ClassicEntry("bicubic", "Bicubic", enlarges=True),
        ClassicEntry("lanczos", "Lanczos", enlarges=True),
    )
}
"""By the word that stands for it in ``choose``; hence no ids of models."""
