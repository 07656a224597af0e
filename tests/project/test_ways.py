"""How people keep pictures, and the manifest that is written for each way."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from support.kept import NAMES, at_alphas, keep, original, outputs, small

from generator.errors import AlphagridError
from generator.manifest.yamlfile import parse
from generator.project.ways.read import read_folder
from generator.project.ways.shelf import role_of


def sections(folder: Path) -> str:
    """Return what is written for a folder, but for its title."""
    return read_folder(folder, folder.parent).text().partition("\n\n")[2]


def keep_outputs(folder: Path, place: Callable[[str, str], str]) -> None:
    for name in NAMES:
        for method, picture in outputs(original(name)).items():
            keep(picture, folder / place(name, method))


def keep_alphas(folder: Path, place: Callable[[str, float], str]) -> None:
    for name in NAMES:
        for alpha, picture in at_alphas(original(name)).items():
            keep(picture, folder / place(name, alpha))


def test_a_folder_for_each_input(tmp_path: Path) -> None:
    keep_outputs(tmp_path / "o", lambda name, method: f"{name}/{method}.png")
    assert (
        sections(tmp_path / "o")
        == """\
inputs:
  cat: o/cat/bicubic.png
  coffee: o/coffee/bicubic.png
  rocket: o/rocket/bicubic.png

comparisons:
  o:
    choose:
      - {files: "o/{input}/*.png"}

# read as a folder for each input, with a file for each method: 9 of 9 pictures
"""
    )


def test_a_folder_for_each_input_with_its_original(tmp_path: Path) -> None:
    keep_outputs(tmp_path / "o", lambda name, method: f"{name}/{method}.png")
    for name in NAMES:
        keep(original(name), tmp_path / "o" / name / "GT.png")
        keep(small(original(name)), tmp_path / "o" / name / "LR_x4.png")
    assert (
        sections(tmp_path / "o")
        == """\
inputs:
  cat: {path: o/cat/LR_x4.png, reference: o/cat/GT.png}
  coffee: {path: o/coffee/LR_x4.png, reference: o/coffee/GT.png}
  rocket: {path: o/rocket/LR_x4.png, reference: o/rocket/GT.png}

comparisons:
  o:
    choose:
      - input
      - {files: "o/{input}/bicubic.png", title: bicubic}
      - {files: "o/{input}/ESRGAN.png", title: ESRGAN}
      - {files: "o/{input}/SRCNN.png", title: SRCNN}
      - {files: "o/{input}/GT.png", title: Reference}

# read as a folder for each input, with a file for each method: 15 of 15 pictures
"""
    )


@pytest.mark.parametrize("ending", ["", "_{}", "x4_{}", "-out"])
def test_a_folder_for_each_method(tmp_path: Path, ending: str) -> None:
    keep_outputs(tmp_path / "o", lambda name, method: f"{method}/{name}{ending.format(method)}.png")
    for name in NAMES:
        keep(original(name), tmp_path / "o/ground truth" / f"{name}.png")
    ends = [ending.format(method) for method in ("bicubic", "ESRGAN", "SRCNN")]
    assert (
        sections(tmp_path / "o")
        == f"""\
inputs:
  cat: {{path: o/ground truth/cat.png, reference: o/ground truth/cat.png}}
  coffee: {{path: o/ground truth/coffee.png, reference: o/ground truth/coffee.png}}
  rocket: {{path: o/ground truth/rocket.png, reference: o/ground truth/rocket.png}}

comparisons:
  o:
    choose:
      - {{of: input, title: Reference}}
      - {{files: "o/bicubic/{{input}}{ends[0]}.png", title: bicubic}}
      - {{files: "o/ESRGAN/{{input}}{ends[1]}.png", title: ESRGAN}}
      - {{files: "o/SRCNN/{{input}}{ends[2]}.png", title: SRCNN}}

# read as a folder for each method, with a file for each input: 12 of 12 pictures
"""
    )


def test_what_pictures_look_like_tells_inputs_from_methods_and_from_frames(tmp_path: Path) -> None:
    numbers = {name: f"{number:04}" for number, name in enumerate(NAMES)}
    keep_outputs(tmp_path / "methods", lambda name, method: f"{method}/{numbers[name]}.png")
    lines = sections(tmp_path / "methods")
    assert '  "0000": methods/bicubic/0000.png\n' in lines
    assert '- {files: "methods/ESRGAN/{input}.png", title: ESRGAN}' in lines
    for name in NAMES:
        for turn in range(4):
            keep(original(name).rotate(turn), tmp_path / "films" / name / f"{turn:03}.png")
    assert (
        sections(tmp_path / "films")
        == """\
comparisons:
  cat: {frames: "films/cat/*.png"}
  coffee: {frames: "films/coffee/*.png"}
  rocket: {frames: "films/rocket/*.png"}

# read as numbered pictures, shown as frames: 12 of 12 pictures
"""
    )


def test_names_that_are_no_ids(tmp_path: Path) -> None:
    keep_outputs(tmp_path / "m", lambda name, method: f"{method}/{name} [1].png")
    lines = sections(tmp_path / "m")
    assert '  cat-1: {path: "m/bicubic/cat [1].png", title: "cat [1]"}\n' in lines
    assert '- {files: "m/ESRGAN/{stem}.png", title: ESRGAN}' in lines
    keep_outputs(tmp_path / "i", lambda name, method: f"{name.replace('ca', 'c [a]')}/{method}.png")
    lines = sections(tmp_path / "i")
    assert (
        """\
  i:
    inputs: [coffee, rocket]
    choose:
      - {files: "i/{input}/*.png"}
"""
        in lines
    )
    assert (
        """\
  i-c-a-t:
    title: "i c [a]t"
    inputs: [c-a-t]
    choose:
      - {files: "i/c [[]a]t/bicubic.png", title: bicubic}
"""
        in lines
    )


def test_one_input_is_told_from_a_pile_of_pictures(tmp_path: Path) -> None:
    for method, picture in outputs(original("cat")).items():
        keep(picture, tmp_path / "one" / f"{method}.png")
    keep(original("cat").resize((40, 60)), tmp_path / "one" / "poster.png")
    lines = sections(tmp_path / "one")
    assert "  one: one/bicubic.png\n" in lines
    assert "- {files: one/SRCNN.png, title: SRCNN}\n" in lines
    assert lines.endswith("# left out: poster.png: it does not fit in\n")
    for name in NAMES:
        keep(original(name), tmp_path / "pile" / f"{name}.png")
    with pytest.raises(AlphagridError, match="pile: its pictures are kept in no way that is known"):
        sections(tmp_path / "pile")


@pytest.mark.parametrize(
    ("place", "given"),
    [
        ("{name}_alpha{alpha}.png", "o/{input}_alpha{alpha}.png"),
        ("{name}-a={alpha:.2f}.png", "o/{input}-a={alpha}.png"),
        ("{name}/a{alpha}.png", "o/{input}/a{alpha}.png"),
        ("α {alpha:.1f}/{name}.png", "o/α {alpha}/{input}.png"),
    ],
)
def test_alphas_in_names_are_given(tmp_path: Path, place: str, given: str) -> None:
    keep_alphas(tmp_path / "o", lambda name, alpha: place.format(name=name, alpha=alpha))
    lines = sections(tmp_path / "o")
    first = place.format(name="coffee", alpha=0)
    assert f"coffee: {first}" in lines.replace('"', "").replace("o/", "")
    assert f'  o:\n    interpolate: {{given: "{given}"}}\n' in lines
    assert lines.endswith("names tell: 9 of 9 pictures\n")


def test_alphas_with_their_input_and_original_beside(tmp_path: Path) -> None:
    keep_alphas(tmp_path / "o", lambda name, alpha: f"{name}_alpha{alpha * 1.5:g}.png")
    for name in NAMES:
        keep(small(original(name)), tmp_path / "o" / f"{name}.png")
        keep(original(name), tmp_path / "o" / f"{name}_gt.png")
    lines = sections(tmp_path / "o")
    assert "  cat: {path: o/cat.png, reference: o/cat_gt.png}\n" in lines
    assert '    interpolate: {given: "o/{input}_alpha{alpha}.png", extrapolate: true}\n' in lines


def test_alphas_in_hundredths_are_frames_that_say_so(tmp_path: Path) -> None:
    keep_alphas(tmp_path / "o", lambda name, alpha: f"{name}-a{alpha * 100:03.0f}.png")
    frames = '{frames: "o/cat-a[0-9]*.png", labels: ["α = 0", "α = 0.3", "α = 1"]}'
    assert f"comparisons:\n  cat: {frames}\n" in sections(tmp_path / "o")


def test_numbers_are_frames(tmp_path: Path) -> None:
    for number in range(17):
        keep(original("cat").rotate(number), tmp_path / "o" / f"{number:03}.png")
    keep(original("cat"), tmp_path / "o" / "cover.png")
    assert (
        sections(tmp_path / "o")
        == """\
comparisons:
  o: {frames: "o/[0-9]*.png"}

# read as numbered pictures, shown as frames: 17 of 18 pictures
# left out: cover.png: it does not fit in
"""
    )


def test_what_cannot_be_named_or_read_is_left_out(tmp_path: Path) -> None:
    keep_outputs(tmp_path / "o", lambda name, method: f"{name}/{method}.png")
    keep(original("cat"), tmp_path / "o/cat/{x}.png")
    (tmp_path / "o/cat/torn.png").write_bytes(b"?")
    keep(original("cat"), tmp_path / "o/deep/er/cat.png")
    left = read_folder(tmp_path / "o", tmp_path).left
    assert [line.partition(": ")[0] for line in left] == [
        "cat/torn.png",
        "cat/{x}.png",
        "deep/er/cat.png",
    ]


@pytest.mark.parametrize(
    ("name", "role"),
    [("gt", "reference"), ("Ground Truth", "reference"), ("HR", "reference"), ("LRx4", "input"),
     ("lr_x2", "input"), ("noisy", "input"), ("original", "reference"), ("ESRGAN", ""),
     ("algorithm", ""), ("x4", "")],
)  # fmt: skip
def test_usual_names(name: str, role: str) -> None:
    assert role_of(name) == role


def test_whatever_lies_there_is_read_or_refused(tmp_path: Path) -> None:
    """No arrangement of odd names makes it fail, and no picture is lost without a word."""
    odd = [
        "a",
        "a0.3",
        "a1",
        "0",
        "01",
        "gt",
        "LR",
        "é",
        "x y",
        "[1]",
        "*",
        "-",
        "a_alpha2",
        "input",
    ]
    chance = random.Random(7)  # noqa: S311 - the same at each run
    refused = 0
    for number in range(60):
        folder = tmp_path / f"o{number}"
        names = chance.sample(odd, 4)
        places = [*names, *("/".join(pair) for pair in itertools.product(names, odd))]
        for place in chance.sample(places, chance.randrange(2, 12)):
            shade = (chance.randrange(256), 90, 30)
            keep(Image.new("RGB", (8, chance.choice([8, 16])), shade), folder / f"{place}.png")
        pictures = sum(path.is_file() for path in folder.rglob("*"))
        try:
            draft = read_folder(folder, tmp_path)
        except AlphagridError:
            refused += 1
        else:
            used = int(draft.notes[0].rpartition(": ")[2].split()[0])
            assert used + len(draft.left) == pictures
            assert parse(draft.text(), Path("site.yaml")).problems == []
    assert 0 < refused < 60
