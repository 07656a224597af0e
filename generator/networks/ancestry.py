"""Have two networks an ancestor in common? From their weights alone.

Fine-tuning turns the filters of a layer, but each stays in its place. Networks trained apart have
theirs in an order of their own. So a layer is asked whether its filters are nearer to their
namesakes in the other network than they would be in any other order: what chance gives is
reckoned for this very layer, whatever its size. Thresholds: ``training/KINSHIP.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch

from generator.plan.kinship import Layer, Verdict

FEWEST_FILTERS = 8
"""Fewer can be ordered in too few ways to tell anything."""

ALIKE = 5.0
"""From this ``z`` on, a layer is more alike in two networks than chance makes it."""

NEARLY_ALL, HARDLY_ANY = 0.9, 0.1
"""Shares of the weights that lie in layers more alike than chance: of relatives, of strangers."""

SMALL = 0.01
"""A layer that holds less than this share of the weights does not decide alone."""

_MOST_FILTERS = 1024
"""More are sampled, so that wide layers cost little."""


def compare_layers(one: torch.nn.Module, other: torch.nn.Module) -> tuple[Layer, ...]:
    """Compare two networks of one shape layer by layer, in the network's order."""
    theirs = dict(_filters(other))
    return tuple(compare_layer(name, weight, theirs[name]) for name, weight in _filters(one))


def compare_layer(name: str, one: torch.Tensor, other: torch.Tensor) -> Layer:
    """Compare one layer: weights of equal shapes, (outputs, inputs, …).

    Both its filters and the channels they read can be put into another order; the less telling
    of the two counts. Where outputs or inputs have a meaning by their place (colours, the pixels
    that a shuffle makes of channels), networks trained apart agree along that side, and only
    there. Identities say nothing, so what would be one is left out.
    """
    a, b = (_without_identity(each.cpu().double()) for each in (one, other))
    both = _norm(a) * _norm(b)
    cosine = float((a * b).sum()) / both if both else None
    told = [order_z(_rows(a, side), _rows(b, side)) for side in (0, 1)]
    z = min((each for each in told if each is not None), default=None)
    rounded = [None if each is None else round(each, 4) for each in (cosine, z)]
    return Layer(name, one.numel(), *rounded)


def order_z(one: torch.Tensor, other: torch.Tensor) -> float | None:
    """Return by how many standard deviations the rows of two matrices match in their given order.

    Over all permutations π of n rows of length one, the sum of the cosines cᵢπ₍ᵢ₎ has a mean and a
    deviation that are known exactly: with d = c, of which rows' and columns' means are taken off,
    z = Σ dᵢᵢ / √(Σ dᵢⱼ² / (n − 1)) (Hoeffding, "A Combinatorial Central Limit Theorem", 1951).
    Rows that are zero in either matrix do not count; None where too few are left, or where the
    rows of a matrix are so alike that it would not even match itself.
    """
    kept = one.any(dim=1) & other.any(dim=1)
    if kept.sum() < FEWEST_FILTERS:
        return None
    a, b = (torch.nn.functional.normalize(each[kept], dim=1, eps=0) for each in (one, other))
    a, b = (each[:: math.ceil(len(each) / _MOST_FILTERS)].float() for each in (a, b))
    z, *own = (_matched(x @ y.T) for x, y in ((a, b), (a, a), (b, b)))
    return z if min(own) >= ALIKE else None


def judge(layers: Sequence[Layer]) -> tuple[Verdict, tuple[str, ...]]:
    """Return whether networks have an ancestor in common, and what speaks for it, in words.

    Layers speak by their weights: most alike in nearly all of them, relatives; in hardly any,
    strangers. A single layer of more than a few weights that is no more alike than chance makes
    relatives doubtful: mixes of one network and its twin with that layer in another order break.
    """
    telling = [layer for layer in layers if layer.z is not None]
    if not telling:
        return "doubtful", ("no layer tells whether they are related: all are small, or zero",)
    total = sum(layer.weights for layer in telling)
    strange = [layer for layer in telling if _z(layer) < ALIKE]
    share = 1 - sum(layer.weights for layer in strange) / total
    reasons = [_evidence(telling, share)]
    if len(telling) < len(layers):
        silent = len(layers) - len(telling)
        reasons.append(f"{silent} of {len(layers)} layers say nothing: small, zero, or an identity")
    if share <= HARDLY_ANY:
        return "unrelated", tuple(reasons)
    grave = [layer.name for layer in strange if layer.weights >= SMALL * total]
    if grave:
        more = f" and {len(grave) - 3} more" if len(grave) > 3 else ""
        reasons.append(f"not more alike than chance: {', '.join(grave[:3])}{more}")
    if grave or share < NEARLY_ALL:
        return "doubtful", tuple(reasons)
    return "related", tuple(reasons)


def _evidence(telling: Sequence[Layer], share: float) -> str:
    least, middle = (sorted(map(_z, telling))[place] for place in (0, len(telling) // 2))
    layers = f"{len(telling)} layers" if len(telling) > 1 else "one layer"
    return (
        f"more alike than chance in {share:.0%} of the weights "
        f"({layers}: {middle:.1f} deviations in the middle one, {least:.1f} in the least)"
    )


def _z(layer: Layer) -> float:
    return -math.inf if layer.z is None else layer.z


def _filters(network: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield what a network weighs its channels by, by the name of the layer.

    Not its tables of positions and other biases: their places have a meaning, so that networks
    trained apart agree in them. Nor what SPAN derives from its factors when it runs.
    """
    for key, parameter in network.named_parameters():
        layer, _, kind = key.rpartition(".")
        value = parameter.detach()
        while value.dim() > 2 and value.shape[0] == 1:
            value = value[0]
        is_table = "bias" in kind or "position" in kind or "pos_embed" in kind
        if value.squeeze().dim() >= 2 and not is_table and not layer.endswith("eval_conv"):
            yield layer if kind == "weight" else key, value


def _without_identity(weight: torch.Tensor) -> torch.Tensor:
    """Return weights in which what leads from each channel to itself, or to its copies, is as
    strong as what leads to it from the others.
    """  # noqa: D205
    outputs, inputs = weight.shape[:2]
    if min(outputs, inputs) < FEWEST_FILTERS:
        return weight
    weight = weight.clone()
    centre = weight
    for side in weight.shape[2:]:
        centre = centre.select(2, side // 2)
    place = torch.arange(outputs)[:, None] - torch.arange(inputs)
    others = place % min(outputs, inputs) != 0
    mean = (centre * others).sum(1, keepdim=True) / others.sum(1, keepdim=True)
    centre.copy_(torch.where(others, centre, mean))
    return weight


def _rows(weight: torch.Tensor, side: int) -> torch.Tensor:
    return weight.transpose(0, side).flatten(1)


def _matched(cosines: torch.Tensor) -> float:
    rows, columns = cosines.mean(1, keepdim=True), cosines.mean(0, keepdim=True)
    centred = (cosines - rows - columns + cosines.mean()).double()
    deviation = math.sqrt(float(centred.square().sum()) / (len(centred) - 1))
    # What rounding leaves of rows that are all alike is no deviation.
    return float(centred.trace()) / deviation if deviation > 1e-6 * len(centred) else 0.0


def _norm(weight: torch.Tensor) -> float:
    return float(weight.norm())
