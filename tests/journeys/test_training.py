"""The training scripts work, and the shipped weights and pictures are what they claim to be."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from spandrel import ModelLoader

pytest.importorskip("skimage", reason="the photographs come with scikit-image")

from generator.networks.ancestry import ALIKE
from generator.networks.kinship import inspect
from generator.networks.weights.load import load as load_network
from training import families, measure, networks, pictures
from training.families import FAMILIES
from training.photographs import photograph, training_pictures
from training.recipes import FIXTURES, MODELS, RECIPES, generations, recipe

ROOT = Path(__file__).parents[2]
STYLES = [each for each in RECIPES if each.teacher and each.folder == MODELS]


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def cat():
    return measure.held_out()[0][48:176, 96:256]


def load(name):
    return networks.load(recipe(name).path)


@pytest.mark.parametrize("each", RECIPES, ids=lambda each: each.name)
def test_weights_file_is_what_its_recipe_says(each):
    descriptor = ModelLoader("cpu").load_from_file(each.path)
    assert descriptor.architecture.id == "Compact"
    assert descriptor.tags == [f"{each.features}nf", f"{each.convs}nc"]
    assert descriptor.scale == each.scale
    assert descriptor.input_channels == descriptor.output_channels == each.channels
    assert each.path.stat().st_size < 400_000


def test_no_weights_file_without_a_recipe():
    for folder in (MODELS, FIXTURES):
        names = {each.name for each in RECIPES if each.folder == folder}
        assert {path.stem for path in folder.glob("*.safetensors")} == names


def test_training_lowers_the_loss_and_repeats_to_the_bit(tmp_path):
    tiny = replace(recipe("tiny_a"), folder=tmp_path, steps=60)
    files = []
    for run in "12":
        network = tiny.network()
        losses = list(tiny.losses(network))
        assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])
        networks.save(network, tmp_path / f"{run}.safetensors", title="test")
        files.append((tmp_path / f"{run}.safetensors").read_bytes())
    assert files[0] == files[1]


def test_weights_files_repeat_to_the_byte():
    # safetensors writes several entries of metadata in an order that differs from run to run.
    for each in RECIPES:
        with safe_open(each.path, "pt") as file:
            assert list(file.metadata()) == ["training"], each.name


def test_adversarial_training_runs():
    tiny = replace(recipe("tiny_x4_b"), side=32, count=2)
    network = tiny.network()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert all(np.isfinite(list(tiny.losses(network, steps=3))))
    assert any(not torch.equal(before[n], v) for n, v in network.state_dict().items())


def test_parents_come_before_children():
    done = set()
    for generation in generations([each.name for each in RECIPES]):
        assert {recipe(name).parent for name in generation} <= done | {None}
        done |= set(generation)
    assert len(done) == len(RECIPES)


@pytest.mark.parametrize(("sigma", "gain"), [(20, 7), (60, 12)])
def test_denoisers_denoise(cat, sigma, gain):
    spoilt = measure.noisy(cat, sigma)
    restored = networks.run(load(f"denoise-{sigma}"), spoilt)
    assert measure.psnr(restored, cat) > measure.psnr(spoilt, cat) + gain


def test_a_mix_is_better_than_both_denoisers_at_the_level_between(cat):
    light, heavy = load("denoise-20"), load("denoise-60")
    spoilt = measure.noisy(cat, 40)
    mix = measure.psnr(networks.run(networks.mixed(light, heavy, 0.6), spoilt), cat)
    ends = [measure.psnr(networks.run(network, spoilt), cat) for network in (light, heavy)]
    assert mix > max(ends) + 0.2


def test_super_resolution_trades_fidelity_for_texture(cat):
    fidelity, texture = load("sr-fidelity"), load("sr-texture")
    low = measure.small(cat)
    outputs = [networks.run(networks.mixed(fidelity, texture, a), low) for a in (0, 0.5, 1)]
    detail = [measure.detail(output) for output in outputs]
    assert detail[0] < detail[1] < detail[2]
    assert detail[2] > 1.3 * detail[0]
    enlarged = np.kron(low, np.ones((4, 4, 1), np.float32))
    psnr = [measure.psnr(output, cat) for output in outputs]
    assert psnr[0] > psnr[2]
    assert psnr[0] > measure.psnr(enlarged, cat) + 1


def test_photo_gives_the_photograph_back(cat):
    assert measure.psnr(networks.run(load("photo"), cat), cat) > 38


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_styles_come_close_to_their_teachers(cat, style):
    wanted = style.teacher(cat)
    taught = networks.run(networks.load(style.path), cat)
    assert measure.psnr(taught, wanted) > measure.psnr(cat, wanted) + 3


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_teachers_keep_size_and_range_and_have_no_direction(style):
    picture = photograph("coffee")[:80, 200:300]
    out = style.teacher(picture)
    assert out.shape == picture.shape
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 1
    mirrored = style.teacher(np.ascontiguousarray(picture[:, ::-1]))[:, ::-1]
    np.testing.assert_allclose(mirrored, out, atol=2e-3)


def test_training_pictures_are_pictures():
    for picture in training_pictures():
        assert picture.dtype == np.float32
        assert picture.shape[2] == 3
        assert min(picture.shape[:2]) >= 128, "smaller than the largest patch"
        assert 0 <= picture.min() < picture.max() <= 1.0001


def test_pictures_are_those_the_script_writes(tmp_path):
    pictures.write(tmp_path)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {path.name for path in pictures.IMAGES.iterdir()}
    for path in tmp_path.iterdir():
        shipped = pictures.IMAGES / path.name
        if path.suffix == ".md":
            assert path.read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")
        else:
            with Image.open(path) as one, Image.open(shipped) as two:
                assert one.tobytes() == two.tobytes()


def test_pictures_have_credits_sides_and_weight_as_promised():
    credits_ = (pictures.IMAGES / "CREDITS.md").read_text(encoding="utf-8")
    files = [path for path in pictures.IMAGES.iterdir() if path.suffix != ".md"]
    for path in files:
        assert f"`{path.name}`" in credits_
        with Image.open(path) as picture:
            assert all(side % 16 == 0 for side in picture.size), path.name
    assert sum(path.stat().st_size for path in files) < 2_500_000
    for shot in pictures.SHOTS:
        with Image.open(pictures.IMAGES / f"{shot.name}.webp") as picture:
            size = picture.size
        for name in shot.masks:
            with Image.open(pictures.IMAGES / f"{shot.name}-{name}.png") as mask:
                assert mask.mode == "L"
                assert mask.size == size
                assert mask.getextrema() == (0, 255)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_members_of_a_family_are_what_the_experiment_says(family, tmp_path, monkeypatch, cat):
    """They train, are found again by spandrel, and their permuted twins do the same."""
    monkeypatch.setattr(families, "FOLDER", tmp_path)
    short = {name: replace(each, steps=2) for name, each in families.HISTORIES.items()}
    monkeypatch.setattr(families, "HISTORIES", short)
    for name in ("base", "critic"):
        families.train(f"{family.name}/{name}")
    files = [families.path(family, name) for name in ("base", "critic")]
    assert inspect(files).verdict == "related"
    missing = [member for group in families.members([family.name]) for member in group]
    assert f"{family.name}/base" not in missing
    assert len(missing) == len(short) - 2
    if family.hidden:
        twin = families.permuted(family, "base", every=True)
        picture = torch.from_numpy(cat[:32, :32]).permute(2, 0, 1)[None]
        outputs = [load_network(file)(picture) for file in (files[0], twin)]
        np.testing.assert_allclose(*(each.numpy(force=True) for each in outputs), atol=1e-5)
        layers = inspect([files[0], twin]).pairs[0].layers
        assert min(layer.z for layer in layers if layer.z is not None) < ALIKE


def test_readme_names_every_network():
    readme = (ROOT / "training" / "README.md").read_text(encoding="utf-8")
    for each in RECIPES:
        assert each.folder == FIXTURES or f"`{each.name}`" in readme, each.name


def test_the_product_never_imports_training():
    for path in (ROOT / "generator").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) training\b", text, re.MULTILINE), path
