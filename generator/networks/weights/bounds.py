"""Weights that name more than they hold: found out before a network of that size is built.

A name may claim two million layers, a shape without elements a layer of any width. What a network
is built of has to stand in a proportion to what the file holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter, tree_map

from generator.networks.weights.limits import MOST_TENSORS

_SPARE_NUMBERS = 32 * 2**20
_SPARE_MODULES = 10_000
_SPARE_LAYERS = 1000
# Below this many elements, what an operation may make is not worth asking for.
_SMALL = 2**20


class OverboundError(ValueError):
    """Weights ask for more than files of their size can need."""


def check_names(state: Mapping[str, torch.Tensor]) -> None:
    """Raise OverboundError where names or shapes claim layers far beyond what there is."""
    if len(state) > MOST_TENSORS:
        message = f"{len(state):,} tensors are more than any known network has"
        raise OverboundError(message)
    last = 16 * len(state) + _SPARE_LAYERS
    widest = max(1, sum(value.numel() for value in state.values()))
    for name, value in state.items():
        numbers = [part for part in name.split(".") if part.isdecimal()]
        if any(len(number) > 9 or int(number) > last for number in numbers):
            message = f"'{name[:80]}' counts on to a layer that {len(state)} tensors cannot hold"
            raise OverboundError(message)
        if max(value.shape, default=0) > widest:
            message = f"'{name[:80]}' has a side of {max(value.shape):,} and no numbers"
            raise OverboundError(message)


@contextmanager
def bounded_by(state: Mapping[str, torch.Tensor]) -> Iterator[Watch]:
    """Raise OverboundError as soon as what is built within outgrows the weights it is built for."""
    watch = Watch(state)
    hooks = (
        register_module_module_registration_hook(watch.count_module),
        register_module_parameter_registration_hook(watch.count_numbers),
        register_module_buffer_registration_hook(watch.count_numbers),
    )
    try:
        with watch:
            yield watch
    finally:
        for hook in hooks:
            hook.remove()


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Looks at every operation while a network is built.

    ``copied`` maps the address of each tensor that was written to, to that of what was written.
    """

    def __init__(self, state: Mapping[str, torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.copied: dict[int, int] = {}
        self._most_numbers = 4 * sum(value.numel() for value in state.values()) + _SPARE_NUMBERS
        self._most_modules = 20 * len(state) + _SPARE_MODULES
        self._numbers = self._modules = 0

    def count_module(self, *_: object) -> None:
        """Take note of one more module within another."""
        self._modules += 1
        if self._modules > self._most_modules:
            message = "they ask for more layers than a file of their size holds"
            raise OverboundError(message)

    def count_numbers(self, _: object, __: str, tensor: torch.Tensor | None) -> None:
        """Take note of one more tensor of a module."""
        if tensor is not None:
            self._numbers += tensor.numel()
            self._check(self._numbers)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do an operation, unless what it would make is out of proportion."""
        kwargs = kwargs or {}
        grows = not func._schema.is_mutable
        if grows and _at_most(args, kwargs) > _SMALL:
            self._check(_size_of_result(func, args, kwargs))
        result = func(*args, **kwargs)
        if func is torch.ops.aten.copy_.default:
            self.copied[args[0].data_ptr()] = args[1].data_ptr()
        return result

    def _check(self, numbers: int) -> None:
        if numbers > self._most_numbers:
            message = f"they ask for {numbers:,} numbers, far more than the file holds"
            raise OverboundError(message)


def _at_most(args: Any, kwargs: Any) -> int:
    """Return a number of elements that no operation on these exceeds, whatever it is."""
    product = 1
    for leaf in tree_iter((args, kwargs)):
        if isinstance(leaf, torch.Tensor):
            product *= max(1, leaf.numel())
        elif isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
            product *= math.ceil(min(max(1, abs(leaf)), 2**62))
    return product


def _size_of_result(func: Any, args: Any, kwargs: Any) -> int:
    """Return how many elements an operation would make, without making them."""

    def hollow(leaf: Any) -> Any:
        return leaf.to("meta") if isinstance(leaf, torch.Tensor) else leaf

    args, kwargs = tree_map(hollow, (args, kwargs))
    if any(argument.name == "device" for argument in func._schema.arguments):
        kwargs = {**kwargs, "device": torch.device("meta")}
    try:
        made = func(*args, **kwargs)
    except (RuntimeError, NotImplementedError):
        return 0  # it says itself what is wrong, or makes no tensors
    return sum(leaf.numel() for leaf in tree_iter(made) if isinstance(leaf, torch.Tensor))
