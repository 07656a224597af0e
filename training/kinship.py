"""The experiment behind the thresholds of ``inspect``: what tells siblings from strangers.

Pairs whose kinship is known, by how they were made:

- *siblings*: one network fine-tuned from the other, or both from a common ancestor
- *same start*: equal random initial weights, trained apart from the first step
- *strangers*: other random initial weights
- *twins*: one network and itself with hidden channels permuted: the same function, other weights;
  *half twins*: with those behind one convolution permuted

For each pair: per-layer cosine, matching filters, and the barrier on crops no network has seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

import numpy as np
import torch
from spandrel.architectures.Compact import Compact
from torch import Tensor, nn
from torch.nn import functional

from training import networks
from training.measure import held_out, psnr, write_figures
from training.networks import State
from training.patches import noise
from training.photographs import Picture
from training.recipes import RECIPES, Recipe, recipe

REPORT = Path(__file__).with_name("KINSHIP.md")
CROPS = ((60, 130), (150, 250))
"""Top left corners in each picture held out; 96 pixels square."""


@dataclass(frozen=True)
class Kinship:
    """The figures of one pair.

    :param cosines: of each layer's convolution weights, in order
    :param matches: of each layer, the share of filters whose most similar filter in the other
        network (by absolute cosine) has the same index; chance is 1 / filters
    :param barrier: PSNR in dB of the mix's output against the pixel blend of both outputs, at α
        ¼, ½ and ¾: the lowest; high means no barrier
    :param excess: the root mean square difference of mix and blend at α ½, divided by that of
        either network's output and its input, the greater: how much of the work is lost
    """

    cosines: tuple[float, ...]
    matches: tuple[float, ...]
    barrier: float
    excess: float


def compare(first: Compact, second: Compact) -> Kinship:
    """Measure two networks of one shape."""
    pairs = list(zip(_filters(first), _filters(second), strict=True))
    barriers, excess = [], 0.0
    for crop in crops(first.num_in_ch):
        one, two = networks.run(first, crop), networks.run(second, crop)
        for alpha in (0.25, 0.5, 0.75):
            mix = networks.run(networks.mixed(first, second, alpha), crop)
            blend = (1 - alpha) * one + alpha * two
            barriers.append(psnr(mix, blend))
            if alpha == 0.5:
                base = np.kron(crop, np.ones((first.upscale, first.upscale, 1), np.float32))
                work = max(_distance(one, base), _distance(two, base))
                excess = max(excess, _distance(mix, blend) / work)
    return Kinship(
        cosines=tuple(
            float(functional.cosine_similarity(a.flatten(), b.flatten(), 0)) for a, b in pairs
        ),
        matches=tuple(matching(a, b) for a, b in pairs),
        barrier=min(barriers),
        excess=excess,
    )


def matching(first: Tensor, second: Tensor) -> float:
    """Give the share of filters (rows) whose nearest filter in `second` has the same index."""
    cosines = functional.normalize(first, dim=1) @ functional.normalize(second, dim=1).T
    nearest = cosines.abs().argmax(dim=1)
    return float((nearest == torch.arange(len(first))).float().mean())


def permuted(network: Compact, seed: int, layers: Sequence[int] | None = None) -> Compact:
    """Shuffle the channels behind these convolutions (default: all); the function stays."""
    state: State = {name: value.clone() for name, value in network.state_dict().items()}
    generator = torch.Generator().manual_seed(seed)
    for layer in range(network.num_conv + 1) if layers is None else layers:
        order = torch.randperm(network.num_feat, generator=generator)
        for name in (f"body.{2 * layer}.weight", f"body.{2 * layer}.bias"):
            state[name] = state[name][order]
        state[f"body.{2 * layer + 1}.weight"] = state[f"body.{2 * layer + 1}.weight"][order]
        state[f"body.{2 * layer + 2}.weight"] = state[f"body.{2 * layer + 2}.weight"][:, order]
    twin = networks.build_like(network)
    twin.load_state_dict(state)
    return twin


def trained_from(this: Recipe, start: Compact | None = None) -> Compact:
    """Train as the recipe says, from `start` or its own start, in memory."""
    network = start or this.network()
    for _ in this.losses(network):
        pass
    return network


def crops(channels: int) -> Iterator[Picture]:
    """Cut the real crops on which the barrier is measured; one channel: gray."""
    for picture in held_out():
        for top, left in CROPS:
            crop = picture[top : top + 96, left : left + 96]
            yield crop if channels == 3 else crop.mean(axis=2, keepdims=True)


def pairs() -> Iterator[tuple[str, str, Kinship]]:
    """Make and measure every pair: kind, names, figures."""
    trained = {each.name: networks.load(each.path) for each in RECIPES if each.path.exists()}

    siblings = (
        "denoise-20 denoise-60, denoise-20 denoise-joint, denoise-40 denoise-joint,"
        "sr-fidelity sr-texture, denoise-20 photo, photo woodblock, photo lens-blur,"
        "woodblock pencil, ink night, lens-blur night, lens-blur denoise-60,"
        "tiny_a tiny_b, tiny_a tiny_c, tiny_b tiny_c, tiny_x4_a tiny_x4_b, tiny_gray_a tiny_gray_b"
    )
    for pair in siblings.split(","):
        one, two = pair.split()
        yield "siblings", f"{one} / {two}", compare(trained[one], trained[two])

    tiny = changed(recipe("tiny_a"), steps=300)
    start = trained_from(tiny)
    apart = trained_from(changed(tiny, seed=21, degrade=noise(60)), tiny.network())
    again = trained_from(changed(tiny, seed=22), tiny.network())
    yield "same start", "tiny, seed 1, σ 10 / seed 1, σ 60", compare(start, apart)
    yield "same start", "tiny, seed 1, σ 10 / seed 1, σ 10, other patches", compare(start, again)
    others = {seed: trained_from(changed(tiny, seed=seed)) for seed in (31, 32, 33)}
    for seed, other in others.items():
        yield "strangers", f"tiny, seed 1, σ 10 / seed {seed}, σ 10", compare(start, other)
        yield "strangers", f"tiny, seed 1, σ 60 / seed {seed}, σ 10", compare(apart, other)
    yield "strangers", "tiny, seed 31, σ 10 / seed 32, σ 10", compare(others[31], others[32])
    yield "strangers", "tiny_a / tiny_other", compare(trained["tiny_a"], trained["tiny_other"])
    stranger = trained_from(changed(recipe("denoise-20"), seed=22, steps=300))
    for name in ("denoise-20", "denoise-60", "woodblock", "night"):
        yield "strangers", f"{name} / seed 22, σ 20", compare(trained[name], stranger)

    for name in ("denoise-20", "denoise-60", "sr-fidelity", "sr-texture", "pencil", "tiny_a"):
        yield (
            "twins",
            f"{name} / itself permuted",
            compare(trained[name], permuted(trained[name], 1)),
        )
    yield (
        "twins",
        "denoise-20 / denoise-60 permuted",
        compare(trained["denoise-20"], permuted(trained["denoise-60"], 2)),
    )
    for name in ("denoise-20", "pencil"):
        yield (
            "half twins",
            f"{name} / itself, one layer's channels permuted",
            compare(trained[name], permuted(trained[name], 3, layers=[4])),
        )


def report() -> None:
    """Write the figures into KINSHIP.md."""
    torch.set_num_threads(1)
    measured = list(pairs())
    lines = [
        "| kind | pair | cosine: least | last | matches: least | last | barrier, dB | excess |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, name, k in measured:
        cosines = f"{min(k.cosines[:-1]):.3f} | {k.cosines[-1]:.3f}"
        matches = f"{min(k.matches[:-1]):.0%} | {k.matches[-1]:.0%}"
        lines.append(
            f"| {kind} | {name} | {cosines} | {matches} | {k.barrier:.1f} | {k.excess:.2f} |"
        )
    write_figures(REPORT, "pairs", "\n".join(lines))

    summary = [
        "| kind | pairs | least cosine | least matches | barrier, dB | excess |",
        "|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(kind for kind, _, _ in measured):
        group = [k for other, _, k in measured if other == kind]
        columns = (
            _span([min(k.cosines[:-1]) for k in group], ".3f"),
            _span([min(k.matches[:-1]) for k in group], ".0%"),
            _span([k.barrier for k in group], ".1f"),
            _span([k.excess for k in group], ".2f"),
        )
        summary.append(f"| {kind} | {len(group)} | {' | '.join(columns)} |")
    write_figures(REPORT, "summary", "\n".join(summary))


def _filters(network: nn.Module) -> Iterator[Tensor]:
    """Give each convolution's weights as rows: one flattened filter a row."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            yield layer.weight.detach().float().flatten(1)


def _distance(one: Picture, two: Picture) -> float:
    return float(np.sqrt(np.mean((one - two) ** 2)))


def _span(values: list[float], form: str) -> str:
    return f"{min(values):{form}} … {max(values):{form}}"
