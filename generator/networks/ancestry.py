"""Are networks related? Mixing weights works only between networks with a common ancestor.

Weights tell it best: fine-tuned siblings keep the direction of every layer and the order of its
filters, networks trained apart share neither. What a mix does on real pictures tells how much it
matters. Thresholds were calibrated in ``training/KINSHIP.md``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.networks.running.forward import Forward
from generator.networks.weights.load import Descriptor, load
from generator.networks.weights.mix import Mixer
from generator.networks.weights.read import describe
from generator.plan.info import mixable
from generator.plan.kinship import RANKS, Kinship, Layer, Pair, Step, Verdict

ALPHAS = (0.25, 0.5, 0.75)

RELATED = (0.5, 0.9)
"""Least cosine of a layer, and least share of matching filters, of networks that are related."""

UNRELATED = (0.2, 0.5)
"""The same, below either of which networks are not related."""

_NO_DIFFERENCE_DB = 100.0


def inspect(
    paths: Sequence[Path], crops: Sequence[NDArray[np.uint8]] = (), *, device: str = "cpu"
) -> Kinship:
    """Compare networks pairwise: their structure, their weights, and their mixes on ``crops``.

    ``crops`` are real pictures (H, W, C), gray or colour, best of about 96 × 96 pixels; without
    any, only weights are judged. Raises ModelError for a file that cannot be used.
    """
    networks = [load(path) for path in paths]
    target = torch.device(device)
    pairs = tuple(
        _compare((paths[i], networks[i]), (paths[j], networks[j]), crops, target)
        for i, j in itertools.combinations(range(len(paths)), 2)
    )
    worst = max((RANKS.index(pair.verdict) for pair in pairs), default=0)
    return Kinship(tuple(map(str, paths)), pairs, RANKS[worst])


def _compare(
    one: tuple[Path, Descriptor],
    other: tuple[Path, Descriptor],
    crops: Sequence[NDArray[np.uint8]],
    device: torch.device,
) -> Pair:
    names = str(one[0]), str(other[0])
    obstacle = mixable(describe(one[1]), describe(other[1]))
    if obstacle is not None:
        return Pair(*names, obstacle, (), (), "unrelated", (f"cannot be mixed: {obstacle}",))
    layers = tuple(_layers(one[1], other[1]))
    steps = tuple(_steps(one[0], other[0], crops, device)) if crops else ()
    verdict, reasons = judge(layers, steps)
    return Pair(*names, None, layers, steps, verdict, reasons)


def judge(layers: Sequence[Layer], steps: Sequence[Step]) -> tuple[Verdict, tuple[str, ...]]:
    """Return a verdict and what speaks for it, in words.

    The weakest layer decides: a network that differs from its twin in the order of one layer's
    filters only makes broken mixes too. The last layer does not count where there are others;
    it is what a new task changes most, and with a filter for each colour matches by chance. Nor
    does a layer that is zero in either network: it has no direction yet, whatever became of it
    in the other (a layer that training starts from zero, one that was switched off).
    """
    counted = layers[:-1] or layers
    cosines = [layer.cosine for layer in counted if layer.cosine is not None]
    shares = [layer.same_index for layer in counted if layer.same_index is not None]
    if not cosines or not shares:
        return "doubtful", ("no layer can be compared: each is zero in one of the networks",)
    cosine, matches = min(cosines), min(shares)
    reasons = [
        f"cosine of the least similar layer: {cosine:.2f}, for relatives at least {RELATED[0]}",
        f"filters that kept their place: {matches:.0%}, for relatives at least {RELATED[1]:.0%}",
    ]
    if len(cosines) < len(counted):
        left_out = len(counted) - len(cosines)
        reasons.append(f"{left_out} of {len(counted)} layers left out, which are zero in one")
    if steps:
        lost = max(step.work_lost for step in steps)
        reasons.append(
            f"mixed weights and blended pictures differ by up to {lost:.0%} of the networks' effect"
        )
    if cosine < UNRELATED[0] or matches < UNRELATED[1]:
        return "unrelated", tuple(reasons)
    if cosine < RELATED[0] or matches < RELATED[1]:
        return "doubtful", tuple(reasons)
    return "related", tuple(reasons)


def _layers(one: Descriptor, other: Descriptor) -> Iterator[Layer]:
    """Compare convolutions and linear layers, in the network's order."""
    theirs = dict(other.model.named_modules())
    for name, module in one.model.named_modules():
        # SPAN derives these from their neighbours when it runs.
        if not _has_filters(module) or name.endswith("eval_conv"):
            continue
        a, b = (each.weight.detach().double().flatten(1).cpu() for each in (module, theirs[name]))
        yield _layer(name, a, b)


def _layer(name: str, a: torch.Tensor, b: torch.Tensor) -> Layer:
    """Compare the filters (rows) that have a direction in both networks."""
    both = a.any(dim=1) & b.any(dim=1)
    if not both.any():
        return Layer(name, None, None)
    a, b = a[both], b[both]
    cosine = float((a * b).sum() / (a.norm() * b.norm()))
    return Layer(name, round(cosine, 6), round(_same_index(a, b), 6))


def _has_filters(module: torch.nn.Module) -> bool:
    return isinstance(module, (torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.Linear))


def _same_index(a: torch.Tensor, b: torch.Tensor) -> float:
    one, other = (each / each.norm(dim=1, keepdim=True) for each in (a, b))
    similarity = (one @ other.T).abs()
    nearest = similarity.argmax(dim=1)
    return float((nearest == torch.arange(len(a))).double().mean())


@torch.inference_mode()
def _steps(
    one: Path, other: Path, crops: Sequence[NDArray[np.uint8]], device: torch.device
) -> Iterator[Step]:
    mixer = Mixer(device, budget=2**30)
    levels = [torch.from_numpy(_colours(crop)).to(device) for crop in crops]

    def outputs(*weights: tuple[Path, float]) -> list[torch.Tensor]:
        forward = Forward(mixer.mix(weights), torch.float32)
        return [forward(each)[0].double() for each in levels]

    first, second = outputs((one, 1.0)), outputs((other, 1.0))
    work = max(
        _distance(made, [_enlarged(each, out) for each, out in zip(levels, made, strict=True)])
        for made in (first, second)
    )
    for alpha in ALPHAS:
        blends = [(1 - alpha) * a + alpha * b for a, b in zip(first, second, strict=True)]
        mixes = outputs((one, 1 - alpha), (other, alpha))
        difference = _distance(mixes, blends)
        floor = 10 ** (-_NO_DIFFERENCE_DB / 20)
        shifts = torch.stack(
            [(mix - blend).mean((1, 2)) for mix, blend in zip(mixes, blends, strict=True)]
        )
        yield Step(
            alpha,
            round(-20 * math.log10(max(difference, floor)), 3),
            round(difference / max(work, floor), 4),
            tuple(round(255 * shift, 3) for shift in shifts.mean(0).tolist()),
        )


def _colours(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    channels = crop.shape[2] - (crop.shape[2] + 1) % 2
    return crop[..., :channels].astype(np.float32)


def _enlarged(levels: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """Return the input in the shape of an output: what a network does nothing to."""
    image = levels.permute(2, 0, 1)[None].double() / 255
    enlarged = functional.interpolate(image, output.shape[1:], mode="bicubic")[0]
    if enlarged.shape[0] != output.shape[0]:
        enlarged = enlarged.mean(0, keepdim=True)
    return enlarged.expand_as(output)


def _distance(ones: Sequence[torch.Tensor], others: Sequence[torch.Tensor]) -> float:
    """Return the root mean square difference over all crops."""
    squares = sum(float(((a - b) ** 2).sum()) for a, b in zip(ones, others, strict=True))
    return math.sqrt(squares / sum(each.numel() for each in ones))
