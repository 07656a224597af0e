"""The viewer's JavaScript: types, unit tests of its pure parts, size."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.browser import ALL_SCRIPTS, SCRIPTS, Server

HERE = Path(__file__).parents[1] / "js"


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


@pytest.mark.parametrize(
    ("page", "extra"),
    [
        ("comparisons/sharpness/", set()),  # a line
        ("comparisons/regions/", set()),
        ("comparisons/diffusion/", set()),
        ("comparisons/triangle/", {"mixer"}),  # pads
        ("comparisons/square/", {"mixer"}),
        ("comparisons/everything/", {"filter"}),  # lists
        ("all/", {"mixer", "filter"}),
    ],
)
def test_size(server: Server, new_page: Callable[..., Page], page: str, extra: set[str]) -> None:
    """All that is loaded before the first touch stays far below 16 KB, and is few files."""
    tab = new_page()
    tab.goto(server.url + page)
    tab.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for stage in tab.locator("[data-state]").all():
        stage.scroll_into_view_if_needed()
        expect(stage).to_have_attribute("data-state", "ready")
    sizes = server.scripts_sent()
    assert sizes.keys() == {"main", "theme"} | extra
    assert sizes["main"] + sizes["theme"] <= SCRIPTS
    assert sum(sizes.values()) <= ALL_SCRIPTS


def test_a_page_without_viewers_loads_the_theme_only(
    server: Server, new_page: Callable[..., Page]
) -> None:
    new_page().goto(server.url, wait_until="networkidle")
    assert server.scripts_sent().keys() == {"theme"}
