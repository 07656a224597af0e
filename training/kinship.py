"""The experiment behind the thresholds of ``inspect``: what tells relatives from strangers.

Pairs whose kinship is known, by how they were made:

- *relatives*: one network fine-tuned from the other, or both from a common ancestor
- *strangers*: other random initial weights
- *twins*: one network and itself with hidden channels permuted: the same function, other weights;
  *half twins*: with those behind one layer permuted

They are judged by the product's own code. An independent witness of the middle is the *loss*: by
how much the worst mix restores a picture worse than the worse of both parents.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generator.networks import ancestry, middle
from generator.networks.kinship import inspect
from generator.networks.middle import ALPHAS
from generator.networks.running.forward import Forward
from generator.networks.weights.mix import Mixer
from generator.plan.kinship import Pair
from generator.render.relate import telling_crop
from training import families
from training.families import FAMILIES, Family
from training.measure import held_out, psnr, small, write_figures
from training.photographs import Picture
from training.recipes import recipe

REPORT = Path(__file__).with_name("KINSHIP.md")
REAL = Path(__file__).parents[2] / "shared" / "real"
"""Networks that others published, where there are any: see ``_published``."""

Levels = NDArray[np.uint8]


@dataclass(frozen=True)
class Case:
    """A pair, what it is known to be, and pictures: as the networks see them, and restored."""

    kind: str
    family: str
    name: str
    files: tuple[Path, Path]
    inputs: tuple[Levels, ...]
    clean: tuple[Levels, ...] = ()


@dataclass(frozen=True)
class Result:
    """What the product found, and the loss in dB; None where there is nothing to restore."""

    case: Case
    pair: Pair
    loss: float | None

    @property
    def share(self) -> float:
        """The share of the weights in layers that are more alike than chance."""
        telling = [layer for layer in self.pair.layers if layer.z is not None]
        alike = sum(layer.weights for layer in telling if layer.z >= ancestry.ALIKE)
        return alike / max(1, sum(layer.weights for layer in telling))

    @property
    def deviations(self) -> tuple[float, float, float]:
        """Least, middle and greatest z of layers that hold at least a hundredth of the weights."""
        telling = [layer for layer in self.pair.layers if layer.z is not None]
        total = sum(layer.weights for layer in telling)
        z = sorted(n.z for n in telling if n.weights >= ancestry.SMALL * total)
        return z[0], z[len(z) // 2], z[-1]

    @property
    def detour(self) -> float:
        """The longest way by a mix."""
        return max(step.detour for step in self.pair.steps)

    @property
    def work(self) -> float | None:
        """The least that a mix does, relative to the parent that does less."""
        return min((s.work for s in self.pair.steps if s.work is not None), default=None)

    @property
    def kept(self) -> float | None:
        """The least share of the common work that a mix does."""
        return min((s.kept for s in self.pair.steps if s.kept is not None), default=None)


def report() -> None:
    """Train what is missing, judge every pair, and write the figures into KINSHIP.md."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for group in families.members():
            list(pool.map(families.train, group))
        results = list(pool.map(judged, cases()))
    write_figures(REPORT, "summary", summary(results))
    write_figures(REPORT, "errors", errors(results))
    write_figures(REPORT, "margins", margins(results))
    write_figures(REPORT, "pairs", table(results))


def judged(case: Case) -> Result:
    """Have a pair judged by the product, and measure the loss."""
    torch.set_num_threads(1)
    (pair,) = inspect(case.files, case.inputs).pairs
    return Result(case, pair, _loss(case) if case.clean else None)


def cases() -> Iterator[Case]:
    """Yield all pairs."""
    for family in FAMILIES:
        yield from _of_family(family)
    yield from _of_demo()
    yield from _published()


def _of_family(family: Family) -> Iterator[Case]:
    file = partial(families.path, family)
    make = _noisy if family.scale == 1 else partial(_smaller, family.scale)
    clean = tuple(telling_crop(_levels(picture)) for picture in held_out())
    if family.scale > 1:
        clean = tuple(crop[: len(crop) // 4 * 4, : crop.shape[1] // 4 * 4] for crop in clean)
    shown = tuple(make(crop, seed) for seed, crop in enumerate(clean))

    def case(kind: str, name: str, one: Path, other: Path, **rest: tuple[Levels, ...]) -> Case:
        return Case(kind, family.name, name, (one, other), shown, **rest)

    alike, others = ["base", "short", "long", "critic", "styled"], ["apart", "stranger"]
    for one, other in (
        *(("base", child) for child in alike[1:]),
        ("short", "critic"), ("long", "critic"), ("long", "styled"),
    ):  # fmt: skip
        known = {} if "styled" in (one, other) else {"clean": clean}
        yield case("relatives", f"{one} / {other}", file(one), file(other), **known)
    for one in alike:
        for other in others:
            known = {} if one == "styled" else {"clean": clean}
            yield case("strangers", f"{one} / {other}", file(one), file(other), **known)
    yield case("strangers", "apart / stranger", file("apart"), file("stranger"), clean=clean)
    if family.hidden:
        for member in ("base", "long"):
            for every, kind in ((True, "twins"), (False, "half twins")):
                twin = families.permuted(family, member, every=every)
                name = f"base / {member} permuted"
                yield case(kind, name, file("base"), twin, clean=clean)


def _of_demo() -> Iterator[Case]:
    """Yield pairs of the demo's networks and of the tests'."""
    crops = [telling_crop(_levels(picture)) for picture in held_out()]
    kinds: dict[str, Callable[[Levels, int], Levels]] = {
        "denoise": _noisy, "tiny_x4": partial(_smaller, 4), "sr": partial(_smaller, 4),
    }  # fmt: skip
    siblings = (
        "denoise-20 denoise-60, denoise-20 denoise-joint, denoise-40 denoise-joint,"
        "sr-fidelity sr-texture, denoise-20 photo, photo woodblock, photo lens-blur, photo pencil,"
        "watercolour woodblock, woodblock pencil, pencil ink, woodblock ink, ink watercolour,"
        "pencil watercolour, ink night, day night, lens-blur night, lens-blur denoise-60,"
        "tiny_a tiny_b, tiny_a tiny_c, tiny_b tiny_c, tiny_x4_a tiny_x4_b, tiny_gray_a tiny_gray_b"
    )
    pairs = [("relatives", *pair.split()) for pair in siblings.split(",")]
    pairs += [("strangers", name, "tiny_other") for name in ("tiny_a", "tiny_b", "tiny_c")]
    for kind, one, other in pairs:
        make = next((kinds[key] for key in kinds if one.startswith(key)), lambda crop, _: crop)
        shown = tuple(make(crop, seed) for seed, crop in enumerate(crops))
        files = recipe(one).path, recipe(other).path
        yield Case(kind, "demo", f"{one} / {other}", files, shown)


def _published() -> Iterator[Case]:
    """Yield pairs of networks that others trained, where they lie beside the project."""
    if not REAL.is_dir():
        return
    crops = tuple(telling_crop(_levels(picture)) for picture in held_out())
    low = tuple(_smaller(4, crop, 0) for crop in map(_levels, held_out()))
    low = tuple(map(telling_crop, low))
    span = ("spanx4_ch48", "ClearReality4x", "4xSPANkendata")
    for kind, one, other in (
        ("relatives", span[0], span[1]),
        ("strangers", span[0], span[2]),
        ("strangers", span[1], span[2]),
    ):
        files = tuple(REAL / "community" / f"{name}.safetensors" for name in (one, other))
        yield Case(kind, "published", f"{one} / {other}, small pictures", files, low)
        yield Case(kind, "published", f"{one} / {other}, large pictures", files, crops)
    files = tuple(REAL / "models" / f"dncnn_{name}.safetensors" for name in ("s15", "s25"))
    noisy = tuple(_noisy(crop, seed) for seed, crop in enumerate(crops))
    yield Case("strangers", "published", "DnCNN σ 15 / σ 25, noisy", files, noisy, crops)
    yield Case("strangers", "published", "DnCNN σ 15 / σ 25, clean", files, crops)


def _loss(case: Case) -> float:
    mixer = Mixer(torch.device("cpu"), 2**30)

    def quality(alpha: float) -> float:
        weights = [(case.files[0], 1 - alpha), (case.files[1], alpha)]
        forward = Forward(mixer.mix(weights), torch.float32)
        with torch.inference_mode():
            made = [forward(torch.from_numpy(each.astype(np.float32))) for each in case.inputs]
        pairs = zip(made, case.clean, strict=True)
        return float(np.mean([psnr(m[0].permute(1, 2, 0).numpy(), c / 255) for m, c in pairs]))

    return min(quality(0), quality(1)) - min(map(quality, ALPHAS))


def summary(results: Sequence[Result]) -> str:
    """Tabulate, in Markdown, what each kind and family spans."""
    lines = [
        "| kind | of | pairs | alike | least z | middle z | detour | work | kept | loss |",
        "|---" * 10 + "|",
    ]
    groups = dict.fromkeys((r.case.kind, r.case.family) for r in results)
    for kind, family in sorted(groups, key=lambda g: _KINDS.index(g[0])):
        group = [r for r in results if (r.case.kind, r.case.family) == (kind, family)]
        columns = (
            _span([r.share for r in group], ".0%"),
            _span([r.deviations[0] for r in group], ".1f"),
            _span([r.deviations[1] for r in group], ".1f"),
            _span([r.detour for r in group], ".2f"),
            _span([r.work for r in group], ".2f"),
            _span([r.kept for r in group], ".2f"),
            _span([r.loss for r in group], ".1f"),
        )
        lines.append(f"| {kind} | {family} | {len(group)} | {' | '.join(columns)} |")
    return "\n".join(lines)


def errors(results: Sequence[Result]) -> str:
    """Tabulate, in Markdown, how pairs of each kind were judged, and how near to the thresholds."""
    lines = [
        "| kind | pairs | related | doubtful | unrelated | middle good | doubtful | broken |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in _KINDS:
        group = [r.pair for r in results if r.case.kind == kind]
        verdicts = [sum(p.verdict == v for p in group) for v in _VERDICTS]
        middles = [sum(p.middle == m for p in group) for m in _MIDDLES]
        lines.append(f"| {kind} | {len(group)} | {' | '.join(map(str, verdicts + middles))} |")
    return "\n".join(lines)


def margins(results: Sequence[Result]) -> str:
    """Tabulate, in Markdown, how near relatives and strangers come to each threshold."""
    near = [r for r in results if r.case.kind == "relatives"]
    far = [r for r in results if r.case.kind == "strangers"]
    rows: list[tuple[str, Sequence[float | None], Sequence[float | None], str]] = [
        ("share of weights alike", *([r.share for r in g] for g in (near, far)), "0.9, 0.1"),
        ("z of a layer, of relatives the least", [r.deviations[0] for r in near],
         [r.deviations[2] for r in far], f"{ancestry.ALIKE:g}"),
        ("detour", *([r.detour for r in g] for g in (near, far)),
         f"{middle.LONG_DETOUR}, {middle.BROKEN_DETOUR}"),
        ("work", *([r.work for r in g] for g in (near, far)),
         f"{middle.LITTLE_WORK}, {middle.BROKEN_WORK}"),
        ("kept, where both do the same", *([r.kept for r in g] for g in (near, far)),
         f"{middle.LITTLE_KEPT}, {middle.BROKEN_KEPT}"),
    ]  # fmt: skip
    lines = [
        "| measure | relatives | strangers | thresholds |",
        "|---" * 4 + "|",
    ]
    for name, ours, theirs, limits in rows:
        lines.append(f"| {name} | {_span(ours, '.2f')} | {_span(theirs, '.2f')} | {limits} |")
    return "\n".join(lines)


def table(results: Sequence[Result]) -> str:
    """Tabulate every pair in Markdown."""
    lines = [
        f"| {' | '.join(_COLUMNS)} |",
        "|---" * len(_COLUMNS) + "|",
    ]
    for r in sorted(results, key=lambda r: _KINDS.index(r.case.kind)):
        contrast = min(step.contrast for step in r.pair.steps)
        colours = max(step.colour_distance for step in r.pair.steps)
        named = f"{r.case.kind} | {r.case.family} | {r.case.name}"
        weights = f"{r.share:.0%} | {r.deviations[0]:.1f} | {r.deviations[1]:.1f}"
        work = f"{r.detour:.2f} | {_cell(r.work)} | {_cell(r.kept)}"
        pictures = f"{work} | {contrast:.2f} | {colours:.1f}"
        judged_as = f"{_cell(r.loss, '.1f')} | {r.pair.verdict} | {r.pair.middle or '–'}"
        lines.append(f"| {named} | {weights} | {pictures} | {judged_as} |")
    return "\n".join(lines)


_COLUMNS = (
    "kind", "of", "pair", "alike", "least z", "middle z", "detour", "work", "kept", "contrast",
    "colours off", "loss", "verdict", "middle",
)  # fmt: skip
_KINDS = ("relatives", "strangers", "twins", "half twins")
_VERDICTS = ("related", "doubtful", "unrelated")
_MIDDLES = ("good", "doubtful", "broken")


def _levels(picture: Picture) -> Levels:
    return np.rint(picture * 255).clip(0, 255).astype(np.uint8)


def _noisy(crop: Levels, seed: int) -> Levels:
    grain = np.random.default_rng(seed).normal(0, 25, crop.shape)
    return np.rint(crop + grain).clip(0, 255).astype(np.uint8)


def _smaller(scale: int, crop: Levels, _seed: int) -> Levels:
    height, width = (side // scale * scale for side in crop.shape[:2])
    return _levels(small(crop[:height, :width].astype(np.float32) / 255, scale))


def _span(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return f"{min(known):{form}} … {max(known):{form}}" if known else "–"


def _cell(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else f"{value:{form}}"
