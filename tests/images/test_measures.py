"""PSNR and SSIM against scikit-image, and laws they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from generator.images import measures

RNG = np.random.default_rng(2)


def picture(height: int, width: int, channels: int) -> np.ndarray:
    steps = RNG.normal(0, 9, (height, width, channels)).cumsum(0).cumsum(1)
    return np.clip(128 + steps, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(11, 11), (12, 40), (127, 33), (300, 64)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("noise", [1, 25])
def test_both_equal_scikit_image(size, channels, noise):
    a = picture(*size, channels)
    b = np.clip(a + RNG.normal(0, noise, a.shape), 0, 255).astype(np.uint8)
    assert measures.psnr(a, b) == pytest.approx(
        peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9
    )
    expected = structural_similarity(
        a,
        b,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
        channel_axis=-1,
    )
    assert measures.ssim(a, b) == pytest.approx(expected, abs=1e-10)


pixels = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30), st.sampled_from([1, 2, 3, 4]))
)


@given(pixels, st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_laws(a, seed):
    b = np.random.default_rng(seed).integers(0, 256, a.shape, dtype=np.uint8)
    assert measures.psnr(a, a) == math.inf
    assert measures.ssim(a, a) == pytest.approx(1)
    assert measures.psnr(a, b) == measures.psnr(b, a) >= 0
    assert measures.ssim(a, b) == pytest.approx(measures.ssim(b, a))
    assert -1 <= measures.ssim(a, b) <= 1


def test_alpha_does_not_count_and_gray_counts_as_three_channels():
    a, b = picture(20, 24, 4), picture(20, 24, 4)
    assert measures.psnr(a, b) == measures.psnr(a[..., :3], b[..., :3])
    gray = picture(20, 24, 1)
    repeated = np.repeat(gray, 3, axis=2)
    assert measures.psnr(gray, a) == pytest.approx(measures.psnr(repeated, a[..., :3]))
    assert measures.ssim(a, gray) == pytest.approx(measures.ssim(a[..., :3], repeated))
    assert measures.psnr(np.dstack([gray, gray]), repeated) == math.inf


def test_the_formula_by_hand():
    a = np.zeros((4, 4, 1), np.uint8)
    b = a.copy()
    b[0, 0, 0] = 255
    assert measures.psnr(a, b) == pytest.approx(10 * math.log10(16))


def test_other_sizes_are_an_error():
    with pytest.raises(ValueError, match="24×20 and 20×24"):
        measures.psnr(picture(20, 24, 1), picture(24, 20, 1))
