"""``new``: what it makes, what it says, and that it overwrites nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.build import Run, snapshot

from generator.commands.new import draft_for
from generator.manifest import Manifest, load
from generator.plan.kinship import Kinship, Pair, kinship
from generator.render.engines import Crops, LocalEngine
from generator.render.relatives import MOST_PAIRS

DATA = Path(__file__).parents[1] / "data"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_folders(here: Path) -> None:
    for folder in ("nets/old", "photos"):
        (here / folder).mkdir(parents=True)
    for name in ("tiny_a", "tiny_b", "tiny_c", "tiny_other"):
        shutil.copy(DATA / f"{name}.safetensors", here / "nets")
    (here / "nets/old/torn.pth").write_bytes(b"?")
    shutil.copy(DATA / "photo.png", here / "photos" / "Mein Bild.png")


def test_a_new_project_is_complete(here: Path, run: Run) -> None:
    (here / "mine").mkdir()
    status, out, err = run("new", "mine")
    assert (status, err) == (0, "")
    assert out == (
        "mine/site.yaml: 2 models, 1 input, 1 comparison\n"
        "build it: python -m generator build -c mine -o mine/_site\n"
    )
    assert sorted(snapshot(here / "mine")) == [
        ".gitignore",
        "README.md",
        "content/index.md",
        "pictures/cat.webp",
        "schema.json",
        "site.yaml",
        "weights/photo.safetensors",
        "weights/woodblock.safetensors",
    ]
    text = Path("mine/site.yaml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\nsite:\n  title: mine\n")
    assert json.loads(Path("mine/schema.json").read_text("utf-8")) == Manifest.model_json_schema()
    assert len(Path("mine/README.md").read_text("utf-8").splitlines()) == 10
    manifest = load(Path("mine/site.yaml")).manifest
    cat = manifest.inputs["cat"]
    credit_page = (ROOT / "content/images/CREDITS.md").read_text("utf-8")
    assert cat.credit in credit_page
    assert cat.license in credit_page
    assert all(model.license == "MIT" for model in manifest.models.values())


@pytest.mark.parametrize("name", ["site.yaml", "README.md", "weights", "content/index.md"])
def test_nothing_is_overwritten(here: Path, run: Run, name: str) -> None:
    (here / "mine" / name).parent.mkdir(parents=True)
    (here / "mine" / name).write_text("mine")
    before = snapshot(here)
    status, out, err = run("new", "mine")
    assert (status, out) == (1, "")
    assert err == f"mine/{name} exists, and nothing is overwritten: move it away first\n"
    assert snapshot(here) == before


def test_a_folder_may_hold_what_is_not_in_the_way(here: Path, run: Run) -> None:
    (here / "weights").mkdir()
    (here / "weights/own.pth").write_bytes(b"own")
    assert run("new", ".", "-q") == (0, "", "")
    assert (here / "weights/own.pth").read_bytes() == b"own"
    assert load(Path("site.yaml")).manifest.site.title == here.name


def test_a_manifest_for_what_lies_there(here: Path, run: Run) -> None:
    make_folders(here)
    status, out, err = run("new", "mine", "--models", "nets", "--inputs", "photos")
    assert status == 0
    assert err.startswith("left out: old/torn.pth: cannot be read as .pth weights")
    assert out.startswith("mine/site.yaml: 4 models, 1 input, ")
    file = load(Path("mine/site.yaml"))
    assert file.manifest.inputs["Mein-Bild"].title == "Mein Bild"
    assert file.manifest.models["tiny_a"].path == "../nets/tiny_a.safetensors"
    comparisons = file.manifest.comparisons
    mixed = {id_: each.interpolate.models for id_, each in comparisons.items() if each.interpolate}
    assert mixed["tiny_a-to-tiny_b"] == ("tiny_a", "tiny_b")
    assert not any("tiny_other" in models for models in mixed.values())
    choices = comparisons["everything"].choose
    assert choices is not None
    assert [choice.of for choice in choices] == ["input", "lanczos", *file.manifest.models]
    last = Path("mine/site.yaml").read_text("utf-8").splitlines()[-1]
    assert last.startswith("# left out: old/torn.pth: cannot be read as .pth weights")
    assert not Path("mine/content").exists()
    assert run("check", "-c", "mine")[0] == 0


def test_what_is_not_given_is_the_demos(here: Path, run: Run) -> None:
    make_folders(here)
    assert run("new", "one", "--models", "nets", "-q")[0] == 0
    assert run("new", "two", "--inputs", "photos", "-q")[0] == 0
    one, two = load(Path("one/site.yaml")).manifest, load(Path("two/site.yaml")).manifest
    assert (list(one.inputs), len(one.models)) == (["cat"], 4)
    assert (list(two.inputs), list(two.models)) == (["Mein-Bild"], ["photo", "woodblock"])
    assert list(two.comparisons) == ["everything", "photo-to-woodblock"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "gone"), "gone: no such file\n"),
        (("--models", "photos"), "photos: there is no weights file in this folder: name another\n"),
        (("--inputs", "nets"), "nets: there is no picture in this folder: name another\n"),
        (("--inputs", "nets/tiny_a.safetensors"), "is a file, a folder is needed\n"),
        (("--models", "nets/old"), "nets/old: no weights file there can be used:\ntorn.pth: "),
    ],
)
def test_folders_without_anything_to_use_are_refused(
    here: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    make_folders(here)
    status, out, err = run("new", "mine", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert not Path("mine").exists()


@dataclass(frozen=True)
class Strict(LocalEngine):
    """An engine that finds every second pair broken, and is asked in vain about one of them."""

    def relate(self, paths: Sequence[Path], _: Crops) -> Kinship:  # type: ignore[override]
        numbers = [int(path.stem) for path in paths]
        if numbers == [0, 1]:
            raise RuntimeError("no such kernel\nin a file")
        good = Pair(*map(str, paths), None, (), (), "related", "good", 0.0, ("z 40",))
        broken = replace(good, middle="broken", reasons=("gray",))
        return kinship((), (broken if sum(numbers) % 4 == 1 else good,))


def test_so_many_pairs_are_measured_neighbours_first(here: Path) -> None:
    (here / "nets").mkdir()
    for number in range(12):
        shutil.copy(DATA / "tiny_a.safetensors", here / "nets" / f"{number}.safetensors")
    told: list[tuple[int, int]] = []
    draft = draft_for(here, here / "nets", None, Strict(), lambda *each: told.append(each))
    assert told == [(done, MOST_PAIRS) for done in range(MOST_PAIRS + 1)]
    pairs = [each["interpolate"]["models"] for each in draft.comparisons.values()
             if "interpolate" in each]  # fmt: skip
    assert ["1", "2"] in pairs
    assert ["0", "11"] not in pairs
    assert len(pairs) + len(draft.notes) - 1 == MOST_PAIRS
    assert draft.notes[0] == (
        "not mixed: 0 and 1: could not be measured: RuntimeError: no such kernel"
    )
    assert "not mixed: 2 and 3: related (gray)" in draft.notes
    assert draft.notes[-1].startswith("28 of 66 pairs that could be mixed were measured; ")
