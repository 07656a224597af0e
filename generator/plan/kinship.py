"""Whether networks are related, as plain values: what was found about pairs of them.

Mixing weights works only between networks with a common ancestor. ``networks.ancestry`` measures
pairs, ``render.relate`` asks for those of a site and keeps the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["related", "doubtful", "unrelated"]

RANKS: tuple[Verdict, ...] = ("related", "doubtful", "unrelated")


@dataclass(frozen=True)
class Layer:
    """How alike one layer is: ``cosine`` of all its weights, -1 to 1; ``same_index``, the share
    of filters whose most similar filter (by absolute cosine) in the other network has their index.

    Only filters count that are zero in neither network; both figures are None where there are none.
    """  # noqa: D205

    name: str
    cosine: float | None
    same_index: float | None


@dataclass(frozen=True)
class Step:
    """The mix at ``alpha`` against the blend of both outputs, over all crops.

    ``barrier_db`` is the PSNR between them (100 where they are equal); ``work_lost`` the root
    mean square of their difference relative to the greater of what either network does to its
    input; ``colour_shift`` the mean of mix minus blend by channel, in 8-bit levels.
    """

    alpha: float
    barrier_db: float
    work_lost: float
    colour_shift: tuple[float, ...]


@dataclass(frozen=True)
class Pair:
    """What was found about two networks; ``obstacle`` says why they cannot be mixed at all."""

    first: str
    second: str
    obstacle: str | None
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Kinship:
    """All pairs of some networks; ``verdict`` is the worst of theirs. ``asdict`` makes JSON."""

    models: tuple[str, ...]
    pairs: tuple[Pair, ...]
    verdict: Verdict
