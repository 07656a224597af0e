"""The progress bar, on stderr."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from generator.plan import Job


class Bar:
    """Frames done, rate and time left; on stderr, and only where that is a terminal."""

    def __init__(self, *, shown: bool) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("rendering"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("frames"),
            _Rate(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not shown or not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Start drawing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the bar."""
        self._progress.stop()

    def begin(self, jobs: list[Job]) -> Callable[[Job], None]:
        """Show the work ahead; the result is called after each job."""
        if not jobs:
            return lambda _: None
        self._progress.start()
        task = self._progress.add_task("", total=len(jobs))
        return lambda _: self._progress.advance(task)


class _Rate(ProgressColumn):
    """Frames a second, or seconds a frame where that is the larger number."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")
