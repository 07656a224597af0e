"""Templates and static files: those beside the manifest override the shipped ones, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from generator.manifest.names import composed
from generator.project.shipped import shipped

Kind = Literal["templates", "static"]


def folders(kind: Kind, root: Path) -> tuple[Path, ...]:
    """Return the folders that hold templates or static files, the author's first.

    ``root`` is the manifest's folder. In a wheel the shipped files lie inside the package, in
    a checkout beside it.
    """
    own, ours = root / kind, shipped(kind)
    if not own.is_dir() or own.resolve() == ours.resolve():
        return (ours,)
    return (own, ours)


def static_files(root: Path) -> dict[str, Path]:
    """Return every static file by its name (``js/viewer.js``), sorted; hidden files left out.

    Names are composed, as Unicode calls it, whatever form the disk holds them in.
    """
    found: dict[str, Path] = {}
    for folder in folders("static", root):
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            hidden = any(part.startswith(".") for part in relative.parts)
            # Under root/ names are the author's own business: .well-known is a real one.
            if path.is_file() and (relative.parts[0] == "root" or not hidden):
                found.setdefault(composed(relative.as_posix()), path)
    return dict(sorted(found.items()))
