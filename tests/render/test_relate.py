"""Kinship in the product: asked once, warned about where models are mixed, shown on demand."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file
from support import networks as support
from support.build import DATA, Run, edit

from generator.render.relate import telling_crop

pytestmark = pytest.mark.slow

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
    where = "site.yaml:6:37: warning: "
    assert line.startswith(f"{where}mixes of 'a' and 'stranger' are broken pictures (more alike ")
    assert line.endswith("): the two were not fine-tuned from one network")
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
    assert "a and b: related, the way between them good" in page
    assert "Similarity by layer" in page
    assert "Beyond chance by layer" in page
    other = Path("_site/comparisons/strangers/index.html").read_text("utf-8")
    assert "How alike are the networks?" not in other


def test_what_goes_wrong_costs_a_verdict_and_not_the_build(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("required rank 4 tensor\nand more")

    with monkeypatch.context() as patch:
        patch.setattr("generator.networks.kinship.inspect", fail)
        status, out, err = run("build")
    assert status == 0
    assert out.startswith("6 frames rendered")
    first, *_ = err.splitlines()
    assert first == (
        "site.yaml:5:34: warning: look at the mixes of 'a' and 'b' before you publish them: "
        "whether the two were fine-tuned from one network is not clear (it could not be measured: "
        "RuntimeError: required rank 4 tensor)"
    )
    assert len(run("build")[2].splitlines()) == 1, "measured by the next build"


def test_broken_pictures_are_promised_only_where_they_were_seen(run: Run) -> None:
    """A picture of one colour shows nothing."""
    Image.new("RGB", (64, 64), "teal").save("photo.png")
    _, _, err = run("build")
    (line,) = err.splitlines()
    assert (
        "warning: look at the mixes of 'a' and 'stranger' before you publish them: the two" in line
    )
    assert "broken" not in line


def test_a_shift_of_colours_names_its_remedy_and_is_no_failure(run: Run) -> None:
    for path in support.shifting(Path()):
        path.replace(path.name.replace("shifting", "tiny"))
    comparison = "c: {interpolate: {models: [a, b], alphas: 2}}"
    manifest = MANIFEST[: MANIFEST.index("  family")] + f"  {comparison}\n"
    Path("site.yaml").write_text(manifest.replace(", stranger: tiny_other.safetensors", ""))
    status, _, err = run("build", "--strict")
    assert status == 0
    (line,) = err.splitlines()
    assert line.startswith("site.yaml:5:29: note: mixes of 'a' and 'b' shift colours, by up to ")
    assert line.endswith(" levels, and nothing else: color_fix: average mends that")
    assert run("check")[2] == err
    assert run("build", "-q")[2] == ""
    edit("c: {", "c: {color_fix: average, ")
    assert run("build", "--strict")[2] == ""


def test_the_most_telling_part_of_a_picture_is_looked_at() -> None:
    picture = np.zeros((300, 500, 3), np.uint8)
    assert telling_crop(picture).shape == (96, 96, 3)
    picture[220:, 10:60] = np.arange(50, dtype=np.uint8)[:, None] * 5
    np.testing.assert_array_equal(telling_crop(picture), picture[204:, :96])
    even = np.indices((192, 192)).sum(0, dtype=np.uint8)[..., None] % 2
    np.testing.assert_array_equal(telling_crop(even), even[48:144, 48:144])
    assert telling_crop(picture[:20, :700]).shape == (20, 96, 3)


def test_inspect_says_in_few_lines_what_a_person_needs(run: Run) -> None:
    models = ("tiny_a.safetensors", "tiny_b.safetensors", "tiny_x4_a.safetensors")
    status, out, _ = run("inspect", *models, "--on", "photo.png")
    assert status == 0
    title = "tiny_a.safetensors and tiny_b.safetensors: related, the way between them good\n"
    assert out.startswith(title)
    assert len(out[: out.index("tiny_a.safetensors and tiny_x4_a")].splitlines()) <= 10
    assert re.search(r"^   0\.50  ", out, re.MULTILINE)
    assert "tiny_a.safetensors and tiny_x4_a.safetensors: unrelated\n  cannot be mixed: " in out
    assert "body.0" not in out
    verbose = run("inspect", *models[:2], "-v")[1]
    assert re.search(r"^  body\.2 +2,304 +0\.98\d +14\.\d$", verbose, re.MULTILINE)
    assert verbose.startswith("tiny_a.safetensors and tiny_b.safetensors: related\n")


def test_inspect_as_json(run: Run) -> None:
    models = ("tiny_a.safetensors", "tiny_b.safetensors")
    found = json.loads(run("inspect", *models, "--json")[1])
    assert (found["verdict"], found["middle"]) == ("related", None)
    assert found["pairs"][0]["steps"] == []
    assert all(layer["cosine"] <= 1 for layer in found["pairs"][0]["layers"])
    found = json.loads(run("inspect", *models, "--json", "--on", "photo.png")[1])
    assert (found["verdict"], found["middle"]) == ("related", "good")
    assert len(found["pairs"][0]["steps"]) == 3


def test_inspect_says_what_one_file_is(run: Run) -> None:
    status, out, _ = run("inspect", "tiny_x4_a.safetensors")
    assert status == 0
    digest = hashlib.sha256(Path("tiny_x4_a.safetensors").read_bytes()).hexdigest()
    assert out.splitlines()[0] == "tiny_x4_a.safetensors: RealESRGAN Compact (16nf, 4nc)"
    for line in ("scale: ×4", "channels: 3", "precision: float16", f"sha256: {digest}"):
        assert f"  {line}\n" in out
    assert "  metadata: training: {" in out
    found = json.loads(run("inspect", "tiny_x4_a.safetensors", "--json")[1])
    assert (found["scale"], found["sha256"]) == (4, digest)
    status, _, err = run("inspect", "tiny_x4_a.safetensors", "--on", "photo.png")
    assert (status, err) == (2, "--on shows mixes of models: name two or more\n")


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
    _, out, _ = run("inspect", *models, "-v")
    assert re.search(r"^  body\.4 +2,304 +- +-$", out, re.MULTILINE)
    layers = json.loads(run("inspect", *models, "--json")[1])["pairs"][0]["layers"]
    assert layers[2] == {"name": "body.4", "weights": 2304, "cosine": None, "z": None}


def test_inspect_names_the_file_that_is_missing(run: Run) -> None:
    for models in (("nothing.safetensors",), ("tiny_a.safetensors", "nothing.safetensors")):
        status, _, err = run("inspect", *models)
        assert (status, err) == (1, "nothing.safetensors: no such file\n")


def test_of_very_many_pairs_only_what_is_known_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes seconds to measure, and nobody has written them one by one."""
    Path("site.yaml").write_text(
        "site: {title: T}\nmodels: {a: tiny_a.safetensors, b: tiny_b.safetensors,"
        " stranger: tiny_other.safetensors}\ninputs: {photo: photo.png}\ncomparisons:\n"
        "  two: {choose: [{mix: {a: 0.5, stranger: 0.5}}]}\n"
        '  all: {choose: [{pairs: ["*"]}]}\n'
    )
    monkeypatch.setattr("generator.render.relate.MOST_PAIRS", 2)
    assert "1 pair to measure" in run("check")[1]
    status, _, err = run("build")
    assert status == 0
    warning, note = err.splitlines()
    assert warning.startswith("site.yaml:5:17: warning: mixes of 'a' and 'stranger' are broken")
    assert note == (
        "site.yaml:6:17: note: of more than 2 pairs of models it is not measured whether they are "
        "related, and these are 3; look at the mixes"
    )
    assert "to measure" not in run("check")[1]
