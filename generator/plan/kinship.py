"""What was found about pairs of networks, as plain values: two questions, two answers.

Have they an ancestor in common (``verdict``), and is the way between them good (``middle``)?
``networks.kinship`` measures pairs, ``render.relate`` asks for those of a site and keeps the
answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["related", "doubtful", "unrelated"]
Middle = Literal["good", "doubtful", "broken"]

RANKS: tuple[Verdict, ...] = ("related", "doubtful", "unrelated")
MIDDLES: tuple[Middle, ...] = ("good", "doubtful", "broken")


@dataclass(frozen=True)
class Layer:
    """How alike one layer is in two networks.

    ``cosine`` of all its weights, -1 to 1, None where it is zero in one of them; ``z``, by how
    many standard deviations its filters are nearer to their namesakes than in any other order,
    None where the layer cannot tell; ``weights``, how many numbers it holds.
    """

    name: str
    weights: int
    cosine: float | None
    z: float | None


@dataclass(frozen=True)
class Step:
    """The mix at ``alpha`` against both parents, over all crops.

    ``detour``: how much longer the way from parent to parent is by the mix, in the angles between
    their details (1: it lies on the way); ``work``: how much the mix does to the input, relative
    to the parent that does less, None where that is hardly anything; ``kept``: the share of what
    both parents alike do that the mix does too, None where they do different things;
    ``contrast``: the strength of its details relative to the weaker parent's; ``colour_detour``:
    like ``detour``, in the colours of areas; ``colour_shift``: the mean of mix minus blend by
    channel, in 8-bit levels; ``colour_distance``: how far the colours of areas are from the
    blend's, as a root mean square, in levels; ``barrier_db``: PSNR between mix and blend, 100
    where they are equal.
    """

    alpha: float
    detour: float
    work: float | None
    kept: float | None
    contrast: float
    colour_detour: float
    colour_shift: tuple[float, ...]
    colour_distance: float
    barrier_db: float


@dataclass(frozen=True)
class Pair:
    """What was found about two networks; ``obstacle`` says why they cannot be mixed at all.

    ``middle`` is None where no picture could be looked at. ``colour_shift``: by how many levels
    mixes that are good but for that are off in their colours; 0 where it is not worth a word.
    ``reasons`` says what speaks for the verdict, then what the middle looks like.
    """

    first: str
    second: str
    obstacle: str | None
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]
    verdict: Verdict
    middle: Middle | None
    colour_shift: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Kinship:
    """All pairs of some networks; ``verdict`` and ``middle`` are the worst of theirs.

    ``asdict`` makes JSON.
    """

    models: tuple[str, ...]
    pairs: tuple[Pair, ...]
    verdict: Verdict
    middle: Middle | None


def kinship(models: tuple[str, ...], pairs: tuple[Pair, ...]) -> Kinship:
    """Return what pairs say together: as bad as the worst of them."""
    verdict: Verdict = max((pair.verdict for pair in pairs), key=RANKS.index, default="related")
    seen = (pair.middle for pair in pairs if pair.middle is not None)
    middle = max(seen, key=MIDDLES.index, default=None)
    return Kinship(models, pairs, verdict, middle)
