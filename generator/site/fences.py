"""Fences of code in Markdown: which lines they hold, and what may stand beside the language."""

from __future__ import annotations

import re

# Beside a fence of backticks stands none: that is code within a line.
_FENCE = re.compile(r"([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d+[.)])\s")
_INFO = re.compile(r"\s*([\w+#.-]+)(.*)")
_ATTRIBUTES = re.compile(r"\s*\{[^}]*[=.#:][^}]*\}\s*")


def next_fence(fence: str, line: str) -> str:
    """Return the fence of the code block that the next line is in, or ''."""
    match = _FENCE.fullmatch(line)
    if match is None or (not fence and len(match[1].expandtabs(4)) > 3):
        return fence
    if not fence:
        return match[2]
    closes = match[2].startswith(fence) and not match[3].strip()
    return "" if closes else fence


def languages_alone(text: str) -> str:
    """Return a text in which fences name a language and nothing else.

    Other tools take more there, such as ``python title="x.py"`` or ``js {1,3}``; to pymdownx such
    a line opens no fence, and the one that closes it would open one. ``{attributes}`` stay.
    """
    fence = ""
    in_list = False
    lines = []
    for line in text.split("\n"):
        if line.strip() and not line[0].isspace():
            in_list = False
        in_list |= _ITEM.match(line) is not None
        match = _FENCE.fullmatch(line)
        if match and len(match[1].expandtabs(4)) > 3 and not in_list:
            match = None  # code by its indentation, which shows a fence
        if match and not fence:
            fence = match[2]
            info = _INFO.fullmatch(match[3])
            if info and info[2].strip() and not _ATTRIBUTES.fullmatch(info[2]):
                line = f"{match[1]}{fence}{info[1]}"
        elif match and match[2].startswith(fence) and not match[3].strip():
            fence = ""
        lines.append(line)
    return "\n".join(lines)
