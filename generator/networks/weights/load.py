"""Weights files to networks, through spandrel; whatever is wrong with a file in one clear line."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

import safetensors
import torch
from safetensors.torch import load as from_bytes
from safetensors.torch import load_file
from spandrel import (  # type: ignore[import-untyped]
    MAIN_REGISTRY,
    ImageModelDescriptor,
    MaskedImageModelDescriptor,
    ModelLoader,
)

from generator.errors import ModelError, printable
from generator.manifest.places import why_no_file
from generator.manifest.tables.formats import WEIGHTS_SUFFIXES
from generator.networks.weights.apart import importable
from generator.networks.weights.bounds import OverboundError, bounded_by, check_names
from generator.networks.weights.limits import MOST_HEADER, seconds_allowed
from generator.networks.weights.unpickle import REFUSED
from generator.networks.weights.wrappers import State, Unwrapped, beginnings, unwrap

Descriptor: TypeAlias = ImageModelDescriptor[torch.nn.Module]

# What torch, spandrel and safetensors are seen to raise on files that hold something else.
_READ_ERRORS = (
    OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    ImportError, AssertionError, MemoryError, safetensors.SafetensorError,
)  # fmt: skip

_HARMFUL = "the file is damaged, or made to do harm"


@dataclass(frozen=True)
class Written:
    """What an author's file calls the entries of a network, where spandrel calls them otherwise.

    Both map the network's key: ``full`` to the name in the file, ``bare`` to that name without
    what trainers put around it.
    """

    full: Mapping[str, str] = field(default_factory=dict)
    bare: Mapping[str, str] = field(default_factory=dict)


def load(path: Path) -> Descriptor:
    """Return the network in a weights file: on the CPU, float32, eval mode.

    The file is only read. A pickle is read in a process of its own, bounded in memory and time,
    from which tensors come back and nothing else; one that would run code is refused, and so is
    TorchScript, which is a program. Raises ModelError.
    """
    weights = read_weights(path)
    try:
        with warnings.catch_warnings(), bounded_by(weights.state) as watch:
            warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
            # A copy, because spandrel adds to what it is given.
            descriptor = ModelLoader().load_from_state_dict(dict(weights.state))
    except OverboundError as error:
        raise ModelError(f"{path}: {error}; {_HARMFUL}") from error
    except _READ_ERRORS as error:
        raise ModelError(
            f"{path}: looks like a known architecture, but its weights do not fit it "
            f"({_misfit(error)}); the file is damaged or of a variant that spandrel lacks"
        ) from error
    _check_use(path, descriptor)
    descriptor.written = _written(descriptor, weights, watch.copied)
    descriptor.model.float().eval().requires_grad_(requires_grad=False)
    return cast(Descriptor, descriptor)


def written(descriptor: Descriptor) -> Written:
    """Return what the file of a loaded network calls its entries."""
    return cast(Written, getattr(descriptor, "written", Written()))


def read_weights(path: Path) -> Unwrapped:
    """Return the tensors of a network that spandrel knows, out of their wrappers.

    Raises ModelError.
    """
    state = _read_state(path)
    try:
        check_names(state)
    except OverboundError as error:
        raise ModelError(f"{path}: {error}; {_HARMFUL}") from error
    if (found := unwrap(state, _is_known)) is None:
        several = ", ".join(f"'{printable(each[:40])}'" for each in beginnings(state)[:4])
        named = f" (names in it begin with {several})" if several else ""
        raise ModelError(
            f"{path}: these weights are of no architecture that spandrel knows; "
            f"see its list of supported architectures{named}"
        )
    return found


def _is_known(state: State) -> bool:
    try:
        return any(each.architecture.detect(state) for each in MAIN_REGISTRY)
    except _READ_ERRORS:
        return False


def _read_state(path: Path) -> State:
    if reason := why_no_file(path):
        raise ModelError(f"{path}: {reason}")
    suffix = path.suffix.lower()
    if suffix not in WEIGHTS_SUFFIXES:
        raise ModelError(
            f"{path}: weights are read from {', '.join(WEIGHTS_SUFFIXES)} files, "
            f"not from '{path.suffix}'; convert it"
        )
    try:
        with path.open("rb") as file:
            head = file.read(8)
        state = _from_safetensors(path, head) if suffix == ".safetensors" else _unpickled(path)
    except PermissionError as error:
        raise ModelError(f"{path}: may not be read (permission denied)") from error
    except _READ_ERRORS as error:
        raise ModelError(f"{path}: {_why_unreadable(path, _first_line(error))}") from error
    if not state:
        raise ModelError(
            f"{path}: holds no network weights (a state dict of tensors was expected); "
            "save the network's state_dict()"
        )
    return state


def _from_safetensors(path: Path, head: bytes) -> State:
    if len(head) == 8 and (length := struct.unpack("<Q", head)[0]) > MOST_HEADER:
        message = f"its header claims {length:,} bytes"
        raise ValueError(message)
    return load_file(path)


def _unpickled(path: Path) -> State:
    """Return the tensors in a pickle, which a process of its own reads."""
    seconds = seconds_allowed(path.stat().st_size)
    command = [sys.executable, "-m", "generator.networks.weights.unpickle", str(path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=seconds, env=importable(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        message = f"{path}: not read after {seconds:.0f} seconds; {_HARMFUL}"
        raise ModelError(message) from error
    if done.returncode == REFUSED:
        answer = json.loads(done.stderr.splitlines()[-1])
        reason = answer.get("refused") or _why_unreadable(path, answer["error"])
        raise ModelError(f"{path}: {printable(reason)}")
    if done.returncode:
        raise ModelError(f"{path}: reading it ended the process that did; {_HARMFUL}")
    return from_bytes(done.stdout)


def _why_unreadable(path: Path, error: str) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        return "is empty; fetch it again"
    if head[257:262] == b"ustar":
        return (
            "is a checkpoint in torch's old tar format, which is not read for safety; "
            "load it with the torch that made it and save the state_dict() as .safetensors"
        )
    if head.startswith((b"<!DOCTYPE", b"<html", b"version https://git-lfs")):
        return "is a web page or a Git LFS pointer, not the weights; fetch the file itself"
    if path.suffix.lower() == ".safetensors":
        remedy = "if it is a .pth under a wrong name, rename it, else fetch it again"
    else:
        remedy = "if it is a .safetensors under a wrong name, rename it, else fetch it again"
    return f"cannot be read as {path.suffix.lower()} weights ({error}); {remedy}"


def _check_use(path: Path, descriptor: Descriptor) -> None:
    """Raise ModelError for a network that makes no picture from a picture."""
    if isinstance(descriptor, MaskedImageModelDescriptor):
        raise ModelError(
            f"{path}: {descriptor.architecture.name} is an inpainting network, which needs a mask "
            "beside the picture; only networks from picture to picture can be compared"
        )
    for what, channels in (
        ("takes", descriptor.input_channels),
        ("makes", descriptor.output_channels),
    ):
        if channels not in (1, 3):
            raise ModelError(
                f"{path}: the network {what} pictures of {channels} channels; "
                "only gray (1) and colour (3) can be shown"
            )


def _written(descriptor: Descriptor, weights: Unwrapped, copied: Mapping[int, int]) -> Written:
    """Tell by the tensors that were copied, which of the file's became which of the network's."""
    at = {tensor.data_ptr(): name for name, tensor in weights.state.items() if tensor.numel()}
    full, bare = {}, {}
    for key, value in descriptor.model.state_dict().items():
        name = key if key in weights.state else at.get(copied.get(value.data_ptr(), 0))
        if name and name != key:
            bare[key] = name
        if name and weights.written[name] != key:
            full[key] = weights.written[name]
    return Written(full, bare)


def _misfit(error: BaseException) -> str:
    """Return what torch says about keys and shapes that do not fit, in one line."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in str(error).strip().splitlines()]
    if len(lines) > 1 and lines[0].startswith("Error(s) in loading state_dict"):
        text = " ".join(lines[1:])
        return printable(text if len(text) <= 300 else f"{text[:300]}…").rstrip(".")
    return _first_line(error)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return printable(lines[0][:200]).rstrip(".") if lines else type(error).__name__
