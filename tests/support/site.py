"""Small sites for the tests: real manifests, plans, stores and texts; no network is run.

Frames are put into the store as the renderer would, with colours that follow from their keys.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import yaml
from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from PIL import Image

from generator import images
from generator.errors import Problem
from generator.manifest import ManifestFile, load
from generator.plan import Plan
from generator.plan.info import ModelInfo, Tensor
from generator.project.open import Project as Opened
from generator.project.open import open_project, open_store
from generator.site import SiteReport, write_site
from generator.site.output import templates
from generator.store import Store

DATA = Path(__file__).parents[1] / "data"


class Compiled(BytecodeCache):
    """Compiled templates by their text: compiling is most of the time of a small site."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if data := self._code.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


COMPILED = Compiled()


def network(scale: int = 1) -> ModelInfo:
    """Return what is known of a network that the tests never open."""
    tensors = {"body.0.weight": Tensor((8, 3, 3, 3), "")}
    return ModelInfo("Compact", "Compact", scale, 3, 3, 1_234, True, True, tensors)


@dataclass(frozen=True)
class Built:
    """What a build of a small site wrote, and what it warned of."""

    site: SiteReport
    warnings: tuple[Problem, ...]


@dataclass
class Project:
    """A folder with a manifest. ``manifest`` may be changed before ``build``."""

    root: Path
    manifest: dict[str, Any]
    failures: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(self) -> ManifestFile:
        text = yaml.safe_dump(self.manifest, sort_keys=False, allow_unicode=True)
        path = self.write("site.yaml", text)
        return load(path, shown_as=Path("site.yaml"))

    @property
    def store(self) -> Store:
        return Store(self.root / ".cache")

    def open(self, *, drafts: bool = False) -> Opened:
        file = self.load()
        networks = lambda paths: dict.fromkeys(paths, network())  # noqa: E731
        return open_project(file, open_store(file), networks, drafts=drafts)

    def build(
        self,
        output: Path | None = None,
        *,
        base_url: str = "",
        drafts: bool = False,
    ) -> Built:
        opened = self.open(drafts=drafts)
        self.render(opened.plan)
        remembering = partial(Environment, bytecode_cache=COMPILED)
        with patch.object(templates, "Environment", remembering):
            report = write_site(
                opened, output or self.output, base_url=base_url, failures=self.failures
            )
        return Built(report, tuple(opened.warnings))

    def render(self, plan: Plan) -> None:
        """Fill the store with pictures of the right sizes, but for those that fail."""
        for shown in plan.shown:
            frame = shown.frame
            if frame.key in self.failures or self.store.record(frame):
                continue
            colour = [int(frame.key[i : i + 2], 16) for i in (0, 2, 4)]
            size = (frame.picture.height, frame.picture.width, 3)
            pixels = np.full(size, colour, np.uint8)
            precision = "fp32" if shown.weights else ""
            self.store.put(frame, images.encode(pixels, frame.encoding), precision)
            if shown.measurement:
                value = int(frame.key[:2], 16) / 64
                results = {"psnr": 24 + value, "ssim": 0.7 + value / 20}
                asked = {name: results[name] for name in shown.measurement.measures}
                self.store.put_measured(shown.measurement, asked)

    @property
    def output(self) -> Path:
        return self.root / "_site"

    def read(self, name: str) -> str:
        return (self.output / name).read_text(encoding="utf-8")


def make_project(root: Path) -> Project:
    """Return a project with one comparison of each kind and no pages."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("a", "b"):
        shutil.copy(DATA / f"tiny_{name}.safetensors", root / f"{name}.safetensors")
    for name, colour in {"cat": "orange", "dog": "brown", "one": "red", "two": "blue"}.items():
        Image.new("RGB", (24, 16), colour).save(root / f"{name}.png")
    manifest = {
        "site": {"title": "Tiny", "description": "A tiny site"},
        "models": {
            "soft": {"path": "a.safetensors", "title": "Soft", "download": True},
            "sharp": {"path": "b.safetensors", "title": "Sharp", "license": "CC0-1.0"},
        },
        "inputs": {
            "cat": {"path": "cat.png", "title": "Cat", "reference": "cat.png"},
            "dog": {"path": "dog.png", "title": "Dog", "credit": "Somebody"},
        },
        "comparisons": {
            "sharpness": {
                "title": "Sharpness",
                "caption": "From *soft* to sharp.",
                "interpolate": {"models": ["soft", "sharp"], "alphas": 3, "baseline": "pixel"},
            },
            "everything": {"choose": ["input", "soft", "sharp"], "inputs": ["cat"]},
            "sequence": {"title": "A sequence", "frames": "t*o.png"},
        },
    }
    manifest["comparisons"]["sequence"]["frames"] = "[ot]*.png"
    return Project(root, manifest)
