"""What two networks are to each other: an ancestor in common, and a good way between them.

Mixing weights works only between networks with a common ancestor. ``ancestry`` asks the weights,
``middle`` what mixes make of real pictures.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generator.networks import ancestry, middle
from generator.networks.weights.load import Descriptor, load
from generator.networks.weights.read import describe
from generator.plan.info import mixable
from generator.plan.kinship import Kinship, Middle, Pair, Verdict, kinship

LARGE = 5_000_000
"""Networks of more parameters are slow: one picture has to do."""

_DECIDED: dict[Middle | None, Verdict] = {"good": "related", "broken": "unrelated"}


def inspect(
    paths: Sequence[Path], crops: Sequence[NDArray[np.generic]] = (), *, device: str = "cpu"
) -> Kinship:
    """Compare networks pairwise: their structure, their weights, and their mixes on ``crops``.

    ``crops`` are real pictures (H, W, C) in 8-bit levels, gray or colour, best of about 96 × 96
    pixels; without any, only weights are judged. Raises ModelError for a file that cannot be used.
    """
    networks = [load(path) for path in paths]
    target = torch.device(device)
    pairs = tuple(
        _compare((paths[i], networks[i]), (paths[j], networks[j]), crops, target)
        for i, j in itertools.combinations(range(len(paths)), 2)
    )
    return kinship(tuple(map(str, paths)), pairs)


def _compare(
    one: tuple[Path, Descriptor],
    other: tuple[Path, Descriptor],
    crops: Sequence[NDArray[np.generic]],
    device: torch.device,
) -> Pair:
    names = str(one[0]), str(other[0])
    info = describe(one[1])
    obstacle = mixable(info, describe(other[1]))
    if obstacle is not None:
        why = (f"cannot be mixed: {obstacle}",)
        return Pair(*names, obstacle, (), (), "unrelated", None, 0.0, why)
    layers = ancestry.compare_layers(one[1].model, other[1].model)
    verdict, evidence = ancestry.judge(layers)
    shown = crops[:1] if info.parameters > LARGE else crops
    steps = middle.walk(one[0], other[0], shown, device) if shown else ()
    seen, shift, looks = middle.judge(steps)
    if verdict == "doubtful":
        # Pictures decide what weights leave open.
        verdict = _DECIDED.get(seen, verdict)
    return Pair(*names, None, layers, steps, verdict, seen, shift, evidence + looks)
