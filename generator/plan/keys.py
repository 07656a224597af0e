"""Content keys: a name for each thing, made of all that determines it and of nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def content_key(identity: Any) -> str:
    """Return the key of an identity made of JSON's types: 32 hex digits, 128 bits of a SHA-256."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
