"""TeX mathematics to MathML, at build time: pages need no script for it.

docutils' converter does the work. It forgives what should not be forgiven (braces that are never
closed), and lets its own defects through, so what goes in and what comes out is checked here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

MAX_LENGTH = 4_000
MAX_DEPTH = 40

_TOKEN = re.compile(r"\\left\b|\\right\b|\\begin\{[^}]*\}|\\end\{[^}]*\}|\\.|[{}]", re.DOTALL)
_CLOSED_BY = {"{": "}", "\\left": "\\right"}
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def to_mathml(tex: str, *, block: bool) -> ET.Element:
    """Return a ``math`` element without namespace prefixes, displayed as a block or inline.

    Raises ValueError with what is wrong with the formula.
    """
    tex = _usual(tex)
    _check(tex)
    # Loaded only for pages that hold a formula.
    from docutils.utils.math import MathError  # type: ignore[import-untyped]
    from docutils.utils.math.latex2mathml import tex2mathml  # type: ignore[import-untyped]

    try:
        text = str(tex2mathml(tex, as_block=block))
    except MathError as error:
        raise ValueError(str(error).rstrip(".")) from None
    except (AttributeError, IndexError, KeyError, TypeError, RecursionError, AssertionError):
        raise ValueError("the formula cannot be understood") from None
    try:
        # The one entity that the converter writes is HTML's, not XML's.
        math = ET.fromstring(text.replace("&ApplyFunction;", "\u2061"))  # noqa: S314 - our own text
    except ET.ParseError as error:
        raise ValueError(f"the formula does not make valid MathML ({error})") from None
    for element in math.iter():
        element.tag = element.tag.removeprefix(_NAMESPACE)
    math.set("display", "block" if block else "inline")
    return math


def _usual(tex: str) -> str:
    """Write what papers write beside the usual in words that the converter knows."""
    tex = re.sub(r"\\(begin|end)\{(?:align|gather|eqnarray)\*?\}", r"\\\1{aligned}", tex)
    tex = re.sub(r"\\(?:begin|end)\{equation\*?\}|\\label\{[^}]*\}|\\(?:nonumber|notag)\b", "", tex)
    tex = re.sub(r"\\tag\{([^}]*)\}", r"\\qquad\\text{(\1)}", tex)
    tex = tex.replace(r"\operatorname*", r"\operatorname")
    parts = re.split(r"(\\(?:text(?:bf|it|rm|sf|tt)?|mbox)\{[^}]*\})", tex)
    return "".join(part if i % 2 else part.translate(_SIGNS) for i, part in enumerate(parts))


_SIGNS = str.maketrans(
    {
        "·": r"\cdot ", "×": r"\times ", "−": "-", "±": r"\pm ", "≤": r"\leq ", "≥": r"\geq ",
        "≠": r"\neq ", "≈": r"\approx ", "∼": r"\sim ", "→": r"\to ", "…": r"\ldots ",
        "∞": r"\infty ", "∑": r"\sum ", "∏": r"\prod ", "∈": r"\in ", "∇": r"\nabla ",
        "∂": r"\partial ",
    }
)  # fmt: skip
"""Signs as people type them. In ``\\text`` they are understood as they are."""


def _check(tex: str) -> None:
    """Refuse what the converter would accept and draw wrongly."""
    if not tex.strip():
        raise ValueError("the formula is empty")
    if len(tex) > MAX_LENGTH:
        raise ValueError(f"the formula is longer than {MAX_LENGTH} characters")
    opened: list[str] = []
    for token in _TOKEN.findall(tex):
        if token in _CLOSED_BY or token.startswith("\\begin{"):
            opened.append(_CLOSED_BY.get(token) or token.replace("\\begin", "\\end"))
        elif not (token in _CLOSED_BY.values() or token.startswith("\\end{")):
            continue
        elif not opened or opened.pop() != token:
            raise ValueError(f"unexpected '{token}': nothing is open that it closes")
        if len(opened) > MAX_DEPTH:
            raise ValueError(f"the formula is nested deeper than {MAX_DEPTH} levels")
    if opened:
        raise ValueError(f"'{opened[-1]}' is missing")
