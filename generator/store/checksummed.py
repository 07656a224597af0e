"""JSON with its checksum, which is JSON again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

_BEFORE, _BETWEEN, _AFTER = b'{"data":', b',"sha256":"', b'"}'


def checksummed(data: dict[str, Any]) -> bytes:
    """Return what ``read_checksummed`` reads; the same data make the same bytes."""
    return _wrap(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())


def read_checksummed(path: str | Path) -> dict[str, Any] | None:
    """Return what was checksummed, or None where the file is missing or not as it was written."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - thousands of files
            kept = file.read()
    except OSError:
        return None
    body = kept[len(_BEFORE) : -len(_BETWEEN) - 64 - len(_AFTER)]
    if not body or kept != _wrap(body):
        return None
    data: dict[str, Any] = json.loads(body)
    return data


def _wrap(body: bytes) -> bytes:
    checksum = hashlib.sha256(body).hexdigest().encode()
    return b"".join([_BEFORE, body, _BETWEEN, checksum, _AFTER])
