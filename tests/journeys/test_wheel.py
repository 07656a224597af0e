"""The wheel: installed into a fresh environment, it gives the same commands in any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from generator.project.starter import DEMO_PICTURES, DEMO_WEIGHTS

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"

SHIPPED = {**DEMO_WEIGHTS, **DEMO_PICTURES}

MANIFEST = """\
site: {title: From a wheel}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors}
inputs: {photo: photo.png}
comparisons:
  mix: {interpolate: {models: [a, b], alphas: 2}}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that the repository gets no build folders."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, source)
    for name in ("generator", "templates", "static"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHIPPED.values():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", "dist"]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; dependencies are lent from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    bin_folder = folder / ("Scripts" if os.name == "nt" else "bin")
    python = bin_folder / "python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    packages = Path(answer.stdout.strip())
    # A path line gives the packages but not this repository's own editable install.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*install, "--disable-pip-version-check"], check=True)
    return python


def test_the_wheel_carries_templates_and_static_files_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("templates", "static"):
        shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / kind).rglob("*")
                   if path.is_file()}  # fmt: skip
        assert {f"generator/defaults/{name}" for name in shipped} <= names
    assert {f"generator/defaults/{name}" for name in SHIPPED.values()} <= names
    assert "generator/commands/main.py" in names
    foreign = {name.split("/")[0] for name in names if not name.startswith("alphagrid-")}
    assert foreign == {"generator"}


def test_it_builds_a_site_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    for name in ("tiny_a.safetensors", "tiny_b.safetensors", "photo.png"):
        shutil.copy(DATA / name, tmp_path)
    (tmp_path / "site.yaml").write_text(MANIFEST)
    where = "import generator; print(generator.__file__)"
    for command in (
        [python, "-c", where],
        [python, "-m", "generator", "check"],
        [python, "-m", "generator", "build"],
        [python.with_name("alphagrid"), "build"],
    ):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if command[-1] == where:
            assert str(ROOT) not in done.stdout
    assert "nothing to render, 3 frames reused" in done.stdout
    page = (tmp_path / "_site" / "comparisons" / "mix" / "index.html").read_text("utf-8")
    assert "From a wheel" in page
    assert list((tmp_path / "_site" / "assets").glob("main.*.js"))


def test_what_new_makes_builds(python: Path, tmp_path: Path) -> None:
    for command in (
        [python, "-m", "generator", "new", "mine"],
        [python, "-m", "generator", "build", "-c", "mine", "-o", "mine/_site", "--strict"],
    ):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("7 frames rendered")
    assert "photograph" in (tmp_path / "mine/_site/index.html").read_text("utf-8").lower()
