"""Small networks of many architectures whose history is known, for the experiment on kinship.

Of each architecture one *base* is trained. From it descend *short* and *long* (a few steps and
many, at another noise level), *critic* (against a critic) and *styled* (other colours); *apart* and
*stranger* (at that other noise level) have starts of their own. They are poor restorers: what
counts is where they come from.

Weights are kept in ``training/.kinship/``, which git ignores: a run that was stopped goes on.
"""

import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DAT import DAT
from spandrel.architectures.DnCNN import DnCNN
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.PLKSR import PLKSR
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR
from torch import Tensor, nn

from generator.networks.weights.load import load
from training import networks
from training.loop import fit, fit_adversarially
from training.patches import Degradation, Patches, noise, shrink
from training.photographs import Picture, training_pictures
from training.teachers import warm

FOLDER = Path(__file__).with_name(".kinship")


@dataclass(frozen=True)
class Family:
    """An architecture in a small size: how to build it, and what lies between two layers.

    :param hidden: layers that write hidden channels, and those that alone read them: such channels
        can be put into another order without changing what the network does
    """

    name: str
    scale: int
    build: Callable[[], nn.Module]
    hidden: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    def network(self) -> nn.Module:
        """Build a fresh one, with torch's present random numbers."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's hints to the authors of architectures
            return self.build()


FAMILIES = (
    Family(
        "Compact",
        1,
        lambda: Compact(num_in_ch=3, num_out_ch=3, num_feat=16, num_conv=4, upscale=1),
        tuple(((f"body.{2 * n}", f"body.{2 * n + 1}"), (f"body.{2 * n + 2}",)) for n in range(5)),
    ),
    Family(
        "DnCNN",
        1,
        lambda: DnCNN(in_nc=3, out_nc=3, nc=24, nb=8, act_mode="R"),
        tuple(((f"model.{2 * n}",), (f"model.{2 * n + 2}",)) for n in range(7)),
    ),
    Family(
        "SPAN",
        2,
        lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2, norm=False),
        tuple(
            (
                (f"block_{n}.c{c}_r.conv.2", f"block_{n}.c{c}_r.sk"),
                (f"block_{n}.c{c + 1}_r.conv.0", f"block_{n}.c{c + 1}_r.sk"),
            )
            for n in range(1, 6)
            for c in (1, 2)
        ),
    ),
    Family(
        "RRDB",
        2,
        lambda: ESRGAN(num_filters=16, num_blocks=1, scale=2),
        (
            (("model.3",), ("model.5",)),
            (("model.5",), ("model.7",)),
        ),
    ),
    Family(
        "SwinIR",
        2,
        lambda: SwinIR(
            img_size=64,
            embed_dim=24,
            depths=[2, 2],
            num_heads=[2, 2],
            window_size=8,
            mlp_ratio=2,
            upscale=2,
            upsampler="pixelshuffledirect",
        ),
        tuple(
            (
                (f"layers.{n}.residual_group.blocks.{b}.mlp.fc1",),
                (f"layers.{n}.residual_group.blocks.{b}.mlp.fc2",),
            )
            for n in (0, 1)
            for b in (0, 1)
        ),
    ),
    Family(
        "DAT",
        2,
        lambda: DAT(
            img_size=64,
            embed_dim=24,
            split_size=[4, 8],
            depth=[2],
            num_heads=[2],
            expansion_factor=2.0,
            upscale=2,
            upsampler="pixelshuffledirect",
        ),
        (),
    ),
    Family(
        "PLKSR",
        2,
        lambda: PLKSR(dim=32, n_blocks=2, upscaling_factor=2, kernel_size=9, ccm_type="DCCM"),
        tuple(((f"feats.{n}.channe_mixer.0",), (f"feats.{n}.channe_mixer.2",)) for n in (1, 2)),
    ),
)


@dataclass(frozen=True)
class History:
    """How a member came about; ``parent`` None: from a start of its own, by ``seed``."""

    parent: str | None
    seed: int
    steps: int
    rate: float
    sigma: float
    critic: bool = False
    teacher: Callable[[Picture], Picture] | None = None


HISTORIES = {
    "base": History(None, 1, 300, 2e-3, 15),
    "apart": History(None, 2, 300, 2e-3, 15),
    "stranger": History(None, 3, 300, 2e-3, 50),
    "short": History("base", 4, 40, 5e-4, 50),
    "long": History("base", 5, 500, 2e-3, 50),
    "critic": History("base", 6, 80, 1e-3, 5, critic=True),
    "styled": History("base", 7, 150, 1e-3, 15, teacher=warm),
}


def path(family: Family, member: str) -> Path:
    """Return the weights file of a member; ``train`` makes it."""
    return FOLDER / f"{family.name}-{member}.safetensors"


def members(names: Iterable[str] = ()) -> Iterator[tuple[str, ...]]:
    """Yield groups of members in order of descent: none of a group needs another of it."""
    chosen = [each for each in FAMILIES if not names or each.name in names]
    for descended in (False, True):
        yield tuple(
            f"{family.name}/{name}"
            for family in chosen
            for name, history in HISTORIES.items()
            if (history.parent is not None) == descended and not path(family, name).exists()
        )


def train(member: str) -> None:
    """Train ``family/member`` and write its weights, on one thread, as ``recipes.train`` does."""
    torch.set_num_threads(1)
    family_name, name = member.split("/")
    family = next(each for each in FAMILIES if each.name == family_name)
    history = HISTORIES[name]
    torch.manual_seed(history.seed)
    network = family.network()
    if history.parent is not None:
        network.load_state_dict(_weights(path(family, history.parent)))
    start = time.process_time()
    losses = list(_losses(family, history, network))
    FOLDER.mkdir(exist_ok=True)
    partial = path(family, name).with_suffix(".partial")
    networks.save(network, partial)
    partial.rename(path(family, name))
    last = sum(losses[-30:]) / 30
    print(f"{member}: loss {last:.4f}, {time.process_time() - start:.0f} s", flush=True)


def permuted(family: Family, member: str, *, every: bool) -> Path:
    """Write a twin of a member: the same function, hidden channels in another order.

    :param every: behind all layers of ``family.hidden``, or behind the one in the middle
    """
    weights = _weights(path(family, member))
    generator = torch.Generator().manual_seed(1)
    hidden = family.hidden if every else family.hidden[len(family.hidden) // 2 :][:1]
    for writers, readers in hidden:
        order = torch.randperm(len(weights[f"{writers[0]}.weight"]), generator=generator)
        for key in (f"{writer}.{kind}" for writer in writers for kind in ("weight", "bias")):
            if key in weights:
                weights[key] = weights[key][order]
        for reader in readers:
            weights[f"{reader}.weight"] = weights[f"{reader}.weight"][:, order]
    network = family.network()
    network.load_state_dict(weights)
    twin = FOLDER / f"{family.name}-{member}-{'all' if every else 'one'}-permuted.safetensors"
    networks.save(network, twin)
    return twin


def _losses(family: Family, history: History, network: nn.Module) -> Iterator[float]:
    pictures = training_pictures()
    taught = [history.teacher(each) if history.teacher else each for each in pictures]
    patches = Patches(list(zip(pictures, taught, strict=True)), side=32, count=4, seed=history.seed)
    degrade = _spoilt(family.scale, history.sigma)
    if history.critic:
        return fit_adversarially(
            network, patches, degrade, steps=history.steps, rate=history.rate, seed=history.seed
        )
    return fit(network, patches, degrade, steps=history.steps, rate=history.rate)


def _spoilt(scale: int, sigma: float) -> Degradation:
    """Return what makes an input: smaller by ``scale``, then noisy."""
    smaller, noisy = shrink(scale), noise(sigma)

    def spoil(clean: Tensor, generator: torch.Generator) -> Tensor:
        return noisy(smaller(clean, generator), generator)

    return spoil


def _weights(file: Path) -> dict[str, Tensor]:
    return dict(load(file).model.state_dict())
