"""A checker of built sites: every address in them must lead to a file of the site."""

from __future__ import annotations

import json
import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

ORIGIN = "http://site.test"
_ADDRESSES = ("href", "src", "poster", "data-src", "data")


class Page(HTMLParser):
    """The addresses and anchors of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link" and dict(attrs).get("rel") == "canonical":
            return
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in _ADDRESSES and value is not None:
                self.addresses.append(value)
            if name == "srcset" and value:
                self.addresses += [part.split()[0] for part in value.split(",")]


def broken_links(site: Path, prefix: str = "/") -> list[str]:
    """Return ``page: address`` for all that leads nowhere when the site lies under ``prefix``."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    broken = [
        f"{path.relative_to(site)}: id '{name}' twice"
        for path, page in pages.items()
        for name in {name for name in page.ids if page.ids.count(name) > 1}
    ]
    for path, page in pages.items():
        broken += _broken(site, prefix, path, page.addresses, pages)
    for path in site.rglob("data.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        urls = [frame["url"] for frame in data["frames"] if "url" in frame]
        urls += [url for region in data.get("regions", []) for url in region["masks"].values()]
        broken += _broken(site, prefix, path, urls, pages)
    for path in site.rglob("*.js"):
        urls = re.findall(r"""(?:from|import)\s*["']([^"']+)["']""", path.read_text())
        broken += _broken(site, prefix, path, urls, pages)
    for path in site.rglob("*.css"):
        urls = re.findall(r"""url\(["']?([^"')]+)""", path.read_text())
        broken += _broken(site, prefix, path, [u for u in urls if not u.startswith("data:")], pages)
    return broken


def _broken(
    site: Path, prefix: str, path: Path, addresses: list[str], pages: dict[Path, Page]
) -> list[str]:
    base = f"{ORIGIN}{prefix}{quote(path.relative_to(site).as_posix())}"
    found = []
    for address in addresses:
        absolute, anchor = urldefrag(urljoin(base, address))
        if not absolute.startswith(ORIGIN):
            continue
        target = _file(site, prefix, absolute)
        if target is None or not target.is_file():
            found.append(f"{path.relative_to(site)}: {address}")
        elif anchor and target in pages and unquote(anchor) not in pages[target].ids:
            found.append(f"{path.relative_to(site)}: {address} (no such anchor)")
        elif path.name != "404.html" and urlsplit(address).path.startswith("/"):
            found.append(f"{path.relative_to(site)}: {address} is not relative")
    return found


def _file(site: Path, prefix: str, url: str) -> Path | None:
    path = unquote(urlsplit(url).path)
    if not path.startswith(prefix):
        return None
    inside = posixpath.normpath(path.removeprefix(prefix) or ".")
    target = site / inside
    return target / "index.html" if target.is_dir() else target
