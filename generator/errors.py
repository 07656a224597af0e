"""Everything that can go wrong, as one tree; ``cli`` turns it into messages and exit codes.

::

    AlphagridError              exit 1: a clear message, no traceback
    ├── ManifestError           exit 2: site.yaml or a page; carries all problems at once
    ├── ModelError              a weights file that cannot be read or used
    │   └── IncompatibleError   two models that cannot be mixed
    ├── ImageError              a picture that cannot be read, prepared or written
    ├── RenderError             frames that could not be rendered; the others were
    ├── StoreError              the frame cache
    └── OutputError             the output folder
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class AlphagridError(Exception):
    """Base of all errors that are the user's to mend. ``str(error)`` is the message to show."""

    exit_code = 1


def printable(text: str) -> str:
    """Return text as one line that does nothing to a terminal but show.

    Messages quote files of strangers: what is no sign one can see is written as Python does.
    """
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Return where a position in a text is, line and column counted from 1."""
    start = text.rfind("\n", 0, position) + 1
    return text.count("\n", 0, position) + 1, position - start + 1


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a text file: where (line and column count from 1) and what."""

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Format as ``path:line:column: message``, which editors and terminals make clickable."""
        return printable(f"{self.path}:{self.line}:{self.column}: {self.message}")


class ManifestError(AlphagridError):
    """The manifest or a page is wrong. ``problems`` holds every one, in order of position."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ModelError(AlphagridError):
    """A weights file cannot be read, or is no image-to-image network."""


class IncompatibleError(ModelError):
    """Two models cannot be mixed; the message names the first key that differs and both shapes."""


class ImageError(AlphagridError):
    """A picture cannot be decoded, prepared or encoded."""


class RenderError(AlphagridError):
    """Some frames could not be rendered; all that could be rendered is in the store."""


class StoreError(AlphagridError):
    """The frame cache cannot be read or written."""


class OutputError(AlphagridError):
    """The output folder cannot be written, or holds files that are not ours."""
