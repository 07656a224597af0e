"""Files that texts refer to: published under names that change with their content."""

from __future__ import annotations

from pathlib import Path

from generator.plan.keys import file_sha256
from generator.site.output.assets import hashed_name


class MediaFiles:
    """Gives files of the author's content names in the site, by their content."""

    def __init__(self) -> None:
        self.files: dict[str, Path] = {}
        """What is to be copied: name in the site → file."""
        self._names: dict[Path, str] = {}

    def add(self, path: Path) -> str:
        """Return the name of a file in the site, ``assets/name.hash.suffix``."""
        if path not in self._names:
            self._names[path] = hashed_name(path.name, file_sha256(path))
            self.files[self._names[path]] = path
        return self._names[path]
