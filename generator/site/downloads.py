"""Weights to take home: models that may be downloaded, and mixes that the build has made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from generator.plan import ComparisonPlan, PlannedExport
from generator.plan.keys import file_sha256
from generator.render.exports import Export


@dataclass(frozen=True)
class Download:
    """Weights as a table shows them: ``parents`` says in words what a mix is made of, '' for a
    model; ``url`` from the site's root, or whole where they lie elsewhere. Of those nobody may
    know ``sha256`` ('') and ``bytes`` (0). ``file_name`` is what an author calls the file.
    """  # noqa: D205

    title: str
    parents: str
    url: str
    sha256: str
    bytes: int
    file_name: str = ""

    @property
    def name(self) -> str:
        """Return the name under which the file is kept, else what its address tells of it."""
        at_address = unquote(urlsplit(self.url).path).rpartition("/")[2]
        return self.file_name or at_address or self.url


def mixed_downloads(plan: ComparisonPlan, exports: Iterable[Export]) -> tuple[Download, ...]:
    """Return the mixes that a comparison publishes, and those that it links, in order."""
    made = {export.name: export for export in exports if export.comparison == plan.id}
    return tuple(_downloads(plan.exports, made))


def _downloads(planned: Iterable[PlannedExport], made: dict[str, Export]) -> Iterator[Download]:
    for each in planned:
        if each.address:
            yield Download(each.title, each.mixture, each.address, "", 0)
        elif export := made.get(each.name):
            size = export.path.stat().st_size
            digest = file_sha256(export.path)
            yield Download(export.title, export.mixture, export.url, digest, size)
