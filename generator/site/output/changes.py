"""What a build changed: the files of the last site beside those of the new one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from generator.site.output.marker import Written

_COMPARISON = re.compile(r"comparisons/([^/]+)/data\.json")
_FRAME = re.compile(r"_?frames/")


@dataclass(frozen=True)
class Change:
    """Names that are new, that stayed and hold something else, and that are gone; sorted."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True)
class Changes:
    """Comparisons by id, frames by file, all other pages by URL from the site's root.

    ``lost`` are the URLs of pages that the last site had and the new one has not, comparisons'
    too: links to them lead nowhere now.
    """

    comparisons: Change = Change()
    frames: Change = Change()
    pages: Change = Change()
    lost: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        return bool(self.comparisons or self.frames or self.pages)


def changes(last: Mapping[str, Written], new: Mapping[str, Written]) -> Changes:
    """Compare two sites by what their markers list. Without a last one nothing has changed."""
    if not last:
        return Changes()
    comparisons = {match[1] for name in (*last, *new) if (match := _COMPARISON.fullmatch(name))}
    return Changes(
        _change(_comparisons(last), _comparisons(new)),
        _change(_frames(last), _frames(new)),
        _change(_pages(last, comparisons), _pages(new, comparisons)),
        _outermost(_pages(last).keys() - _pages(new).keys()),
    )


def _change(last: Mapping[str, str], new: Mapping[str, str]) -> Change:
    both = last.keys() & new.keys()
    return Change(
        tuple(sorted(new.keys() - last.keys())),
        tuple(sorted(name for name in both if last[name] != new[name])),
        tuple(sorted(last.keys() - new.keys())),
    )


def _comparisons(site: Mapping[str, Written]) -> dict[str, str]:
    matches = {name: _COMPARISON.fullmatch(name) for name in site}
    return {match[1]: site[name].digest for name, match in matches.items() if match}


def _frames(site: Mapping[str, Written]) -> dict[str, str]:
    return {name: file.digest for name, file in site.items() if _FRAME.match(name)}


def _pages(site: Mapping[str, Written], comparisons: Collection[str] = ()) -> dict[str, str]:
    """Return pages by URL, but not those of ``comparisons``, nor what is shown for a lost one."""
    found = {}
    for name, file in site.items():
        folders = name.split("/")[:-1]
        of_comparison = folders[:1] == ["comparisons"] and set(folders[1:2]) & set(comparisons)
        if name.endswith(".html") and name != "404.html" and not of_comparison:
            found[name.removesuffix("index.html")] = file.digest
    return found


def _outermost(urls: Collection[str]) -> tuple[str, ...]:
    """Return sorted URLs without those that lie below another of them."""
    kept: list[str] = []
    for url in sorted(urls):
        if not (kept and kept[-1].endswith("/") and url.startswith(kept[-1])):
            kept.append(url)
    return tuple(kept)
