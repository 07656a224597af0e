"""The viewer's JavaScript: types, unit tests of its pure parts, size."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from generator.site.output.assets import build_assets

STATIC = Path(__file__).parents[2] / "static"
STATIC_IMPORT = re.compile(r"""(?:\bimport|[}\s]from)\s*["']\./([^"']+)["']""")
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
    """What loads before the first picture is at most 16 KB compressed, in as few files as today."""
    files = {
        path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()
    }
    assets = build_assets(files)
    by_name = {PurePosixPath(asset.name).name: asset for asset in assets.values()}
    first, found = [assets["js/main.js"], assets["js/theme.js"]], set[str]()
    while first:
        asset = first.pop()
        found.add(asset.name)
        first += [by_name[name] for name in STATIC_IMPORT.findall(asset.data.decode())]
    sizes = [len(gzip.compress(by_name[PurePosixPath(name).name].data, 9)) for name in found]
    assert len(sizes) <= 4
    assert sum(sizes) <= 16 * 1024
