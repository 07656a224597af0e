"""Weights to take home: models that may be downloaded, and mixes that the build has made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.plan.keys import file_sha256
from generator.render.exports import Export


@dataclass(frozen=True)
class Download:
    """Weights as a table shows them: ``parents`` says in words what a mix is made of, '' for a
    model; ``url`` from the site's root.
    """  # noqa: D205

    title: str
    parents: str
    url: str
    sha256: str
    bytes: int


def mixed_downloads(exports: Iterable[Export], comparison: str) -> tuple[Download, ...]:
    """Return the mixes that a comparison publishes, in order."""
    found = []
    for export in exports:
        if export.comparison == comparison:
            digest = file_sha256(export.path)
            size = export.path.stat().st_size
            found.append(Download(export.title, export.mixture, export.url, digest, size))
    return tuple(found)
