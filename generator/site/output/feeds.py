"""What machines read: sitemap.xml, feed.xml (Atom), robots.txt."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from generator.errors import OutputError
from generator.plan.comparisons import SiteSettings

_NO_DATE = "1970-01-01T00:00:00Z"
"""Atom wants a date; where the author gives none, this says so, and builds stay reproducible."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """A page of the site: ``url`` from its root, ``date`` as 2026-01-31 or ''."""

    url: str
    title: str
    description: str
    date: str = ""


def sitemap(entries: Sequence[Entry], base_url: str) -> str:
    """Return sitemap.xml. It needs absolute addresses: without a known base it lists nothing."""
    lines = [
        f"<url><loc>{_text(base_url + entry.url)}</loc>"
        + (f"<lastmod>{entry.date}</lastmod>" if entry.date else "")
        + "</url>"
        for entry in (entries if base_url else ())
    ]
    start = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([_XML, start, *lines, "</urlset>", ""])


def robots(base_url: str) -> str:
    """Return robots.txt, which lets everybody in."""
    lines = ["User-agent: *", "Allow: /"]
    return "\n".join([*lines, *([f"Sitemap: {base_url}sitemap.xml"] if base_url else []), ""])


def feed(site: SiteSettings, entries: Sequence[Entry], base_url: str, version: str) -> str:
    """Return feed.xml. Without a known base, ids are made from titles and links are relative."""
    now = build_date() or _NO_DATE
    dates = [f"{entry.date}T00:00:00Z" if entry.date else now for entry in entries]
    lines = [
        _XML,
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_attribute(site.language)}>',
        f"<title>{_text(site.title)}</title>",
        *([f"<subtitle>{_text(site.description)}</subtitle>"] if site.description else []),
        f"<id>{_id(site, '', base_url)}</id>",
        f"<updated>{max([now, *dates])}</updated>",
        f"<link href={_attribute(base_url or './')}/>",
        f'<link rel="self" href={_attribute(f"{base_url}feed.xml")}/>',
        f"<author><name>{_text(site.author or site.title)}</name></author>",
        f"<generator version={_attribute(version)}>alphagrid</generator>",
    ]
    for entry, date in zip(entries, dates, strict=True):
        summary = f"<summary>{_text(entry.description)}</summary>" if entry.description else ""
        lines.append(
            f"<entry><title>{_text(entry.title)}</title>"
            f"<id>{_id(site, entry.url, base_url)}</id><updated>{date}</updated>"
            f"<link href={_attribute(f'{base_url}{entry.url}' or './')}/>{summary}</entry>"
        )
    return "\n".join([*lines, "</feed>", ""])


def build_date() -> str:
    """Return the date that SOURCE_DATE_EPOCH asks for, in UTC, or ''."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not seconds:
        return ""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        msg = f"SOURCE_DATE_EPOCH is a number of seconds since 1970, got {seconds!r}"
        raise OutputError(msg) from None


_XML = '<?xml version="1.0" encoding="utf-8"?>'


def _id(site: SiteSettings, url: str, base_url: str) -> str:
    if base_url:
        return _text(base_url + url)
    return uuid.uuid5(uuid.NAMESPACE_URL, f"alphagrid:{site.title}/{url}").urn


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
