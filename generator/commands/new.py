"""Make a project: a small one to start from, or one for the models and pictures of two folders."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.commands.arguments import UsageError
from generator.errors import printable
from generator.images import decode
from generator.manifest.names import composed
from generator.manifest.places import NOTHING
from generator.plan.info import ModelInfo
from generator.project.folders import Named, Names, Networks, Pictures, find_networks, find_pictures
from generator.project.shipped import shipped
from generator.project.starter import (
    DEMO_COMPARISONS,
    DEMO_INPUTS,
    DEMO_MODELS,
    DEMO_PICTURES,
    DEMO_WEIGHTS,
    Draft,
    Entries,
    check_new,
    project_files,
    write_new,
)
from generator.render.engines import Engine, LocalEngine
from generator.render.relate import CROPS, telling_crop
from generator.render.relatives import Progress, Relatives, find_relatives, quietly

_ALPHAS = 5
"""Frames of a slider that nobody has looked at yet: enough to tell whether more are worth it."""


def run(options: argparse.Namespace) -> int:
    """Make the project, say what it holds and what is left out; returns the exit status."""
    folder = options.folder
    check_new(folder)
    if options.models or options.inputs:
        progress = _show if sys.stderr.isatty() and not options.quiet else quietly
        draft = draft_for(folder, options.models, options.inputs, LocalEngine(), progress)
    else:
        draft = Draft(_title(folder), DEMO_MODELS, DEMO_INPUTS, DEMO_COMPARISONS)
    write_new(folder, project_files(draft))
    for line in draft.left:
        print(printable(f"left out: {line}"), file=sys.stderr)
    if not options.quiet:
        print(printable(f"{folder / 'site.yaml'}: {draft.counts()}"))
        print(printable(f"build it: python -m generator build -c {folder} -o {folder / '_site'}"))
    return 0


def draft_for(
    folder: Path,
    models: Path | None,
    inputs: Path | None,
    engine: Engine,
    progress: Progress = quietly,
) -> Draft:
    """Return a manifest in ``folder`` for what lies in two other folders.

    The demo's stand for what is not given. Raises UsageError where nothing there can be used.
    """
    networks = _networks(models, engine)
    pictures = _pictures(inputs)
    crops = [telling_crop(decode(each.path)) for each in pictures.named[:CROPS]]
    files = [each.path for each in networks.named]
    relatives = find_relatives(
        list(zip(files, networks.infos, strict=True)), crops, engine, progress
    )
    return Draft(
        _title(folder),
        _entries(networks.named, folder) if models else DEMO_MODELS,
        _entries(pictures.named, folder) if inputs else DEMO_INPUTS,
        _comparisons(networks.named, relatives),
        left=(*networks.left, *pictures.left),
        notes=tuple(_notes(networks.named, relatives)),
    )


def _networks(folder: Path | None, engine: Engine) -> Networks:
    if folder is None:
        named = _shipped(DEMO_MODELS, DEMO_WEIGHTS)
        read = engine.read_models([each.path for each in named])
        return Networks(named, tuple(info for info in read.values() if isinstance(info, ModelInfo)))
    found = find_networks(_folder(folder), engine.read_models)
    if not found.named:
        raise UsageError(_nothing("weights file", folder, found.left))
    return found


def _pictures(folder: Path | None) -> Pictures:
    if folder is None:
        return Pictures(_shipped(DEMO_INPUTS, DEMO_PICTURES))
    found = find_pictures(_folder(folder))
    if not found.named:
        raise UsageError(_nothing("picture", folder, found.left))
    return found


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise UsageError(f"{path}: {'is a file, a folder is needed' if path.exists() else NOTHING}")
    return path


def _nothing(what: str, folder: Path, left: Sequence[str]) -> str:
    if not left:
        return f"{folder}: there is no {what} in this folder: name another"
    return "\n".join((f"{folder}: no {what} there can be used:", *left))


def _shipped(entries: Entries, places: Mapping[str, str]) -> tuple[Named, ...]:
    return tuple(
        Named(name, entry["title"], shipped(places[entry["path"]]))
        for name, entry in entries.items()
    )


def _entries(named: Sequence[Named], root: Path) -> dict[str, Any]:
    return {each.id: each.entry(root) for each in named}


def _comparisons(models: Sequence[Named], relatives: Relatives) -> dict[str, Any]:
    """Return a list of everything, and a slider between the networks of each related pair."""
    names = Names(["everything"])
    pairs = [(models[one], models[other]) for one, other in relatives.related]
    ids = [names.of([f"{one.id} to {other.id}"])[0] for one, other in pairs]
    return {
        "everything": {"title": "Everything", "choose": ["input", "lanczos", "*"]},
        **{
            id_: {
                "title": f"{one.title} to {other.title}",
                "interpolate": {"models": [one.id, other.id], "alphas": _ALPHAS},
            }
            for id_, (one, other) in zip(ids, pairs, strict=True)
        },
    }


def _notes(models: Sequence[Named], relatives: Relatives) -> Iterator[str]:
    for one, other, why in relatives.others:
        yield f"not mixed: {models[one].id} and {models[other].id}: {why}"
    if relatives.measured < relatives.possible:
        yield (
            f"{relatives.measured} of {relatives.possible:,} pairs that could be mixed were "
            "measured; of others, 'inspect A B --on PICTURE' tells whether they are related"
        )


def _show(done: int, of: int) -> None:
    """Show, in one line that is gone at the end, how many pairs are measured."""
    print(f"\r\033[Kmeasuring pair {done + 1} of {of}" if done < of else "\r\033[K",
          end="", flush=True, file=sys.stderr)  # fmt: skip


def _title(folder: Path) -> str:
    return printable(composed(folder.resolve().name)) or "My models"
