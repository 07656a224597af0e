"""What can be used can be seen: 3:1 at least, in light and dark, on paper and on pictures."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from support.browser import Server, Viewer
from support.colour import contrast, over

LEAST = 3  # WCAG 2.2, 1.4.11: what is needed to make out a control, and its state
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
STYLES = """(element, pseudo) => {
    const pen = document.createElement("canvas").getContext("2d");
    const levels = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data];
    };
    const style = getComputedStyle(element, pseudo);
    const opaque = e => {
        const behind = levels(getComputedStyle(e).backgroundColor);
        return behind[3] === 255 || !e.parentElement ? behind : opaque(e.parentElement);
    };
    const colours = text => (text.match(/(rgba?|color)\\([^)]*\\)/g) ?? []).map(levels);
    return {
        name: element.ariaLabel ?? element.innerText ?? element.outerHTML,
        ink: levels(style.color),
        fill: levels(style.backgroundColor),
        line: style.borderStyle === "solid" ? levels(style.borderTopColor) : null,
        outline: style.outlineStyle === "solid" ? levels(style.outlineColor) : null,
        ground: opaque(element.parentElement),
        veil: levels(getComputedStyle(element.parentElement).backgroundColor),
        shadows: style.boxShadow === "none" ? [] : colours(style.boxShadow),
        drawn: colours(style.backgroundImage),
        onPicture: element.parentElement.matches(".stage"),
        onVeil: element.parentElement.matches(".problem"),
    };
}"""


def styles(element: Locator, pseudo: str = "") -> dict[str, Any]:
    found = element.evaluate(STYLES, pseudo)
    return dict(found)


def controls(page: Page) -> list[Locator]:
    """Buttons, lists and fields that can be seen and used; sliders are drawn by the browser."""
    selector = "button, select, input:not([type=range])"
    return [
        each for each in page.locator(selector).all() if each.is_visible() and each.is_enabled()
    ]


def assert_seen(look: dict[str, Any]) -> None:
    """Its words stand out from it, and its border, if it has one, from one of its sides."""
    grounds = [look["ground"]]
    if look["onPicture"] or look["onVeil"]:
        veil = look["veil"] if look["onVeil"] else (0, 0, 0, 0)
        grounds = [over(veil, picture) for picture in (BLACK, WHITE)]
    for ground in grounds:
        fill = over(look["fill"], ground)
        assert contrast(over(look["ink"], fill), fill) >= 4.5, look
        if look["line"]:
            seen = [ground, over(look["line"], ground), fill]
            assert max(contrast(one, other) for one, other in pairwise(seen)) >= LEAST, look


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_controls(server: Server, new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(color_scheme=scheme, expect_errors=True)
    seen: set[str] = set()
    for name in ("", "comparisons/sharpness/", "comparisons/everything/", "comparisons/regions/"):
        if "regions" in name:
            server.broken.add("/frames/")
        page.goto(server.url + name)
        if name:
            stage = page.locator("[data-state]")
            expect(stage).to_have_attribute("data-state", "error" if server.broken else "ready")
            page.get_by_role("button", name="Fullscreen").click()
        for control in controls(page):
            look = styles(control)
            seen.add(look["name"].split("\n")[0])
            assert_seen(look)
    assert {"Play", "Fit", "Close", "Retry", "Dark theme", "Filter left", "Input"} <= seen


def test_what_is_pressed(open_viewer: Callable[..., Viewer], scheme: str) -> None:
    viewer = open_viewer("sharpness", color_scheme=scheme)
    viewer.button("Flicker").click()
    look = styles(viewer.button("Flicker"))
    assert contrast(look["shadows"][0], look["fill"]) >= LEAST
    assert contrast(look["shadows"][0], look["ground"]) >= LEAST


def test_lists_over_the_picture_on_a_phone(open_viewer: Callable[..., Viewer], scheme: str) -> None:
    viewer = open_viewer("sharpness", color_scheme=scheme, viewport={"width": 700, "height": 360})
    viewer.button("Fullscreen").click()
    look = styles(viewer.list("Left"))
    for picture in (BLACK, WHITE):
        fill = over(look["fill"], picture)
        assert contrast(look["ink"], fill) >= 4.5
        assert contrast(look["line"], fill) >= LEAST


@pytest.mark.parametrize("name", ["sharpness", "triangle"])
def test_sliders(open_viewer: Callable[..., Viewer], scheme: str, name: str) -> None:
    """The way ahead, the way behind, the thumb and the ticks."""
    viewer = open_viewer(name, color_scheme=scheme)
    slider = viewer.group.locator("[data-range]").first
    shot = Image.open(BytesIO(slider.screenshot())).convert("RGB")
    paper = styles(slider)["ground"]
    at = slider.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    way = {"behind": at / 2, "ahead": (1 + at) / 2, "thumb": at}
    for part, share in way.items():
        x = min(max(round(11 + share * (shot.width - 22)), 0), shot.width - 1)
        column = [shot.getpixel((x, y)) for y in range(shot.height)]
        drawn = [pixel for pixel in column if contrast(pixel, paper) >= LEAST]  # type: ignore[arg-type]
        assert len(drawn) >= 2, (part, set(column))
    lines = viewer.group.locator(".ticks line, .pad path")
    for stroke in lines.evaluate_all("all => all.map(e => getComputedStyle(e).stroke)"):
        levels = [int(value) for value in stroke[4:-1].split(", ")]
        assert contrast(levels, paper) >= LEAST


def test_the_handle_is_seen_on_every_picture(
    open_viewer: Callable[..., Viewer], scheme: str
) -> None:
    handle = open_viewer("sharpness", color_scheme=scheme).group.locator(".handle")
    line, knob = styles(handle, "::before"), styles(handle, "::after")
    visible = [colour for colour in line["drawn"] if colour[3]]
    edge, white = visible[0], visible[2]
    for picture in (BLACK, WHITE, (148, 148, 148)):
        for inner, outer in ((white, edge), (knob["fill"], knob["shadows"][0])):
            seen = [picture, over(outer, picture), over(inner, picture)]
            assert max(contrast(one, other) for one, other in pairwise(seen)) >= LEAST


def test_focus_is_seen(server: Server, new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("() => { delete Element.prototype.requestFullscreen }")
    page.keyboard.press("Tab")  # rings are for those who use keys
    on_paper = page.locator("a, select, .tools button, summary, .stage").all()
    for element in [each for each in on_paper if each.is_visible()]:
        element.focus()
        look = styles(element)
        assert contrast(look["outline"], look["ground"]) >= LEAST, look
    viewer.button("Fullscreen").click()
    viewer.button("Close").focus()
    viewer.split.press("ArrowLeft")
    close = viewer.button("Close")
    rings = [styles(viewer.group.locator(".handle"), "::after")]
    close.focus()
    rings.append(styles(close))
    for ring in rings:
        assert contrast(ring["outline"], ring["shadows"][0]) >= 4.5, ring


def test_forced_colours_draw_tracks_and_rings(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(forced_colors="active")
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    shot = Image.open(BytesIO(viewer.alpha.screenshot())).convert("RGB")
    paper = styles(viewer.alpha)["ground"]
    for x in (shot.width // 4, shot.width - 12):
        column = [shot.getpixel((x, y)) for y in range(shot.height)]
        assert max(contrast(pixel, paper) for pixel in column) >= LEAST  # type: ignore[arg-type]
