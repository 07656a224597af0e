"""The rooms of CONTRIBUTING.md: who may import whom."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator"

MAY_IMPORT = {
    "arguments": {"manifest"},
    "errors": set(),
    "facts": set(),
    "manifest": {"errors", "facts"},
    "plan": {"errors", "facts", "manifest"},
    "sealed": set(),
    "store": {"errors", "plan", "sealed"},
    "images": {"errors", "facts", "plan"},
    "metrics": set(),
    "examine": {"errors", "facts", "images", "manifest", "store", "networks"},
    "kinship": {"errors", "facts", "images", "manifest", "networks", "plan", "store"},
    "networks": {"errors", "facts", "images", "kinship", "plan", "render"},
    "render": {"errors", "images", "metrics", "networks", "plan", "store"},
    "site": {"errors", "facts", "images", "kinship", "manifest", "plan", "store"},
    "doubts": {"errors", "facts", "manifest", "plan"},
    "estimate": {"facts", "plan", "store"},
    "exports": {"errors", "networks", "plan", "site", "store"},
    "build": {
        "doubts",
        "exports",
        "facts",
        "errors",
        "estimate",
        "examine",
        "kinship",
        "manifest",
        "plan",
        "render",
        "site",
        "store",
    },
    "check": {
        "build",
        "doubts",
        "errors",
        "estimate",
        "examine",
        "kinship",
        "manifest",
        "plan",
        "site",
        "store",
    },
    "clean": {
        "build",
        "examine",
        "exports",
        "facts",
        "kinship",
        "manifest",
        "plan",
        "site",
        "store",
    },
    "serve": {"errors"},
    "summary": {"build", "check", "errors", "kinship", "plan", "render", "store"},
}
"""For each room the rooms it may import; ``cli`` may import all, ``__version__`` is no room."""

HEAVY = {"torch", "torchvision", "spandrel", "safetensors"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the dotted names a module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_every_module_belongs_to_a_known_room() -> None:
    known = {*MAY_IMPORT, "cli", "__init__", "__main__"}
    assert {room(path) for path in modules()} <= known
    assert {path.name for path in PACKAGE.iterdir()} >= {"cli.py", "build.py", "errors.py"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_rooms_import_only_what_they_may(path: Path) -> None:
    here = room(path)
    if here in ("cli", "__init__", "__main__"):
        return
    ours = {name.split(".")[1] for name in imported(path) if name.startswith("generator.")}
    assert ours - {here, "__version__"} <= MAY_IMPORT[here]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_networks_imports_torch(path: Path) -> None:
    heavy = {name.split(".")[0] for name in imported(path)} & HEAVY
    assert not heavy or room(path) == "networks"


def test_rooms_have_no_circles() -> None:
    """Rooms that open ``networks`` from inside a function make no circle."""
    open_edges = {r: set(targets) for r, targets in MAY_IMPORT.items()}
    for opens_lazily in ("render", "kinship", "exports", "examine"):
        open_edges[opens_lazily].discard("networks")
    while leaves := [r for r, targets in open_edges.items() if not targets]:
        for leaf in leaves:
            del open_edges[leaf]
        for targets in open_edges.values():
            targets.difference_update(leaves)
    assert open_edges == {}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_the_product_never_imports_training() -> None:
    assert not any(name.startswith("training") for path in modules() for name in imported(path))


def test_contributing_shows_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in MAY_IMPORT:
        assert f"`{name}" in text or f"generator/{name}" in text, name


def test_security_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/\w+\.py)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
