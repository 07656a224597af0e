"""Style sheets as published: an index and its parts in one file, in the order that was written."""

from __future__ import annotations

import pytest

from generator.site.output.sheets import join_sheets


def joined(texts: dict[str, str]) -> dict[str, str]:
    """Return published sheets by name; references in them by what they lead to."""
    return {
        name: "".join(
            piece if isinstance(piece, str) else f"<{piece.target}{piece.suffix}>"
            for piece in pieces
        )
        for name, pieces in join_sheets(texts).items()
    }


def test_parts_stand_in_the_place_of_their_imports() -> None:
    assert joined(
        {
            "main.css": '@layer a, b;\n/* @import "gone.css"; */\n@import "parts/one.css";\n'
            "@import url(parts/two.css) layer(a) (width > 9px);\n@import 'parts/one.css' layer;\n"
            "p { color: red }\n",
            "parts/one.css": "i { background: url(../dot.svg#x) }\n",
            "parts/two.css": '@import "deep/three.css" layer(c);\nb { color: blue }\n',
            "parts/deep/three.css": "u { background: url(three.png) }\n",
        }
    ) == {
        "main.css": '@layer a, b;\n/* @import "gone.css"; */\ni { background: url(<dot.svg#x>) }\n'
        "\n@media (width > 9px) {\n@layer a {\n@layer c {\n"
        "u { background: url(<parts/deep/three.png>) }\n}\n\nb { color: blue }\n}\n}\n"
        "\n@layer {\ni { background: url(<dot.svg#x>) }\n}\n\np { color: red }\n"
    }


@pytest.mark.parametrize(
    ("index", "part"),
    [
        ('@import "{}" supports(display: grid);', "p{}"),
        ('@import "{}"; @import "https://example.org/x.css";', "p{}"),
        ('p{{}} @import "{}";', "p{}"),
        ('@import "{}";', '@charset "utf-8"; p{}'),
        ('@import "{}";', "@namespace svg url(http://www.w3.org/2000/svg); p{}"),
        ('@import "{}";', '@import url("//example.org/x.css"); p{}'),
        ('@import "{}"; @import "gone.css";', "p{}"),
    ],
    ids=["supports", "foreign", "late", "charset", "namespace", "foreign within", "gone"],
)
def test_what_cannot_stand_within_a_sheet_stays_a_file(index: str, part: str) -> None:
    published = joined({"main.css": index.format("part.css"), "part.css": part})
    assert published["main.css"].startswith(index.format("<part.css>")[:20])
    assert "<part.css>" in published["main.css"]
    assert published["part.css"] == part


def test_a_sheet_that_is_also_asked_for_by_itself_is_published_too() -> None:
    texts = {
        "one.css": '@import "part.css";',
        "two.css": 'p{} @import "part.css";',
        "part.css": "i{}",
    }
    assert joined(texts) == {
        "one.css": "i{}",
        "two.css": 'p{} @import "<part.css>";',
        "part.css": "i{}",
    }


def test_sheets_in_a_circle_are_left_to_whoever_names_files() -> None:
    texts = {"a.css": '@import "b.css";', "b.css": '@import "a.css";'}
    assert joined(texts) == {"a.css": '@import "<b.css>";', "b.css": '@import "<a.css>";'}
