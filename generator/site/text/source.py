"""A Markdown text and where it stands, so that what is wrong in it can be shown with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from generator.errors import Problem, line_and_column


def quoted(path: str) -> str:
    """Return a path as part of an address; names that are no Unicode are kept byte by byte."""
    return quote(path, safe="/", errors="surrogateescape")


@dataclass
class Source:
    """``text`` starts at ``first_line`` of the file shown as ``path``.

    Markdown's output does not say where in the text it came from, so places are found again by
    what stands there: asked again for the same words, ``find`` goes on to their next place.
    """

    path: Path
    text: str
    first_line: int = 1
    fixed: tuple[int, int] | None = None
    """Where the text has no lines of its own (a value of the manifest): its line and column."""
    _asked: dict[str, int] = field(default_factory=dict)

    def problem(self, words: str, message: str) -> Problem:
        """Place a message at the next appearance of ``words``, or at the start of the text."""
        return self.problem_at(self.find(words), message)

    def problem_at(self, position: int, message: str) -> Problem:
        """Place a message at a position in the text."""
        if self.fixed:
            return Problem(self.path, *self.fixed, message)
        line, column = line_and_column(self.text, position)
        return Problem(self.path, self.first_line + line - 1, column, message)

    def at_line(self, index: int, column: int, message: str) -> Problem:
        """Place a message at a line of the text, counted from 0, and a column, from 1."""
        return Problem(self.path, self.first_line + index, column, message)

    def find(self, words: str) -> int:
        """Return the position of the next appearance of ``words``, the last one's, or 0."""
        start = self._asked.get(words, 0)
        # An address stands after ``](``, ``="``, ``]: `` or ``<`` rather than in running text.
        marked = re.compile(rf"""(?:\]\(\s*<?|=\s*["']?|\]:\s*<?|<){re.escape(words)}""")
        match = marked.search(self.text, start)
        position = match.end() - len(words) if match else self.text.find(words, start)
        if position < 0:
            return max(self.text.find(words), 0)
        self._asked[words] = position + len(words)
        return position
