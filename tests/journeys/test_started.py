"""Sites that nobody wrote a manifest for: from ``new`` or ``import`` to what visitors get."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.build import Run

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def data(comparison: str) -> dict[str, object]:
    """Return what the site says of a comparison."""
    path = Path("_site") / "comparisons" / comparison / "data.json"
    found: dict[str, object] = json.loads(path.read_text("utf-8"))
    return found


def test_two_folders_become_a_site(here: Path, run: Run) -> None:
    for folder in ("nets", "photos"):
        Path(folder).mkdir()
    for name in ("tiny_a", "tiny_b", "tiny_other", "tiny_gray_a"):
        shutil.copy(DATA / f"{name}.safetensors", "nets")
    shutil.copy(DATA / "photo.png", "photos/Mein Bild.png")
    assert run("new", ".", "--models", "nets", "--inputs", "photos")[0] == 0
    status, _, err = run("build", "-q")
    assert status == 0, err
    frames = data("everything")["frames"]
    assert isinstance(frames, list)
    assert len(frames) == 6
    assert data("tiny_a-to-tiny_b")["models"] == ["tiny_a", "tiny_b"]
    assert "Mein Bild" in Path("_site/comparisons/everything/index.html").read_text("utf-8")
