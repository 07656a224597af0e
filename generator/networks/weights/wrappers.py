"""What trainers put around a network's weights: taken off, so that a network's own names remain.

A checkpoint may hold several networks and their averages in nested dicts, and wrapped modules
put their own names before, or into, those of the layers. Nested dicts have become names joined
by dots (see ``unpickle``), so both are prefixes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch

State = dict[str, torch.Tensor]

# Spandrel's own order among nested dicts, which files are read by since they can be read.
_FIRST = (
    "model_state_dict", "state_dict", "params_ema", "params-ema", "params", "model", "net",
)  # fmt: skip

# What else networks that make pictures are called, beside critics, losses and optimizers; an
# exponential moving average ("ema" before or behind it) goes before the network itself.
_NETWORKS = (
    "generator", "net_g", "netg", "gen", "g", "network_g", "network", "model_g", "model_state",
    "model_state_dict", "state_dict", "model", "net", "params", "weights", "module", "student",
    "online_model",
)  # fmt: skip

# torch.compile, distributed training and checkpointing wrap modules anywhere in a network.
_WITHIN = re.compile(
    r"(?:^|(?<=\.))(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\."
)

_COUNTERS = re.compile(
    r"(n_averaged|initted|((global|current|total)_?)?(epoch|step|iter(ation)?)s?(_counter)?)"
)

_DEEPEST = 4


@dataclass(frozen=True)
class Unwrapped:
    """Weights under a network's own names, and for each the name in the author's file."""

    state: State
    written: dict[str, str]


def unwrap(state: Mapping[str, torch.Tensor], known: Callable[[State], bool]) -> Unwrapped | None:
    """Return the network in a checkpoint, or None where ``known`` tells none.

    ``known`` says whether a state dict is of an architecture that can be used.
    """
    for prefix in _prefixes(state):
        found = _beneath(state, prefix)
        if known(found.state):
            return found
    return None


def beginnings(names: Mapping[str, object]) -> list[str]:
    """Return what the names of layers begin with, each once: ``encoder.``."""
    firsts = (name.partition(".")[0] for name in names if "." in name)
    return [f"{first}." for first in dict.fromkeys(firsts)]


def _beneath(state: Mapping[str, torch.Tensor], prefix: str) -> Unwrapped:
    written = {
        _WITHIN.sub("", name.removeprefix(prefix)): name
        for name, value in state.items()
        if name.startswith(prefix) and not _counts(name.removeprefix(prefix), value)
    }
    return Unwrapped({name: state[full] for name, full in written.items()}, written)


def _prefixes(state: Mapping[str, torch.Tensor], outer: str = "") -> Iterator[str]:
    """Yield prefixes to try, '' first: one that all names share, whatever it is; else known ones.

    Where others are left out, it has to be known that they are no part of the network.
    """
    yield outer
    if outer.count(".") >= _DEEPEST:
        return
    inner = [
        name.removeprefix(outer)
        for name, value in state.items()
        if name.startswith(outer) and not _counts(name.removeprefix(outer), value)
    ]
    firsts = dict.fromkeys(name.partition(".")[0] if "." in name else "" for name in inner)
    if len(firsts) > 1:
        ranked = [(rank, first) for first in firsts if (rank := _rank(first)) is not None]
        firsts = dict.fromkeys(first for _, first in sorted(ranked))
    for first in firsts:
        if first:
            yield from _prefixes(state, f"{outer}{first}.")


def _rank(name: str) -> tuple[int, int] | None:
    """Return the place of a network's name in the order to try; None where it is not known."""
    if name in _FIRST:
        return 0, _FIRST.index(name)
    words = re.split(r"[_-]", name.lower())
    bare = "_".join(word for word in words if word != "ema")
    averaged = "ema" in words
    if averaged and not bare:
        return 1, 0
    if bare not in _NETWORKS:
        return None
    return (1 if averaged else 2), _NETWORKS.index(bare)


def _counts(name: str, value: torch.Tensor) -> bool:
    """Tell a number that a trainer keeps beside the weights, such as ``n_averaged``."""
    return value.numel() == 1 and _COUNTERS.fullmatch(name) is not None
