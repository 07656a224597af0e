"""Mixed weights to take home: files that the build has made, as the site publishes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Export:
    """Weights of a comparison to publish.

    ``name`` is the file's under ``models/``, without suffix (``sharpness-0.5``); ``weights`` are
    the coefficients by model id, ``path`` the file.
    """

    comparison: str
    title: str
    name: str
    weights: Mapping[str, float]
    path: Path

    @property
    def url(self) -> str:
        """Return the address from the site's root."""
        return f"models/{self.name}{self.path.suffix}"


@dataclass(frozen=True)
class ExportView:
    """An export as templates see it; ``url`` from the site's root, ``weights`` by model id."""

    title: str
    url: str
    sha256: str
    bytes: int
    weights: Mapping[str, float]


def export_views(exports: Iterable[Export], comparison: str) -> tuple[ExportView, ...]:
    """Return the exports of a comparison, in order."""
    views = []
    for export in exports:
        if export.comparison == comparison:
            with export.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = export.path.stat().st_size
            views.append(ExportView(export.title, export.url, digest, size, export.weights))
    return tuple(views)
