"""``import``: printed or written, never over another file; lists of addresses are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.build import Run
from support.kept import keep, original

from generator.manifest import load


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        keep(original("cat").rotate(number), tmp_path / "film" / f"{number}.png")
    (tmp_path / "film/torn.png").write_bytes(b"?")
    return tmp_path


def test_it_prints_what_it_would_write(here: Path, run: Run) -> None:
    status, out, err = run("import", "film")
    assert status == 0
    assert err.startswith("left out: torn.png: ")
    assert out.startswith(
        'site:\n  title: film\n\ncomparisons:\n  film: {frames: "film/[0-9]*.png"}\n'
    )
    assert not Path("site.yaml").exists()
    status, out_of_write, _ = run("import", "film", "--write")
    assert (status, Path("site.yaml").read_text("utf-8")) == (0, out)
    assert out_of_write == (
        "site.yaml: 1 comparison; read as numbered pictures, shown as frames: 3 of 3 pictures\n"
        "build it: python -m generator build -c site.yaml\n"
    )
    assert run("check")[0] == 0


def test_paths_are_written_from_where_the_manifest_lies(here: Path, run: Run) -> None:
    Path("sub").mkdir()
    assert run("import", "film", "-c", "sub", "--write", "-q")[0] == 0
    assert load(Path("sub/site.yaml")).manifest.comparisons["film"].frames == "../film/[0-9]*.png"
    assert run("check", "-c", "sub")[0] == 0


def test_no_manifest_is_overwritten(here: Path, run: Run) -> None:
    Path("site.yaml").write_text("mine")
    status, out, err = run("import", "film", "--write")
    assert (status, out) == (1, "")
    assert err == "site.yaml exists, and nothing is overwritten: move it away first\n"
    assert Path("site.yaml").read_text() == "mine"
    assert run("import", "film")[0] == 0


@pytest.mark.parametrize(
    ("folder", "status", "message"),
    [
        ("https://imgsli.com/MTIz", 2, "https://imgsli.com/MTIz: pictures are read from the disk"),
        ("urls/list.txt", 2, "urls/list.txt: pictures are read from the disk, not from addresses"),
        ("urls", 1, "urls/list.txt: pictures are read from the disk, not from addresses"),
        ("gone", 2, "gone: no such file"),
        ("film/0.png", 2, "film/0.png: is a file, a folder is needed"),
        ("empty", 1, "empty: there is no picture in this folder: name another"),
        ("torn", 1, "torn: no picture there can be used:\nx.png: "),
    ],
)
def test_what_is_no_folder_of_pictures_is_refused(
    here: Path, run: Run, folder: str, status: int, message: str
) -> None:
    for name in ("urls", "empty", "torn"):
        Path(name).mkdir()
    Path("urls/list.txt").write_text("https://slow.pics/c/abc\nhttps://slow.pics/c/def\n")
    Path("torn/x.png").write_bytes(b"?")
    got, out, err = run("import", folder)
    assert (got, out) == (status, "")
    assert err.startswith(message)
