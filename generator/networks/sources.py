"""Inputs for the networks: decoded ahead in a thread, then held on the device."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from generator import images
from generator.errors import AlphagridError
from generator.networks.running.runner import is_out_of_memory
from generator.plan import Input


@dataclass(frozen=True, eq=False)
class Source:
    """An input on the device, where it stays for all its frames: ``levels`` as (H, W, C) float32
    in 8-bit levels, unclipped; its transparency, (H, W) in 0..1, waits in main memory.
    """  # noqa: D205

    levels: torch.Tensor
    alpha: NDArray[np.float32] | None


class Sources:
    """The inputs of a batch. The first is there soon, the others while networks run on it."""

    def __init__(self, inputs: Sequence[Input], device: torch.device) -> None:
        self._device = device
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._coming: dict[Input, Future[images.Prepared]] = {
            picture: self._pool.submit(images.prepare, picture) for picture in inputs
        }
        self._here: dict[Input, Source | str] = {}

    def __getitem__(self, picture: Input) -> Source | str:
        """Return an input once it is decoded, or why it cannot be used."""
        if picture not in self._here:
            self._here[picture] = self._take(picture)
        return self._here[picture]

    def close(self) -> None:
        """Decode no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, picture: Input) -> Source | str:
        try:
            prepared = self._coming.pop(picture).result()
            return Source(torch.from_numpy(prepared.levels).to(self._device), prepared.alpha)
        except AlphagridError as error:
            return str(error)
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                return f"{picture.file.path}: out of memory; use a smaller picture"
            raise
