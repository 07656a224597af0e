"""What a page would show of other sites, and may not: a link stands in its place.

An element that the security policy keeps empty is a hole as large as its author made it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import escape

from generator.site.text.html_rewriter import Tag, edit_tags

FRAMES = {"iframe": "src", "embed": "src", "frame": "src", "object": "data"}
"""Elements that stay empty whatever they are to show, and the attribute that says what."""

_LONGEST_WORDS = 60


def lost_media(tag: Tag) -> list[str]:
    """Return the addresses of a picture, video or sound where all are elsewhere; else none."""
    addresses = _addresses(tag)
    return [] if any(_is_here(address) for address in addresses) else addresses


def put_link(tag: Tag, address: str | None) -> None:
    """Put a link in the place of an element, or its words alone where no link can stand."""
    attributes = tag.attributes
    named = (attributes.get(name) for name in ("title", "aria-label", "alt"))
    words = escape(next(filter(None, named), None) or _short(address or ""))
    href = f"https:{address}" if address and address.startswith("//") else address
    tag.whole = True
    tag.after = words if tag.in_link or not href else f'<a href="{escape(href)}">{words}</a>'


def _addresses(tag: Tag) -> list[str]:
    """Return what a browser would load to show an element, one after another."""
    if tag.name == "img":
        listed = str(tag.attributes.get("srcset") or "").split(",")
        candidates = [candidate.strip().partition(" ")[0] for candidate in listed]
        return list(filter(None, [tag.attributes.get("src"), *candidates]))
    inside: list[str | None] = []
    wanted = {"picture": "img", "video": "source", "audio": "source"}.get(tag.name)
    if wanted is None:
        return []

    def note(found: Tag) -> bool:
        if found.name == wanted:
            inside.append(found.attributes.get("src"))
            # A picture is called what its img is.
            tag.attributes.setdefault("alt", found.attributes.get("alt"))
        return False

    edit_tags(tag.inner, note)
    own = None if tag.name == "picture" else tag.attributes.get("src")
    return list(filter(None, [own, *inside]))


def _is_here(address: str) -> bool:
    """Say whether a page may load an address: from the site, or from within the page."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme == "data" or not (parts.scheme or parts.netloc)


def _short(address: str) -> str:
    """Return an address as words for people: without scheme and query, and not long."""
    words = address.partition("?")[0].partition("//")[2] or address
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1]}…"
