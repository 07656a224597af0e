"""FileInfo about files: gathered once, kept by content, wrong files named at their place."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from generator.errors import ManifestError, ModelError
from generator.manifest import load
from generator.networks.weights.apart import importable
from generator.plan.info import FileInfo, ModelInfo, mixable
from generator.project.scan import scan
from generator.render.engines import LocalEngine, read_models_apart
from generator.store import Store

DATA = Path(__file__).parents[1] / "data"

MANIFEST = """\
site: {title: T}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors}
inputs: {photo: photo.png}
comparisons:
  x: {interpolate: {models: [a, b]}}
"""


class Reader:
    """Counts the weights files that had to be opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    def __call__(self, paths: Iterable[Path]) -> dict[Path, ModelInfo | ModelError]:
        paths = list(paths)
        self.opened += [path.name for path in paths]
        return LocalEngine().read_models(paths)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in DATA.iterdir():
        if path.suffix in (".safetensors", ".png"):
            shutil.copy(path, tmp_path)
            os.utime(tmp_path / path.name, (1e9, 1e9))
    return tmp_path


def look(folder: Path, text: str = MANIFEST, reader: Reader | None = None) -> FileInfo:
    (folder / "site.yaml").write_text(text)
    file = load(folder / "site.yaml", shown_as=Path("site.yaml"))
    return scan(file, Store(folder / ".cache"), reader or Reader())


def test_facts_are_those_of_spandrel(folder: Path) -> None:
    info = look(folder, MANIFEST.replace("tiny_b", "tiny_x4_a").split("comparisons")[0])
    a, x4 = info.models["a"], info.models["b"]
    assert (a.architecture, a.scale, a.input_channels, a.output_channels) == ("Compact", 1, 3, 3)
    assert x4.scale == 4
    assert a.parameters == sum(math.prod(tensor.shape) for tensor in a.tensors.values())
    digest = hashlib.sha256((folder / "tiny_a.safetensors").read_bytes()).hexdigest()
    assert info.files["tiny_a.safetensors"].sha256 == digest
    assert mixable(a, a) is None
    assert mixable(a, x4) is not None


def test_networks_are_opened_once_even_under_another_name(folder: Path) -> None:
    reader = Reader()
    first = look(folder, reader=reader)
    assert sorted(reader.opened) == ["tiny_a.safetensors", "tiny_b.safetensors"]
    (folder / "tiny_a.safetensors").rename(folder / "renamed.safetensors")
    second = look(folder, MANIFEST.replace("tiny_a", "renamed"), reader)
    assert len(reader.opened) == 2
    assert second.models == first.models


def test_a_changed_file_is_read_again(folder: Path) -> None:
    reader = Reader()
    before = look(folder, reader=reader).files["tiny_a.safetensors"]
    shutil.copy(folder / "tiny_c.safetensors", folder / "tiny_a.safetensors")
    after = look(folder, reader=reader).files["tiny_a.safetensors"]
    assert before.sha256 != after.sha256
    assert reader.opened.count("tiny_a.safetensors") == 2


def test_a_change_within_the_clock_tick_is_noticed(folder: Path) -> None:
    path = folder / "photo.png"
    os.utime(path)
    stamp = path.stat().st_mtime_ns
    before = look(folder).files["photo.png"]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(stamp, stamp))
    assert look(folder).files["photo.png"].sha256 != before.sha256


@pytest.mark.slow
def test_reading_apart_gives_the_same_facts_without_torch(folder: Path) -> None:
    paths = [folder / "tiny_a.safetensors", folder / "tiny_gray_a.safetensors"]
    (folder / "bad.safetensors").write_bytes(b"nonsense")
    apart = read_models_apart([*paths, folder / "bad.safetensors"])
    here = LocalEngine().read_models([*paths, folder / "bad.safetensors"])
    assert {path: apart[path] for path in paths} == {path: here[path] for path in paths}
    assert str(apart[folder / "bad.safetensors"]) == str(here[folder / "bad.safetensors"])


def test_reading_apart_works_from_any_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    path = folder / "tiny_a.safetensors"
    assert isinstance(read_models_apart([path])[path], ModelInfo)
    assert importable()["PYTHONPATH"] == str(Path(__file__).parents[2])


@pytest.mark.slow
def test_check_never_imports_torch(folder: Path) -> None:
    (folder / "site.yaml").write_text(MANIFEST)
    code = (
        "import sys; from generator.commands.main import main; "
        f"status = main(['check', '-c', {str(folder / 'site.yaml')!r}]); "
        "heavy = {'torch', 'spandrel', 'torchvision'} & set(sys.modules); "
        "sys.exit(status or (f'imported {heavy}' if heavy else 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 comparison, 12 frames, no errors" in done.stdout


@pytest.mark.parametrize("kept", ["", "{", '{"hashes": 3, "models": [], "images": null}'])
def test_a_damaged_facts_file_is_no_problem(folder: Path, kept: str) -> None:
    first = look(folder)
    (folder / ".cache" / "files.json").write_text(kept)
    assert look(folder).models == first.models


@pytest.mark.parametrize(
    "shape",
    [
        None, 7, [], {}, {"hashes": 3, "models": [], "images": None},
        {"scale": 1}, {"width": "6"}, {"tensors": {"a": 1}},
    ],
    ids=repr,
)  # fmt: skip
def test_kept_facts_of_another_shape_are_gathered_anew(folder: Path, shape: object) -> None:
    first = look(folder)
    store = Store(folder / ".cache")
    kept = store.read("files.json")
    for section, entries in kept.items():
        for key, known in entries.items():
            whole = isinstance(shape, dict) and isinstance(known, dict)
            entries[key] = {**known, **shape} if whole and len(shape) == 1 else shape
        assert section in ("hashes", "images") or section.startswith("models ")
    store.write("files.json", kept)
    again = look(folder)
    assert (again.models, again.images, again.files) == (first.models, first.images, first.files)
    assert look(folder, reader=(reader := Reader())).models == first.models
    assert reader.opened == [], "they are kept in their own shape again"


def problems(folder: Path, text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        look(folder, text)
    return str(caught.value)


def test_wrong_files_are_named_at_their_place_all_at_once(folder: Path) -> None:
    (folder / "tiny_a.safetensors").write_bytes(b"nonsense")
    (folder / "photo.png").write_bytes(b"nonsense")
    found = problems(folder, MANIFEST).splitlines()
    assert len(found) == 2
    assert found[0].startswith("site.yaml:2:13: ")
    assert "tiny_a.safetensors" in found[0]
    assert found[1].startswith("site.yaml:3:17: ")
    assert "photo.png" in found[1]


def test_a_checksum_is_enforced(folder: Path) -> None:
    wrong = MANIFEST.replace(
        "a: tiny_a.safetensors", f"a: {{path: tiny_a.safetensors, sha256: '{'0' * 64}'}}"
    )
    reader = Reader()
    with pytest.raises(ManifestError, match="has sha256"):
        look(folder, wrong, reader)
    assert reader.opened == ["tiny_b.safetensors"]
    digest = hashlib.sha256((folder / "tiny_a.safetensors").read_bytes()).hexdigest().upper()
    assert look(folder, wrong.replace("0" * 64, digest)).models.keys() == {"a", "b"}


def test_files_are_called_what_the_manifest_calls_them(folder: Path) -> None:
    (folder / "photo.png").write_text("text")
    (folder / "tiny_b.safetensors").write_bytes(b"")
    with pytest.raises(ManifestError) as caught:
        look(folder)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("site.yaml:2:36: tiny_b.safetensors: is empty")
    assert lines[1].startswith("site.yaml:3:17: photo.png: ")
    assert str(folder) not in str(caught.value)


def test_what_nothing_uses_and_nobody_can_read_is_noted_only(folder: Path) -> None:
    for name in ("idle.pth", "wrong.pth", "idle.png", "mask.png"):
        (folder / name).write_bytes(b"nonsense")
    text = MANIFEST.replace(
        "b: tiny_b.safetensors}",
        "b: tiny_b.safetensors, idle: idle.pth, "
        f"wrong: {{path: wrong.pth, sha256: '{'0' * 64}'}}}}",
    ).replace("photo.png}", "photo.png, idle: {path: idle.png, masks: {m: mask.png}}}")
    text = text.replace("x: {", "x: {inputs: [photo], ")
    info = look(folder, text)
    found = sorted((problem.line, problem.message) for problem in info.unreadable)
    assert [line for line, _ in found] == [2, 2, 3, 3]
    for (_, message), name in zip(
        found, ("'wrong.pth' has sha256", "idle.pth: ", "idle.png: ", "mask.png: "), strict=True
    ):
        assert message.startswith(name)
    assert info.models.keys() == {"a", "b"}
    used = problems(folder, text.replace("models: [a, b]", "models: [a, b, idle]"))
    assert used.startswith("site.yaml:2:62: idle.pth: ")
    assert "\n" not in used, "the others are still not used"
    published = text.replace("idle: idle.pth", "idle: {path: idle.pth, download: true}")
    assert "idle.pth" in problems(folder, published)
