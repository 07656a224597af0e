"""Style sheets as published: a sheet and the parts that it imports, in one file.

A sheet under ``static`` may be an index of ``@import`` lines. A page would fetch its parts one
after another; put where those lines stand they are one request, and mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from generator.site.output.pieces import Pieces, Reference, reference

_COMMENT = r"/\*.*?\*/"
_STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_FOUND = re.compile(
    rf"""{_COMMENT}
    |@import\s+(?:url\(\s*)?(["']?)(?P<sheet>[^"'()\s;]+)\1\s*\)?(?P<only>[^;{{}}]*);?
    |\burl\(\s*(["']?)(?P<file>[^"'()\s]+)\4
    |{_STRING}""",
    re.VERBOSE | re.DOTALL,
)
_HEAD = re.compile(
    rf"(?:\s+|{_COMMENT}|@(?:charset|layer|import|namespace)\b[^;{{}}]*;)*", re.DOTALL
)
_LAYER_AND_MEDIA = re.compile(
    r"\s*(layer(?:\([^()]*\))?(?![\w-]))?\s*((?!supports\b).*?)\s*", re.DOTALL
)


def join_sheets(texts: Mapping[str, str]) -> dict[str, Pieces]:
    """Return style sheets as published, by their name in ``static``.

    ``texts`` are all sheets by name. Those that are only ever put into others are left out.
    """
    sheets = {name: _Sheet(name, text) for name, text in texts.items()}
    _let_in(sheets)
    pieces = {name: list(_pieces(sheet, sheets)) for name, sheet in sheets.items()}
    inner = {name for sheet in sheets.values() if sheet.takes_in for name in sheet.imports}
    published = [name for name in texts if name not in inner]
    for name in published:  # and in turn what these refer to
        targets = {piece.target for piece in pieces[name] if isinstance(piece, Reference)}
        published += sorted((targets & texts.keys()) - set(published))
    return {name: pieces[name] for name in published}


class _Sheet:
    """A sheet, with what it imports before its first rule: later imports mean nothing."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        head = _HEAD.match(text)
        self.head = head.end() if head else 0
        self.imports: dict[str, bool] = {}
        """By name, or address if not ours: whether a rule can say for when it is imported."""
        self.takes_in = False
        """Whether all that is imported stands in the place of the imports."""
        self.bound = False
        """Whether its head makes sense at the beginning of a file only."""
        for match in _FOUND.finditer(text, 0, self.head):
            if address := match["sheet"]:
                found = reference(address, name, 0)
                plain = _LAYER_AND_MEDIA.fullmatch(match["only"]) is not None
                self.imports[found.target if found else address] = plain
        bare = re.sub(_COMMENT, "", text[: self.head], flags=re.DOTALL)
        self.bound = "@charset" in bare or "@namespace" in bare


def _let_in(sheets: Mapping[str, _Sheet]) -> None:
    """Decide which sheets take in what they import: all of it, or nothing."""
    graph = {name: sheet.imports.keys() & sheets.keys() for name, sheet in sheets.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError:  # an error elsewhere: no file of a circle can have a name
        return
    for sheet in map(sheets.__getitem__, order):
        sheet.takes_in = all(
            plain and name in sheets and not sheets[name].bound
            for name, plain in sheet.imports.items()
        )
        sheet.bound |= not sheet.takes_in


def _pieces(sheet: _Sheet, sheets: Mapping[str, _Sheet]) -> Iterator[str | Reference]:
    end = 0
    for match in _FOUND.finditer(sheet.text):
        kind = "sheet" if match["sheet"] else "file"
        if not match[kind] or not (found := reference(match[kind], sheet.name, match.start(kind))):
            continue
        if kind == "sheet" and match.start() < sheet.head and sheet.takes_in:
            yield sheet.text[end : match.start()]
            yield from _put_in(sheets[found.target], match["only"], sheets)
            end = match.end()
        else:
            yield sheet.text[end : match.start(kind)]
            yield found
            end = match.end(kind)
    yield sheet.text[end:]


def _put_in(
    part: _Sheet, conditions: str, sheets: Mapping[str, _Sheet]
) -> Iterator[str | Reference]:
    """Yield a part, in the layer and for the media that its import names."""
    layer, media = _LAYER_AND_MEDIA.fullmatch(conditions).groups()  # type: ignore[union-attr]
    wraps = [f"@media {media}"] if media else []
    if layer:
        wraps.append(f"@layer {layer.removeprefix('layer').strip('()')}".strip())
    yield "".join(f"{wrap} {{\n" for wrap in wraps)
    yield from _pieces(part, sheets)
    yield "}\n" * len(wraps)
