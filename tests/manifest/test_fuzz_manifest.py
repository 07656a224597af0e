"""Manifests nobody would write: read, or refused with a place; never a crash, never a hang."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.build import DATA
from support.schema import faults

from generator.commands.main import main
from generator.errors import ManifestError
from generator.manifest import load
from generator.project.unused import unused

pytestmark = pytest.mark.slow

VALID = {
    "site": {"title": "T", "url": "https://x.org/", "language": "en"},
    "render": {"device": "cpu", "precision": "fp32", "tile": 64},
    "images": {"format": "webp", "quality": 90, "keep": True},
    "models": {
        "a": "tiny_a.safetensors",
        "b": {"path": "tiny_b.safetensors", "title": "B", "download": True},
        "c": "tiny_c.safetensors",
        "other": {"path": "tiny_other.safetensors", "description": "*other*"},
        "x4": "tiny_x4_a.safetensors",
    },
    "inputs": {
        "*": "photo*.png",
        "photo": "photo.png",
        "part": {
            "path": "photo.png",
            "crop": [0, 0, 32, 24],
            "downscale": 2,
            "noise": {"sigma": 30, "seed": 0},
            "reference": "photo.png",
            "masks": {"sky": "photo.png"},
        },
    },
    "comparisons": {
        "slide": {
            "title": "Slide",
            "caption": "A *caption*",
            "inputs": ["part"],
            "metrics": ["psnr"],
            "interpolate": {
                "models": ["a", "b"],
                "alphas": {"start": 0, "stop": 1, "step": 0.25},
                "start": 0.5,
                "baseline": "pixel",
                "regions": ["sky"],
                "export": [0.5],
                "animation": "webp",
            },
        },
        "groups": {"interpolate": {"models": ["a", "b"], "groups": {"tail": "body.1*"}}},
        "path": {"interpolate": {"models": ["a", "b", "c"], "control": "path", "steps": 3}},
        "pad": {"interpolate": {"models": ["a", "b", "c"], "control": "triangle"}},
        "list": {"choose": ["input", "nearest", "x4", {"mix": {"a": 0.3, "b": 0.7}, "title": "M"}]},
        "film": {"frames": "photo*.png", "labels": ["one"], "draft": True},
        "globs": {
            "inputs": ["p*"],
            "choose": ["*", {"pairs": ["?"], "alpha": 0.3}, {"files": "{stem}.png", "title": "F"}],
        },
        "elsewhere": {
            "inputs": ["photo"],
            "interpolate": {"given": "{input}{alpha}.png", "alphas": 2},
        },
    },
    "pages": ["content/index.md"],
}

JUNK = st.sampled_from(
    [
        None, True, False, 0, -1, 1, 2, 10**400, 1e308, float("nan"), float("inf"), -0.0, 0.1,
        "", " ", "a", "input", "photo.png", "..", "/", "\x00", "🙂", "x" * 300, "*", "**",
        "[", "no", "1e3", "2026-01-01", "<b>", "{{7*7}}", "content", "/etc/passwd", "~",
        "\u2028", "a\nb", "\x1b[31m",
        [], {}, [[]], [None], {"a": None}, {"": ""}, ["a", "a"], ["a"] * 60, {"path": 3},
        {"mix": {}}, {"mix": {"a": 2, "b": -1}}, {"start": 1, "stop": 0, "step": 1e-300},
        [0, 0, 10**12, 1], [0, 1, 2], 2001, {"A": "a", "a": "a"},
    ]
)  # fmt: skip

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Yield the place of every value within."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*at, key)
            yield from places(item, (*at, key))


def mutated(data: Any, how: str, where: int, junk: Any) -> Any:
    """Return ``data`` with one thing changed, at one of its places."""
    data = deepcopy(data)
    found = list(places(data))
    if not found:
        return junk
    *above, last = found[where % len(found)]
    parent = reduce(lambda value, key: value[key], above, data)
    if how == "replace":
        parent[last] = deepcopy(junk)
    elif how == "remove":
        del parent[last]
    elif how == "move":
        *other, key = found[where * 7 % len(found)]
        value = reduce(lambda value, key: value[key], other, data)
        parent[last] = deepcopy(value[key])
    elif isinstance(parent, dict):
        key = f"{last}x" if how == "rename" else str(junk)[:120]
        parent[key] = parent.pop(last) if how == "rename" else deepcopy(junk)
    else:
        parent.insert(last, deepcopy(junk))
    return data


MUTATION = st.tuples(
    st.sampled_from(["replace", "replace", "remove", "move", "rename", "insert"]),
    st.integers(0, 10_000),
    JUNK,
)
MANIFESTS = st.lists(MUTATION, min_size=1, max_size=4).map(
    lambda changes: reduce(lambda data, change: mutated(data, *change), changes, VALID)
)
QUICK = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    for path in DATA.iterdir():
        shutil.copy2(path, folder)
        os.utime(folder / path.name, (1e9, 1e9))  # long ago, so that hashes are kept
    (folder / "content").mkdir()
    (folder / "content/index.md").write_text("# Home\n\n/// comparison | slide\n///\n")
    return folder


def written(data: Any) -> str:
    return yaml.dump(data, Dumper=DUMPER, sort_keys=False, allow_unicode=True)


def refused_well(folder: Path, data: bytes) -> bool:
    """Load a manifest; whether it was refused. Whatever is wrong has a place and one line."""
    (folder / "site.yaml").write_bytes(data)
    try:
        file = load(folder / "site.yaml", shown_as=Path("site.yaml"))
    except ManifestError as error:
        problems = error.problems
    else:
        unused(file)
        assert faults(data.decode("utf-8-sig")) == []
        return False
    assert problems
    lines = len(data.decode("utf-8", "replace").splitlines()) + 1
    for problem in problems:
        assert str(problem.path) == "site.yaml"
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.message.strip()
        assert str(problem).isprintable()
        assert len(problem.message) < 1000
    return True


def test_the_manifest_that_is_changed_is_valid(folder: Path) -> None:
    assert not refused_well(folder, written(VALID).encode())


@settings(QUICK, max_examples=2000)
@given(manifest=MANIFESTS)
def test_changed_manifests_are_read_or_refused_with_a_place(folder: Path, manifest: Any) -> None:
    refused_well(folder, written(manifest).encode("utf-8", "surrogatepass"))


@settings(QUICK, max_examples=400)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), min_size=1, max_size=4),
    cut=st.floats(0, 1),
)
def test_bytes_that_are_no_manifest_are_refused_with_a_place(
    folder: Path, changes: list[tuple[float, bytes]], cut: float
) -> None:
    data = written(VALID).encode()
    for where, inserted in changes:
        at = int(where * len(data))
        data = data[:at] + inserted + data[at + 1 :]
    refused_well(folder, data[: int(len(data) * cut)] if cut < 0.5 else data)


@settings(QUICK, max_examples=60)
@given(manifest=MANIFESTS)
def test_a_changed_manifest_is_checked_to_the_end(
    folder: Path, capsys: pytest.CaptureFixture[str], manifest: Any
) -> None:
    """Files, models, pictures, plan and pages, as ``check`` does it."""
    (folder / "site.yaml").write_text(written(manifest), "utf-8", "replace")
    name = str(folder / "site.yaml")
    status = main(["check", "-c", name])
    out, err = capsys.readouterr()
    assert status in (0, 2), err
    for line in err.splitlines():
        place, _, rest = line.removeprefix(str(folder)).partition(": ")
        assert place.startswith(("/site.yaml:", "/content/")), line
        assert rest, line
    assert bool(err) >= bool(status)
    assert bool(out) == (status == 0)
