"""Deep network interpolation: networks whose weights are weighted sums of their parents'.

Wang et al., "Deep Network Interpolation for Continuous Imagery Effect Transition" (2018):
θ = Σ wᵢ·θᵢ with Σ wᵢ = 1, here in float32 after loading. What is no floating-point number
(tables of indices) is the same in all parents and stays; running statistics of batch
normalisation are mixed like weights. Masks of attention windows, which a network derives from
the size of the pictures it was trained on, stay those of the network that runs.
"""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from generator import __version__
from generator.errors import IncompatibleError, ModelError, OutputError
from generator.networks.running.window_attention import optimize_attention
from generator.networks.weights.load import Descriptor, load, read_weights, written
from generator.networks.weights.read import describe
from generator.plan import ByGroup, Coefficient
from generator.plan.info import VARIANCE, ModelInfo, is_mask, mixable, names_of
from generator.plan.keys import file_sha256

Weights = Sequence[tuple[Path, Coefficient]]
"""Weights files and their coefficients, in the order in which they are added up."""


@dataclass(frozen=True, eq=False)
class Parent:
    """A network as an ingredient: ``floats`` is every floating-point tensor, one after another;
    ``sizes`` tells their keys and numbers of elements.
    """  # noqa: D205

    path: Path
    info: ModelInfo
    floats: torch.Tensor
    sizes: tuple[tuple[str, int], ...]


def combine(parents: Sequence[tuple[Parent, Coefficient]]) -> torch.Tensor:
    """Return Σ wᵢ·θᵢ as one float32 vector; a sole coefficient of 1 returns the parent itself.

    Raises IncompatibleError where two parents do not match, ModelError where statistics would
    come out that cannot be.
    """
    first, weight = parents[0]
    for other, _ in parents[1:]:
        if reason := mixable(first.info, other.info):
            raise IncompatibleError(f"{first.path} and {other.path} cannot be mixed: {reason}")
    for parent, _ in parents:
        if (key := parent.info.damaged) and key in parent.info.statistics:
            message = f"{parent.path}: '{key}' holds values that cannot be; it is damaged"
            raise ModelError(message)
    if len(parents) == 1 and weight == 1:
        return first.floats
    names = names_of([parent.info for parent, _ in parents])
    total = first.floats * _factor(first, weight, names)
    for parent, weight in parents[1:]:
        total += parent.floats * _factor(parent, weight, names)
    _check_variances(parents, total)
    return total


def _factor(
    parent: Parent, weight: Coefficient, names: Mapping[str, Sequence[str]]
) -> float | torch.Tensor:
    """Return what all weights are multiplied by: a number, or one for each of them.

    A layer goes by its names in all parents' files: it is in one group for all of them.
    """
    if not isinstance(weight, ByGroup):
        return weight
    values = [weight.of(*names[key]) for key, _ in parent.sizes]
    sizes = torch.tensor([size for _, size in parent.sizes], device=parent.floats.device)
    return torch.tensor(values, device=parent.floats.device).repeat_interleave(sizes)


def _least(weight: Coefficient) -> float:
    return weight.least if isinstance(weight, ByGroup) else weight


def _check_variances(parents: Sequence[tuple[Parent, Coefficient]], total: torch.Tensor) -> None:
    """Raise ModelError where going beyond a network took a variance below zero."""
    if all(_least(weight) >= 0 for _, weight in parents):
        return
    start = 0
    for key, size in parents[0][0].sizes:
        if key.endswith(VARIANCE) and bool((total[start : start + size] < 0).any()):
            names = " + ".join(parent.path.name for parent, _ in parents)
            raise ModelError(
                f"{names}: so far outside 0 to 1 the variance '{key}' would be below zero; "
                "choose alphas nearer to 0 to 1"
            )
        start += size


class Mixer:
    """Mixes networks in place into one module a precision, which stays on the device.

    Parents are kept on the device too, the most recently used first, up to ``budget`` bytes, so
    that a sweep over coefficients neither reads files nor builds modules. ``family`` counts the
    modules that were resident. Not thread-safe.
    """

    def __init__(self, device: torch.device, budget: int) -> None:
        self._device = device
        self._budget = budget
        self._parents: OrderedDict[Path, Parent] = OrderedDict()
        self.family = 0
        self._family: ModelInfo | None = None
        self._modules: dict[torch.dtype, Descriptor] = {}
        self._spare: tuple[Path, Descriptor] | None = None
        self._mixed: torch.Tensor | None = None
        self._holding: dict[torch.dtype, torch.Tensor] = {}

    def mix(self, weights: Weights) -> Descriptor:
        """Mix; return the float32 network, valid until the next call.

        Raises ModelError where a file cannot be read, IncompatibleError where two do not match.
        """
        try:
            parents = [(self._parent(path), weight) for path, weight in weights]
            mixed = combine(parents)
            first = parents[0][0]
            if self._family is None or mixable(self._family, first.info):
                self._adopt(first)
        finally:
            self._spare = None
        self._mixed = mixed
        return self.network(torch.float32)

    def network(self, dtype: torch.dtype) -> Descriptor:
        """Return what was mixed last in another precision (cast from the float32 sum)."""
        if self._mixed is None:
            raise RuntimeError("mix() comes first")
        if dtype not in self._modules:
            twin = copy.copy(self._modules[torch.float32])
            twin._model = copy.deepcopy(twin.model).to(dtype)
            self._modules[dtype] = twin
        descriptor = self._modules[dtype]
        if self._holding.get(dtype) is not self._mixed:
            write(descriptor, self._mixed)
            self._holding[dtype] = self._mixed
        return descriptor

    def _parent(self, path: Path) -> Parent:
        if path in self._parents:
            self._parents.move_to_end(path)
            return self._parents[path]
        descriptor = load(path)
        parent = parent_of(path, descriptor, self._device)
        self._spare = path, descriptor  # spares loading it again, should its family become resident
        self._parents[path] = parent
        held = sum(each.floats.nbytes for each in self._parents.values())
        while held > self._budget and len(self._parents) > 1:
            _, dropped = self._parents.popitem(last=False)
            held -= dropped.floats.nbytes
        return parent

    def _adopt(self, parent: Parent) -> None:
        """Make a parent's module resident in place of the one of another family."""
        if self._spare is not None and self._spare[0] == parent.path:
            descriptor = self._spare[1]
        else:
            descriptor = load(parent.path)
            if mixable(parent.info, describe(descriptor)):
                raise ModelError(f"{parent.path}: changed while it was used; start again")
        descriptor.model.to(self._device)
        _lay_out(descriptor.model)
        optimize_attention(descriptor, self._device)
        self._modules = {torch.float32: descriptor}
        self._holding = {}
        self._family = parent.info
        self.family += 1


def parent_of(path: Path, descriptor: Descriptor, device: torch.device) -> Parent:
    """Return a loaded network as an ingredient, on ``device``."""
    mixed = _floats(descriptor)
    values = [value.flatten() for value in mixed.values()]
    floats = torch.cat(values).to(device) if values else torch.empty(0, device=device)
    sizes = tuple((key, value.numel()) for key, value in mixed.items())
    return Parent(path, describe(descriptor), floats, sizes)


def _lay_out(model: torch.nn.Module) -> None:
    """Let convolutions run over channels that lie side by side, which is faster.

    Only tensors of four dimensions know this order; some networks have weights of five.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.dim() == 4:
            tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def write(descriptor: Descriptor, floats: torch.Tensor) -> None:
    """Write a vector of weights into a network, cast to its precision."""
    targets = _floats(descriptor).values()
    if (needed := sum(target.numel() for target in targets)) != floats.numel():
        message = f"{floats.numel()} weights for a network of {needed}"
        raise RuntimeError(message)
    start = 0
    for target in targets:
        target.copy_(floats[start : start + target.numel()].view(target.shape))
        start += target.numel()


def _floats(descriptor: Descriptor) -> dict[str, torch.Tensor]:
    """Return the tensors that are mixed, in the order of the state dict.

    They are looked up anew each time: SPAN replaces its fused convolutions, which it derives
    from its factors whenever it runs, so that mixing the factors is what counts.
    """
    state = descriptor.model.state_dict()
    return {k: v for k, v in state.items() if v.is_floating_point() and not is_mask(k)}


def mix_file(weights: Weights, output: Path) -> None:
    """Write interpolated weights as ``.safetensors``: float32, the same bytes for the same mix.

    Parents are added up in the order of their hashes, as ``build`` does it, so that the file
    gives the frames that the mix gives, to the bit. Entries are called what the first parent's
    file calls them, so that whatever reads that reads this. Metadata under ``alphagrid`` names the
    parents' file names and SHA-256, their coefficients, and the tool's version. The file appears
    whole or not at all. Raises ModelError, IncompatibleError, and OutputError where ``output``
    cannot be written.
    """
    named = [path for path, weight in weights if weight != 0]
    hashed = sorted((_sha256(path), path, weight) for path, weight in weights if weight != 0)
    if not hashed:
        raise ModelError("all coefficients are zero: there is nothing to mix")
    mixer = Mixer(torch.device("cpu"), budget=2**31)
    descriptor = mixer.mix([(path, weight) for _, path, weight in hashed])
    fused(descriptor)
    if key := describe(descriptor).damaged:
        raise ModelError(f"'{key}' of the mix is not of numbers: one of the models is damaged")
    state = _as_written(descriptor, named[0])
    parents = [
        {"file": path.name, "sha256": digest, "weight": weight} for digest, path, weight in hashed
    ]
    about = {"tool": f"alphagrid {__version__}", "parents": parents}
    temporary = output.with_name(f".{secrets.token_hex(6)}.safetensors")
    try:
        with temporary.open("xb") as empty:
            mode = os.fstat(empty.fileno()).st_mode  # as the umask says; save_file sets its own
        save_file(state, temporary, metadata={"alphagrid": json.dumps(about, sort_keys=True)})
        if reason := mixable(describe(descriptor), describe(load(temporary))):
            architecture = descriptor.architecture.name
            raise ModelError(f"{output}: spandrel reads {architecture} back differently: {reason}")
        temporary.chmod(mode)
        temporary.replace(output)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{output}: cannot be written ({error})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _as_written(descriptor: Descriptor, author: Path) -> dict[str, torch.Tensor]:
    """Return a network's entries under the names they have in an author's file.

    What spandrel leaves out of the file, other programs may ask for: it stays as it is there.
    """
    names = written(load(author)).bare
    state = {
        names.get(key, key): value.clone(memory_format=torch.contiguous_format)
        for key, value in descriptor.model.state_dict().items()
    }
    return {**read_weights(author).state, **state}


@torch.inference_mode()
def fused(descriptor: Descriptor) -> None:
    """Derive anew what a network derives from its weights (SPAN's fused convolutions)."""
    for module in descriptor.model.modules():
        derive = getattr(module, "update_params", None)
        if callable(derive):
            derive()


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
