"""A text as pieces: its words, and between them what refers to other static files.

A file's published name is known late, because it hangs on the file's content. Until then a text
that refers to others is kept in pieces; each reference knows where the author wrote it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.manifest.names import composed


@dataclass(frozen=True)
class Reference:
    """A reference from one static file to another."""

    address: str
    """As written."""

    target: str
    """The name in ``static`` of the file it leads to."""

    suffix: str
    """What follows the address: ``?query`` and ``#fragment``, or nothing."""

    source: str
    """The name in ``static`` of the file in which it is written."""

    at: int
    """Where in that file, in characters."""


Pieces = Sequence[str | Reference]


def reference(address: str, source: str, at: int) -> Reference | None:
    """Return what an address written in ``source`` refers to, or None where it is no file of ours.

    ``at`` is the address's place in ``source``, in characters.
    """
    path, suffix = re.fullmatch(r"([^?#]*)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
    elsewhere = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", path)
    if elsewhere or posixpath.basename(path) in ("", ".", ".."):
        return None
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    return Reference(address, composed(target), suffix, source, at)
