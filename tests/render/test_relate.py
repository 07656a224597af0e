"""Kinship in the product: asked once, warned about where models are mixed, shown on demand."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file
from support.build import DATA, Run

MANIFEST = """\
site: {title: T}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors, stranger: tiny_other.safetensors}
inputs: {photo: photo.png}
comparisons:
  family: {interpolate: {models: [a, b], alphas: 2, kinship: true}}
  strangers: {interpolate: {models: [a, stranger], alphas: 2}}
  list: {choose: [a, {mix: {a: 0.5, stranger: 0.5}}, {mix: {a: 0.5, b: 0.5}}]}
"""


@pytest.fixture(autouse=True)
def models(project: Path) -> None:
    for path in DATA.glob("tiny_*"):
        shutil.copy(path, project)
    (project / "site.yaml").write_text(MANIFEST)


def test_check_says_what_only_a_build_can_tell(run: Run) -> None:
    promise = "the build will tell whether the models are related: 2 pairs to measure\n"
    assert run("check")[1].endswith(promise)
    run("build")
    assert "related" not in run("check")[1]


@pytest.mark.parametrize(
    ("control", "mixed"),
    [("path", ["a and b", "b and c"]), ("triangle", ["a and b", "a and c", "b and c"])],
)
def test_a_path_asks_about_neighbours_and_a_lattice_about_all(
    run: Run, control: str, mixed: list[str]
) -> None:
    """On a path only neighbours are ever mixed."""
    Path("site.yaml").write_text(
        "site: {title: T}\nmodels: {a: tiny_a.safetensors, b: tiny_b.safetensors,"
        " c: tiny_c.safetensors}\ninputs: {photo: photo.png}\ncomparisons:\n"
        f"  x: {{interpolate: {{models: [a, b, c], control: {control}, steps: 2,"
        " kinship: true}}\n"
    )
    assert f"related: {len(mixed)} pairs to measure\n" in run("check")[1]
    run("build")
    page = Path("_site/comparisons/x/index.html").read_text("utf-8")
    assert re.findall(r"<h3>(\w and \w): ", page) == mixed


def test_strangers_are_warned_about_once_where_they_are_mixed(run: Run) -> None:
    status, _, err = run("build")
    assert status == 0
    (line,) = err.splitlines()
    assert line.startswith("site.yaml:6:37: warning: 'a' and 'stranger' are not related (")
    assert line.endswith("between the two, visitors will see broken pictures")
    assert run("check")[2] == err
    status, _, err = run("build", "--strict")
    assert status == 1
    assert err.splitlines()[1:] == ["1 warning, and --strict"]


def test_kinship_is_measured_once(run: Run) -> None:
    run("build")
    before = Path("_site/comparisons/family/index.html").read_bytes()
    kept = {path: path.stat().st_mtime_ns for path in Path(".cache/derived").rglob("*.json")}
    assert run("build")[1].startswith("nothing to render")
    assert Path("_site/comparisons/family/index.html").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(kept) > 2


def test_the_section_is_shown_where_it_is_asked_for(run: Run) -> None:
    run("build")
    page = Path("_site/comparisons/family/index.html").read_text("utf-8")
    assert "How alike are the networks?" in page
    assert "a and b: related" in page
    assert "Similarity by layer" in page
    other = Path("_site/comparisons/strangers/index.html").read_text("utf-8")
    assert "How alike are the networks?" not in other


def test_inspect_prints_a_table_and_json(run: Run) -> None:
    models = ("tiny_a.safetensors", "tiny_b.safetensors", "tiny_x4_a.safetensors")
    status, out, _ = run("inspect", *models, "--on", "photo.png")
    assert status == 0
    assert "tiny_a.safetensors and tiny_b.safetensors: related\n" in out
    assert "body.0" in out
    assert " 0.50  " in out
    assert "tiny_a.safetensors and tiny_x4_a.safetensors: unrelated\n  cannot be mixed: " in out
    found = json.loads(run("inspect", *models[:2], "--json")[1])
    assert found["verdict"] == "related"
    assert found["pairs"][0]["steps"] == []
    assert all(layer["cosine"] <= 1 for layer in found["pairs"][0]["layers"])


def test_inspect_sees_pictures_as_a_build_does(run: Run) -> None:
    """Of 16 bits, and turned by a note in the file."""
    gray = np.asarray(Image.open("photo.png").convert("L"))
    Image.fromarray(gray).save("flat.png")
    Image.fromarray(gray.astype(np.uint16) * 257).save("deep.png")
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.fromarray(gray[::-1, ::-1]).save("turned.png", exif=exif)
    models = ("tiny_a.safetensors", "tiny_b.safetensors")
    flat, deep, turned = (
        run("inspect", *models, "--json", "--on", f"{name}.png")[1]
        for name in ("flat", "deep", "turned")
    )
    assert json.loads(flat)["pairs"][0]["steps"]
    assert deep == turned == flat


def test_inspect_shows_what_it_could_not_compare(run: Run) -> None:
    state = load_file("tiny_a.safetensors")
    state["body.4.weight"].zero_()
    save_file(state, "zeroed.safetensors")
    models = ("tiny_a.safetensors", "zeroed.safetensors")
    _, out, _ = run("inspect", *models)
    assert re.search(r"^  body\.4 +- +-$", out, re.MULTILINE)
    layers = json.loads(run("inspect", *models, "--json")[1])["pairs"][0]["layers"]
    assert layers[2] == {"name": "body.4", "cosine": None, "same_index": None}


def test_inspect_needs_two_models_that_exist(run: Run) -> None:
    status, _, err = run("inspect", "tiny_a.safetensors")
    assert (status, err) == (2, "inspect compares models: name two or more\n")
    status, _, err = run("inspect", "tiny_a.safetensors", "nothing.safetensors")
    assert status == 1
    assert "nothing.safetensors" in err
