"""Whatever an author's manifest says is text: in HTML, attributes, JSON, SVG, feeds, addresses."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from support.hostile import HOSTILE, fill
from support.links import broken_links
from support.site import Project, make_project

from generator.errors import ManifestError, Problem

pytestmark = pytest.mark.slow


class Seen(HTMLParser):
    """What of a page could act: elements, event handlers, addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        if tag == "script" and "assets/" not in (values.get("src") or ""):
            self.bad.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            runs = name in ("href", "src", "action") and address.startswith("javascript:")
            loads = name in ("src", "srcset", "poster") and "//" in address
            if runs or loads or name.startswith("on") or name == "style":
                self.bad.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def check(project: Project, text: str) -> None:
    for path in project.output.rglob("*.html"):
        seen = Seen(path.read_text(encoding="utf-8"))
        assert seen.bad == [], path
        assert not {"iframe", "object", "embed", "base"} & seen.tags
    comparison = Seen(project.read("comparisons/sequence/index.html"))
    shown = " ".join("".join(comparison.text).split())
    assert " ".join(text.replace("\ufdd0", "").split()) in shown.replace("\ufdd0", "")
    for path in project.output.rglob("data.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert data["title"] == text
    feed = ET.fromstring(project.read("feed.xml"))  # noqa: S314 - our own
    atom = "{http://www.w3.org/2005/Atom}"
    titles = [e.findtext(f"{atom}title") for e in feed.iter(f"{atom}entry")]
    assert len(titles) == 4
    ET.fromstring(project.read("sitemap.xml"))  # noqa: S314 - our own
    assert broken_links(project.output, "/models/") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(tmp_path: Path, text: str) -> None:
    project = make_project(tmp_path / "project")
    fill(project, text)
    project.build(base_url="https://example.org/models/")
    check(project, text)


TEXTS = st.lists(
    st.sampled_from(
        [*"<>&\"'/\\`{}%$#[]()!|=;:\u2028", "script", "img", "onerror", "svg", "-->", "//"]
    )
    | st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    min_size=1,
    max_size=30,
).map("".join)


# A whole site for each text: without shrinking, which would take minutes.
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@example(text="½$½$")
@given(text=TEXTS.filter(lambda text: text.strip() and "\ufdd0" not in text))
def test_any_text_stays_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    project = make_project(tmp_path_factory.getbasetemp() / "hostile")
    fill(project, text)
    refused: tuple[Problem, ...] = ()
    try:
        project.build(base_url="https://example.org/models/")
    except ManifestError as error:  # between dollars stands mathematics, which may be none
        refused = error.problems
    if not refused:
        check(project, text)
    assert all(problem.message.startswith("formula: ") for problem in refused)
