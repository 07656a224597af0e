"""What is written as YAML is read back as it was, whatever people call their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.manifest.yamlfile import parse
from generator.manifest.yamltext import comment, yaml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
ODD = ["", " ", "no", "null", "~", "1", "0x1F", "1e3", ".5", "-", "- a", "a: b", "a #b", "#", "*",
       "&a", "!t", "%x", "@x", "`x", "'", '"', "\\", "a\nb", "\ttab", "a ", " a", "---", "...", "{",
       "[x]", ",", "?", "é", "犬", "😀", "\u2028", "\x85", "\x00", "\ufeff", "\x7f", "\uffff",
       "a/b c.png", "../x", "/x", "C:/x", "true", "<<", "=", "|", ">"]  # fmt: skip

SCALARS = st.one_of(
    TEXTS,
    st.sampled_from(ODD),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS | st.sampled_from(ODD), VALUES, max_size=5))
@example({text: {text: (text, {text: text})} for text in ODD})
@example({"long": tuple(f"name {number}" for number in range(50)), "empty": (), "none": {}})
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    document = parse(yaml_text(data), Path("site.yaml"))
    assert document.problems == []
    assert (document.data or {}) == data
    assert repr(document.data or {}) == repr(data), "1 and 1.0 and true are equal to Python"


@given(TEXTS | st.sampled_from(ODD))
def test_a_comment_is_one_line_that_means_nothing(text: str) -> None:
    line = comment(text)
    assert len(line.splitlines()) == 1
    document = parse(f"{line}\na: 1\n", Path("site.yaml"))
    assert (document.problems, document.data) == ([], {"a": 1})


def test_it_looks_as_people_write_it() -> None:
    text = """\
models:
  a: weights/a b.safetensors
  b: {path: ../weights/b.pth, title: "B: the second"}
comparisons:
  mix:
    title: Größe 2
    interpolate: {models: [a, b], alphas: 5}
  list:
    choose:
      - input
      - {of: a, title: "1"}
"""
    data = parse(text, Path("site.yaml")).data
    assert yaml_text(data) == text


@pytest.mark.parametrize("width", [1, 40])
def test_long_lists_take_a_line_for_each(width: int) -> None:
    names = [f"{'x' * width}{number}" for number in range(30)]
    lines = yaml_text({"choose": names}).splitlines()
    assert lines == ["choose:", *(f"  - {name}" for name in names)]
