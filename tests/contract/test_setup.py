"""Set-up and workflows: a step that fails says which it is, and each job may do only its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PRESENT = ("chromium", "firefox-esr", "node", "npm", "xvfb-run", "apt-get", "sudo")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return what the set-up reads of the repository, and stand-ins for all that it calls."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    (folder / "tests/js").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "tests/js/package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    for name in PRESENT:
        stand_in(folder, name, 'case "$0" in */sudo) exec "$@";; esac')
    return folder


def stand_in(folder: Path, name: str, script: str) -> Path:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def last_words(folder: Path, *command: str) -> list[str]:
    """Run a command that fails; return what it says on stderr."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ")]


def test_npm_says_what_is_wrong_and_the_script_what_it_was_for(checkout: Path) -> None:
    stand_in(checkout, "npm", 'case "$*" in *--silent*) ;; *) echo "E404 gone" >&2;; esac; exit 1')
    assert last_words(checkout, ".ci/browsers") == [
        "E404 gone",
        "set-up failed: the checkers of tests/js/package-lock.json (npm ci)",
    ]


def test_a_package_that_the_system_lacks_is_named(checkout: Path) -> None:
    stand_in(checkout, "apt-get", 'echo "E: no network" >&2; exit 100')
    assert last_words(checkout, ".ci/system", "chromium", "nodejs") == [
        "E: no network",
        "apt-get could not install: chromium nodejs",
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("import ensurepip", "set-up failed: Python's venv module (.ci/system python3-venv)"),
        ("venv", "set-up failed: a virtual environment in .venv"),
        ("requirements.lock", "set-up failed: the packages of requirements.lock (pip)"),
        ("-e .", "set-up failed: alphagrid itself (pip)"),
    ],
)
def test_make_names_the_step(checkout: Path, step: str, words: str) -> None:
    stand_in(checkout, "apt-get", "exit 100")
    script = f"""case "$*" in *"{step}"*) echo "as the tool says" >&2; exit 1;; esac
case "$*" in "-m venv .venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python;; esac"""
    python = stand_in(checkout, "a-python", script)
    said = last_words(checkout, "make", "site", f"PYTHON={python}")
    assert said[-1] == words
    assert not (checkout / ".venv/ready").exists()


def test_make_says_that_browsers_are_missing(checkout: Path) -> None:
    stand_in(checkout, "npm", "exit 1")
    (checkout / ".venv/bin").mkdir(parents=True)
    for name in ("ruff", "mypy", "python"):
        shutil.copy(checkout / "bin/node", checkout / ".venv/bin" / name)
    (checkout / ".venv/ready").touch()
    said = last_words(checkout, "make", "test", f"PYTHON={sys.executable}")
    assert said[-1] == "set-up failed: the tests' browsers and checkers (.ci/browsers)"


def jobs() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted((ROOT / ".github/workflows").glob("*.yml")):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}, f"{path.name}: each job asks for its own"
        found += [(f"{path.stem}/{name}", job) for name, job in workflow["jobs"].items()]
    return found


def test_only_the_job_that_publishes_may_publish() -> None:
    rights = {name: job["permissions"] for name, job in jobs()}
    assert rights == {
        "pages/build": {"contents": "read", "pages": "read"},
        "pages/deploy": {"pages": "write", "id-token": "write"},
        "test/test": {"contents": "read"},
    }


def test_what_workflows_run_of_others_cannot_change_under_its_name() -> None:
    steps = [step for _, job in jobs() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert len(used) > 6
    assert [name for name in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name)] == []
    # A value that came from outside is data to a script, never part of it.
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
