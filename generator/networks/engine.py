"""Pictures of network recipes, from self-contained jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from generator import images
from generator.errors import AlphagridError
from generator.images.rendered import Failed, Rendered
from generator.networks import colour
from generator.networks.batches import Batch, RunConfig, in_order, run_configs
from generator.networks.running.allocator import keep_freed_memory
from generator.networks.running.device import PARENT_BUDGET, resolve
from generator.networks.running.precision import NAMES, Precision, to_levels
from generator.networks.running.runner import Output, Runner, Tile, is_out_of_memory
from generator.networks.sources import Source, Sources
from generator.networks.weights.mix import Mixer
from generator.plan import Blend, Input, Job, Network

# From the least precise to the most: a blend is as precise as its least precise part.
_RANK = [torch.bfloat16, torch.float16, torch.float32]


def render(jobs: Sequence[Job], *, device: str) -> Iterator[Rendered | Failed]:
    """Yield each job's picture as it is done, in the order that needs the fewest mixes.

    ``jobs`` have ``Mix`` and ``Blend`` recipes; ``device`` is ``auto``, ``cpu``, ``mps``,
    ``cuda`` or ``cuda:N``. What goes wrong with one picture is a ``Failed`` and does not stop the
    others. Raises RenderError when there is no such device.
    """
    keep_freed_memory()
    renderer = _Renderer(resolve(device))
    for batch in in_order(jobs):
        yield from renderer.render(batch)


class _Renderer:
    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._runner = Runner(Mixer(device, PARENT_BUDGET), device)

    def render(self, batch: Batch) -> Iterator[Rendered | Failed]:
        with closing(Sources(batch.inputs, self._device)) as sources:
            yield from self._frames(batch, sources)

    def _frames(self, batch: Batch, sources: Sources) -> Iterator[Rendered | Failed]:
        needed = {
            (config, picture)
            for picture, blends in batch.blends.items()
            for job in blends
            for config in run_configs(job)
        }
        kept: dict[tuple[RunConfig, Input], Output | str] = {}
        for config, by_input in batch.runs.items():
            for picture, jobs in by_input.items():
                source = sources[picture]
                rounded = (config, picture) not in needed and not any(map(_fixed, jobs))
                output = (
                    source
                    if isinstance(source, str)
                    else self._run(config, picture, source, rounded=rounded)
                )
                if (config, picture) in needed:
                    kept[config, picture] = output
                for job in jobs:
                    yield self._finish(job, source, output)
        for picture, blends in batch.blends.items():
            for job in blends:
                parts = [kept[config, picture] for config in run_configs(job)]
                yield self._finish(job, sources[picture], _blend(job, parts))

    @torch.inference_mode()
    def _run(
        self, config: RunConfig, picture: Input, source: Source, *, rounded: bool
    ) -> Output | str:
        """Return the network's output, or why there is none."""
        try:
            return self._runner.run(
                tuple((file.path, weight) for file, weight in config.weights),
                cast(Precision, config.precision),
                cast(Tile, config.tile),
                source.levels,
                name=picture,
                rounded=rounded,
                noise_level=config.noise_level,
            )
        except AlphagridError as error:
            return str(error)
        except (RuntimeError, ValueError, MemoryError) as error:
            if is_out_of_memory(error):
                return "out of memory, even in small tiles; use a smaller input"
            return f"the network failed: {' '.join(str(error).split())[:300]}"

    @torch.inference_mode()
    def _finish(self, job: Job, source: Source | str, output: Output | str) -> Rendered | Failed:
        """Fix colours, round to 8 bits, put transparency back."""
        if isinstance(output, str):
            return Failed(job, output)
        if isinstance(source, str):
            return Failed(job, source)
        recipe = cast(Network, job.picture.recipe)
        values, dtype, tiles = output
        shift = None
        try:
            if recipe.color_fix != "none":
                fixed = self._fix(recipe, values, source)
                shift = [round(v, 2) for v in ((values - fixed) * 255).mean((1, 2)).tolist()]
                values = fixed
            levels = values if values.dtype is torch.uint8 else to_levels(values)
            pixels = levels.permute(1, 2, 0).contiguous().cpu().numpy()
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                return Failed(job, "out of memory; use a smaller input")
            raise
        planned = (job.picture.height, job.picture.width)
        if pixels.shape[:2] != planned:
            found = f"{pixels.shape[1]}×{pixels.shape[0]}"
            return Failed(job, f"the network made {found} pixels, not {planned[1]}×{planned[0]}")
        if source.alpha is not None:
            pixels = _with_alpha(pixels, source.alpha)
        return Rendered(job, pixels, NAMES[dtype], str(self._device), shift, tiles)

    def _fix(self, recipe: Network, values: torch.Tensor, source: Source) -> torch.Tensor:
        reference = source.levels.permute(2, 0, 1) / 255
        if reference.shape[0] != values.shape[0]:
            reference = reference.mean(0, keepdim=True).expand(values.shape[0], -1, -1)
        if recipe.color_fix == "wavelet":
            return colour.wavelet(values, reference)
        alpha = None
        if source.alpha is not None:
            alpha = torch.from_numpy(np.array(source.alpha)).to(self._device)
        return colour.average(values, reference, alpha)


def _fixed(job: Job) -> bool:
    return cast(Network, job.picture.recipe).color_fix != "none"


@torch.inference_mode()
def _blend(job: Job, parts: Sequence[Output | str]) -> Output | str:
    """Interpolate outputs, in float, before anything is rounded."""
    recipe = cast(Blend, job.picture.recipe)
    total: torch.Tensor | float = 0.0
    precision, tiles = torch.float32, None
    for (_, weight), part in zip(recipe.weights, parts, strict=True):
        if isinstance(part, str):
            return part
        values, dtype, parted = part
        if isinstance(total, torch.Tensor) and values.shape != total.shape:
            return "the networks' outputs have different sizes and cannot be blended"
        total = total + values * cast(float, weight)
        precision, tiles = min(precision, dtype, key=_RANK.index), tiles or parted
    return Output(cast(torch.Tensor, total), precision, tiles)


def _with_alpha(pixels: NDArray[np.uint8], alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    enlarged = images.enlarge_alpha(alpha, pixels.shape[0] // alpha.shape[0])
    return np.concatenate([pixels, enlarged[..., None]], axis=2)
