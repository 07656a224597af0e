"""Fences of code in Markdown: which lines they hold, and what may stand beside the language."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Beside a fence of backticks stands none: that is code within a line.
_FENCE = re.compile(r"([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d+[.)])\s")
_INFO = re.compile(r"\s*([\w+#.-]+)(.*)")
_ATTRIBUTES = re.compile(r"\s*\{[^}]*[=.#:][^}]*\}\s*")


def lines_and_code(text: str) -> Iterator[tuple[str, bool, re.Match[str] | None]]:
    """Yield each line, whether it belongs to fenced code, fences included, and an opening fence.

    A fence that is indented as code is shows one, unless it stands in a list.
    """
    fence = ""
    in_list = False
    for line in text.split("\n"):
        if line.strip() and not line[0].isspace():
            in_list = False
        in_list |= _ITEM.match(line) is not None
        match = _FENCE.fullmatch(line)
        if match and len(match[1].expandtabs(4)) > 3 and not in_list:
            match = None
        yield line, bool(fence or match), None if fence else match
        if match and not fence:
            fence = match[2]
        elif match and match[2].startswith(fence) and not match[3].strip():
            fence = ""


def strip_info_strings(text: str) -> str:
    """Return a text in which fences name a language and nothing else.

    Other tools take more there, such as ``python title="x.py"`` or ``js {1,3}``; to pymdownx such
    a line opens no fence, and the one that closes it would open one. ``{attributes}`` stay.
    """
    return "\n".join(
        _language_alone(opening) if opening else line for line, _, opening in lines_and_code(text)
    )


def _language_alone(opening: re.Match[str]) -> str:
    info = _INFO.fullmatch(opening[3])
    if info and info[2].strip() and not _ATTRIBUTES.fullmatch(info[2]):
        return f"{opening[1]}{opening[2]}{info[1]}"
    return opening[0]
