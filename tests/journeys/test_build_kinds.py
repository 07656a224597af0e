"""Every kind of comparison through a whole build: each frame against a computation of our own."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from spandrel import ImageModelDescriptor, ModelLoader
from support import networks as support
from support.build import make_folder

from generator.commands.main import main
from generator.networks import colour

DATA = Path(__file__).parents[1] / "data"
Coefficients = Mapping[str, float | Mapping[str, float]]

GROUPS = {"head": "body.0.*", "tail": "body.[89]*"}

MANIFEST = """\
site: {title: All kinds}
images: {format: png}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors, c: tiny_c.safetensors, d: d.safetensors}
inputs:
  photo: {path: photo.png, crop: [10, 20, 48, 40], masks: {left: left.png}}
comparisons:
  slider: {interpolate: {models: [a, b], alphas: [0, 0.3, 1], baseline: pixel, beside: [c]}}
  beyond: {interpolate: {models: [a, b], alphas: [-0.5, 0.5, 1.25], extrapolate: true}}
  path: {interpolate: {models: [a, b, c], control: path, steps: 3}}
  triangle: {interpolate: {models: [a, b, c], control: triangle, steps: 4}}
  square: {interpolate: {models: [a, b, c, d], control: square, steps: 3}}
  groups:
    interpolate:
      {models: [a, b], alphas: [0, 0.5, 1], groups: {head: body.0.*, tail: "body.[89]*"}}
  regions: {interpolate: {models: [a, b], alphas: 3, regions: [left]}}
  fixed: {color_fix: [average, wavelet, none], interpolate: {models: [a, c], alphas: [0, 0.4, 1]}}
  choose: {choose: [input, a, b, c, d, {mix: {a: 0.2, b: 0.3, c: 0.5}}]}
"""

COUNTS = {
    "slider": {"input": 1, "mix": 4, "blend": 3},
    "beyond": {"input": 1, "mix": 3},
    "path": {"input": 1, "mix": 7},
    "triangle": {"input": 1, "mix": 10},
    "square": {"input": 1, "mix": 9},
    "groups": {"input": 1, "mix": 27},
    "regions": {"input": 1, "mix": 3},
    "fixed": {"input": 1, "mix": 9},
    "choose": {"input": 1, "mix": 5},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_folder(tmp_path_factory.mktemp("kinds") / "project", MANIFEST)
    shutil.copy(DATA / "tiny_c.safetensors", folder)
    b, c = (load_file(folder / f"tiny_{name}.safetensors") for name in "bc")
    save_file({key: (b[key] + c[key]) / 2 for key in b}, folder / "d.safetensors")
    mask = np.zeros((40, 48), np.uint8)
    mask[:, :24] = 255
    Image.fromarray(mask).save(folder / "left.png")
    assert main(["build", "-q", "-c", str(folder / "site.yaml"), "-o", str(folder / "out")]) == 0
    return folder


def network(site: Path, model: str) -> ImageModelDescriptor:
    (path,) = (p for p in site.glob("*.safetensors") if p.stem in (model, f"tiny_{model}"))
    found = ModelLoader().load_from_file(path)
    assert isinstance(found, ImageModelDescriptor)
    return found


def pixels(file: Path) -> NDArray[np.int64]:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"), np.int64)


@cache
def levels() -> NDArray[np.float32]:
    return pixels(DATA / "photo.png")[20:60, 10:58].astype(np.float32)


def run(site: Path, weights: Coefficients) -> NDArray[np.float32]:
    """Run the network of given coefficients, by model or by entry of the state dict."""
    mixed = network(site, "a")
    states = {model: network(site, model).model.state_dict() for model in weights}
    mixed.model.load_state_dict({
        key: sum((w[key] if isinstance(w, Mapping) else w) * states[model][key]
                 for model, w in weights.items())
        for key in states[next(iter(weights))]
    })  # fmt: skip
    with torch.no_grad():
        image = torch.from_numpy(levels()).permute(2, 0, 1)[None] / 255
        return mixed(image)[0].permute(1, 2, 0).numpy()


def by_entry(site: Path, alphas: dict[str, float]) -> Coefficients:
    """Return the coefficient of every entry of the state dict, for both models."""

    def alpha(key: str) -> float:
        names = (name for name, pattern in GROUPS.items() if fnmatchcase(key, pattern))
        return alphas[next(names, "rest")]

    keys = network(site, "a").model.state_dict()
    return {"a": {key: 1 - alpha(key) for key in keys}, "b": {key: alpha(key) for key in keys}}


def expected(site: Path, frame: dict[str, Any]) -> NDArray[np.int64]:
    if frame["recipe"] == "input":
        return levels().astype(np.int64)
    weights = frame.get("weights", {})
    if frame["recipe"] == "blend":
        return support.to_pixels(sum(w * run(site, {name: 1.0}) for name, w in weights.items()))
    values = run(site, by_entry(site, frame["groups"]) if "groups" in frame else weights)
    fix = frame.get("color_fix", "none")
    if fix != "none":
        planes = [torch.from_numpy(np.ascontiguousarray(v)).permute(2, 0, 1)
                  for v in (values, levels() / 255)]  # fmt: skip
        values = getattr(colour, fix)(*planes).permute(1, 2, 0).numpy()
    return support.to_pixels(values)


def comparison(site: Path, name: str) -> dict[str, Any]:
    return json.loads((site / f"out/comparisons/{name}/data.json").read_text("utf-8"))


@pytest.mark.parametrize("name", COUNTS)
def test_every_frame_is_what_its_coefficients_say(site: Path, name: str) -> None:
    data = comparison(site, name)
    assert Counter(frame["recipe"] for frame in data["frames"]) == COUNTS[name]
    for frame in data["frames"]:
        found = pixels(site / "out/comparisons" / name / frame["url"])
        assert np.abs(found - expected(site, frame)).max() <= 1, frame["label"]
        if "weights" in frame:
            assert sum(frame["weights"].values()) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["slider", "path", "triangle", "square", "groups", "regions"])
def test_corners_are_the_models_themselves_byte_for_byte(site: Path, name: str) -> None:
    alone = {
        model: frame["url"]
        for frame in comparison(site, "choose")["frames"]
        for model, weight in frame.get("weights", {}).items()
        if weight == 1
    }
    assert set(alone) == {"a", "b", "c", "d"}
    corners = [
        (model, frame["url"])
        for frame in comparison(site, name)["frames"]
        for model, weight in frame.get("weights", {}).items()
        if weight == 1
    ]
    assert len(corners) >= 2
    for model, url in corners:
        assert url == alone[model]
        assert (site / "out/comparisons" / name / url).read_bytes()


def test_fixed_and_unfixed_colours_stand_side_by_side(site: Path) -> None:
    data = comparison(site, "fixed")
    mixes = [frame for frame in data["frames"] if frame["recipe"] == "mix"]
    fixes = [frame["color_fix"] for frame in mixes]
    assert fixes == ["average"] * 3 + ["wavelet"] * 3 + ["none"] * 3
    assert [data["frames"][data["start"][side]]["color_fix"] for side in ("left", "right")] == [
        "wavelet", "average",
    ]  # fmt: skip
    assert all("color_shift" not in frame for frame in mixes[6:])
    unfixed = {frame["alpha"]: run(site, frame["weights"]) for frame in mixes[6:]}
    for frame in mixes[:6]:
        planes = [torch.from_numpy(np.ascontiguousarray(v)).permute(2, 0, 1)
                  for v in (unfixed[frame["alpha"]], levels() / 255)]  # fmt: skip
        fixed = getattr(colour, frame["color_fix"])(*planes)
        removed = ((planes[0] - fixed) * 255).mean((1, 2)).tolist()
        assert frame["color_shift"] == pytest.approx(removed, abs=0.02)
    page = (site / "out/comparisons/fixed/index.html").read_text("utf-8")
    assert "Colour shift removed" in page
    shift = " / ".join(f"{value:+.1f}" for value in mixes[2]["color_shift"])
    assert shift in page
