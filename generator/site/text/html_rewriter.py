"""Changes to the start tags of rendered HTML; all else is kept to the letter."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass
class Tag:
    """A start tag. ``attributes`` may be changed; ``before`` and ``after`` are put around it."""

    name: str
    attributes: dict[str, str | None]
    before: str = ""
    after: str = ""

    def write(self) -> str:
        """Return the tag as HTML."""
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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("code", "pre"):
            self._in_code += 1
        self._start(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("code", "pre"):
            self._in_code = max(0, self._in_code - 1)

    def handle_data(self, data: str) -> None:
        if not self._in_code and self.cdata_elem is None:
            self._see_text(data)

    def result(self) -> str:
        return "".join([*self._parts, self._text[self._end :]])

    def _start(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = Tag(name, dict(reversed(attrs)))
        # Of an attribute given twice the first counts, and order is kept.
        tag.attributes = {key: tag.attributes[key] for key, _ in attrs}
        if not self._edit(tag):
            return
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        raw = self.get_starttag_text() or ""
        slash = raw.endswith("/>")
        written = tag.write()
        if slash and not tag.after:
            written = f"{written[:-1]} />"
        self._parts += [self._text[self._end : start], written]
        self._end = start + len(raw)
