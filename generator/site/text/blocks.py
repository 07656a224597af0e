"""The blocks that embed a comparison, or a table of weights to download, in a page.

An author writes::

    /// comparison | ID
    A caption for this place, in Markdown; without one the comparison's own is shown.
    ///

    /// downloads | ID
    ///

The second lists a comparison's models and mixes; without an ID all those of the site.

pymdownx leaves a block that it cannot make sense of in the text, and closes one that is never
closed at the end of the page. Here both are problems with a place.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from markdown import Markdown
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.blocks.block import Block

from generator.errors import Problem
from generator.manifest.words import did_you_mean
from generator.site.text.info_strings import lines_and_code
from generator.site.text.source import Source

EMBEDDED = ("comparison", "downloads")
"""The blocks in whose place stands what the site knows of a comparison."""

NAMES = (*EMBEDDED, "caption", "figure-caption", "table-caption")
"""The blocks that a page may hold."""

_START = re.compile(r" {0,3}(/{3,}) *([\w-]+) *(?:\| *(.*?) *)?")
_END = re.compile(r" {0,3}(/{3,}) *")
_OPTION = re.compile(r"( {4,})(\S.*)")


def check_blocks(source: Source) -> list[Problem]:
    """Return what is wrong with the lines that open and close blocks, outside code."""
    problems: list[Problem] = []
    opened: list[tuple[int, str, str]] = []
    options = ""
    for index, (line, code, _) in enumerate(lines_and_code(source.text)):
        if code:
            options = ""
            continue
        if match := _START.fullmatch(line):
            slashes, name = match[1], match[2]
            problems += _check_start(source, index, match)
            opened.append((index, slashes, f"/// {name}"))
            options = name.lower() if name.lower() in EMBEDDED else ""
            continue
        if match := _END.fullmatch(line):
            if opened and opened[-1][1] == match[1]:
                opened.pop()
            else:
                message = f"unexpected '{match[1]}': no block is open"
                problems.append(source.at_line(index, match.start(1) + 1, message))
        elif options and (match := _OPTION.fullmatch(line)):
            message = f"a {options} block has no options: remove '{match[2].strip()}'"
            problems.append(source.at_line(index, match.start(2) + 1, message))
            continue
        options = ""
    for index, slashes, shown in opened:
        column = source.text.split("\n")[index].index("/") + 1
        message = f"'{shown}' is never closed: add a line '{slashes}' after it"
        problems.append(source.at_line(index, column, message))
    return problems


def _check_start(source: Source, index: int, match: re.Match[str]) -> list[Problem]:
    name, argument = match[2], match[3]
    if name.lower() not in NAMES:
        message = f"no block is called '{name}'{did_you_mean(name, NAMES)}"
        return [source.at_line(index, match.start(2) + 1, message)]
    if name.lower() == "comparison" and not argument:
        message = "which comparison? Write '/// comparison | ID'"
        return [source.at_line(index, match.start(1) + 1, message)]
    return []


class EmbeddingBlocks(BlocksExtension):  # type: ignore[misc]
    """Registers the blocks and keeps what they meet in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.known: frozenset[str] = frozenset()
        self.unknown: list[str] = []

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802
        """Register, as pymdownx calls it."""
        del md
        for block in (_ComparisonBlock, _DownloadsBlock):
            block_mgr.register(block, {"blocks": self})

    def begin(self, known: frozenset[str]) -> None:
        """Forget the last page; ``known`` are the ids of comparisons."""
        self.known = known
        self.unknown.clear()

    def problems(self, source: Source) -> list[Problem]:
        """Return what was wrong with the blocks of the page just rendered."""
        places: dict[str, list[Problem]] = {name: [] for name in self.unknown}
        for index, line in enumerate(source.text.split("\n")):
            match = _START.fullmatch(line.lstrip(" \t>"))
            if match and (name := match[3]) in places:
                places[name].append(source.at_line(index, line.rindex(name) + 1, self._why(name)))
        return [
            problem
            for name, found in places.items()
            for problem in found or [source.problem(name, self._why(name))]
        ]

    def _why(self, name: str) -> str:
        return f"no comparison is called '{name}'{did_you_mean(name, self.known)}"


class _EmbeddingBlock(Block):  # type: ignore[misc]
    def on_create(self, parent: ET.Element) -> ET.Element:
        """Mark the place; ``links`` puts there what the site's writer makes of it."""
        blocks: EmbeddingBlocks = self.config["blocks"]
        if self.argument and self.argument not in blocks.known:
            blocks.unknown.append(self.argument)
        return ET.SubElement(parent, "div", {f"data-{self.NAME}": self.argument or ""})

    def on_end(self, block: ET.Element) -> None:
        """Make what stands in the block its caption: a figure has one, a div has not."""
        children, text = list(block), block.text
        if not children and not (text or "").strip():
            return
        attributes = dict(block.attrib)
        block.clear()
        block.tag = "figure"
        block.attrib.update(attributes)
        caption = ET.SubElement(block, "figcaption")
        caption.text = text
        caption.extend(children)


class _ComparisonBlock(_EmbeddingBlock):
    NAME = "comparison"
    ARGUMENT = True


class _DownloadsBlock(_EmbeddingBlock):
    NAME = "downloads"
    ARGUMENT = None  # pymdownx's word for one that may be left out
