"""Where files lie that come with the generator."""

from __future__ import annotations

from pathlib import Path

import generator


def shipped(name: str) -> Path:
    """Return a file or folder that comes with the generator, by its path in the repository.

    In a wheel it lies inside the package, in a checkout beside it.
    """
    package = Path(generator.__file__).parent
    packed = package / "defaults" / name
    return packed if packed.exists() else package.parent / name
