"""Warnings about files that can be used, but will not show what they were chosen for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from spandrel.architectures.DRUNet import DRUNet
from support.build import DATA, Run, edit

pytestmark = pytest.mark.slow


def write_steps() -> None:
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], steps: 5")


def damage() -> None:
    state = load_file("tiny_b.safetensors")
    state["body.2.weight"][0, 0, 0, 0] = float("nan")
    save_file(state, "tiny_b.safetensors")


def tell_in_vain() -> None:
    edit("tiny_b.safetensors, title: Hard", "tiny_b.safetensors, title: Hard, noise_level: 20")


def copy_the_first() -> None:
    shutil.copy("tiny_a.safetensors", "tiny_b.safetensors")


def lose_colour() -> None:
    Image.open("photo.png").convert("L").save("gray.png")
    edit("reference: photo.png", "reference: gray.png")


def add_frames() -> None:
    for number, size in enumerate([(40, 30), (40, 30), (41, 30)]):
        Image.new("RGB", size).save(f"frame{number}.png")
    edit("  list:", '  dusk: {frames: "frame*.png"}\n  list:')


def put_a_denoiser_beside() -> None:
    for name in ("x4_a", "x4_b"):
        shutil.copy(DATA / f"tiny_{name}.safetensors", ".")
    edit("models: {", "models: {c: tiny_x4_a.safetensors, d: tiny_x4_b.safetensors, ")
    edit("choose: [input, a", "choose: [input, lanczos, d, {mix: {c: 0.5, d: 0.5}}, a")


def put_a_gray_one_beside() -> None:
    shutil.copy(DATA / "tiny_gray_a.safetensors", ".")
    edit("models: {", "models: {g: tiny_gray_a.safetensors, ")
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], beside: [g]")


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (
            damage,
            "2:64",
            "'body.2.weight' in it contains values that are not numbers; fetch the file again",
        ),
        (
            tell_in_vain,
            "2:110",
            "a RealESRGAN Compact does not ask how noisy its input is: remove it",
        ),
        (write_steps, "6:81", "'steps' is ignored with control 'slider'; use 'alphas'"),
        (
            copy_the_first,
            "6:49",
            "'a' and 'b' have identical weights; every mix will look the same",
        ),
        (
            lose_colour,
            "4:53",
            "the reference is gray, the picture in colour: metrics will measure lost colour",
        ),
        (
            put_a_denoiser_beside,
            "7:18",
            "networks of several scales ('a' ×1, 'd' ×4): their pictures differ in size",
        ),
        (
            put_a_gray_one_beside,
            "6:36",
            "'g' is a gray network beside colour ones: it sees colour one channel at a time",
        ),
        (
            add_frames,
            "7:18",
            "frames of different sizes, such as 40×30 and 41×30: under the slider they will jump",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_warning(
    project: Path, run: Run, change: Callable[[], None], where: str, message: str
) -> None:
    assert run("check")[2] == ""
    change()
    line = f"site.yaml:{where}: warning: {message}\n"
    status, _, err = run("check")
    assert (status, err) == (0, line)
    assert run("check", "--strict")[0] == 1
    assert run("build")[2].startswith(line)


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        (
            "models: [a, b, c], control: path, alphas: 3, steps: 5",
            "'steps' is ignored beside 'alphas'; remove one of them",
        ),
        (
            "models: [a, b, c], control: triangle, alphas: 3",
            "'alphas' is ignored with control 'triangle'; use 'steps'",
        ),
        ("models: [a, b], groups: {h: body.0.*}, alphas: 2, steps: 3", "'steps' is ignored with"),
        ("models: [a, b, c], control: path, steps: 5", ""),
        ("models: [a, b, c], control: path, alphas: 3", ""),
        ("models: [a, b, c], control: triangle, steps: 3", ""),
    ],
)
def test_what_has_no_say_under_a_control_is_a_warning(
    project: Path, run: Run, mix: str, message: str
) -> None:
    shutil.copy(DATA / "tiny_c.safetensors", project)
    edit("models: [a, b], alphas: [0, 0.5, 1]", mix)
    edit("b: {path", "c: tiny_c.safetensors, b: {path")
    if "c]" not in mix:
        edit("choose: [", "choose: [c, ")
    err = run("check")[2]
    assert message in err
    assert bool(err) == bool(message)


def test_gray_pictures_are_one_channel_to_any_network(project: Path, run: Run) -> None:
    put_a_gray_one_beside()
    Image.open("photo.png").convert("L").save("photo.png")
    assert run("check")[2] == ""


def test_drafts_that_are_left_out_are_not_doubted(project: Path, run: Run) -> None:
    edit("  list:", "  z: {draft: true, interpolate: {models: [a, b], steps: 4}}\n  list:")
    assert run("check")[2] == ""
    assert "'steps' is ignored" in run("check", "--drafts")[2]


def test_damaged_weights_are_not_called_unrelated(project: Path, run: Run) -> None:
    damage()
    assert "related" not in run("build")[2]


def test_damaged_weights_are_not_mixed_into_a_file(project: Path, run: Run) -> None:
    damage()
    models = ("tiny_a.safetensors", "tiny_b.safetensors")
    status, _, err = run("interpolate", *models, "--alpha", "0.5", "-o", "mix.safetensors")
    assert status == 1
    assert "'body.2.weight' of the mix is not of numbers: one of the models is damaged" in err
    assert not list(Path().glob("*mix*"))


def test_reasons_that_are_published_name_no_folders(project: Path, run: Run) -> None:
    """What a page says about a missing frame is read by strangers."""
    damage()
    elsewhere = project.parent / "private" / "weights"
    elsewhere.mkdir(parents=True)
    shutil.move("tiny_b.safetensors", elsewhere / "hard.safetensors")
    edit("path: tiny_b.safetensors", f"path: {elsewhere / 'hard.safetensors'}")
    status, _, err = run("build")
    assert status == 1
    assert "hard.safetensors: the output is not a number" in err
    for path in Path("_site").rglob("*"):
        if path.is_file():
            assert str(project.parent).encode() not in path.read_bytes(), path


def test_check_says_what_noise_networks_are_told_of(project: Path, run: Run) -> None:
    for name, seed in (("tiny_a", 0), ("tiny_b", 1)):
        torch.manual_seed(seed)
        network = DRUNet(in_nc=4, out_nc=3, nc=[4, 4, 4, 4], nb=2)
        save_file(network.state_dict(), f"{name}.safetensors")
    edit("noise: {sigma: 10}}", "noise: {sigma: 10}}\n  clean: {path: photo.png}")
    status, out, _ = run("check")
    assert status == 0
    assert "networks that ask for a noise level are told 10 of photo\n" in out
    assert "networks that ask for a noise level are told 15 of clean\n" in out
    edit("title: Soft", "title: Soft, noise_level: 25")
    edit("title: Hard", "title: Hard, noise_level: 25")
    assert "are told 25 of photo, clean\n" in run("check")[1]
