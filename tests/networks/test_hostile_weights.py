"""Weights made to do harm: refused in one line, within bounds, and nothing is changed by them."""

from __future__ import annotations

import collections
import io
import json
import pickle
import resource
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file
from support import networks as support

from generator.errors import ModelError
from generator.networks.weights import pickles, unpickle
from generator.networks.weights.bounds import OverboundError, bounded_by
from generator.networks.weights.load import load

GLOBALS = sorted(pickles.allowed())


def archive(path: Path, program: bytes, *, compression: int = zipfile.ZIP_STORED, **more: bytes):
    """Write a zip archive as torch.save does, around any pickle."""
    with zipfile.ZipFile(path, "w", compression, compresslevel=1) as target:
        target.writestr("archive/data.pkl", program)
        target.writestr("archive/version", b"3\n")
        for name, data in more.items():
            target.writestr(f"archive/data/{name}", data)
    return path


def stream(path: Path, program: bytes, *storages: tuple[str, int, bytes]):
    """Write the format before archives, around any pickle."""
    head = pickle.dumps(pickles._MAGIC, 2) + pickle.dumps(pickles._PROTOCOL, 2)
    data = head + pickle.dumps({"little_endian": True}, 2) + program
    data += pickle.dumps([key for key, _, _ in storages], 2)
    data += b"".join(struct.pack("<q", count) + raw for _, count, raw in storages)
    path.write_bytes(data)
    return path


def tensor(count: int, *shape: int, strides: tuple[int, ...] | None = None, offset: int = 0):
    """Return the opcodes of a float tensor that claims to view a storage of so many numbers."""
    strides = strides if strides is not None else (1,) * len(shape)

    def number(value: int) -> bytes:
        return b"\x8a" + bytes([9]) + value.to_bytes(9, "little", signed=True)

    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0xX\x03\0\0\0cpu"
    storage += number(count) + b"tQ"
    rest = number(offset) + numbers(shape) + numbers(strides)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"\x89N" + b"tR"


def state(*values: bytes) -> bytes:
    """Return a pickled dict of them."""
    entries = b"".join(b"X\x02\0\0\0w%d" % at + value for at, value in enumerate(values))
    return b"\x80\x02}(" + entries + b"u."


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message


@pytest.fixture
def bounded():
    """Fail where what runs within takes long, or much memory, here or in a child."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    before = [resource.getrusage(kind).ru_maxrss for kind in kinds]
    spent = sum(resource.getrusage(kind).ru_utime for kind in kinds)
    yield
    assert sum(resource.getrusage(kind).ru_utime for kind in kinds) - spent < 10
    peaks = [resource.getrusage(kind).ru_maxrss for kind in kinds]
    assert peaks[0] - before[0] < 600_000  # KiB
    # A child counts as large as its parent was when it was forked.
    assert peaks[1] <= max(before[1], peaks[0], 900_000)


@pytest.mark.parametrize("name", GLOBALS, ids=".".join)
@pytest.mark.parametrize("write", [archive, stream])
def test_no_pickle_changes_what_is_read_after_it(tmp_path, name, write):
    """BUILD sets attributes on whatever a pickle may name."""
    honest = tmp_path / "honest.pth"
    torch.save(support.compact().state_dict(), honest)
    before = load(honest).model.state_dict()
    defaults = torch._utils._rebuild_tensor_v2.__defaults__
    known = b"c" + "\n".join(name).encode() + b"\n"
    attributes = b"}(X\x0c\0\0\0__defaults__(NNtX\x08\0\0\0__call__NX\x05\0\0\0dtypeNu"
    for given in (attributes, b"N" + attributes + b"\x86", b"}" + attributes + b"\x86"):
        path = write(tmp_path / "evil.pth", b"\x80\x02" + known + given + b"b.")
        refusal(path)
    after = load(honest).model.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())
    assert torch._utils._rebuild_tensor_v2.__defaults__ is defaults


@pytest.mark.parametrize("name", GLOBALS, ids=".".join)
def test_what_a_pickle_may_name_has_nothing_to_set(name):
    """Even in the process that ends with it."""
    stand_in = pickles.allowed()[name]
    assert not hasattr(stand_in, "__dict__")
    assert not hasattr(stand_in, "__setstate__")
    assert not isinstance(stand_in, type)
    for attribute in ("__class__", "__defaults__", "form", "anything"):
        with pytest.raises(pickle.UnpicklingError, match="forbidden"):
            setattr(stand_in, attribute, 1)


def test_the_process_that_builds_runs_no_pickle(tmp_path, monkeypatch):
    path = tmp_path / "n.pth"
    torch.save(support.compact().state_dict(), path)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("unpickled here")

    for module, name in ((torch, "load"), (pickle, "load"), (pickle, "loads")):
        monkeypatch.setattr(module, name, never)
    assert load(path).architecture.id == "Compact"


def test_reading_pickles_needs_no_torch(tmp_path):
    path = tmp_path / "n.pth"
    torch.save(support.compact().state_dict(), path)
    script = (
        "import sys; from generator.networks.weights.unpickle import main; "
        f"status = main({str(path)!r}); sys.exit(status or ('torch' in sys.modules))"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, check=True)


FAR = 10_000_000_000

BOMBS = {
    "a storage of 10 GB in ten bytes": lambda p: archive(p, state(tensor(FAR, FAR)), x=b"0" * 10),
    "the same before archives": lambda p: stream(p, state(tensor(FAR, FAR)), ("x", FAR, b"0" * 10)),
    "a storage that is not there": lambda p: archive(p, state(tensor(4, 4))),
    "strides of zero": lambda p: archive(p, state(tensor(1, FAR, strides=(0,))), x=b"0000"),
    "many of them": lambda p: archive(
        p, state(*[tensor(1, 10**7, strides=(0,))] * 10), x=b"0000"
    ),
    "beyond its numbers": lambda p: archive(p, state(tensor(4, 2, offset=3)), x=b"0" * 16),
    "before its numbers": lambda p: archive(p, state(tensor(4, 2, offset=-1)), x=b"0" * 16),
    "backwards": lambda p: archive(p, state(tensor(4, 4, strides=(-1,), offset=3)), x=b"0" * 16),
    "a negative side": lambda p: archive(p, state(tensor(4, -4)), x=b"0" * 16),
    "a pickle that unpacks to a thousandfold": lambda p: archive(
        p, b"\x80\x02" + b"}0" * 2**26 + b"}.", compression=zipfile.ZIP_DEFLATED
    ),
    "numbers that do": lambda p: archive(
        p, state(tensor(2**26, 2**26)), compression=zipfile.ZIP_DEFLATED, x=bytes(2**28)
    ),
    "nested deep": lambda p: archive(p, b"\x80\x02" + b"(" * 2_000_000 + b"t" * 2_000_000 + b"."),
    "dicts in dicts": lambda p: archive(
        p, b"\x80\x02}" + b"}X\x01\0\0\0a" * 100_000 + b"N" + b"s" * 100_000 + b"."
    ),
    "one dict from everywhere": lambda p: archive(
        p,
        b"\x80\x02}q\0(" + b"".join(b"X\x04\0\0\0%04dN" % i for i in range(1000)) + b"u0"
        + b"".join(
            b"}q%c(" % (level + 1)
            + b"".join(b"X\x04\0\0\0%04dh%c" % (i, level) for i in range(1000))
            + b"u0"
            for level in range(3)
        )
        + b"h\x03.",
    ),
    "a memo of any length": lambda p: archive(p, b"\x80\x02}r\xff\xff\xff\x7f."),
    "bytes of any length": lambda p: archive(p, b"\x80\x05\x96" + struct.pack("<Q", 2**40) + b"."),
    "itself": lambda p: archive(p, b"\x80\x02}q\0X\x01\0\0\0ah\0s."),
}  # fmt: skip


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("write", BOMBS.values(), ids=BOMBS)
def test_bombs_end_in_a_line(tmp_path, write):
    path = tmp_path / "bomb.pth"
    write(path)
    started = time.monotonic()
    refusal(path)
    assert time.monotonic() - started < 60


def test_a_pickle_that_never_ends_is_ended(tmp_path, monkeypatch):
    path = archive(tmp_path / "n.pth", b"\x80\x02" + b"}0" * 10_000_000 + b"}.")
    monkeypatch.setattr("generator.networks.weights.load.seconds_allowed", lambda _: 0.05)
    assert "not read after" in refusal(path)


def compact_with(**tensors: torch.Tensor) -> dict[str, torch.Tensor]:
    return {
        **support.compact().state_dict(),
        **{k.replace("_", "."): v for k, v in tensors.items()},
    }


def new_esrgan(**tensors: torch.Tensor) -> dict[str, torch.Tensor]:
    names = ["conv_first", "body.0.rdb1.conv1", "conv_body", "conv_last"]
    return {f"{name}.weight": torch.zeros(4, 4, 3, 3) for name in names} | tensors


def swinir_with_windows_of(side: int, pictures: int) -> dict[str, torch.Tensor]:
    """Hollow tables, from whose sides the window and the size of pictures follow."""
    hollow = {
        "relative_position_index": torch.zeros(side * side, 1),
        "attn_mask": torch.zeros((pictures // side) ** 2, 1),
    }
    return {
        key: hollow.get(key.rpartition(".")[2], value)
        for key, value in support.swinir().state_dict().items()
    }


CLAIMS = {
    "two million layers": lambda: compact_with(body_2000000_weight=torch.zeros(3, 8, 3, 3)),
    "layers beyond counting": lambda: compact_with(
        **{f"body_{'9' * 5000}_weight": torch.zeros(3, 8, 3, 3)}
    ),
    "sides without numbers": lambda: {
        **support.compact().state_dict(), "body.0.weight": torch.zeros(10**9, 0, 3, 3)
    },
    "blocks": lambda: new_esrgan(**{"body.1500000.rdb1.conv1.weight": torch.zeros(4, 4, 3, 3)}),
    "wide windows": lambda: swinir_with_windows_of(120, 1200),
    "too many tensors": lambda: {f"x.{i}": torch.zeros(1) for i in range(20_001)},
}  # fmt: skip


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("make", CLAIMS.values(), ids=CLAIMS)
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_tiny_weights_that_claim_much_cost_little(tmp_path, make, suffix):
    path = tmp_path / f"claims{suffix}"
    tensors = {key: value.contiguous().clone() for key, value in make().items()}
    if suffix == ".pth":
        torch.save(tensors, path)
    else:
        save_file(tensors, path)
    assert path.stat().st_size < 6_000_000
    refusal(path)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize(
    "build",
    [
        lambda: [torch.nn.Sequential(torch.nn.Identity()) for _ in range(2_000_000)],
        lambda: torch.nn.ModuleList([torch.nn.Conv2d(900, 900, 3) for _ in range(50)]),
        lambda: torch.nn.Linear(30_000, 30_000),
        lambda: torch.nn.BatchNorm1d(100_000_000),
        lambda: torch.zeros(10**9),
        lambda: torch.arange(10**9),
        lambda: torch.linspace(0, 1, 10**9),
        lambda: torch.zeros(30_000, 1) - torch.zeros(1, 30_000),
        lambda: torch.zeros(1000).repeat(1000, 1000),
        lambda: torch.stack(torch.meshgrid(*[torch.zeros(9000)] * 2, indexing="ij")),
    ],
)
def test_building_stops_where_it_outgrows_the_weights(build):
    state = support.compact().state_dict()
    with bounded_by(state):
        torch.nn.Conv2d(64, 64, 3)
    with pytest.raises(OverboundError), bounded_by(state):
        build()
    torch.nn.Linear(100, 100)


def test_headers_without_bound_are_not_read(tmp_path):
    path = tmp_path / "n.safetensors"
    header = json.dumps({"__metadata__": {"x": "y" * 2**25}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    assert "its header claims" in refusal(path)


HONEST = {
    "compact": support.compact,
    "span": support.span,
    "dncnn": lambda: support.dncnn(mode="BR"),
    "esrgan": support.esrgan,
    "swinir": support.swinir,
}


def saved(content: object, **options: bool) -> bytes:
    target = io.BytesIO()
    torch.save(content, target, **options)
    return target.getvalue()


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)
def test_honest_pickles_give_the_tensors_that_torch_reads(tmp_path, make, zipped):
    path = tmp_path / "n.pth"
    kept = make().state_dict()
    path.write_bytes(saved(kept, _use_new_zipfile_serialization=zipped))
    assert all(torch.equal(each, kept[key]) for key, each in read(path).items())


def read(path: Path) -> dict[str, torch.Tensor]:
    from generator.networks.weights.load import _unpickled

    return _unpickled(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_views_of_every_kind_are_read(tmp_path, zipped):
    whole = torch.arange(120, dtype=torch.float32).reshape(2, 3, 4, 5)
    kept = {
        "part": whole[1, :, 1:3],
        "turned": whole.permute(3, 1, 0, 2),
        "channels last": whole.clone(memory_format=torch.channels_last),
        "repeated": torch.tensor([3.0]).expand(4, 7),
        "number": torch.tensor(2.5),
        "nothing": torch.zeros(0, 3),
        "step": whole.flatten()[3::7],
        "half": whole.half(),
        "brain": whole.bfloat16().permute(1, 0, 3, 2),
        "double": whole.double(),
        "whole": torch.arange(-3, 4),
        "bytes": torch.arange(5, dtype=torch.uint8),
        "truth": torch.tensor([True, False]),
        "parameter": torch.nn.Parameter(whole[:, 2]),
    }
    path = tmp_path / "n.pth"
    path.write_bytes(saved(collections.OrderedDict(kept), _use_new_zipfile_serialization=zipped))
    found = read(path)
    assert found.keys() == kept.keys()
    for key, value in kept.items():
        assert found[key].dtype is value.dtype
        assert torch.equal(found[key], value), key


def test_numbers_of_another_byte_order_are_read(tmp_path):
    values = struct.pack(">4f", 1, 2, 3, 4)
    path = archive(tmp_path / "n.pth", state(tensor(4, 4)), x=values)
    with zipfile.ZipFile(path, "a") as target:
        target.writestr("archive/byteorder", b"big")
    assert torch.equal(read(path)["w0"], torch.tensor([1.0, 2, 3, 4]))


def test_safetensors_bytes_are_those_of_the_library(tmp_path):
    path = tmp_path / "n.pth"
    kept = support.compact().state_dict()
    path.write_bytes(saved(kept))
    with path.open("rb") as file:
        source = pickles.open_source(file, path.stat().st_size)
        tensors = unpickle.tensors_by_name(source.content)
        written = b"".join(unpickle.write_safetensors(tensors, source, 10**9))
    from safetensors.torch import load as from_bytes

    ours, theirs = from_bytes(written), from_bytes(save(kept))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)
