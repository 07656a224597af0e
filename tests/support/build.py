"""Whole builds in a folder, through the command line, with small real networks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"

MANIFEST = """\
site: {title: Test site, url: https://x.org/models/}
models: {a: {path: tiny_a.safetensors, title: Soft}, b: {path: tiny_b.safetensors, title: Hard}}
inputs:
  photo: {path: photo.png, title: Photo, reference: photo.png, noise: {sigma: 10}}
comparisons:
  mix: {title: A mix, interpolate: {models: [a, b], alphas: [0, 0.5, 1]}}
  list: {choose: [input, a, b]}
"""

Run = Callable[..., tuple[int, str, str]]
"""Runs a command: arguments → exit status, stdout, stderr."""


def make_folder(folder: Path, manifest: str = MANIFEST) -> Path:
    """Make a project of two related networks and a picture."""
    folder.mkdir(parents=True)
    for name in ("tiny_a.safetensors", "tiny_b.safetensors", "photo.png"):
        shutil.copy2(DATA / name, folder)
    (folder / "site.yaml").write_text(manifest)
    return folder


def edit(old: str, new: str) -> None:
    """Change site.yaml in the current folder."""
    text = Path("site.yaml").read_text()
    assert old in text
    Path("site.yaml").write_text(text.replace(old, new))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder: name → bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
