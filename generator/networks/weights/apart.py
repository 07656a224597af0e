"""Our own modules in processes of their own."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]


def importable() -> dict[str, str]:
    """Return the environment in which ``python -m generator`` works, wherever it is started."""
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{path}" if path else str(_ROOT)}
