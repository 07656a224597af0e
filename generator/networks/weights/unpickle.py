"""Pickled weights, read where nothing can be harmed: plain tensors by name come out, or a reason.

``python -m generator.networks.weights.unpickle FILE`` writes the file's tensors to stdout as
safetensors. Where it cannot, it exits with REFUSED, and the last line on stderr is JSON:
``{"refused": WHY}`` in full words, or ``{"error": WHAT}`` as Python has it.

The process ends with the pickle that it ran, and never imports torch. Memory is bounded by the
system where that can be asked for (not on Windows, and macOS may ignore it); time, by whoever
starts the process; and everywhere what a file claims is bounded by its size.
"""

from __future__ import annotations

import json
import math
import pickle
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from generator.networks.weights.limits import MOST_TENSORS, bytes_allowed, memory_allowed
from generator.networks.weights.pickles import Refused, Source, Storage, Tensor, open_source, whole

REFUSED = 3
"""The exit status of a process that says why it returns nothing."""

_MOST_ENTRIES = 1_000_000
_MOST_DIMENSIONS = 32
_DEEPEST = 4


def tensors_by_name(content: object) -> dict[str, Tensor]:
    """Return the tensors in nested dicts, under their keys joined by dots. Raises Refused."""
    if not isinstance(content, dict):
        raise pickle.UnpicklingError("no dict of tensors")
    found = dict(_named(content, "", _DEEPEST, [0]))
    if not found:
        raise Refused(
            "holds no network weights (a state dict of tensors was expected); "
            "save the network's state_dict()"
        )
    return found


def _named(value: object, name: str, deeper: int, seen: list[int]) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, dict) and deeper:
        for key, inner in value.items():
            seen[0] += 1
            if seen[0] > _MOST_ENTRIES:
                raise Refused(f"holds more than {_MOST_ENTRIES:,} entries, which weights do not")
            if isinstance(key, str):
                yield from _named(inner, f"{name}.{key}" if name else key, deeper - 1, seen)


def write_safetensors(tensors: Mapping[str, Tensor], source: Source, limit: int) -> Iterator[bytes]:
    """Yield a safetensors file, tensor by tensor. Raises Refused before anything is yielded.

    No tensor may reach beyond its storage, and all together may not take more than ``limit``
    bytes, however often they repeat the same numbers.
    """
    if len(tensors) > MOST_TENSORS:
        raise Refused(f"holds more than {MOST_TENSORS:,} tensors, which no known network does")
    header: dict[str, Any] = {}
    at = 0
    for name, tensor in tensors.items():
        _check(tensor)
        end = at + math.prod(tensor.shape) * tensor.storage.itemsize
        if end > limit:
            raise Refused(f"unpacks to more than {limit:,} bytes, far more than weights do")
        kind, shape = tensor.storage.kind, list(tensor.shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield struct.pack("<Q", len(text)) + text
    for tensor in tensors.values():
        yield _numbers(tensor, source)


def _check(tensor: Tensor) -> None:
    """Raise where a tensor is not what it has to be, or reaches beyond its storage."""
    storage, offset, shape, strides = tensor
    sides = isinstance(shape, tuple) and isinstance(strides, tuple) and all(map(whole, shape))
    if not isinstance(storage, Storage) or not whole(offset) or not sides:
        raise pickle.UnpicklingError("a tensor that is none")
    if len(shape) != len(strides) or len(shape) > _MOST_DIMENSIONS or not all(map(whole, strides)):
        raise pickle.UnpicklingError("a tensor of an impossible shape")
    if offset + _reach(tensor) > storage.length:
        raise Refused("holds a tensor that reaches beyond its numbers; fetch it again")


def _reach(tensor: Tensor) -> int:
    """Return how many elements of the storage, from the first on, a tensor spans."""
    if 0 in tensor.shape:
        return 0
    sides = zip(tensor.shape, tensor.strides, strict=True)
    return 1 + int(sum((side - 1) * stride for side, stride in sides))


def _numbers(tensor: Tensor, source: Source) -> bytes:
    """Return the bytes of a tensor, row by row, whatever its strides."""
    storage, width = tensor.storage, tensor.storage.itemsize
    reach = _reach(tensor) * width
    if not reach:
        return b""
    start = (storage.start + tensor.offset) * width
    data = source.bytes_of(storage.key, width)[start : start + reach]
    if len(data) < reach:
        raise EOFError("a storage is shorter than its tensors")
    if math.prod(tensor.shape) * width == reach and tensor.strides == _plain(tensor):
        return data
    import numpy as np  # takes longer to import than most files to read, and few need it

    flat = np.frombuffer(data, dtype=f"u{width}")
    steps = tuple(stride * width for stride in tensor.strides)
    return np.lib.stride_tricks.as_strided(flat, tensor.shape, steps).tobytes()


def _plain(tensor: Tensor) -> tuple[int, ...]:
    """Return the strides of a tensor whose rows lie one after another.

    Where a side is 1, its stride is never used and stays as it is.
    """
    strides, step = [], 1
    for side, stride in zip(reversed(tensor.shape), reversed(tensor.strides), strict=True):
        strides.append(stride if side == 1 else step)
        step *= side
    return tuple(reversed(strides))


def main(path: str) -> int:
    """Write the tensors of a file, or why they cannot be read."""
    output = sys.stdout.buffer
    size = Path(path).stat().st_size
    _bound(memory_allowed(size))
    try:
        with Path(path).open("rb") as file:
            source = open_source(file, size)
            tensors = tensors_by_name(source.content)
            for piece in write_safetensors(tensors, source, bytes_allowed(size)):
                output.write(piece)
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "would take more memory than weights of its size can need"}
    except RecursionError:
        answer = {"refused": "is nested deeper than weights are"}
    except Exception as error:  # noqa: BLE001 - whatever a pickle may bring about
        if isinstance(error, pickle.UnpicklingError) and "forbidden" in str(error):
            answer = {
                "refused": f"holds more than weights ({_line(error)}), and reading it could run "
                "code; use a .safetensors of it, or save its state_dict() alone"
            }
        else:
            answer = {"error": _line(error)}
    else:
        return 0
    sys.stderr.write(f"{json.dumps(answer)}\n")
    return REFUSED


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__


def _bound(memory: int) -> None:
    """Let the system refuse more memory than this; macOS may ignore it, Windows has no such way."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
