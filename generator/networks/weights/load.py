"""Weights files to networks, through spandrel; whatever is wrong with a file in one clear line."""

from __future__ import annotations

import pickle
import struct
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TypeAlias, cast

import safetensors
import torch
from spandrel import (  # type: ignore[import-untyped]
    ImageModelDescriptor,
    MaskedImageModelDescriptor,
    ModelLoader,
    UnsupportedModelError,
    canonicalize_state_dict,
)

from generator.errors import ModelError
from generator.manifest.fields import WEIGHTS_SUFFIXES

Descriptor: TypeAlias = ImageModelDescriptor[torch.nn.Module]

# What torch, pickle and zip are seen to raise on files that hold something else.
_READ_ERRORS = (
    OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    EOFError, ImportError, AssertionError, MemoryError, pickle.UnpicklingError,
    safetensors.SafetensorError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def load(path: Path) -> Descriptor:
    """Return the network in a weights file: on the CPU, float32, eval mode.

    The file is only read: a pickle that would run code is refused, and so is TorchScript, which
    is a program. Raises ModelError.
    """
    state = read_state(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
            descriptor = ModelLoader().load_from_state_dict(state)
    except UnsupportedModelError as error:
        raise ModelError(
            f"{path}: these weights are of no architecture that spandrel knows; "
            "see its list of supported architectures"
        ) from error
    except _READ_ERRORS as error:
        raise ModelError(
            f"{path}: looks like a known architecture, but its weights do not fit it "
            f"({_first_line(error)}); the file is damaged or of a variant that spandrel lacks"
        ) from error
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
    descriptor.model.float().eval().requires_grad_(requires_grad=False)
    return cast(Descriptor, descriptor)


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """Return the entries of a weights file as they are stored. Raises ModelError."""
    if not path.is_file():
        raise ModelError(f"{path}: no such file" if not path.exists() else f"{path}: is a folder")
    suffix = path.suffix.lower()
    if suffix not in WEIGHTS_SUFFIXES:
        raise ModelError(
            f"{path}: weights are read from {', '.join(WEIGHTS_SUFFIXES)} files, "
            f"not from '{path.suffix}'; convert it"
        )
    try:
        if suffix == ".safetensors":
            state = ModelLoader().load_state_dict_from_file(path)
        else:
            state = _unpickled(path)
    except _READ_ERRORS as error:
        raise ModelError(f"{path}: {_why_unreadable(path, error)}") from error
    if not isinstance(state, dict) or not _holds_tensors(state):
        raise ModelError(
            f"{path}: holds no network weights (a state dict of tensors was expected); "
            "save the network's state_dict()"
        )
    return state


def _unpickled(path: Path) -> dict[str, torch.Tensor]:
    """Return a pickled state dict, by spandrel's list of what a pickle may name.

    Both torch.load, under any suffix, and spandrel, under ``.pt``, run TorchScript; so an
    archive is first looked into with the reader that torch itself tells it by.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
        file.seek(0)
        if zipped and "constants.pkl" in torch._C.PyTorchFileReader(file).get_all_records():
            raise ModelError(
                f"{path}: is TorchScript, a program, which is not run for safety; "
                "load it in torch and save its state_dict() as .safetensors"
            )
    return cast(dict[str, torch.Tensor], canonicalize_state_dict(ModelLoader()._load_pth(path)))


def _holds_tensors(state: dict[object, object]) -> bool:
    """Tell a state dict; some hold a few numbers beside their tensors."""
    named = all(isinstance(key, str) for key in state)
    return named and any(isinstance(value, torch.Tensor) for value in state.values())


def _why_unreadable(path: Path, error: BaseException) -> str:
    if isinstance(error, PermissionError):
        return "may not be read (permission denied)"
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
    if isinstance(error, pickle.UnpicklingError) and "forbidden" in str(error):
        return (
            f"holds more than weights ({_first_line(error)}), and reading it could run code; "
            "use a .safetensors of it, or save its state_dict() alone"
        )
    if path.suffix.lower() == ".safetensors":
        remedy = "if it is a .pth under a wrong name, rename it, else fetch it again"
    else:
        remedy = "if it is a .safetensors under a wrong name, rename it, else fetch it again"
    return f"cannot be read as {path.suffix.lower()} weights ({_first_line(error)}); {remedy}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
