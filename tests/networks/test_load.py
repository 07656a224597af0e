"""Weights files of every kind: what can be used is, what cannot is one clear line."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from spandrel import MaskedImageModelDescriptor, ModelLoader
from spandrel.architectures.LaMa import LaMaArch
from support import networks as support

from generator.errors import ModelError
from generator.manifest.tables.formats import WEIGHTS_SUFFIXES
from generator.networks.weights.load import load
from generator.networks.weights.read import read_model
from generator.plan.info import Tensor, mixable


def test_facts_of_a_trained_network():
    info = read_model(support.DATA / "tiny_x4_a.safetensors")
    assert info.architecture == "Compact"
    assert info.architecture_name == "RealESRGAN Compact"
    assert (info.scale, info.input_channels, info.output_channels) == (4, 3, 3)
    assert info.tensors["body.0.weight"] == Tensor((16, 3, 3, 3), "")
    count = sum(
        value.numel() for value in load(support.DATA / "tiny_x4_a.safetensors").model.parameters()
    )
    assert info.parameters == count > 0
    assert info.half
    assert info.bfloat16


@pytest.mark.parametrize("suffix", WEIGHTS_SUFFIXES[1:])
@pytest.mark.parametrize("wrapped", ["plain", "params_ema", "module."])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_checkpoints_as_people_save_them(tmp_path, wrapped, dtype, suffix):
    torch.manual_seed(0)
    state = {key: value.to(dtype) for key, value in support.compact().state_dict().items()}
    path = tmp_path / f"net{suffix}"
    if wrapped == "params_ema":
        torch.save({"params_ema": state}, path)
    else:
        prefix = "" if wrapped == "plain" else wrapped
        torch.save({prefix + key: value for key, value in state.items()}, path)
    loaded = load(path).model.state_dict()
    assert all(value.dtype is torch.float32 for value in loaded.values())
    for key, value in state.items():
        assert torch.equal(loaded[key], value.float())


@pytest.mark.parametrize("suffix", [*WEIGHTS_SUFFIXES[1:], ".PTH"])
def test_pickles_in_the_format_before_zip(tmp_path, suffix):
    path = tmp_path / f"old{suffix}"
    torch.save(support.compact().state_dict(), path, _use_new_zipfile_serialization=False)
    assert load(path).architecture.id == "Compact"


COMPACT = support.compact().state_dict()
OTHER = {key: value + 1 for key, value in COMPACT.items()}
CRITIC = {"model.0.weight": torch.zeros(3, 3, 4, 4), "final.bias": torch.zeros(1)}


def before(prefix, state=COMPACT):
    return {prefix + key: value for key, value in state.items()}


WRAPPED = {
    "torch.compile": before("_orig_mod."),
    "compiled within": {key.replace("body.", "body._orig_mod."): v for key, v in COMPACT.items()},
    "compiled and distributed": before("_orig_mod.module."),
    "net_g": before("net_g."),
    "netG": before("netG."),
    "generator": {**before("generator."), **before("discriminator.", CRITIC)},
    "average of a generator": {
        **before("generator.", OTHER), **before("generator_ema."),
        **before("discriminator.", CRITIC), "step_counter": torch.tensor(3),
    },
    "averaged model": {**before("module."), "n_averaged": torch.tensor(7)},
    "ema-pytorch": {
        **before("online_model.", OTHER), **before("ema_model."),
        "initted": torch.tensor([True]), "step": torch.tensor([4]),
    },
    "lightning": {"state_dict": {**before("model."), **before("loss.vgg.", CRITIC)}, "epoch": 3},
    "lightning of a GAN": {
        "state_dict": {**before("net_g."), **before("net_d.", CRITIC)},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}}],
    },
    "an average": {"params": OTHER, "params_ema": COMPACT},
    "an average with a dash": {"params": OTHER, "params-ema": COMPACT},
    "one beside a critic": {"g": OTHER, "d": CRITIC, "g_ema": COMPACT},
    "an average of a state": {"ema_state_dict": COMPACT, "generator": OTHER},
    "any one name": {"my_net": COMPACT},
    "any one name before all": before("whatever.inner."),
    "an epoch beside": {**COMPACT, "epoch": 12},
    "an epoch as a tensor beside": {**COMPACT, "epoch": torch.tensor(12)},
    "parameters": {key: torch.nn.Parameter(value) for key, value in COMPACT.items()},
    "parameters and an epoch": {
        "params": {key: torch.nn.Parameter(value) for key, value in COMPACT.items()}, "iter": 5,
    },
    "settings": {"net": COMPACT, "size": torch.Size([3, 4]), "best": 31.5, "name": "x"},
}  # fmt: skip


@pytest.mark.parametrize("content", WRAPPED.values(), ids=WRAPPED)
def test_what_trainers_put_around_weights_is_taken_off(tmp_path, content):
    path = tmp_path / "net.pth"
    torch.save(content, path)
    loaded = load(path).model.state_dict()
    assert loaded.keys() == COMPACT.keys()
    assert all(torch.equal(loaded[key], value) for key, value in COMPACT.items())


def test_prefixes_are_taken_off_in_safetensors_too(tmp_path):
    path = tmp_path / "net.safetensors"
    save_file(WRAPPED["average of a generator"], path)
    loaded = load(path).model.state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in COMPACT.items())


def test_a_part_of_an_unknown_network_is_no_network(tmp_path):
    path = tmp_path / "net.safetensors"
    save_file({**before("encoder."), **before("decoder.", OTHER)}, path)
    with pytest.raises(ModelError, match=r"begin with 'decoder\.', 'encoder\.'\)"):
        load(path)


def test_what_does_not_fit_is_named(tmp_path):
    path = tmp_path / "net.safetensors"
    state = dict(COMPACT)
    del state["body.2.bias"]
    state["body.1.weight"] = torch.zeros(5)
    state["extra.weight"] = torch.zeros(2)
    save_file(state, path)
    with pytest.raises(ModelError) as caught:
        load(path)
    message = str(caught.value)
    assert 'Missing key(s) in state_dict: "body.2.bias"' in message
    assert 'Unexpected key(s) in state_dict: "extra.weight"' in message
    assert "size mismatch for body.1.weight" in message
    assert "\n" not in message


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_what_lies_at_a_path_is_said(tmp_path, suffix):
    makers = {
        "is a link to 'gone', which is not there": lambda path: path.symlink_to("gone"),
        "is a link that leads back to itself": lambda path: path.symlink_to(path.name),
        "is a pipe, a file is needed": os.mkfifo,
        "is a device, a file is needed": lambda path: path.symlink_to("/dev/zero"),
        "is a folder, a file is needed": Path.mkdir,
        "no such file": lambda _: None,
    }
    for at, (words, make) in enumerate(makers.items()):
        path = tmp_path / f"{at}{suffix}"
        make(path)
        with pytest.raises(ModelError) as caught:
            load(path)
        assert str(caught.value) == f"{path}: {words}"


def test_reading_a_file_leaves_it_alone(tmp_path):
    path = support.write(tmp_path / "n.safetensors", support.compact, 0).path
    before = path.read_bytes()
    path.chmod(0o444)
    read_model(path)
    assert path.read_bytes() == before


class _Leaves:
    """Unpickled without care, this would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("suffix", WEIGHTS_SUFFIXES[1:])
def test_pickles_that_would_run_code_are_refused_unrun(tmp_path, zipped, suffix):
    path, trace = tmp_path / f"evil{suffix}", tmp_path / "trace"
    content = {**support.compact().state_dict(), "extra": _Leaves(trace)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError, match=r"could run code; use a \.safetensors") as caught:
        load(path)
    assert not trace.exists()
    assert str(path) in str(caught.value)
    path.write_bytes(pickle.dumps(_Leaves(trace)))
    with pytest.raises(ModelError):
        load(path)
    assert not trace.exists()


class _Speaks(torch.nn.Module):
    """As TorchScript, this prints as it is loaded."""

    @torch.jit.export
    def __getstate__(self):
        return ()

    @torch.jit.export
    def __setstate__(self, state: tuple[()]):
        print("this ran")  # noqa: T201 - TorchScript knows no other way to leave a trace
        self.training = False


@pytest.mark.filterwarnings("ignore:.*torch.jit.* is deprecated")
@pytest.mark.parametrize("suffix", WEIGHTS_SUFFIXES[1:])
def test_torchscript_is_refused_unrun(tmp_path, capfd, suffix):
    path = tmp_path / f"program{suffix}"
    torch.jit.script(_Speaks()).save(str(path))
    torch.jit.load(str(path))
    assert "this ran" in capfd.readouterr().out
    with pytest.raises(ModelError, match="is TorchScript, a program, which is not run") as caught:
        load(path)
    assert "this ran" not in capfd.readouterr().out
    assert str(path) in str(caught.value)


def test_legacy_tar_checkpoints_are_refused_with_a_remedy(tmp_path):
    path = tmp_path / "tar.pth"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            data = pickle.dumps({"protocol_version": 1000})
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with pytest.raises(
        ModelError, match=r"old tar format.*save the state_dict\(\) as .safetensors"
    ):
        load(path)


def test_inpainting_networks_are_refused(tmp_path, monkeypatch):
    # The one such architecture has 51 million parameters; a small module stands in for it.
    module = torch.nn.Conv2d(4, 3, 1)
    masked = MaskedImageModelDescriptor(
        module,
        module.state_dict(),
        LaMaArch(),
        "Inpainting",
        [],
        supports_half=False,
        supports_bfloat16=True,
        input_channels=3,
        output_channels=3,
    )
    monkeypatch.setattr(ModelLoader, "load_from_state_dict", lambda *_: masked)
    path = support.write(tmp_path / "lama.safetensors", support.compact, 0).path
    with pytest.raises(ModelError, match="LaMa is an inpainting network"):
        load(path)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("none.safetensors", None, "no such file"),
        ("weights.bin", b"abc", "not from '.bin'; convert it"),
        ("empty.pth", b"", "is empty"),
        ("empty.safetensors", b"", "is empty"),
        ("page.safetensors", b"<!DOCTYPE html><title>Sign in</title>", "web page"),
        ("pointer.pth", b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        ("text.pth", b"hello, world", "cannot be read as .pth"),
        ("text.safetensors", b"hello, world", "cannot be read as .safetensors"),
        ("number.pth", {"epoch": 3}, "no network weights"),
        ("tensor.pth", torch.zeros(3), "cannot be read as .pth"),
        ("other.safetensors", {"a.weight": torch.zeros(3)}, "no architecture that spandrel knows"),
        (
            "unfit.safetensors",
            {"body.0.weight": torch.zeros(8, 3, 3, 3), "body.1.weight": torch.zeros(8)},
            "looks like a known architecture",
        ),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, name, data, message):
    path = tmp_path / name
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif path.suffix == ".safetensors" and data is not None:
        save_file(data, path)
    elif data is not None:
        torch.save(data, path)
    with pytest.raises(ModelError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folders_and_wrong_names(tmp_path):
    with pytest.raises(ModelError, match="folder"):
        load(tmp_path)
    wrong = tmp_path / "really-safetensors.pth"
    save_file(support.compact().state_dict(), wrong)
    with pytest.raises(ModelError, match=r"if it is a \.safetensors under a wrong name, rename it"):
        load(wrong)


def test_channels_that_cannot_be_shown(tmp_path):
    file = support.write(tmp_path / "four.safetensors", lambda: support.compact(channels=4), 0)
    with pytest.raises(ModelError, match="takes pictures of 4 channels"):
        load(file.path)


@given(cut=st.floats(0, 0.999), flips=st.lists(st.floats(0, 1), max_size=3))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_damaged_files_are_errors_or_networks(tmp_path, suffix, cut, flips):
    path = tmp_path / f"damaged{suffix}"
    state = support.compact(features=4, convolutions=1).state_dict()
    if suffix == ".pth":
        torch.save(state, path)
    else:
        save_file(state, path)
    data = bytearray(path.read_bytes())
    if not flips:
        data = data[: int(len(data) * cut)]
    for where in flips:
        data[int(where * (len(data) - 1))] ^= 0x55
    path.write_bytes(data)
    try:
        message = f"{path}: {load(path).architecture.id}"
    except ModelError as caught:
        message = str(caught)
    assert message.startswith(str(path))
    assert "\n" not in message


@pytest.mark.slow
def test_the_facts_of_files_from_a_process_of_their_own(tmp_path):
    good, bad = support.DATA / "tiny_a.safetensors", tmp_path / "none.pth"
    done = subprocess.run(
        [sys.executable, "-m", "generator.networks.weights.read"],
        input=json.dumps([str(good), str(bad)]),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["path"] == str(good)
    assert first["info"]["architecture"] == "Compact"
    assert first["info"]["tensors"]["body.0.bias"] == {"shape": [16], "digest": ""}
    assert second == {"path": str(bad), "error": f"{bad}: no such file"}
    assert done.stderr == ""


def test_constants_are_part_of_the_facts(tmp_path):
    def other(state):
        key = "layers.0.residual_group.blocks.0.attn.relative_position_index"
        return {**state, key: state[key].flip(0)}

    a = read_model(support.write(tmp_path / "a.safetensors", support.swinir, 0).path)
    b = read_model(support.write(tmp_path / "b.safetensors", support.swinir, 1).path)
    c = read_model(support.write(tmp_path / "c.safetensors", support.swinir, 2, change=other).path)
    assert mixable(a, b) is None
    assert "relative_position_index" in (mixable(a, c) or "")
    assert not a.half
