"""The viewer's JavaScript: types, unit tests of its pure parts, size."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "js"


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def node() -> str:
    if (found := shutil.which("node")) is None:
        pytest.skip("node is not installed: the scripts are tested in browsers only")
    return found


def test_units(node: str) -> None:
    run(node, "--test")


def test_types(node: str) -> None:
    compiler = HERE / "node_modules" / "typescript" / "lib" / "tsc.js"
    if not compiler.exists():
        pytest.skip("run `npm ci` in tests/js to check the scripts' types")
    run(node, str(compiler))
