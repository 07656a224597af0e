"""On paper: pictures are whole, and stand on a page with their titles and captions."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
from playwright.sync_api import Page, expect
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE
from support.browser import Server, Viewer
from support.viewer_site import SiteWriter

Bounds = tuple[float, float, float, float]  # left, bottom, right, top
SHAPES = {"upright": (120, 1200), "square": (400, 400), "wide": (800, 100), "photo": (640, 480)}
CHARTS = (
    """<figure class="charts"><figcaption>Above</figcaption>
    <svg class="chart" viewBox="0 0 640 300" width="640" height="300">
    <text x="9" y="20">Top</text><text x="9" y="290">Foot</text></svg>
    <details><summary>Numbers</summary></details></figure>"""
    * 3
    + """
    <figure class="charts" hidden><figcaption>Above</figcaption></figure>"""
)


class Sheet(NamedTuple):
    """What is on a sheet of paper."""

    text: str
    bounds: Bounds
    pictures: list[Bounds]


def printed(page: Page, *, landscape: bool = False) -> list[Sheet]:
    """Print a page as a browser does."""
    sides = ("top", "right", "bottom", "left")
    pdf = page.pdf(format="A4", landscape=landscape, margin=dict.fromkeys(sides, "15mm"))
    document = pdfium.PdfDocument(BytesIO(pdf))
    return [
        Sheet(
            sheet.get_textpage().get_text_range(),
            sheet.get_bbox(),
            [picture.get_bounds() for picture in sheet.get_objects([FPDF_PAGEOBJ_IMAGE])],
        )
        for sheet in document
    ]


def test_pictures_are_whole_and_stand_with_their_titles(
    tmp_path: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> None:
    site = SiteWriter(tmp_path, "some/prefix")
    for at, (name, size) in enumerate([*SHAPES.items()] * 2):
        site.slider(f"{name}{at}", alphas=[0, 0.5, 1], size=size)
    site.write()
    page = new_page(viewport={"width": 1000, "height": 800})
    page.goto(f"{serve(tmp_path).url}all/")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for stage in page.locator("[data-state]").all():
        stage.scroll_into_view_if_needed()
        expect(stage).to_have_attribute("data-state", "ready")
    title = page.get_by_role("heading", name="All of them")
    for millimetres, landscape in product(range(0, 200, 40), (False, True)):
        title.evaluate("(title, space) => { title.style.marginBottom = space }", f"{millimetres}mm")
        sheets = printed(page, landscape=landscape)
        assert sum(len(sheet.pictures) for sheet in sheets) == 2 * 2 * len(SHAPES)
        for text, (left, bottom, right, top), pictures in sheets:
            titles = re.findall(r"^(?:Upright|Square|Wide|Photo)\d", text, re.MULTILINE)
            assert len(pictures) == text.count("Input") + text.count("α = 0.5") == 2 * len(titles)
            assert text.count("Drag the slider") == len(titles)
            for picture in pictures:
                assert left <= picture[0] < picture[2] <= right
                assert bottom <= picture[1] < picture[3] <= top


def test_cards_stay_with_their_titles(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(server.url)
    letters = [sheet.text.count("α") for sheet in printed(page)]  # one stands for each picture
    assert len(letters) > 1
    titles = page.get_by_role("heading", level=2).all_inner_texts()
    for sheet, cards in zip(printed(page), letters, strict=True):
        words = " ".join(sheet.text.split())
        assert sum(" ".join(title.split()) in words for title in titles) == cards


def test_charts_stay_with_their_words(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/")
    Viewer(page, "Sharpness").ready()
    main = page.locator("main")
    main.evaluate("(main, charts) => { main.innerHTML = charts }", CHARTS)
    for millimetres in range(0, 200, 40):
        main.evaluate("(main, space) => { main.style.paddingTop = space }", f"{millimetres}mm")
        texts = [sheet.text for sheet in printed(page)]
        counts = [
            [text.count(word) for word in ("Above", "Top", "Foot", "Numbers")] for text in texts
        ]
        assert [sum(column) for column in zip(*counts, strict=True)] == [3, 3, 3, 3], texts
        assert all(len(set(row)) == 1 for row in counts), texts
