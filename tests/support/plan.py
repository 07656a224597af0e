"""Plans of small manifests, with info about networks as given: all that planning knows of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from generator.manifest import load
from generator.plan import Plan, make_plan
from generator.plan.info import ModelInfo, Tensor
from generator.project.scan import scan
from generator.store import Store

COMPACT = ModelInfo(
    architecture="Compact",
    architecture_name="RealESRGAN Compact",
    scale=1,
    input_channels=3,
    output_channels=3,
    parameters=10_000,
    half=True,
    bfloat16=True,
    tensors={"body.0.weight": Tensor((16, 3, 3, 3), "")},
)
SCALES = {"x4": 4, "other4": 4}


def plan(folder: Path, text: str, **overrides: ModelInfo) -> Plan:
    """Plan with info about networks as given, which is all that planning knows of them."""
    (folder / "site.yaml").write_text(text)
    file = load(folder / "site.yaml", shown_as=Path("site.yaml"))
    names = {path.name.removesuffix(".safetensors") for path in folder.glob("*.safetensors")}
    known = {n: overrides.get(n, replace(COMPACT, scale=SCALES.get(n, 1))) for n in names}
    info = scan(
        file,
        Store(folder / ".cache"),
        lambda paths: {path: known[path.name.removesuffix(".safetensors")] for path in paths},
    )
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return make_plan(file, info)
