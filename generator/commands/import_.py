"""Write the manifest for pictures that other programs made, kept in one of the usual ways."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from generator.commands.arguments import UsageError
from generator.errors import printable
from generator.manifest.names import as_on_disk
from generator.manifest.places import NOTHING
from generator.project.starter import check_new, write_new
from generator.project.ways.read import ONLY_FILES, holds_addresses, read_folder

_MOST_SAID = 10


def run(options: argparse.Namespace) -> int:
    """Print the manifest, or write it where there is none; returns the exit status."""
    folder, config = _folder(options.folder), options.config
    if options.write:
        check_new(config.parent, [config.name])
    draft = read_folder(folder, config.parent)
    for line in draft.left[:_MOST_SAID]:
        print(printable(f"left out: {line}"), file=sys.stderr)
    if len(draft.left) > _MOST_SAID:
        print(f"left out: {len(draft.left) - _MOST_SAID:,} more", file=sys.stderr)
    if not options.write:
        print(draft.text(), end="")
        return 0
    write_new(config.parent, {config.name: draft.text().encode()})
    if not options.quiet:
        print(printable(f"{config}: {draft.counts()}; {'; '.join(draft.notes)}"))
        print(printable(f"build it: python -m generator build -c {config}"))
    return 0


def _folder(text: str) -> Path:
    if re.match(r"https?:", text):
        raise UsageError(f"{text}: {ONLY_FILES}")
    path = Path(as_on_disk(Path(), text))
    if path.is_dir():
        return path
    if path.is_file() and holds_addresses(path):
        raise UsageError(f"{path}: {ONLY_FILES}")
    raise UsageError(f"{path}: {'is a file, a folder is needed' if path.exists() else NOTHING}")
