"""What a weights file is, for a person: ``inspect`` with one model prints it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from safetensors import safe_open

from generator.networks.weights.load import load, read_weights
from generator.networks.weights.read import describe
from generator.plan.info import WeightsFile
from generator.plan.keys import file_sha256


def about(path: Path) -> WeightsFile:
    """Read a weights file and say what it is. Raises ModelError where it cannot be used."""
    descriptor = load(path)
    info = describe(descriptor)
    sha256 = file_sha256(path)
    return WeightsFile(
        str(path),
        info.architecture_name,
        tuple(map(str, descriptor.tags)),
        info.scale,
        info.input_channels,
        info.output_channels,
        info.parameters,
        _precision(path),
        _metadata(path),
        path.stat().st_size,
        sha256,
        info.damaged,
    )


def _precision(path: Path) -> tuple[str, ...]:
    numbers: Counter[str] = Counter()
    for value in read_weights(path).state.values():
        numbers[str(value.dtype).removeprefix("torch.")] += value.numel()
    return tuple(kind for kind, _ in numbers.most_common())


def _metadata(path: Path) -> dict[str, str]:
    if path.suffix.lower() != ".safetensors":
        return {}
    with safe_open(path, "pt") as file:
        return dict(sorted((file.metadata() or {}).items()))
