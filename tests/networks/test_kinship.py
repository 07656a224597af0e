"""What two networks are to each other: both answers together."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import load_file, save_file
from spandrel.architectures.FFTformer import FFTformer
from support import networks as support

from generator import images
from generator.networks.kinship import inspect
from generator.networks.weights.about import about

DATA = support.DATA
PHOTO = images.decode(DATA / "photo.png")
CROPS = [PHOTO[:48, :48], PHOTO[-48:, -48:]]


def pair(*paths, crops=CROPS):
    kinship = inspect(paths, crops)
    (found,) = kinship.pairs
    assert (kinship.verdict, kinship.middle) == (found.verdict, found.middle)
    return found


def fixture(name):
    return DATA / f"{name}.safetensors"


def test_verdict_and_middle():
    found = pair(fixture("tiny_a"), fixture("tiny_b"))
    assert (found.verdict, found.middle) == ("related", "good")
    found = pair(fixture("tiny_a"), fixture("tiny_other"))
    assert (found.verdict, found.middle) == ("unrelated", "broken")
    assert pair(fixture("tiny_a"), fixture("tiny_b"), crops=[]).middle is None


def permuted(path, *convolutions):
    """Write tiny_a with the channels behind these convolutions in another order."""
    state = load_file(fixture("tiny_a"))
    order = torch.roll(torch.arange(16), 5)
    for number in convolutions:
        for key in (f"body.{number}.weight", f"body.{number}.bias", f"body.{number + 1}.weight"):
            state[key] = state[key][order]
        key = f"body.{number + 2}.weight"
        state[key] = state[key][:, order]
    save_file({key: value.contiguous() for key, value in state.items()}, path)
    return path


@pytest.mark.parametrize("convolutions", [(4,), (0, 2, 4, 6, 8)])
def test_one_network_with_its_channels_in_another_order_is_unrelated(tmp_path, convolutions):
    twin = permuted(tmp_path / "twin.safetensors", *convolutions)
    found = pair(fixture("tiny_a"), twin)
    assert (found.verdict, found.middle) == ("unrelated", "broken"), found.reasons


def test_pictures_decide_what_weights_leave_open(tmp_path):
    """Of one layer in another order weights alone leave a doubt."""
    twin = permuted(tmp_path / "twin.safetensors", 4)
    assert pair(fixture("tiny_a"), twin, crops=[]).verdict == "doubtful"
    for seed, other in enumerate(("one", "other")):
        support.write(tmp_path / f"{other}.safetensors", lambda: support.compact(features=4), seed)
    one = tmp_path / "one.safetensors"
    assert pair(one, one, crops=[]).verdict == "doubtful"
    assert pair(one, one).verdict == "related"


def test_networks_with_weights_of_five_dimensions_are_judged(tmp_path):
    def small():
        return FFTformer(dim=8, num_blocks=[1, 1, 1], num_refinement_blocks=1)

    files = [support.write(tmp_path / f"{seed}.safetensors", small, seed).path for seed in (1, 2)]
    assert any(value.dim() == 5 for value in load_file(files[0]).values())
    near = load_file(files[0])
    torch.manual_seed(3)
    for value in near.values():
        value += 0.1 * value.std().nan_to_num() * torch.randn_like(value)
    child = tmp_path / "child.safetensors"
    save_file(near, child)
    crops = [PHOTO[:32, :32]]
    found = pair(files[0], child, crops=crops)
    assert found.verdict == "related"
    assert [step.alpha for step in found.steps] == [0.25, 0.5, 0.75]
    assert pair(*files, crops=[]).verdict == "unrelated"


def test_what_cannot_be_mixed_is_unrelated_and_said():
    found = pair(fixture("tiny_a"), fixture("tiny_x4_a"))
    assert (found.verdict, found.middle) == ("unrelated", None)
    assert found.obstacle is not None
    assert "1 and 4" in found.obstacle
    assert found.layers == found.steps == ()


def test_many_models_pair_by_pair_as_json():
    paths = [DATA / f"tiny_{name}.safetensors" for name in ("a", "b", "other")]
    kinship = inspect(paths)
    assert [pair.verdict for pair in kinship.pairs] == ["related", "unrelated", "unrelated"]
    assert (kinship.verdict, kinship.middle) == ("unrelated", None)
    data = json.loads(json.dumps(asdict(kinship), allow_nan=False))
    assert data["pairs"][0]["steps"] == []
    assert inspect(paths, CROPS).middle == "broken"


def test_the_same_answer_every_time():
    pairs = [pair(fixture("tiny_a"), fixture("tiny_b")) for _ in range(2)]
    assert pairs[0] == pairs[1]


def test_about_a_file(tmp_path):
    found = about(fixture("tiny_x4_a"))
    assert found.architecture == "RealESRGAN Compact"
    assert (found.scale, found.input_channels, found.output_channels) == (4, 3, 3)
    state = load_file(fixture("tiny_x4_a"))
    assert found.parameters == sum(value.numel() for value in state.values())
    assert found.precision == ("float16",)
    assert json.loads(found.metadata["training"])["license"] == "MIT"
    assert found.bytes == fixture("tiny_x4_a").stat().st_size
    assert found.damaged == ""
    state["body.0.weight"] = state["body.0.weight"].float()
    state["body.2.weight"][0, 0, 0, 0] = torch.nan
    torch.save(state, tmp_path / "two.pth")
    found = about(tmp_path / "two.pth")
    assert found.precision == ("float16", "float32")
    assert found.metadata == {}
    assert found.damaged == "body.2.weight"
