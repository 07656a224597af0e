"""Artifacts: files made from frames, weights and masks without rendering, kept by their content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.plan.keys import content_key


@dataclass(frozen=True)
class Artifact:
    """What determines the bytes of a file, and nothing else.

    ``kind`` says what it is; its ``version`` is raised whenever the same ``inputs``, values of
    JSON's types, would make other bytes. ``suffix`` is the file's, without dot.

    A module that makes artifacts declares those of a project in a function ``artifacts``, which
    ``commands.clean`` lists: what is declared nowhere is not needed, and goes.
    """

    kind: str
    version: int
    inputs: Sequence[Any]
    suffix: str

    @cached_property
    def key(self) -> str:
        """Return the content key, 32 hex digits."""
        return content_key([self.kind, self.version, self.suffix, self.inputs])

    @property
    def name(self) -> str:
        """Return the file name in the store."""
        return f"{self.key}.{self.suffix}"

    @property
    def tag(self) -> str:
        """Return the beginning of the key, for names of files that are published."""
        return self.key[:12]
