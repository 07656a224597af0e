"""The viewer's JavaScript: types, unit tests of its pure parts, size."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.site.output.assets import build_assets
from generator.site.output.scripts import join_scripts

STATIC = Path(__file__).parents[2] / "static"
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


def test_size() -> None:
    """All JavaScript of a page is at most 16 KB compressed, whatever the page shows."""
    files = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*.*")}
    scripts = {name: asset for name, asset in build_assets(files).items() if name.endswith(".js")}
    assert sorted(scripts) == ["js/main.js", "js/theme.js"]
    assert sum(len(gzip.compress(asset.data, 9)) for asset in scripts.values()) <= 16 * 1024


def scripts(folder: Path, **texts: str) -> dict[str, Path]:
    files = {}
    for name, text in texts.items():
        path = folder / f"{name}.js"
        path.write_text(text, encoding="utf-8")
        files[path.name] = path
    return files


def test_modules_are_joined_in_order_without_comments_and_indentation(tmp_path: Path) -> None:
    files = scripts(
        tmp_path,
        main='// Entry.\nimport { b } from "./b.js";\nimport { c } from "./c.js";\n'
        "if (b) {\n  b(c); // go\n}\n",
        b='import { c } from "./c.js";\n/** D. */\nexport const b = (/** @i */ x) => x + c;\n',
        c='/**\n * "Doc".\n */\nexport const c = " // kept /** too */" + `\n  kept // too`;\n',
    )
    joined, inner = join_scripts(files)
    assert joined == {
        "main.js": b'const c = " // kept /** too */" + `\n  kept // too`;\n'
        b"const b = (x) => x + c;\nif (b) {\nb(c);\n}\n"
    }
    assert inner == {"b.js", "c.js"}


def test_text_that_a_regular_expression_hides_is_kept(tmp_path: Path) -> None:
    """A quote in an expression makes what follows look like code; half a string breaks a page."""
    line = """b.clean = (text) => text.replace(/"/g, '') + "a // b";\n"""
    files = scripts(
        tmp_path, main=f'import {{ b }} from "./b.js";\n{line}', b="export const b = {};\n"
    )
    joined, _ = join_scripts(files)
    assert joined == {"main.js": f"const b = {{}};\n{line}".encode()}


@pytest.mark.parametrize(
    ("main", "b"),
    [
        ('import { b } from "./b.js";\nconst c = b;\n', "const c = 1;\nexport const b = 1;\n"),
        ('import { x } from "./b.js";\nx;\n', "export const b = 1;\n"),
        ('import { b as c } from "./b.js";\nc;\n', "export const b = 1;\n"),
        ('import b from "./b.js";\nb;\n', "export default 1;\n"),
        ('import { b } from "./b.js";\nb;\n', "const c = 1;\nexport const b = c;\nexport { c };\n"),
        ('import { b } from "./b.js";\nb;\n', "export const { b } = window;\n"),
        ('import { b } from "./b.js";\nb;\n', "export const b = import.meta.url;\n"),
        ('import { b } from "./gone.js";\nb;\n', "export const b = 1;\n"),
        (
            'import { b } from "./b.js";\nexport const a = b;\n',
            'import { a } from "./main.js";\nexport const b = () => a;\n',
        ),
    ],
    ids=["collision", "unknown", "renamed", "default", "list", "pattern", "meta", "gone", "circle"],
)
def test_what_cannot_be_joined_stays_as_it_is(tmp_path: Path, main: str, b: str) -> None:
    assert join_scripts(scripts(tmp_path, main=main, b=b)) == ({}, set())


def test_a_module_of_two_entries_stays_one(tmp_path: Path) -> None:
    entry = 'import { b } from "./b.js";\nb;\n'
    files = scripts(tmp_path, one=entry, two=entry, b="export const b = {};\n")
    assert join_scripts(files) == ({}, set())
