"""Markdown to HTML: pages by the site's author, and snippets from the manifest.

Both may hold tables, footnotes and formulas. Pages may hold HTML and embed comparisons; in
snippets HTML is text. Addresses in the result are as the author wrote them: see ``links``.
"""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import markdown
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from generator.errors import Problem
from generator.manifest.names import composed
from generator.site.text.blocks import EmbeddingBlocks, check_blocks
from generator.site.text.info_strings import strip_info_strings
from generator.site.text.mathematics import to_mathml
from generator.site.text.source import Source

ROOT = "\ufdd0"
"""Stands in rendered texts for the way to the site's root, which differs from page to page.
Unicode keeps this character out of texts for ever."""


def at_root(text: Markup, root: str) -> Markup:
    """Return a rendered text for a page whose way to the site's root is ``root``."""
    home = str(text).replace(f'"{ROOT}"', f'"{root or "./"}"')
    return Markup(home.replace(ROOT, root))  # noqa: S704 - rendered already


@dataclass(frozen=True)
class Html:
    """A rendered text; ``heading`` is its first heading of level 1, as plain text, or ''."""

    text: str
    heading: str
    problems: tuple[Problem, ...]


class MarkdownRenderer:
    """Renders Markdown; ``language`` decides about typographic quotes, which are English ones."""

    def __init__(self, language: str) -> None:
        self._english = language.lower().split("-")[0] == "en"

    def page(self, source: Source, comparisons: frozenset[str]) -> Html:
        """Render a page. A comparison's block becomes an element with ``data-comparison``."""
        problems = check_blocks(source)
        blocks, formulas = self._blocks, self._page_formulas
        blocks.begin(comparisons)
        text, heading, found = self._convert(self._pages, formulas, source)
        problems += blocks.problems(source)
        return Html(text, heading, (*problems, *found))

    def snippet(self, source: Source) -> Html:
        """Render a caption or description; HTML in it is shown as it is written."""
        text, heading, found = self._convert(self._snippets, self._snippet_formulas, source)
        return Html(text, heading, tuple(found))

    def _convert(
        self, engine: markdown.Markdown, formulas: _Formulas, source: Source
    ) -> tuple[str, str, list[Problem]]:
        engine.reset()
        formulas.failed.clear()
        text = engine.convert(strip_info_strings(source.text.replace(ROOT, "")))
        problems = [source.problem(tex, f"formula: {why}") for tex, why in formulas.failed]
        headings = [token for token in getattr(engine, "toc_tokens", ()) if token["level"] == 1]
        heading = html.unescape(headings[0]["name"]) if headings else ""
        return text, heading, problems

    @cached_property
    def _blocks(self) -> EmbeddingBlocks:
        return EmbeddingBlocks()

    @cached_property
    def _page_formulas(self) -> _Formulas:
        return _Formulas(self._pages)

    @cached_property
    def _snippet_formulas(self) -> _Formulas:
        return _Formulas(self._snippets)

    @cached_property
    def _pages(self) -> markdown.Markdown:
        extensions = [
            *_COMMON,
            "attr_list",
            "md_in_html",
            "pymdownx.highlight",
            "pymdownx.superfences",
            "pymdownx.blocks.caption",
            "toc",
            self._blocks,
        ]
        engine = self._engine(extensions, footnotes_of_one_text=True)
        _Tables(engine)
        return engine

    @cached_property
    def _snippets(self) -> markdown.Markdown:
        # Several stand on one page, and on an author's page besides.
        engine = self._engine([*_COMMON, "fenced_code"], footnotes_of_one_text=False)
        engine.preprocessors.deregister("html_block")
        engine.inlinePatterns.deregister("html")
        return engine

    def _engine(self, extensions: list[Any], *, footnotes_of_one_text: bool) -> markdown.Markdown:
        return markdown.Markdown(
            extensions=extensions,
            extension_configs={
                "smarty": {"smart_quotes": self._english},
                "footnotes": {"BACKLINK_TEXT": "↩\ufe0e", "UNIQUE_IDS": not footnotes_of_one_text},
                "toc": {
                    "permalink": "#",
                    "permalink_title": "Link to this section",
                    "slugify": _slug,
                },
                "pymdownx.arithmatex": {
                    "generic": True,
                    "tex_inline_wrap": ["", ""],
                    "tex_block_wrap": ["", ""],
                },
                "pymdownx.highlight": {"use_pygments": False},
                "pymdownx.blocks.caption": {"auto": False},
            },
            output_format="html",
        )


_COMMON = ("tables", "footnotes", "def_list", "abbr", "sane_lists", "smarty", "pymdownx.arithmatex")


def _slug(heading: str, separator: str) -> str:
    """Return a heading's anchor: the same in every form that Unicode has for the heading."""
    return slugify_unicode(composed(heading), separator)


class _Tables(Treeprocessor):
    """Puts tables into a box that scrolls, with the keyboard too, and mends their heads.

    Empty cells of a head become plain cells: a header that says nothing is none.
    """

    def __init__(self, engine: markdown.Markdown) -> None:
        super().__init__(engine)
        engine.treeprocessors.register(self, "tables", -5)

    def run(self, root: ET.Element) -> None:
        """Replace in place."""
        for cell in root.iter("th"):
            if not len(cell) and not (cell.text or "").strip():
                cell.tag = "td"
        for parent in list(root.iter()):
            for place, child in enumerate(parent):
                if child.tag == "table":
                    box = ET.Element("div", {"class": "table", "tabindex": "0"})
                    box.tail, child.tail = child.tail, None
                    box.append(child)
                    parent[place] = box


class _Formulas(Treeprocessor):
    """Puts MathML in the place of the formulas that arithmatex has found."""

    def __init__(self, engine: markdown.Markdown) -> None:
        super().__init__(engine)
        self.failed: list[tuple[str, str]] = []
        # After everything that looks at text: typographic quotes have no business in formulas.
        engine.treeprocessors.register(self, "formulas", -10)

    def run(self, root: ET.Element) -> None:
        """Replace in place."""
        for element in list(root.iter()):
            if element.get("class") == "arithmatex":
                self._replace(element)

    def _replace(self, element: ET.Element) -> None:
        block = element.tag == "div"
        tex = "".join(element.itertext())
        if not block and (element.tail or "").startswith("$"):
            self.failed.append((tex.strip(), "within a line it takes one $ on each side"))
            return
        tex = html.unescape(tex) if block else tex  # as arithmatex has it
        try:
            math = to_mathml(tex, block=block)
        except ValueError as error:
            self.failed.append((tex.strip(), str(error)))
            return
        tail = element.tail
        element.clear()
        element.tail = tail
        element.tag = "math"
        element.attrib.update(math.attrib)
        element.text = math.text
        element.extend(math)
