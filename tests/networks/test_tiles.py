"""Tiles: equal to the whole picture where they are said to be, seamless elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from spandrel import ModelTiling
from support import networks as support

from generator.networks.engine import render
from generator.networks.running.forward import Forward
from generator.networks.running.tiles import (
    Tiling,
    fewest_pixels,
    receptive_radius,
    run_tiled,
    squares,
    tiling_of,
)
from generator.networks.weights.load import load

EXACT = {
    "compact": support.compact,
    "compact x4": lambda: support.compact(scale=4),
    "span": support.span,
    "dncnn": support.dncnn,
    "dncnn with batch norm": lambda: support.dncnn(mode="BR"),
}


@pytest.mark.parametrize("name", EXACT)
def test_tiled_equals_untiled_where_exact(tmp_path, name):
    path = support.write(tmp_path / "n.safetensors", EXACT[name], 0).path
    descriptor = load(path)
    tiling = tiling_of(descriptor)
    assert tiling is not None
    assert tiling.exact
    levels = 255 * torch.rand(90, 77, descriptor.input_channels)
    whole = descriptor(levels.permute(2, 0, 1)[None] / 255)[0]
    forward = Forward(descriptor, torch.float32)
    for side in (23, 64):
        tiled = run_tiled(
            forward, levels, tiling, scale=descriptor.scale, grid=squares(90, 77, side)
        )
        torch.testing.assert_close(tiled, whole, atol=2e-5, rtol=0)


@pytest.mark.parametrize("name", EXACT)
def test_the_radius_is_what_a_pixel_can_reach(tmp_path, name):
    # Weights of one sign and no dead units: a change is seen as far as the kernels reach.
    def positive(tensors):
        return {key: value.abs() / value.abs().sum() ** 0.5 for key, value in tensors.items()}

    chain = name in ("compact", "compact x4", "dncnn")
    change = positive if chain else dict
    file = support.write(tmp_path / "n.safetensors", EXACT[name], 1, change=change)
    descriptor = load(file.path)
    radius = receptive_radius(descriptor)
    network = descriptor.model.double()
    image = torch.rand(1, descriptor.input_channels, 3, 121, dtype=torch.double)
    changed = image.clone()
    changed[..., 60] += 1
    difference = (network(image) - network(changed)).detach().abs().amax((0, 1, 2))
    reached = torch.nonzero(difference > 0)
    scale = descriptor.scale
    assert reached.min() >= (60 - radius) * scale
    assert reached.max() < (61 + radius) * scale
    if chain:
        assert reached.max() - reached.min() >= 2 * (radius - 1) * scale


@given(
    height=st.integers(1, 200),
    width=st.integers(1, 200),
    side=st.integers(1, 220),
    margin=st.integers(1, 40),
    multiple=st.sampled_from([1, 4, 16]),
    exact=st.booleans(),
    scale=st.integers(1, 3),
)
@settings(max_examples=100, deadline=None)
def test_tiles_of_a_plain_enlargement_join_without_a_seam(
    height, width, side, margin, multiple, exact, scale
):
    margin = -(-margin // multiple) * multiple
    tiling = Tiling(margin, exact, multiple)
    levels = torch.arange(height * width, dtype=torch.float32).view(height, width, 1)
    starts = []

    def enlarge(piece):
        starts.append(divmod(int(piece[0, 0, 0]), width))
        image = piece.permute(2, 0, 1)[None]
        return image.repeat_interleave(scale, 2).repeat_interleave(scale, 3)

    side = max(side, 8)
    found = run_tiled(enlarge, levels, tiling, scale=scale, grid=squares(height, width, side))
    torch.testing.assert_close(found, enlarge(levels)[0], rtol=1e-5, atol=0)
    assert all(top % multiple == 0 and left % multiple == 0 for top, left in starts)


@given(
    height=st.integers(1, 400),
    width=st.integers(1, 400),
    side=st.integers(16, 220),
    margin=st.integers(1, 40),
    exact=st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_tiles_of_any_shape_compute_less_in_the_same_memory(height, width, side, margin, exact):
    tiling = Tiling(margin, exact, 1)
    levels = torch.zeros(height, width, 1)

    def areas(grid):
        pieces = []

        def call(piece):
            pieces.append(piece.shape[0] * piece.shape[1])
            return piece.permute(2, 0, 1)[None]

        run_tiled(call, levels, tiling, scale=1, grid=grid)
        return pieces

    square = areas(squares(height, width, side))
    found = areas(fewest_pixels(height, width, side, tiling))
    allowed = (side + 2 * margin) ** 2
    if max(square) <= allowed:
        assert max(found) <= allowed
        assert sum(found) <= sum(square)
    if height * width <= allowed:
        assert found == [height * width]


def test_six_oblongs_do_for_nine_squares():
    assert squares(480, 640, 231) == (3, 3)
    assert fewest_pixels(480, 640, 231, Tiling(32, exact=False, multiple=1)) == (2, 3)


def test_blended_tiles_are_close_and_seamless(tmp_path):
    descriptor = load(support.write(tmp_path / "n.safetensors", support.esrgan, 0).path)
    tiling = tiling_of(descriptor)
    assert tiling is not None
    assert not tiling.exact
    levels = 255 * torch.rand(150, 170, 3)
    forward = Forward(descriptor, torch.float32)
    tiled = run_tiled(forward, levels, tiling, scale=2, grid=(2, 3))
    assert (tiled - forward(levels)[0]).abs().max() < 1 / 255


def test_networks_that_need_the_whole_picture_get_it(tmp_path):
    descriptor = load(support.write(tmp_path / "n.safetensors", support.swinir, 0).path)
    assert descriptor.tiling is ModelTiling.DISCOURAGED
    assert tiling_of(descriptor) is None


def limit(monkeypatch, largest: int, error: Exception) -> list[int]:
    """Let the real network fail for pictures of more than ``largest`` pixels."""
    sizes: list[int] = []
    forward = Forward.__call__

    def limited(self, levels):
        sizes.append(levels.shape[0] * levels.shape[1])
        if sizes[-1] > largest:
            raise error
        return forward(self, levels)

    monkeypatch.setattr(Forward, "__call__", limited)
    return sizes


def one_job(tmp_path, side=150):
    network = support.write(tmp_path / "n.safetensors", support.compact, 0)
    path = support.picture(tmp_path / "p.png", support.pixels(side, side, 3))
    return support.job(support.planned(path), [(network, 1.0)], precision="fp32")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"
        ),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.56 GB, max allowed: 6.80 GB)."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: out of memory"),
        MemoryError(),
    ],
)
def test_out_of_memory_halves_the_tiles_and_goes_on(tmp_path, monkeypatch, error):
    job = one_job(tmp_path)
    (expected,) = render([job], device="cpu")
    sizes = limit(monkeypatch, 90 * 90, error)
    (found,) = render([job], device="cpu")
    assert np.abs(found.pixels.astype(int) - expected.pixels).max() <= 1
    assert max(sizes) == 150 * 150
    assert sizes[-1] <= 90 * 90


def test_when_nothing_fits_it_is_said(tmp_path, monkeypatch):
    job = one_job(tmp_path)
    limit(monkeypatch, 10, torch.OutOfMemoryError("CUDA out of memory"))
    (found,) = render([job], device="cpu")
    assert "out of memory, even in small tiles" in found.reason


@pytest.mark.parametrize(
    "message",
    [
        "CUDA error: an illegal memory access was encountered",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "CUDA error: device-side assert triggered",
    ],
)
def test_other_errors_are_not_taken_for_it(tmp_path, monkeypatch, message):
    job = one_job(tmp_path)
    sizes = limit(monkeypatch, 10, RuntimeError(message))
    (found,) = render([job], device="cpu")
    assert message in found.reason
    assert len(sizes) == 1
