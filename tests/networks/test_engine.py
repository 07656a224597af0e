"""Pictures from jobs, against an independent computation, and what happens when one is bad."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from support import networks as support

from generator import images
from generator.errors import RenderError
from generator.images import measures
from generator.images.rendered import Failed, Rendered
from generator.networks import colour
from generator.networks.engine import render
from generator.networks.weights.mix import Mixer
from generator.plan import Noise

TINY = [support.file(support.DATA / f"tiny_{name}.safetensors") for name in "ab"]
X4 = [support.file(support.DATA / f"tiny_x4_{name}.safetensors") for name in "ab"]
GRAY = [support.file(support.DATA / f"tiny_gray_{name}.safetensors") for name in "ab"]


def one(job) -> np.ndarray:
    (made,) = render([job], device="cpu")
    assert isinstance(made, Rendered), made
    assert made.job == job
    return made.pixels


def pair(files, alpha):
    return [(files[0], 1 - alpha), (files[1], alpha)]


@pytest.fixture
def photo():
    return support.planned(support.DATA / "photo.png")


@pytest.mark.parametrize("alpha", [0, 0.3, 1])
@pytest.mark.parametrize(("files", "scale"), [(TINY, 1), (X4, 4)])
def test_frames_agree_with_an_independent_computation(photo, files, scale, alpha):
    levels = images.prepare(photo).levels
    expected = support.to_pixels(support.output(pair(files, alpha), levels))
    found = one(support.job(photo, pair(files, alpha), scale=scale, precision="fp32"))
    assert np.abs(found - expected).max() <= 1
    assert (found == expected).mean() > 0.999


def test_noise_reaches_the_network_unclipped(tmp_path):
    path = support.picture(tmp_path / "dark.png", np.zeros((24, 24, 3), np.uint8))
    noisy = support.planned(path, Noise(40, 1))
    levels = images.prepare(noisy).levels
    assert levels.min() < -40
    expected = support.output(pair(TINY, 0.5), levels)
    clipped = support.output(pair(TINY, 0.5), np.clip(levels, 0, 255))
    found = one(support.job(noisy, pair(TINY, 0.5)))
    assert np.abs(found - support.to_pixels(expected)).max() <= 1
    assert np.abs(support.to_pixels(clipped) - support.to_pixels(expected)).max() > 5


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("files", "scale", "taken"), [(TINY, 1, 3), (GRAY, 1, 1), (X4, 4, 3)])
def test_channels_that_the_network_does_not_take(tmp_path, files, scale, taken, channels):
    pixels = support.pixels(20, 25, channels)
    source = support.planned(support.picture(tmp_path / "p.png", pixels))
    colours = pixels[..., : channels - (channels % 2 == 0)]
    weights = pair(files, 0.5)
    if taken == 3:
        given = np.repeat(colours, 3, 2) if colours.shape[2] == 1 else colours
        expected = support.output(weights, given)
    else:
        planes = [support.output(weights, colours[..., i : i + 1]) for i in range(colours.shape[2])]
        expected = np.concatenate(planes, axis=2)
    found = one(support.job(source, weights, scale=scale))
    assert found.shape == (20 * scale, 25 * scale, expected.shape[2] + (channels % 2 == 0))
    assert np.abs(found[..., : expected.shape[2]] - support.to_pixels(expected)).max() <= 1
    if channels % 2 == 0:
        alpha = Image.fromarray(pixels[..., -1].astype(np.float32) / 255)
        large = alpha.resize((25 * scale, 20 * scale), Image.Resampling.BICUBIC)
        wanted = support.to_pixels(np.asarray(large if scale > 1 else alpha))
        assert np.abs(found[..., -1] - wanted).max() <= (1 if scale > 1 else 0)


@given(height=st.integers(1, 40), width=st.integers(1, 40), x4=st.booleans())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_size(tmp_path, height, width, x4):
    source = support.planned(support.picture(tmp_path / "p.png", support.pixels(height, width, 3)))
    files, scale = (X4, 4) if x4 else (TINY, 1)
    found = one(support.job(source, [(files[0], 1.0)], scale=scale))
    expected = support.output([(files[0], 1.0)], images.prepare(source).levels)
    assert np.abs(found - support.to_pixels(expected)).max() <= 1


@pytest.mark.parametrize("make", [support.swinir, support.esrgan, support.span])
def test_networks_that_pad_their_input(tmp_path, make):
    network = support.write(tmp_path / "n.safetensors", make, 0)
    source = support.planned(support.picture(tmp_path / "p.png", support.pixels(19, 21, 3)))
    expected = support.output([(network, 1.0)], images.prepare(source).levels)
    found = one(support.job(source, [(network, 1.0)], scale=2))
    assert np.abs(found - support.to_pixels(expected)).max() <= 1


@given(st.floats(0.01, 0.99))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_blends_interpolate_outputs_before_rounding(photo, alpha):
    levels = images.prepare(photo).levels
    first, second = (support.output([(file, 1.0)], levels) for file in TINY)
    expected = support.to_pixels((1 - alpha) * first + alpha * second)
    found = one(support.blend(photo, pair(TINY, alpha), precision="fp32"))
    assert np.abs(found - expected).max() <= 1
    assert (found == expected).mean() > 0.99


def test_an_extrapolated_blend_is_clipped_at_the_end(photo):
    levels = images.prepare(photo).levels
    first, second = (support.output([(file, 1.0)], levels) for file in TINY)
    found = one(support.blend(photo, [(TINY[0], -1.0), (TINY[1], 2.0)]))
    assert np.abs(found - support.to_pixels(2 * second - first)).max() <= 1


@pytest.mark.parametrize("fix", ["average", "wavelet"])
@pytest.mark.parametrize(("files", "scale"), [(TINY, 1), (X4, 4), (GRAY, 1)])
def test_colours_are_fixed_before_rounding(photo, files, scale, fix):
    levels = images.prepare(photo).levels
    if files is GRAY:
        planes = [support.output([(files[0], 1.0)], levels[..., i : i + 1]) for i in range(3)]
        plain = np.concatenate(planes, axis=2)
    else:
        plain = support.output([(files[0], 1.0)], levels)
    target, reference = (
        torch.from_numpy(np.ascontiguousarray(each)).permute(2, 0, 1)
        for each in (plain, levels / 255)
    )
    expected = getattr(colour, fix)(target, reference).permute(1, 2, 0).numpy()
    found = one(support.job(photo, [(files[0], 1.0)], scale=scale, fix=fix))
    assert np.abs(found - support.to_pixels(expected)).max() <= 1
    assert (found != support.to_pixels(plain)).any()


def test_one_bad_frame_does_not_stop_the_others(tmp_path, photo):
    def damaged(tensors):
        return {key: value * float("nan") for key, value in tensors.items()}

    broken = support.write(tmp_path / "nan.safetensors", support.compact, 0, change=damaged)
    other = support.write(tmp_path / "other.safetensors", support.compact, 0)
    gone = support.write(tmp_path / "gone.safetensors", support.compact, 1)
    gone.path.unlink()
    cut = support.planned(support.picture(tmp_path / "cut.png", support.pixels(64, 64, 3)))
    cut.file.path.write_bytes(cut.file.path.read_bytes()[:900])
    good = [support.job(photo, pair(TINY, alpha)) for alpha in (0, 0.5, 1)]
    bad = {
        "the output is not a number": support.job(photo, [(broken, 1.0)]),
        "cannot be mixed: ": support.job(photo, [(TINY[0], 0.5), (other, 0.5)]),
        "no such file": support.job(photo, [(gone, 1.0)]),
        "cannot be decoded": support.job(cut, pair(TINY, 0.5)),
        "pixels, not": support.job(photo, [(TINY[0], 1.0)], scale=2),
    }
    bad["no such  file"] = support.blend(photo, [(TINY[0], 0.5), (gone, 0.5)])
    made = list(render([*bad.values(), *good], device="cpu"))
    assert len(made) == len(bad) + len(good)
    assert {each.job for each in made if isinstance(each, Rendered)} == set(good)
    reasons = {each.job: each.reason for each in made if isinstance(each, Failed)}
    for message, job in bad.items():
        assert message.replace("  ", " ") in reasons[job]
        assert "\n" not in reasons[job]


def test_few_mixes_and_every_input_is_decoded_once(tmp_path, monkeypatch):
    mixes, decoded = [], []
    mix, prepare = Mixer.mix, images.prepare
    monkeypatch.setattr(Mixer, "mix", lambda self, w: mixes.append(w) or mix(self, w))
    monkeypatch.setattr(images, "prepare", lambda source: decoded.append(source) or prepare(source))
    sources = [
        support.planned(support.picture(tmp_path / f"{i}.png", support.pixels(16, 16, 3, i)))
        for i in range(3)
    ]
    jobs = [
        support.job(source, pair(TINY, alpha / 10), fix=fix)
        for fix in ("none", "wavelet")
        for source in sources
        for alpha in range(11)
    ]
    jobs += [support.blend(source, pair(TINY, a / 10)) for source in sources for a in range(1, 10)]
    made = list(render(jobs, device="cpu"))
    assert {each.job for each in made} == set(jobs)
    assert len(mixes) == 11
    assert sorted(source.file.path.name for source in decoded) == ["0.png", "1.png", "2.png"]


def test_frames_are_made_while_other_inputs_are_decoded(tmp_path, monkeypatch):
    prepare, shown = images.prepare, threading.Event()
    seen_before = []

    def held(source):
        if source.file.path.name != "0.png":
            seen_before.append(shown.wait(20))
        return prepare(source)

    monkeypatch.setattr(images, "prepare", held)
    sources = [
        support.planned(support.picture(tmp_path / f"{i}.png", support.pixels(16, 16, 3, i)))
        for i in range(3)
    ]
    made = render([support.job(source, pair(TINY, 0.5)) for source in sources], device="cpu")
    assert next(made).job.picture.input == sources[0]
    shown.set()
    assert [each.job.picture.input for each in made] == sources[1:]
    assert seen_before == [True, True]


def test_the_same_jobs_give_the_same_pixels(photo):
    jobs = [support.job(photo, pair(TINY, alpha), fix="wavelet") for alpha in (0, 0.5)]
    first, second = ([made.pixels for made in render(jobs, device="cpu")] for _ in range(2))
    for one_run, other_run in zip(first, second, strict=True):
        np.testing.assert_array_equal(one_run, other_run)


@pytest.mark.parametrize("tile", ["off", 16, 40])
def test_tiles_change_nothing(photo, tile):
    whole = one(support.job(photo, pair(X4, 0.5), scale=4, tile="off", precision="fp32"))
    tiled = one(support.job(photo, pair(X4, 0.5), scale=4, tile=tile, precision="fp32"))
    assert np.abs(whole.astype(int) - tiled).max() <= 1
    assert (whole == tiled).mean() > 0.999


def test_float32_is_not_rounded_to_tf32_by_convolutions_on_gpus(photo, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    one(support.job(photo, pair(TINY, 0.5)))
    assert not torch.backends.cudnn.allow_tf32


def test_devices_that_are_not_there(photo):
    job = support.job(photo, pair(TINY, 0.5))
    for device, message in (("cuda:99", "usable GPU"), ("toaster", "unknown device 'toaster'")):
        with pytest.raises(RenderError, match=message):
            list(render([job], device=device))
    (made,) = render([job], device="auto")
    assert made.device in ("cpu", "mps", "cuda:0")


@pytest.mark.skipif(
    not support.REAL.exists(), reason=f"REAL DATA MISSING: {support.REAL} does not exist"
)
def test_published_figures_of_real_networks():
    networks = [
        support.file(support.REAL / "models" / f"dncnn_{name}.safetensors")
        for name in ("s15", "s25")
    ]
    published = {"01.png": 30.18, "03.png": 30.87, "07.png": 29.43}
    sources = {
        name: support.planned(support.REAL / "images" / name, Noise(25, 0)) for name in published
    }
    jobs = [support.job(source, [(networks[1], 1.0)]) for source in sources.values()]
    jobs.append(support.job(sources["01.png"], pair(networks, 0.5)))
    made = {each.job: each.pixels for each in render(jobs, device="cpu")}
    for job, (name, expected) in zip(jobs, published.items(), strict=False):
        clean = images.decode(support.REAL / "images" / name)
        assert measures.psnr(made[job], clean) == pytest.approx(expected, abs=0.15)
    clean = images.decode(support.REAL / "images" / "01.png")
    noise = np.random.default_rng(0).normal(0, 25, clean.shape)
    independent = support.output(pair(networks, 0.5), clean + noise)
    assert np.abs(made[jobs[-1]] - support.to_pixels(independent)).max() <= 1
