"""What is otherwise than in the last site, in words: a line or two, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.site.output.changes import Change, Changes

_MOST_NAMES = 3


def news(changes: Changes) -> Iterator[str]:
    """Yield what a build changed since the last one, and which addresses lead nowhere now."""
    frames = Change(changes.frames.new, (), changes.frames.gone)
    told = {
        "comparisons": _named(changes.comparisons),
        "frames": _counted(frames, "added", "dropped"),
        "pages": _counted(changes.pages, "new", "gone"),
    }
    parts = [f"{what}: {words}" for what, words in told.items() if words]
    if parts:
        yield f"since the last build: {'; '.join(parts)}"
    if changes.lost:
        comparison = any(url.startswith("comparisons/") for url in changes.lost)
        remedy = " (a comparison's former id leads on if it is listed in 'aliases')"
        yield f"no longer there: {_listed(changes.lost)}{remedy if comparison else ''}"


def _named(change: Change) -> str:
    said = {"new": change.new, "changed": change.changed, "gone": change.gone}
    return ", ".join(f"{_listed(names)} {word}" for word, names in said.items() if names)


def _counted(change: Change, new: str, gone: str) -> str:
    said = {new: change.new, "changed": change.changed, gone: change.gone}
    return ", ".join(f"{len(names):,} {word}" for word, names in said.items() if names)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(name or "the home page" for name in names[:_MOST_NAMES]) + more
