"""What a pickle of weights holds: tensors as it claims them, by an unpickler that harms nothing.

A pickle is a program for a small machine. It may name functions, have them called, and have
attributes set on what it holds. What it may name here are stand-ins that hold no state, and each
size that it claims is compared with the file before anything of that size is made. It is run in
a process of its own all the same (see ``unpickle``).
"""

from __future__ import annotations

import functools
import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import IO, Any, NamedTuple

from generator.networks.weights.limits import bytes_allowed

_MOST_PICKLED = 64 * 2**20

# torch's own marks at the beginning of what it saved before it used zip archives.
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001

# Names of safetensors and bytes an element.
_KINDS = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}


class Refused(Exception):  # noqa: N818 - it is no defect
    """A file that is not read; the message says why, and what to do."""


class Storage(NamedTuple):
    """A run of numbers in the file, of which tensors are views; ``start`` counts elements."""

    key: str
    kind: str
    itemsize: int
    start: int
    length: int


class Tensor(NamedTuple):
    """A view into a storage, as the file claims it; nothing of it has been believed yet."""

    storage: Any
    offset: Any
    shape: Any
    strides: Any


class _StandIn:
    """What a pickle gets in place of something of torch's: without state, never to be changed."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise pickle.UnpicklingError(f"Global is forbidden to change: '{name}'")


class _Rebuild(_StandIn):
    __slots__ = ()

    def __call__(self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
        return Tensor(storage, offset, shape, strides)


class _Parameter(_StandIn):
    __slots__ = ()

    def __call__(self, tensor: Any, *_: Any) -> Any:
        return tensor


class _Shape(_StandIn):
    __slots__ = ()

    def __call__(self, sides: Any) -> Any:
        return sides


class _Dict(dict[Any, Any]):
    """An ordered dict of the pickle's, on which torch keeps attributes."""


class _MakeDict(_StandIn):
    __slots__ = ()

    def __call__(self, *pairs: Any) -> _Dict:
        return _Dict(*pairs)


class _Kind(_StandIn):
    """A type of storage: safetensors' name, bytes an element."""

    __slots__ = ()
    form: tuple[str, int]


def _kind(name: str) -> _Kind:
    made: _Kind = type(name, (_Kind,), {"__slots__": (), "form": _KINDS[name]})()
    return made


def allowed() -> dict[tuple[str, str], object]:
    """Return what a pickle may name: module and name → what it gets in its place."""
    return {
        ("collections", "OrderedDict"): _MakeDict(),
        ("typing", "OrderedDict"): _MakeDict(),
        ("torch._utils", "_rebuild_tensor"): _Rebuild(),
        ("torch._utils", "_rebuild_tensor_v2"): _Rebuild(),
        ("torch._utils", "_rebuild_parameter"): _Parameter(),
        ("torch._utils", "_rebuild_parameter_with_state"): _Parameter(),
        ("torch", "Size"): _Shape(),
        **{("torch", name): _kind(name) for name in _KINDS},
    }


class Unpickler(pickle.Unpickler):
    """Runs a pickle that can reach stand-ins, plain values, and what it made of them."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="utf-8")
        self._allowed = allowed()

    def find_class(self, module: str, name: str) -> object:
        """Return the stand-in for a name; raise UnpicklingError for all that have none."""
        if (module, name) not in self._allowed:
            raise pickle.UnpicklingError(f"Global '{module}.{name}' is forbidden")
        return self._allowed[module, name]

    def persistent_load(self, pid: Any) -> Storage:
        """Return the storage that a pickle names: numbers that lie beside it in the file."""
        _, kind, key, _, count, *view = pid if isinstance(pid, tuple) else (pid,)
        if not isinstance(kind, _Kind) or not isinstance(key, str):
            raise pickle.UnpicklingError("a storage of an unknown kind")
        start = 0
        if view and view[0] is not None:  # of a torch before 0.4
            _, start, count = view[0]
        if not whole(start) or not whole(count):
            raise pickle.UnpicklingError("a storage of no size")
        return Storage(key, *kind.form, start, count)


class Source:
    """An open file of weights: ``content`` is what its pickle holds, ``read`` gives storages."""

    def __init__(self, content: object, read: Callable[[str, int], bytes]) -> None:
        self.content = content
        self._read = read

    @functools.lru_cache(maxsize=1)  # noqa: B019 - one source lives as long as its process
    def bytes_of(self, key: str, itemsize: int) -> bytes:
        """Return a whole storage; that of the last tensor is often that of the next one."""
        return self._read(key, itemsize)


def open_source(file: IO[bytes], size: int) -> Source:
    """Run the pickle in a file of ``size`` bytes, zip archive or older. Raises Refused."""
    zipped = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    return _from_archive(file, size) if zipped else _from_stream(file, size)


def _from_archive(file: IO[bytes], size: int) -> Source:
    archive = zipfile.ZipFile(file)
    entries = {info.filename: info for info in archive.infolist()}
    pickles = [name for name in entries if name.count("/") == 1 and name.endswith("/data.pkl")]
    if not pickles:
        raise Refused("holds no network weights (an archive of other things)")
    root = pickles[0].removesuffix("data.pkl")
    if f"{root}constants.pkl" in entries:
        raise Refused(
            "is TorchScript, a program, which is not run for safety; "
            "load it in torch and save its state_dict() as .safetensors"
        )
    claimed = sum(info.file_size for info in entries.values())
    if claimed > bytes_allowed(size) or entries[pickles[0]].file_size > _MOST_PICKLED:
        raise Refused(f"unpacks to {claimed:,} bytes, far more than weights do")
    swapped = archive.read(f"{root}byteorder") == b"big" if f"{root}byteorder" in entries else False

    def read(key: str, itemsize: int) -> bytes:
        data = archive.read(f"{root}data/{key}")
        return _swapped(data, itemsize) if swapped else data

    return Source(Unpickler(io.BytesIO(archive.read(pickles[0]))).load(), read)


def _from_stream(file: IO[bytes], size: int) -> Source:
    """Read what torch saved before it used archives: five pickles, then the storages in turn."""
    if Unpickler(file).load() != _MAGIC or Unpickler(file).load() != _PROTOCOL:
        raise pickle.UnpicklingError("not what torch.save writes")
    Unpickler(file).load()  # about the machine it was saved on
    watched = _Watched(file)
    content = watched.load()
    places: dict[str, tuple[int, int]] = {}
    at = -1
    for key in Unpickler(file).load():
        at = file.tell() if at < 0 else at
        if key not in watched.itemsizes:
            raise pickle.UnpicklingError("a storage that no tensor names")
        file.seek(at)
        (count,) = struct.unpack("<q", file.read(8))
        length = count * watched.itemsizes[key]
        if count < 0 or at + 8 + length > size:
            raise Refused(f"claims {count:,} numbers that it does not hold; fetch it again")
        places[key] = (at + 8, length)
        at += 8 + length

    def read(key: str, _: int) -> bytes:
        start, length = places[key]
        file.seek(start)
        return file.read(length)

    return Source(content, read)


class _Watched(Unpickler):
    """Also remembers how wide the numbers of each storage are."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.itemsizes: dict[str, int] = {}

    def persistent_load(self, pid: Any) -> Storage:
        storage = super().persistent_load(pid)
        self.itemsizes.setdefault(storage.key, storage.itemsize)
        return storage


def whole(value: object) -> bool:
    """Tell a number of elements: no bool, none below zero, none beyond any file."""
    return type(value) is int and 0 <= value < 2**62


def _swapped(data: bytes, itemsize: int) -> bytes:
    swapped = bytearray(len(data))
    for at in range(itemsize):
        swapped[at::itemsize] = data[itemsize - 1 - at :: itemsize]
    return bytes(swapped)
