"""Fixtures that several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.browser import (
    axe,
    chromium,
    new_page,
    open_viewer,
    playwright_session,
    serve,
    server,
    site_folder,
)
from support.build import Run, make_folder

from generator.commands.main import main

__all__ = [
    "axe",
    "chromium",
    "new_page",
    "open_viewer",
    "playwright_session",
    "serve",
    "server",
    "site_folder",
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small project, which is the current one."""
    folder = make_folder(tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; returns exit status, stdout, stderr."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return run_command
