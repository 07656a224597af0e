"""Ids made from names of files, whatever these look like."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from generator.manifest.names import composed

MOST_CHARACTERS = 100
"""What an id may have: it becomes the name of folders."""

ID = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
"""What an id looks like."""

_LETTERS = str.maketrans({
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
})  # fmt: skip
"""Letters of Latin alphabets that Unicode does not take apart."""


def id_of(name: str) -> str:
    """Return the id for a name: ``Zürich (2)`` becomes ``Zurich-2``.

    Accents go, what an id cannot hold becomes a hyphen, letter case and dots stay. Where letters
    are lost, as of a name in Chinese, or the name is too long, the beginning of its SHA-256
    follows: so other names have other ids.
    """
    name = composed(name)
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    kept = "".join(character for character in plain if not unicodedata.combining(character))
    lost = any(character.isalnum() and not character.isascii() for character in kept)
    found = re.sub(r"-*([^A-Za-z0-9_.-]+-*)+", "-", kept).lstrip("-._").rstrip("-.")
    if found and not lost and len(found) <= MOST_CHARACTERS:
        return found
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    start = found[: MOST_CHARACTERS - len(digest) - 1].rstrip("-.")
    return f"{start}-{digest}" if start else digest
