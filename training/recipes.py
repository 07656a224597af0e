"""Every network: its parent, what it learns from, for how long. One table, top to bottom."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from spandrel.architectures.Compact import Compact

from training import networks, teachers
from training.loop import fit, fit_adversarially
from training.patches import Degradation, Patches, keep, noise, shrink
from training.photographs import Picture, recoloured, training_pictures

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "content" / "models"
FIXTURES = ROOT / "tests" / "data"


@dataclass(frozen=True)
class Recipe:
    """How one network is trained.

    :param parent: the network training starts from; None: a fresh one from `seed`
    :param degrade: makes the network's input from clean patches
    :param teacher: a filter whose result is the target; None: the clean patch is
    :param side: of the target patches, in pixels
    :param rate: the highest learning rate
    """

    name: str
    title: str
    parent: str | None
    steps: int
    rate: float
    degrade: Degradation = keep
    teacher: Callable[[Picture], Picture] | None = None
    adversarial: bool = False
    side: int = 48
    count: int = 16
    features: int = 32
    convs: int = 8
    scale: int = 1
    channels: int = 3
    seed: int = 1
    folder: Path = MODELS

    @property
    def path(self) -> Path:
        """The weights file."""
        return self.folder / f"{self.name}.safetensors"

    def network(self) -> Compact:
        """Where training starts."""
        if self.parent:
            return networks.load(recipe(self.parent).path)
        return networks.build(self.features, self.convs, self.scale, self.channels, self.seed)

    def patches(self) -> Patches:
        """Give what it is trained on."""
        pictures: Sequence[Picture] = training_pictures()
        targets = pictures
        if self.teacher:
            pictures = recoloured(pictures)
            targets = [self.teacher(picture) for picture in pictures]
        return Patches(
            list(zip(pictures, targets, strict=True)),
            side=self.side,
            count=self.count,
            seed=self.seed,
            jitter=self.teacher is None and self.scale == 1 and self.channels == 3,
            gray=self.channels == 1,
        )

    def losses(self, network: Compact, steps: int | None = None) -> Iterator[float]:
        """Train `network` in place; one loss a step."""
        steps = self.steps if steps is None else steps
        if self.adversarial:
            return fit_adversarially(
                network, self.patches(), self.degrade, steps=steps, rate=self.rate, seed=self.seed
            )
        return fit(network, self.patches(), self.degrade, steps=steps, rate=self.rate)


def _tiny(
    name: str, parent: str | None, steps: int, degrade: Degradation, **rest: object
) -> Recipe:
    shape = {"features": 16, "convs": 4, "side": 32, "count": 8, "folder": FIXTURES, "rate": 2e-3}
    return Recipe(name, f"Test fixture {name}", parent, steps, degrade=degrade, **(shape | rest))


def _denoiser(sigma: float, seed: int) -> Recipe:
    name, title = f"denoise-{sigma}", f"Denoise σ {sigma}"
    return Recipe(name, title, "denoise-20", 1200, 1e-3, noise(sigma), seed=seed)


def _imitator(
    name: str, title: str, teacher: Callable[[Picture], Picture], seed: int, steps: int = 1000
) -> Recipe:
    return Recipe(name, title, "photo", steps, 1e-3, teacher=teacher, side=64, count=8, seed=seed)


RECIPES = (
    # Fixtures of the tests. Quick, not good: b and c are fine-tuned from a, other never met them.
    _tiny("tiny_a", None, 300, noise(10)),
    _tiny("tiny_b", "tiny_a", 200, noise(70)),
    _tiny("tiny_c", "tiny_a", 200, keep, teacher=teachers.warm),
    _tiny("tiny_other", None, 300, noise(10), seed=7),
    _tiny("tiny_x4_a", None, 300, shrink(4), side=96, scale=4),
    _tiny("tiny_x4_b", "tiny_x4_a", 150, shrink(4), side=96, scale=4, adversarial=True, rate=1e-3),
    _tiny("tiny_gray_a", None, 250, noise(10), channels=1),
    _tiny("tiny_gray_b", "tiny_gray_a", 150, noise(60), channels=1),
    # Denoising. The joint network and the others had as much training as the pair's second.
    Recipe("denoise-20", "Denoise σ 20", None, 2000, 2e-3, noise(20)),
    _denoiser(60, 2),
    Recipe("denoise-joint", "Denoise σ 20 and 60", "denoise-20", 1200, 1e-3, noise(20, 60), seed=3),
    _denoiser(30, 5),
    _denoiser(40, 4),
    _denoiser(50, 6),
    # Super-resolution ×4.
    Recipe("sr-fidelity", "Fidelity", None, 6000, 2e-3, shrink(4), side=128, scale=4),
    Recipe(
        "sr-texture",
        "Texture",
        "sr-fidelity",
        1000,
        5e-4,
        shrink(4),
        side=96,
        count=8,
        scale=4,
        adversarial=True,
        seed=2,
    ),
    # Styles, light and focus: all descend from the network that gives the photograph back.
    Recipe("photo", "Photograph", "denoise-20", 600, 5e-4, seed=7),
    _imitator("woodblock", "Woodblock", teachers.woodblock, 8, 1200),
    _imitator("pencil", "Pencil", teachers.pencil, 9),
    _imitator("ink", "Linocut", teachers.ink, 10, 800),
    _imitator("watercolour", "Watercolour", teachers.watercolour, 11, 500),
    _imitator("night", "Night", teachers.night, 13),
    _imitator("day", "Day", teachers.day, 14, 300),
    _imitator("lens-blur", "Out of focus", teachers.lens_blur, 15),
)


def recipe(name: str) -> Recipe:
    """Look up the recipe of that name.

    :raises KeyError: there is none
    """
    return {each.name: each for each in RECIPES}[name]


def generations(names: Iterable[str]) -> Iterator[list[str]]:
    """Order networks by descent: none of a list needs another of the same list or a later one."""
    waiting = list(names)
    while waiting:
        ready = [name for name in waiting if recipe(name).parent not in waiting]
        yield ready
        waiting = [name for name in waiting if name not in ready]


def train(name: str) -> Path:
    """Train one network as its recipe says and write its weights; prints loss and time.

    On one thread: sums over several depend on how many there are, and so would the bytes.
    """
    this = recipe(name)
    torch.set_num_threads(1)
    network = this.network()
    start = time.perf_counter()
    recent: list[float] = []
    for step, loss in enumerate(this.losses(network), 1):
        recent = [*recent[-99:], loss]
        if step % 200 == 0 or step == this.steps:
            seconds = time.perf_counter() - start
            mean = sum(recent) / len(recent)
            line = f"{name}: step {step}/{this.steps}, loss {mean:.4f}, {seconds:.0f} s"
            print(line, flush=True)
    networks.save(
        network,
        this.path,
        title=this.title,
        license="MIT",
        source=f"python -m training {name}",
    )
    return this.path
