"""Changes to the start tags of rendered HTML; all else is kept to the letter."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

_LOOKED_INTO = frozenset({"audio", "iframe", "object", "picture", "video"})
"""Elements whose ``inner`` is told."""


@dataclass
class Tag:
    """A start tag. ``attributes`` may be changed; ``before`` and ``after`` are put around it.

    ``inner`` is what stands between it and its end tag, ``in_link`` says that it stands in a
    link. Where ``whole`` is set, the element as a whole gives way to ``before`` and ``after``.
    """

    name: str
    attributes: dict[str, str | None]
    before: str = ""
    after: str = ""
    inner: str = ""
    in_link: bool = False
    whole: bool = False

    def write(self) -> str:
        """Return the tag as HTML."""
        if self.whole:
            return f"{self.before}{self.after}"
        written = [
            name if value is None else f'{name}="{html.escape(value)}"'
            for name, value in self.attributes.items()
        ]
        return f"{self.before}<{' '.join([self.name, *written])}>{self.after}"


def edit_tags(
    text: str, edit: Callable[[Tag], bool], see_text: Callable[[str], None] = lambda _: None
) -> str:
    """Call ``edit`` for every start tag, and write anew those for which it returns True.

    ``see_text`` gets all running text outside code.
    """
    parser = _Parser(text, edit, see_text)
    parser.feed(text)
    parser.close()
    return parser.result()


class _Parser(HTMLParser):
    def __init__(
        self, text: str, edit: Callable[[Tag], bool], see_text: Callable[[str], None]
    ) -> None:
        super().__init__(convert_charrefs=True)
        self._text = text
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self._edit = edit
        self._see_text = see_text
        self._parts: list[str] = []
        self._end = 0
        self._in_code = 0
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("code", "pre"):
            self._in_code += 1
        self._in_link |= tag == "a"
        self._start(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("code", "pre"):
            self._in_code = max(0, self._in_code - 1)
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        gone = self._position() < self._end
        if not gone and not self._in_code and self.cdata_elem is None:
            self._see_text(data)

    def result(self) -> str:
        return "".join([*self._parts, self._text[self._end :]])

    def _start(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._position()
        if start < self._end:
            return  # inside an element that is gone
        raw = self.get_starttag_text() or ""
        inner, end = _inner(self._text, start + len(raw), name)
        tag = Tag(name, dict(reversed(attrs)), inner=inner, in_link=self._in_link)
        # Of an attribute given twice the first counts, and order is kept.
        tag.attributes = {key: tag.attributes[key] for key, _ in attrs}
        if not self._edit(tag):
            return
        slash = raw.endswith("/>")
        written = tag.write()
        if slash and not tag.after and not tag.whole:
            written = f"{written[:-1]} />"
        self._parts += [self._text[self._end : start], written]
        self._end = end if tag.whole else start + len(raw)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _inner(text: str, start: int, name: str) -> tuple[str, int]:
    """Return what stands in an element whose start tag ends at ``start``, and its end's position.

    The latter is ``start`` where nothing is told of the element, or it is never closed.
    """
    depth = 1
    tags = re.compile(rf"<(/?){re.escape(name)}\b[^>]*>", re.IGNORECASE)
    for match in tags.finditer(text, start) if name in _LOOKED_INTO else ():
        depth += -1 if match[1] else 1
        if not depth:
            return text[start : match.start()], match.end()
    return "", start
