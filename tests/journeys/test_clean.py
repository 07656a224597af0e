"""``clean --unused``: the cache keeps what the manifest names, and nothing else goes."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from support.build import DATA, Run, edit, make_folder, snapshot

import generator
from generator.commands.clean import ARTIFACTS
from generator.store import Store
from generator.store.checksummed import read_checksummed

MANIFEST = """\
site: {title: T, url: https://x.org/}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors, c: tiny_c.safetensors}
inputs:
  photo: {path: photo.png, reference: photo.png, noise: {sigma: 10}, masks: {m: photo.png}}
  part: {path: photo.png, crop: [0, 0, 64, 48], masks: {m: photo.png}}
comparisons:
  mix: {interpolate: {models: [a, b], alphas: 3, baseline: pixel, export: [0.5]}}
  moved: {inputs: [part], interpolate: {models: [a, b], alphas: 4, animation: webp}}
  masked: {interpolate: {models: [a, b], alphas: 2, regions: [m]}}
  list: {draft: true, choose: [input, {mix: {a: 0.3, c: 0.7}, export: true}]}
  sequence: {frames: photo.png}
"""

CHANGES = {
    "an input": ("moved: {inputs: [part]", "moved: {inputs: [photo]"),
    "a reference": ("reference: photo.png, ", ""),
    "an alpha": ("alphas: 4", "alphas: 2"),
    "the animation": (", animation: webp", ""),
    "the regions": (", regions: [m]", ""),
    "an export": (", export: [0.5]", ""),
    "another mix": ("{a: 0.3, c: 0.7}", "{a: 0.3, b: 0.7}"),
    "the sequence": ("  sequence: {frames: photo.png}\n", ""),
}


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Return two projects that are alike."""
    folders = [make_folder(tmp_path / name, MANIFEST) for name in ("used", "fresh")]
    for folder in folders:
        shutil.copy(DATA / "tiny_c.safetensors", folder)
    return folders


def kept(folder: Path) -> dict[str, int]:
    """Return the files that the cache keeps by key, and their bytes."""
    return {
        name: len(data)
        for name, data in snapshot(folder / ".cache").items()
        if name.startswith(("frames/", "measurements/", "derived/"))
    }


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_left_is_what_a_build_makes(
    folders: list[Path], run: Run, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str]
) -> None:
    used, fresh = folders
    monkeypatch.chdir(used)
    assert run("build", "-q", "--drafts")[0] == 0
    for folder in (fresh, used):
        monkeypatch.chdir(folder)
        edit(*change)
        assert run("build", "-q", "--drafts")[0] == 0
    site = snapshot(used / "_site")
    gone = {name: size for name, size in kept(used).items() if name not in kept(fresh)}
    status, out, err = run("clean", "--unused")
    assert (status, err) == (0, "")
    size = sum(gone.values())
    said = f"{size / 1000:.0f} KB" if size >= 1000 else f"{size} bytes"
    assert out == f"removed {len(gone)} files from the cache, {said}\n"
    assert kept(used).keys() == kept(fresh).keys()
    assert run("clean", "--unused")[1] == "nothing to remove\n"
    assert snapshot(used / "_site") == site
    assert (used / ".cache/files.json").exists()
    assert run("build", "--drafts")[1].startswith("nothing to render")


def declaring() -> dict[str, set[str]]:
    """Return the modules that make artifacts, and the kinds that stand in their text."""
    package = Path(generator.__file__).parent
    found: dict[str, set[str]] = {}
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Artifact":
                name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
                found.setdefault(name, set()).add(ast.literal_eval(node.args[0]))
    return found


def test_every_kind_of_artifact_is_known_to_clean(
    folders: list[Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds a kind declares it, and has this manifest ask for it."""
    assert declaring().keys() == {artifacts.__module__ for artifacts in ARTIFACTS}
    monkeypatch.chdir(folders[0])
    assert run("build", "-q", "--drafts")[0] == 0
    records = [read_checksummed(p) for p in Path(".cache/derived").rglob("*.*.json")]
    made = {record["kind"] for record in records if record}
    assert made == {kind for kinds in declaring().values() for kind in kinds}
    assert run("clean", "--unused") == (0, "nothing to remove\n", "")


def test_where_it_cannot_be_told_nothing_goes(project: Path, run: Run) -> None:
    assert run("clean", "--unused") == (0, "nothing to remove\n", "")
    assert not (project / ".cache").exists()
    run("build", "-q")
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 1]")
    edit("title: Photo", "title: Photo, crop: [0, 0, 2000, 100]")
    before = kept(project)
    status, out, err = run("clean", "--unused")
    assert (status, out) == (2, "")
    assert err == run("check")[2]
    assert "the crop reaches to" in err
    edit(", crop: [0, 0, 2000, 100]", "")
    with Store(project / ".cache").locked():
        assert run("clean", "--unused")[0] == 1
    assert kept(project) == before
    assert run("clean", "--unused", "-q") == (0, "", "")
    assert len(kept(project)) < len(before)


def test_a_manifest_that_is_not_there_removes_nothing(project: Path, run: Run) -> None:
    run("build")
    status, out, err = run("clean", "-c", "typo.yaml")
    assert (status, out, err) == (2, "", "typo.yaml: no such file\n")
    assert (project / "_site/index.html").exists()
    assert run("clean", "-c", "site.yaml") == (0, "removed _site\n", "")
