"""Markdown pages: which there are, what their front matter says, where they lie in the site."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from generator.errors import ManifestError, Problem
from generator.manifest import ManifestFile
from generator.manifest.globs import natural_key
from generator.manifest.names import composed
from generator.manifest.words import did_you_mean
from generator.manifest.yamlfile import Document, parse, read_text
from generator.site.text.source import Source, quoted

CONTENT = "content"
INDEX = "index.html"

_KEYS: dict[str, tuple[tuple[type, ...], str]] = {
    "title": ((str,), "text (put it in quotes)"),
    "description": ((str,), "text (put it in quotes)"),
    "nav": ((bool, str), "false, or a short title for the navigation"),
    "order": ((int, float), "a number"),
    "draft": ((bool,), "true or false"),
    "date": ((str,), "a date such as 2026-01-31"),
}
_FRONT = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page of the site.

    ``path`` is its Markdown file relative to the manifest's folder, ``place`` its folder in the
    site ('' for the home page, else with a slash at its end), ``title`` '' where the first
    heading gives it, ``nav`` its short title, '' where the title serves, None where it is left
    out of the navigation.
    """

    path: str
    place: str
    source: Source
    title: str
    description: str
    nav: str | None
    order: float
    draft: bool
    date: str

    @property
    def url(self) -> str:
        """Return the address from the site's root."""
        return quoted(self.place)

    @property
    def folder(self) -> str:
        """Return the folder that the page's links start from."""
        return PurePosixPath(self.path).parent.as_posix().removeprefix(".")


def read_pages(file: ManifestFile) -> tuple[list[Page], list[Problem]]:
    """Return all pages, drafts too, in the order of the navigation; and what is wrong with them."""
    problems: list[Problem] = []
    pages = []
    for path in _paths(file):
        try:
            pages.append(_read(file, path))
        except ManifestError as error:
            problems += error.problems
    problems += _collisions(pages)
    return sorted(pages, key=lambda page: (page.place != "", page.order)), problems


def _paths(file: ManifestFile) -> list[str]:
    """Return the pages as listed, or all of content/ in natural order, relative to the root."""
    if file.manifest.pages is not None:
        return [PurePosixPath(path).as_posix() for path in file.manifest.pages]
    folder = file.root / CONTENT
    found = [
        path.relative_to(file.root)
        for path in folder.rglob("*.md")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    ]
    return sorted((path.as_posix() for path in found), key=natural_key)


def _read(file: ManifestFile, path: str) -> Page:
    shown = file.document.path.parent / path
    text = read_text(file.root / path, shown, "page").replace("\r\n", "\n")
    yaml, body, first_line = _split(text, shown)
    document = parse(yaml, shown, 2)
    data = _front_matter(document)
    nav = data.get("nav", "")
    return Page(
        path=path,
        place=_place(path),
        source=Source(shown, body, first_line),
        title=data.get("title", ""),
        description=data.get("description", ""),
        nav=None if nav is False else "" if nav is True else nav,
        order=data.get("order", 0),
        draft=data.get("draft", False),
        date=data.get("date", ""),
    )


def _split(text: str, shown: Path) -> tuple[str, str, int]:
    """Return front matter, body, and the line on which the body starts."""
    if not re.match(r"---[ \t]*\n", text):
        return "", text, 1
    match = _FRONT.match(text)
    if match is None:
        message = "this front matter is never closed: add a line '---' after it"
        raise ManifestError([Problem(shown, 1, 1, message)])
    return match["yaml"], text[match.end() :], text.count("\n", 0, match.end()) + 1


def _front_matter(document: Document) -> dict[str, Any]:
    """Return the checked values; raise ManifestError with all that is wrong."""
    problems = list(document.problems)
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        problems.append(document.problem((), "front matter is a mapping such as 'title: …'"))
        data = {}
    for key, value in data.items():
        if key not in _KEYS:
            near = did_you_mean(key, _KEYS) or f"; possible here: {', '.join(_KEYS)}"
            problems.append(document.problem((key,), f"unknown key '{key}'{near}", at_key=True))
        elif type(value) not in _KEYS[key][0] or not _sensible(key, value):
            shown = "nothing" if value is None else repr(value)
            problems.append(document.problem((key,), f"expected {_KEYS[key][1]}, got {shown}"))
    if problems:
        raise ManifestError(problems)
    return data


def _sensible(key: str, value: Any) -> bool:
    if key == "date":
        return _is_date(value)
    return key != "order" or math.isfinite(value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # other forms of ISO 8601 are not meant
    except ValueError:
        return False


def _place(path: str) -> str:
    """Return a page's folder in the site: content/x/a.md → x/a/, content/x/index.md → x/."""
    pure = PurePosixPath(composed(path))
    inside = pure.relative_to(CONTENT) if pure.parts[0] == CONTENT else pure
    parts = [part for part in inside.with_suffix("").parts if part not in ("..", "/")]
    if parts[-1] == "index":
        parts = parts[:-1]
    return "".join(f"{part}/" for part in parts)


def _collisions(pages: list[Page]) -> list[Problem]:
    """Pages become folders, and not every disk tells 'Cat' from 'cat'."""
    seen: dict[str, str] = {}
    problems = []
    for page in pages:
        if (other := seen.setdefault(page.place.casefold(), page.path)) != page.path:
            message = f"this page and {other} would have one address, '{page.url}': rename one"
            problems.append(page.source.at_line(0, 1, message))
    return problems
