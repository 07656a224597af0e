"""Content keys: a name for each thing, made of all that determines it and of nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def file_sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file's content, 64 hex digits. Raises OSError."""
    with open(path, "rb") as file:  # noqa: PTH123 - no Path where the caller has none
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_key(identity: Any) -> str:
    """Return the key of an identity made of JSON's types: 32 hex digits, 128 bits of a SHA-256."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
