"""JSON with its checksum, which is JSON again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.store.disk import read_file

_BEFORE, _BETWEEN, _AFTER = b'{"data":', b',"sha256":"', b'"}'


def checksummed(data: dict[str, Any]) -> bytes:
    """Return what ``read_checksummed`` reads; the same data make the same bytes."""
    return _wrap(json.dumps(data, sort_keys=True, separators=(",", ":")).encode())


def read_checksummed(path: str | Path) -> dict[str, Any] | None:
    """Return what was checksummed, or None where the file is missing or not as it was written."""
    try:
        kept = read_file(path)
    except OSError:
        return None
    body = kept[len(_BEFORE) : -len(_BETWEEN) - 64 - len(_AFTER)]
    if not body or kept != _wrap(body):
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):  # a checksum is no signature: anybody can make one
        return None
    return data if isinstance(data, dict) else None


def fits(data: Any, shape: Mapping[str, Any]) -> bool:
    """Say whether JSON is a mapping of these keys to values of these types.

    What another version of the program kept may have others.
    """
    return (
        isinstance(data, dict)
        and data.keys() == shape.keys()
        and all(isinstance(data[name], kind) for name, kind in shape.items())
    )


def _wrap(body: bytes) -> bytes:
    checksum = hashlib.sha256(body).hexdigest().encode()
    return b"".join([_BEFORE, body, _BETWEEN, checksum, _AFTER])
