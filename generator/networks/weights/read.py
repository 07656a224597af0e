"""What a weights file holds, for planning without torch.

``python -m generator.networks.weights.read`` takes a JSON list of paths on its standard input,
which holds more of them than a command line, and prints one JSON object a line: ``{"path",
"info"}`` or ``{"path", "error"}``; so a process that never imports torch can learn the info.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from generator.errors import ModelError
from generator.networks.running.precision import half_is_safe
from generator.networks.weights.load import Descriptor, load, written
from generator.plan.info import VARIANCE, ModelInfo, Tensor, is_mask


def read_model(path: Path) -> ModelInfo:
    """Return the info about a weights file; raises ModelError where it cannot be used."""
    return describe(load(path))


def describe(descriptor: Descriptor) -> ModelInfo:
    """Return the info about a loaded network."""
    return ModelInfo(
        architecture=str(descriptor.architecture.id),
        architecture_name=descriptor.architecture.name,
        scale=descriptor.scale,
        input_channels=descriptor.input_channels,
        output_channels=descriptor.output_channels,
        parameters=sum(each.numel() for each in descriptor.model.parameters()),
        half=half_is_safe(descriptor),
        bfloat16=descriptor.supports_bfloat16,
        tensors={
            key: Tensor(tuple(value.shape), "" if _may_differ(key, value) else _digest(value))
            for key, value in descriptor.model.state_dict().items()
        },
        damaged=next(_damaged(descriptor), ""),
        names=dict(written(descriptor).full),
        noise_level=_asks_noise_level(descriptor),
    )


def main(paths: Sequence[str]) -> int:
    """Print the info about each file, or what is wrong with it."""
    for path in paths:
        try:
            found: dict[str, object] = {"info": asdict(read_model(Path(path)))}
        except ModelError as error:
            found = {"error": str(error)}
        sys.stdout.write(json.dumps({"path": path, **found}) + "\n")
        sys.stdout.flush()
    return 0


def _damaged(descriptor: Descriptor) -> Iterator[str]:
    """Yield entries that cannot be; masks may hide by infinity."""
    for key, value in descriptor.model.state_dict().items():
        if value.is_floating_point() and not is_mask(key):
            below = key.endswith(VARIANCE) and bool((value < 0).any())
            if below or not value.isfinite().all():
                yield key


def _asks_noise_level(descriptor: Descriptor) -> bool:
    """Tell the networks to whose input spandrel adds a map of the noise's level."""
    return str(descriptor.architecture.id) == "DRUNet" or "FDnCNN" in descriptor.tags


def _may_differ(key: str, value: torch.Tensor) -> bool:
    """Floating-point tensors are mixed; a counter of training batches changes nothing."""
    return value.is_floating_point() or key.endswith("num_batches_tracked")


def _digest(value: torch.Tensor) -> str:
    """Hash dtype and bytes."""
    array = value.contiguous().cpu().numpy()
    return hashlib.sha256(str(array.dtype).encode() + array.tobytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
