"""Everything that can go wrong, as one tree.

``commands/main.py`` turns it into messages and exit codes. Warnings, which stop nothing, are here
too.

::

    AlphagridError              exit 1: a clear message, no traceback
    ├── ManifestError           exit 2: site.yaml or a page; carries all problems at once
    ├── ModelError              a weights file that cannot be read or used
    │   └── IncompatibleError   two models that cannot be mixed
    ├── ImageError              a picture that cannot be read, prepared or written
    ├── RenderError             a device, memory or changed file that rendering fails by
    ├── StoreError              the frame cache cannot be written, or is in use
    ├── OutputError             the output cannot be written, or is not ours
    └── UsageError              exit 2: arguments of a command (commands/arguments.py)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class AlphagridError(Exception):
    """Base of all errors that are the user's to mend. ``str(error)`` is the message to show."""

    exit_code = 1


def printable(text: str) -> str:
    """Return text as one line that does nothing to a terminal but show.

    Messages quote files of strangers: characters that cannot be seen are escaped as in Python.
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


class Warnings:
    """What an author may want to mend: added to by every stage, shown by the closing summary.

    Holds each problem once and yields them in order of position. ``--strict`` counts them, but
    not ``notes``, which are good to know and ask for nothing.
    """

    def __init__(self) -> None:
        self._found: set[Problem] = set()
        self.notes: set[Problem] = set()

    def add(self, *problems: Problem) -> None:
        """Add warnings, each at its place."""
        self._found.update(problems)

    def __iter__(self) -> Iterator[Problem]:
        """Yield all warnings."""
        return iter(sorted(self._found))

    def __len__(self) -> int:
        """Count them."""
        return len(self._found)


class ManifestError(AlphagridError):
    """Raised where the manifest, a file it names, a page or a template is wrong.

    ``problems`` holds every one, in order of position.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ModelError(AlphagridError):
    """Raised where a weights file cannot be read or used.

    It is not an image-to-image network, its output is not a number, or its mix would be none.
    """


class IncompatibleError(ModelError):
    """Raised where two models cannot be mixed; names the first key that differs and both shapes."""


class ImageError(AlphagridError):
    """Raised where a picture cannot be decoded, prepared, measured against or encoded."""


class RenderError(AlphagridError):
    """Raised where rendering cannot start or go on.

    The device does not exist or is not supported, a picture needs more memory than there is, or a
    file changed during the build. A wrong device ends the command; the others cost one frame.
    """


class StoreError(AlphagridError):
    """Raised where the frame cache cannot be written or removed, or another build is using it."""


class OutputError(AlphagridError):
    """Raised where output cannot be written, holds files that are not ours, or is ambiguous.

    That is the site's folder, a file of mixed weights, or two files of a site under one name.
    """
