"""Globs over ids, pairs, and pictures made elsewhere in the lists of comparisons."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from generator.errors import ManifestError
from generator.manifest import ManifestFile, load
from generator.manifest.outputs import title_of
from generator.manifest.types import Comparison
from generator.project.unused import unused

HEAD = """\
site: {title: T}
models: w/*
inputs: p/*
comparisons:
  x:
"""
MODELS = ("anime-1", "anime-2", "4x-a", "4x-b")


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, *(f"w/{name}.pth" for name in MODELS), "p/cat.png", "p/My dog [1].png")
    return tmp_path


def read(folder: Path, *lines: str) -> ManifestFile:
    text = HEAD + "".join(f"    {line}\n" for line in lines)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return load(folder / "site.yaml", shown_as=Path("site.yaml"))


def comparison(folder: Path, *lines: str) -> Comparison:
    return read(folder, *lines).manifest.comparisons["x"]


def problems(folder: Path, *lines: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        read(folder, *lines)
    return [line.removeprefix("site.yaml:") for line in str(caught.value).splitlines()]


def shown(choices: Comparison) -> list[str]:
    return [
        choice.of or "/".join(choice.pairs or choice.mix or ()) for choice in choices.choose or ()
    ]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ('["4x*"]', "4x-a 4x-b"),
        ('[4x-b, "*", input]', "4x-b 4x-a anime-1 anime-2 input"),
        ('["*-[2b]", "4x*"]', "4x-b anime-2 4x-a"),
        ('[input, {of: "anime-?"}]', "input anime-1 anime-2"),
        ('[{pairs: ["anime*", 4x-a, "4x*"]}]', "anime-1/anime-2/4x-a/4x-b"),
        ('["anime-1", {mix: {4x-a: 0.5, 4x-b: 0.5}}, "a*"]', "anime-1 4x-a/4x-b anime-2"),
    ],
)
def test_globs_in_choose_stand_for_the_models_not_listed_yet(
    folder: Path, written: str, names: str
) -> None:
    assert shown(comparison(folder, f"choose: {written}")) == names.split()


def test_globs_over_inputs_and_beside(folder: Path) -> None:
    found = comparison(
        folder,
        'inputs: ["M*", "*"]',
        'interpolate: {models: [4x-a, anime-1], beside: ["*1", "4*"]}',
    )
    assert found.inputs == ("My-dog-1", "cat")
    assert found.interpolate is not None
    assert found.interpolate.beside == ("4x-b",)
    # Nothing is left for the first of the globs, which is no mistake: it matches.


def test_problems_behind_a_glob_keep_their_places(folder: Path) -> None:
    assert problems(folder, "choose:", '- "*"', "- nobody", "- {mix: {4x-a: 2, nobody: -1}}") == [
        "8:7: no model is called 'nobody'",
        "9:23: no model is called 'nobody'",
        "9:31: a coefficient is 0 or more, got -1",
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (['choose: ["9*"]'], "6:14: no model has an id that matches '9*'"),
        (['choose: ["anim*s"]'], "6:14: no model has an id that matches 'anim*s'"),
        (['inputs: ["z?"]', "choose: [input]"], "6:14: no input has an id that matches 'z?'"),
        (['choose: [{pairs: ["4x-a"]}]'], "6:22: two models make a pair, this names one"),
        (["choose: [{pairs: [4x-a, 4x-a]}]"], "6:29: '4x-a' is listed twice"),
        (["choose: [{pairs: [4x-a, zz]}]"], "6:29: no model is called 'zz'"),
        (['choose: [{pairs: ["*"], alpha: 2}]'], "6:36: expected 1.0 or less, got 2"),
        (["choose: [{of: input, alpha: 0.5}]"], "6:14: alpha goes with pairs"),
        (['choose: [{pairs: ["*"], title: T}]'], "6:14: a title is of one entry"),
        (['choose: [{files: "o/{input}.png", mix: {4x-a: 1}}]'], "6:14: expected an id"),
        (['choose: [{files: "o/{inptu}.png"}]'], "6:22: expected the path of a picture, in which"),
        (['choose: [{files: "o/{alpha}.png"}]'], "6:22: expected the path of a picture, in which"),
        (["choose: [{files: o/x.png}]"], "6:22: 'o/x.png' is one picture for several inputs"),
        (['choose: [{files: "o/{input}/*.png"}]'], "6:22: no file matches 'o/cat/*.png'"),
        (['choose: [{files: "**x/{input}"}]'], "6:22: invalid glob pattern '**x/cat'"),
        (["interpolate: {given: o/x.png}"], "with {alpha} in it"),
        (['interpolate: {given: "o/{alpha}.png"}'], "6:26: no file matches 'o/{alpha}.png'"),
        (["interpolate: {alphas: 3}"], "6:5: 'models' is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list(folder: Path, lines: list[str], found: str) -> None:
    assert any(line.startswith(found) or found in line for line in problems(folder, *lines))


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("models: [4x-a, 4x-b]", "models say nothing beside given pictures: remove this"),
        ("control: path", "given pictures go with control slider, not path"),
        ("steps: 3", "steps say nothing beside given pictures: remove this"),
        ("beside: [4x-a]", "beside say nothing beside given pictures: remove this"),
        ("groups: {a: b}", "groups say nothing beside given pictures: remove this"),
        ("export: [0.5]", "export say nothing beside given pictures: remove this"),
        ("kinship: true", "kinship say nothing beside given pictures: remove this"),
        ("baseline: pixel", "given pictures cannot be blended: remove this"),
        ("alphas: [0, 2]", "alpha 2 is outside 0 to 1 (allow it: 'extrapolate: true')"),
        ("start: 7", "start 7 is outside the alphas, 0 to 1"),
    ],
)
def test_what_needs_networks_is_refused_beside_given_pictures(
    folder: Path, rest: str, found: str
) -> None:
    write(folder, "o/cat-0.png", "o/cat-1.png")
    given = '"o/{input}-{alpha}.png"'
    assert [
        line.partition(": ")[2]
        for line in problems(folder, f"interpolate: {{given: {given}, {rest}}}")
    ] == [found]
    assert "a color_fix is for what networks make" in "".join(
        problems(folder, "color_fix: average", f"interpolate: {{given: {given}}}")
    )


@pytest.mark.parametrize(
    ("pattern", "names", "expected"),
    [
        (
            "o/{input}/*.png",
            ["o/cat/ESRGAN 2.png", "o/cat/ESRGAN 10.png", "o/My-dog-1/ÖL.png", "o/cat/._x.png"],
            {"ESRGAN 2": "o/{input}/ESRGAN 2.png", "ESRGAN 10": "o/{input}/ESRGAN 10.png",
             "ÖL": "o/{input}/ÖL.png"},
        ),
        (
            "o/*/{stem}.png",
            ["o/b/cat.png", "o/a/My dog [1].png", "o/c/dog.png"],
            {"a": "o/a/{stem}.png", "b": "o/b/{stem}.png"},
        ),
        (
            "o/{input}/*",
            ["o/cat/a.png", "o/cat/a.jpg", "o/cat/b.webp", "o/cat/c.txt"],
            {"a.jpg": "o/{input}/a.jpg", "a.png": "o/{input}/a.png", "b": "o/{input}/b.webp"},
        ),
        ("./o/*_x*_{input}.png", ["o/e_x4_cat.png"], {"e_x4": "o/e_x4_{input}.png"}),
        ("o/**/{input}.png", ["o/m/n/cat.png"], {"m/n": "o/m/n/{input}.png"}),
        ("o/*/{input}/*.png", ["o/m/cat/n.png"], {"m/n": "o/m/{input}/n.png"}),
    ],
)  # fmt: skip
def test_each_name_that_occurs_is_an_entry(
    folder: Path, pattern: str, names: list[str], expected: dict[str, str]
) -> None:
    for form in ("NFC", "NFD"):
        write(folder, *(unicodedata.normalize(form, name) for name in names))
        choices = comparison(folder, f'choose: [input, {{files: "{pattern}"}}]').choose or ()
        assert {choice.title: choice.files for choice in choices[1:]} == expected
        assert [choice.title for choice in choices[1:]] == list(expected)


def test_given_alphas_are_those_of_the_files(folder: Path) -> None:
    write(folder, "o/cat/a0.png", "o/cat/a0.30.png", "o/My-dog-1/a1.0.png", "o/cat/a0.5b.png")
    write(folder, "o/cat/a00.7.png", "o/cat/ab.png", "o/cat/a-1.png")
    mix = comparison(
        folder, 'interpolate: {given: "o/{input}/a{alpha}.png", extrapolate: true}'
    ).interpolate
    assert mix is not None
    assert mix.alphas == (-1, 0, 0.3, 1)


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("outputs/{input}/esrgan.png", "esrgan"),
        ("outputs/esrgan/{stem}.png", "esrgan"),
        ("{input}/{stem}.png", "{input}/{stem}.png"),
    ],
)
def test_pictures_without_a_title_are_called_by_their_path(pattern: str, title: str) -> None:
    assert title_of(pattern) == title


def test_what_a_glob_finds_is_used(folder: Path) -> None:
    text = HEAD.replace("w/*", "{a: w/4x-a.pth, b: w/4x-b.pth}") + '    choose: [{pairs: ["*"]}]\n'
    (folder / "site.yaml").write_text(text)
    assert unused(load(folder / "site.yaml")) == ()
