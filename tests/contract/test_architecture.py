"""The rooms of CONTRIBUTING.md: who may import whom."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "generator"

ORDER = [
    "errors",
    "manifest",
    "plan",
    "store",
    "images",
    "project",
    "networks",
    "render",
    "site",
    "commands",
]
"""The way of the data: each room may import the rooms before it, and no other."""

NOT = {"networks": {"store"}, "site": {"networks"}}
"""Rooms that never meet, though the order would allow it."""

OPENS_NETWORKS = "generator.render.engines"
"""The one module outside their room that imports them."""

MOST_NAMES, MOST_MODULES = 12, 16

OPENS_MANIFEST = {"manifest", "plan", "project"}
"""Rooms that know what an author wrote: the plan is the last word to all others."""

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


def dotted(path: Path) -> str:
    """Return the name by which a module is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def edges() -> dict[str, set[str]]:
    """Return for each module the modules of ours that it imports, also inside functions."""
    names = {dotted(path) for path in modules()}
    found = {}
    for path in modules():
        here = dotted(path)
        whole = {name for name in imported(path) if name in names}
        parents = {name.rpartition(".")[0] for name in imported(path)} & names
        # ``from package import name`` of a name that is no module asks the package itself.
        found[here] = (whole | parents) - {here, "generator"}
    return found


def test_the_listing_shows_the_way_of_the_data() -> None:
    names = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert len(names) <= MOST_NAMES
    assert names == {"__init__.py", "__main__.py", "errors.py", *ORDER[1:]}


def test_no_folder_holds_too_many_modules() -> None:
    for folder in {path.parent for path in modules()}:
        inside = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(inside) <= MOST_MODULES, folder


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_rooms_import_only_what_they_may(path: Path) -> None:
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    ours = {name.split(".")[1] for name in imported(path) if name.startswith("generator.")}
    allowed = set(ORDER[: ORDER.index(here) + 1]) - NOT.get(here, set())
    assert ours - {"__version__", "__file__"} <= allowed


def test_one_module_opens_networks() -> None:
    outside = [path for path in modules() if room(path) != "networks"]
    opening = [
        dotted(path)
        for path in outside
        if any(name.startswith("generator.networks") for name in imported(path))
    ]
    assert opening == [OPENS_NETWORKS]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_the_plan_is_the_last_word(path: Path) -> None:
    if room(path) in OPENS_MANIFEST:
        return
    assert not any(name.startswith("generator.manifest.types") for name in imported(path))
    assert not re.search(r"manifest\.(comparisons|models|inputs)\b", path.read_text("utf-8"))


def test_files_import_in_no_circle() -> None:
    """Nor from inside functions: a circle that is opened late is a circle."""
    open_edges = edges()
    while leaves := [name for name, targets in open_edges.items() if not targets]:
        for leaf in leaves:
            del open_edges[leaf]
        for targets in open_edges.values():
            targets.difference_update(leaves)
    assert open_edges == {}


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_networks_imports_torch(path: Path) -> None:
    heavy = {name.split(".")[0] for name in imported(path)} & HEAVY
    assert not heavy or room(path) == "networks"


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_files_stay_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320


def test_the_product_never_imports_training() -> None:
    assert not any(name.startswith("training") for path in modules() for name in imported(path))


def test_contributing_shows_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in ORDER:
        assert f"`{name}" in text or f"generator/{name}" in text, name


def test_security_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
