"""Addresses in texts: Markdown files become pages, files are published, broken links are warned of.

An author links as the files lie: ``[other](other.md)``, ``![](pictures/cat.png)``; pages and
comparisons also as they will lie in the site: ``comparisons/sharpness/``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.errors import ImageError, Problem
from generator.images import read_info
from generator.manifest.names import as_on_disk, composed
from generator.manifest.words import did_you_mean
from generator.site.text.blocks import EMBEDDED
from generator.site.text.csp import obey_policy
from generator.site.text.elsewhere import FRAMES, lost_media, put_link
from generator.site.text.html_rewriter import Tag, edit_tags
from generator.site.text.markdown import ROOT
from generator.site.text.media_files import MediaFiles
from generator.site.text.source import Source, quoted

_ADDRESSES = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "img": ("src",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# [text][label], [label][] and [^note], where Markdown found no line that says what they mean.
_REFERENCE = re.compile(
    r"\[(?P<note>\^[^\s\[\]]+)\]"
    r"|(?<![\w\]])\[(?P<text>[^\[\]\n]+)\]\[(?P<label>[^\[\]\n]*)\]"
)


Embed = Callable[[str, str, int, bool], str]
"""Name of a block, comparison id ('' for all), the level of heading that fits there, whether the
place has a caption of its own → HTML."""


@dataclass(frozen=True)
class SiteMap:
    """What links may lead to.

    ``root`` is the manifest's folder; ``pages`` maps Markdown files, relative to it, to URLs
    from the site's root; ``urls`` holds all other URLs of the site; ``drafts`` those that exist
    only with --drafts, and Markdown files that do. All are composed, as Unicode calls it.
    """

    root: Path
    pages: Mapping[str, str]
    urls: frozenset[str]
    drafts: frozenset[str]
    content: str = "content"


@dataclass
class Linked:
    """A text with its addresses in place.

    ``ids`` are its anchors, ``anchors`` the links from it to anchors: (URL of the page, or None
    for its own; id; position in the source).
    """

    text: str = ""
    ids: set[str] = field(default_factory=set)
    anchors: list[tuple[str | None, str, int]] = field(default_factory=list)
    comparisons: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def link(
    text: str,
    source: Source,
    folder: str,
    site: SiteMap,
    media: MediaFiles,
    embed: Embed = lambda *_: "",
) -> Linked:
    """Rewrite the addresses of a rendered text that stands in ``folder`` below the manifest.

    ``embed`` returns the HTML that stands in the place of a block.
    """
    linker = _Linker(source, folder, site, media, embed)
    linker.linked.text = edit_tags(text, linker.edit, linker.see_text)
    return linker.linked


class _Linker:
    def __init__(
        self,
        source: Source,
        folder: str,
        site: SiteMap,
        media: MediaFiles,
        embed: Embed,
    ) -> None:
        self.linked = Linked()
        self._source = source
        self._folder = folder
        self._site = site
        self._media = media
        self._embed = embed
        self._level = 1
        self._pictures = 0
        self._place = 0

    def edit(self, tag: Tag) -> bool:
        """Change a tag; return whether it was changed."""
        attributes = tag.attributes
        changed = self._name(tag)
        if tag.name in _HEADINGS:
            self._level = int(tag.name[1])
        for block in EMBEDDED:
            if f"data-{block}" in attributes:
                return self._block(block, tag)
        obeyed, notes = obey_policy(tag)
        changed |= obeyed
        for words, message in notes:
            self._place = self._source.find(words)
            self._problem(message)
        if tag.name == "pre" and "tabindex" not in attributes:
            attributes["tabindex"] = "0"  # long lines scroll, with the keyboard too
            changed = True
        if self._gives_way(tag):
            return True
        for name in _ADDRESSES.get(tag.name, ()):
            if attributes.get(name):
                changed |= self._address(tag, name)
        if tag.name in ("img", "source") and attributes.get("srcset"):
            changed |= self._srcset(tag)
        if tag.name == "img":
            changed |= self._picture(tag)
        if tag.name in ("source", "track") and not {"src", "srcset"} & attributes.keys():
            tag.whole = changed = True  # without an address it is not valid
        return changed

    def see_text(self, text: str) -> None:
        """Find what Markdown left in the text: blocks and references it could not make sense of."""
        for line in re.findall(r"(?m)^ *(/{3,} *(?:[\w-]+ *(?:\|.*)?)?)$", text):
            self._place = self._source.find(line.strip())
            self._problem("this block cannot stand here, or its options are wrong")
        for match in _REFERENCE.finditer(text):
            self._place = self._source.find(match[0])
            label = match["note"] or match["label"] or match["text"]
            self._problem(f"broken reference '{match[0]}': add a line '[{label}]: …'")

    def _gives_way(self, tag: Tag) -> bool:
        """Put a link in the place of what pages may not show; return whether that was so."""
        if tag.name in FRAMES:
            written = tag.attributes.get(FRAMES[tag.name])
            put_link(tag, self._resolved(written, shown=False) if written else None)
            return True
        lost = lost_media(tag)
        for address in lost:
            self._resolved(address, shown=True)
        if lost:
            first = lost[0].strip()
            put_link(tag, first if re.match(r"(https?:)?//", first, re.IGNORECASE) else None)
        return bool(lost)

    def _name(self, tag: Tag) -> bool:
        """Note an anchor, composed as links to it are."""
        written = str(tag.attributes.get("id") or "")
        if not written:
            return False
        tag.attributes["id"] = composed(written)
        self.linked.ids.add(composed(written))
        return written != composed(written)

    def _block(self, block: str, tag: Tag) -> bool:
        name = tag.attributes.pop(f"data-{block}") or ""
        if block == "comparison":
            self.linked.comparisons.append(name)
        tag.attributes["class"] = "embed"
        tag.after = self._embed(block, name, min(self._level + 1, 6), tag.name == "figure")
        return True

    def _address(self, tag: Tag, name: str) -> bool:
        written = str(tag.attributes[name])
        new = self._resolved(written, shown=tag.name not in ("a", "area"))
        if new is None:
            del tag.attributes[name]
        elif new != written:
            tag.attributes[name] = new
        return new != written

    def _srcset(self, tag: Tag) -> bool:
        candidates = []
        for candidate in str(tag.attributes["srcset"]).split(","):
            address, _, size = candidate.strip().partition(" ")
            if (new := self._resolved(address, shown=True)) is not None:
                candidates.append(f"{new} {size}".strip())
        if candidates:
            tag.attributes["srcset"] = ", ".join(candidates)
        else:
            del tag.attributes["srcset"]
        return True

    def _picture(self, tag: Tag) -> bool:
        """Ask for a text alternative, and let a picture know its size, so that nothing jumps."""
        attributes = tag.attributes
        self._pictures += 1
        decorative = attributes.get("role") in ("presentation", "none")
        if not attributes.get("alt") and not decorative:
            message = "a picture without a text alternative: write what it shows in the [brackets]"
            self._problem(message)
            attributes["alt"] = ""
        address = str(attributes.get("src") or "").removeprefix(ROOT)
        path = self._media.files.get(unquote(address))
        if path is None or {"width", "height", "srcset"} & attributes.keys():
            return True
        try:
            info = read_info(path)
        except ImageError:
            return True  # an SVG has no pixels; anything else the browser will show or not
        attributes |= {"width": str(info.width), "height": str(info.height)}
        if self._pictures > 1:
            attributes.setdefault("loading", "lazy")
        return True

    def _resolved(self, written: str, *, shown: bool) -> str | None:
        """Return what to write for an address, or None where nothing safe can be written.

        ``shown`` says that the browser loads it with the page.
        """
        self._place = self._source.find(written)
        try:
            parts = urlsplit(written.strip())
        except ValueError:
            self._problem(f"invalid address '{written}'")
            return None
        if parts.scheme or parts.netloc:
            return self._elsewhere(written, parts.scheme.lower(), shown=shown)
        anchor = composed(unquote(parts.fragment))
        fragment = parts.fragment if anchor == unquote(parts.fragment) else quoted(anchor)
        if not parts.path:
            if anchor:
                self.linked.anchors.append((None, anchor, self._place))
            return written.replace(parts.fragment, fragment) if anchor else written
        if parts.path.startswith("/"):
            message = f"'{written}' works at one place of the web only: write a relative address"
            self._problem(message)
            return written
        end = (f"?{parts.query}" if parts.query else "") + (f"#{fragment}" if fragment else "")
        found = self._inside(written, unquote(parts.path), anchor)
        return written if found is None else f"{ROOT}{found}{end}"

    def _elsewhere(self, written: str, scheme: str, *, shown: bool) -> str | None:
        if scheme == "data" and shown:
            return written
        if scheme and scheme not in _SCHEMES:
            self._problem(f"addresses that start with '{scheme}:' are left out")
            return None
        if shown:
            message = f"'{written}' is elsewhere, and pages load nothing from elsewhere: copy it"
            self._problem(f"{message} into content/")
            return None
        return written

    def _inside(self, written: str, path: str, fragment: str) -> str | None:
        """Return the URL from the site's root of what an address within the project means."""
        site = self._site
        target = composed(posixpath.normpath(posixpath.join(self._folder, path)))
        if target in site.pages:
            url = site.pages[target]
            if fragment:
                self.linked.anchors.append((url, fragment, self._place))
            return url
        in_content = target == site.content or target.startswith(f"{site.content}/")
        file = site.root / as_on_disk(site.root, target)
        as_url = target.removeprefix(site.content).strip("/") if in_content else target
        as_url = as_url.removesuffix("index.html").strip("/")
        for url in (as_url, f"{quoted(as_url)}/"):
            if url in site.urls:
                return url
        if target in site.drafts or f"{as_url}/" in site.drafts:
            self._problem(f"'{written}' is a draft, and this build leaves drafts out")
        elif _is_file(file) and file.suffix == ".md":
            self._problem(f"'{written}' is not a page of the site: add it to 'pages:'")
        elif _is_file(file) and in_content:
            return quoted(self._media.add(file))
        elif _is_file(file):
            self._problem(f"'{written}' is outside {site.content}/: move it there")
        else:
            near = did_you_mean(posixpath.basename(target), _names(file.parent))
            within = f"{site.content}/{target}"
            if not self._folder and _is_file(site.root / as_on_disk(site.root, within)):
                near = f" (did you mean '{within}'?)"
            self._problem(f"broken link: '{written}'{near}")
        return None

    def _problem(self, message: str) -> None:
        self.linked.problems.append(self._source.problem_at(self._place, message))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except (OSError, ValueError):
        return []
