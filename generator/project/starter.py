"""The files of a new project: the manifest that suits its models and pictures, and a demo's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import OutputError
from generator.manifest import Manifest
from generator.manifest.yamltext import comment, scalar, yaml_text
from generator.project.shipped import shipped

SCHEMA = "schema.json"
"""Beside site.yaml, so that an editor without the network completes and checks it."""

ALWAYS = ("site.yaml", SCHEMA, ".gitignore", "README.md")
"""What every new project has."""

Entries = Mapping[str, Any]
"""A section of a manifest, as it is written."""


@dataclass(frozen=True)
class Draft:
    """A manifest to be written: its sections; which files are ``left`` out, and why; ``notes``."""

    title: str
    models: Entries
    inputs: Entries
    comparisons: Entries
    left: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def sections(self) -> dict[str, Entries]:
        """Return what is under their names in the manifest."""
        return {"models": self.models, "inputs": self.inputs, "comparisons": self.comparisons}

    def counts(self) -> str:
        """Return how many entries there are, in words: 2 models, 1 input."""
        return ", ".join(
            f"{len(entries):,} {name if len(entries) != 1 else name.removesuffix('s')}"
            for name, entries in self.sections.items()
            if entries
        )

    def text(self, first_line: str = "") -> str:
        """Return site.yaml."""
        parts = [
            yaml_text({"site": {"title": self.title}}),
            *(yaml_text({name: entries}) for name, entries in self.sections.items() if entries),
        ]
        remarks = [*self.notes, *(f"left out: {line}" for line in self.left)]
        if remarks:
            parts.append("".join(f"{comment(remark)}\n" for remark in remarks))
        return (f"{first_line}\n" if first_line else "") + "\n".join(parts)


_PAIR = ("photo", "woodblock")

DEMO_WEIGHTS = {
    f"weights/{name}.safetensors": f"content/models/{name}.safetensors" for name in _PAIR
}
DEMO_PICTURES = {"pictures/cat.webp": "content/images/cat.webp"}
"""Where a project has the files of the demo, and where they are shipped.

A wheel carries them for new projects: pyproject.toml names them too.
"""

DEMO_MODELS: Entries = {
    "photo": {
        "path": "weights/photo.safetensors",
        "title": "Photograph",
        "description": "Gives the photograph back.",
        "license": "MIT",
    },
    "woodblock": {
        "path": "weights/woodblock.safetensors",
        "title": "Woodblock",
        "description": "Fine-tuned from *Photograph*: flat areas of colour within dark outlines.",
        "license": "MIT",
    },
}

DEMO_INPUTS: Entries = {
    "cat": {
        "path": "pictures/cat.webp",
        "title": "Cat",
        "credit": "Stéfan van der Walt",
        "license": "CC0-1.0",
        "source": "https://scikit-image.org/docs/stable/api/skimage.data.html#skimage.data.chelsea",
    }
}

DEMO_COMPARISONS: Entries = {
    "woodblock": {
        "title": "From photograph to woodblock",
        "caption": "At every step of the slider stands a network of its own.",
        "interpolate": {"models": _PAIR, "alphas": 6},
    }
}

_DEMO_PAGE = """\
---
title: {title}
---

Two networks, mixed weight by weight: drag the slider under the picture.

/// comparison | woodblock
///

This page is `content/index.md`; the comparison stands in `site.yaml`.
"""

_IGNORED = "_site/\n.cache/\n"

_README = """\
# {title}

A site made by alphagrid from `site.yaml` and the pages in `content/`.

- Write it into `_site/`: `alphagrid build`
- Look at it: `alphagrid serve`
- What it would cost, and what is wrong: `alphagrid check`

`schema.json` tells editors what `site.yaml` may hold: Visual Studio Code, with the extension
*YAML* by Red Hat, completes keys and marks mistakes as you type.
"""


def project_files(draft: Draft) -> dict[str, bytes]:
    """Return the files of a project, by their path in it: those of the demo that it uses, too.

    Where the demo's comparison is shown, there is a page about it; else the home page is left to
    be the gallery of all comparisons.
    """
    files = {
        "site.yaml": draft.text(f"# yaml-language-server: $schema={SCHEMA}"),
        SCHEMA: json.dumps(Manifest.model_json_schema(), indent=2) + "\n",
        ".gitignore": _IGNORED,
        "README.md": _README.format(title=draft.title),
    }
    if draft.comparisons is DEMO_COMPARISONS:
        files["content/index.md"] = _DEMO_PAGE.format(title=scalar(draft.title))
    copies = {
        **(DEMO_WEIGHTS if draft.models is DEMO_MODELS else {}),
        **(DEMO_PICTURES if draft.inputs is DEMO_INPUTS else {}),
    }
    return {
        **{path: text.encode() for path, text in files.items()},
        **{path: shipped(name).read_bytes() for path, name in copies.items()},
    }


def write_new(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made where there is none.

    Raises as ``check_new`` does, before anything is written.
    """
    check_new(folder, files)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("xb") as file:
            file.write(data)


def check_new(folder: Path, paths: Iterable[str] = ALWAYS) -> None:
    """Raise OutputError where one of a new project's files, or a file in their way, exists."""
    for path in paths:
        in_the_way = [
            each for each in map(folder.joinpath, Path(path).parents) if _is_no_folder(each)
        ]
        for existing in (*in_the_way, *filter(_is_there, [folder / path])):
            message = f"{existing} exists, and nothing is overwritten: move it away first"
            raise OutputError(message)


def _is_no_folder(path: Path) -> bool:
    return _is_there(path) and not path.is_dir()


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
