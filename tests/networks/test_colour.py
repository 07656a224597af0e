"""Colour fixes against Pillow, SciPy and numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from generator.networks import colour

RNG = np.random.default_rng(3)


def area(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Average by area through cumulative sums, whose values between pixels are linear."""
    for axis, target in enumerate(size):
        source = plane.shape[axis]
        plane = np.moveaxis(plane, axis, 0)
        total = np.concatenate([np.zeros((1, *plane.shape[1:])), plane.cumsum(0)])
        edges = np.linspace(0, source, target + 1)
        at = np.stack(
            [np.interp(edges, np.arange(source + 1), column) for column in total.T], axis=1
        )
        plane = np.moveaxis(np.diff(at, axis=0) * target / source, 0, axis)
    return plane


def bicubic(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(plane.astype(np.float32))
    return np.asarray(image.resize(size[::-1], Image.Resampling.BICUBIC))


@given(st.tuples(*[st.integers(1, 40)] * 4))
@settings(max_examples=60, deadline=None)
def test_box_resize_is_the_mean_of_what_is_covered(sizes):
    height, width, *target = sizes
    image = RNG.random((2, height, width))
    found = colour.box_resize(torch.from_numpy(image), tuple(target)).numpy()
    expected = np.stack([area(plane, tuple(target)) for plane in image])
    np.testing.assert_allclose(found, expected, atol=1e-9)
    if all(large % small == 0 for large, small in zip((height, width), target, strict=True)):
        cells = image.reshape(2, target[0], height // target[0], target[1], width // target[1])
        np.testing.assert_allclose(found, cells.mean((2, 4)), atol=1e-9)


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("size", [(40, 64), (37, 51)])
def test_average_fix_is_chainners(scale, size):
    reference = RNG.random((3, *size)).astype(np.float32)
    target = RNG.random((3, size[0] * scale, size[1] * scale)).astype(np.float32)
    small = tuple(-(-side // 8) for side in size)
    expected = []
    for plane, wanted in zip(target, reference, strict=True):
        shift = area(wanted.astype(float), small) - area(plane.astype(float), small)
        expected.append(plane + bicubic(shift, plane.shape))
    found = colour.average(torch.from_numpy(target), torch.from_numpy(reference))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_average_fix_gives_the_mean_colours_back():
    reference = torch.from_numpy(RNG.random((3, 64, 64)).astype(np.float32))
    fixed = colour.average(reference * 0.5 + 0.1, reference)
    torch.testing.assert_close(fixed.mean((1, 2)), reference.mean((1, 2)), atol=0.01, rtol=0)
    tiny = torch.zeros(3, 1, 1)
    assert colour.average(tiny, tiny + 1) is tiny


def test_transparent_pixels_do_not_count_in_the_average():
    reference = torch.full((1, 32, 32), 0.5)
    target = torch.full((1, 32, 32), 0.3)
    alpha = torch.ones(32, 32)
    alpha[:, 20:] = 0
    strange = reference.clone()
    strange[:, :, 20:] = 1.0  # colours that nobody sees
    found = colour.average(target, strange, alpha)
    torch.testing.assert_close(found[:, :, :14], reference[:, :, :14], atol=1e-5, rtol=0)


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("size", [(40, 50), (5, 7)])
def test_wavelet_fix_is_chainners(scale, size):
    reference = RNG.random((3, *size)).astype(np.float32)
    target = RNG.random((3, size[0] * scale, size[1] * scale)).astype(np.float32)
    expected = []
    for plane, wanted in zip(target, reference, strict=True):
        low = wanted.repeat(scale, 0).repeat(scale, 1).astype(float)
        high = plane.astype(float)
        for level in range(5):
            kernel = np.zeros((2 ** (level + 1) + 1,) * 2)
            step = 2**level
            kernel[::step, ::step] = np.outer([1, 2, 1], [1, 2, 1]) / 16
            low = ndimage.convolve(low, kernel, mode="nearest")
            high = ndimage.convolve(high, kernel, mode="nearest")
        expected.append(plane + low - high)
    found = colour.wavelet(torch.from_numpy(target), torch.from_numpy(reference))
    np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize("fix", [colour.average, colour.wavelet])
def test_what_has_the_right_colours_stays(fix):
    image = torch.from_numpy(RNG.random((3, 48, 33)).astype(np.float32))
    torch.testing.assert_close(fix(image, image), image, atol=1e-6, rtol=0)
