"""Everyone can use it: axe-core, names, keyboard, text size, colours, motion."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.browser import Server, Viewer, violations

PAGES = (
    "",
    "all/",
    "404.html",
    "comparisons/sharpness/",
    "comparisons/everything/",
    "comparisons/triangle/",
    "comparisons/regions/",
    "comparisons/gap/#gap=alpha:0.3",
)


def test_axe_finds_nothing(server: Server, new_page: Callable[..., Page], axe: Path) -> None:
    page = new_page(color_scheme="light")
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(server.url + path)
        if path.startswith("comparisons"):
            stage = page.locator("[data-state]").first
            expect(stage).not_to_have_attribute("data-state", "loading")
            page.get_by_text("Files, sizes, models and checksums").click()
        assert violations(page, axe) == [], path
        page.emulate_media(color_scheme="dark")
        assert violations(page, axe, ["color-contrast"]) == [], path
    page.get_by_role("button", name="Help").first.click()
    assert violations(page, axe) == []


def test_everything_is_reached_by_tab(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.list("Left").focus()
    reached = set()
    for _ in range(30):
        name = page.evaluate(
            "(element => element.ariaLabel ?? (element.closest('label') ?? element).innerText)"
            "(document.activeElement)"
        )
        reached.add(name.split("\n")[0])
        page.keyboard.press("Tab")
    pickers, sliders = {"Left", "Input", "Right"}, {"Split", "Alpha"}
    view = {"Play", "Zoom in", "Fit", "Actual size", "Flicker", "Difference", "Pixelated"}
    page_tools = {"Copy link", "Help", "Reset", "Fullscreen"}
    assert pickers | sliders | view | page_tools <= reached


def test_the_status_line_does_not_chatter(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("""() => {
        window.spoken = [];
        const live = '[role=status], output:not([aria-live=off]), [role=alert]';
        for (const line of document.querySelectorAll(live)) {
            new MutationObserver(() => spoken.push(line.textContent))
                .observe(line, {childList: true, characterData: true, subtree: true});
        }
    }""")
    viewer.alpha.focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
        viewer.ready()
    assert page.evaluate("spoken") == []
    assert page.locator("output:not([aria-live=off])").count() == 0  # an output is live by default


def test_theme_toggle(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="light")
    page.goto(server.url)
    toggle = page.get_by_role("button", name="Dark theme")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(colour) != light
    page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(colour) != light
    toggle.click()
    assert page.evaluate(colour) == light


def test_nothing_overflows(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    for path in (*PAGES, "comparisons/wide/", "comparisons/path/", "comparisons/square/"):
        page.goto(server.url + path)
        for width in (360, 768, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_readout_is_shown_whole(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{server.url}comparisons/square/#square=weights:0.4444,0.2222,0.2222,0.1111")
    viewer = Viewer(page, "Square").ready()
    readout = viewer.group.get_by_text("44.4% Monet + 22.2% Cezanne + 22.2% Ukiyo + 11.1% Gogh")
    assert readout.evaluate("output => output.scrollWidth <= output.clientWidth")
    tools = viewer.button("Fit").bounding_box()
    viewer.slider("Monet").press("End")
    expect(viewer.slider("Monet")).to_have_attribute("aria-valuetext", "100%")
    viewer.settle()
    assert viewer.button("Fit").bounding_box() == tools  # a shorter text moves nothing
    page.goto(f"{server.url}comparisons/beyond/")
    beyond = Viewer(page, "Beyond").ready()
    places = []
    for key in ("End", *["ArrowLeft"] * 4):
        beyond.alpha.press(key)
        beyond.settle()
        places.append(beyond.button("Fit").bounding_box())
    assert places == [places[0]] * 5


def test_input_stands_over_the_middle_of_the_stage(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("() => { delete Element.prototype.requestFullscreen }")
    for _ in range(2):
        boxes = viewer.list("Input").bounding_box(), viewer.stage.bounding_box()
        middles = [box["x"] + box["width"] / 2 for box in boxes if box]
        assert middles[0] == pytest.approx(middles[1], abs=1)
        viewer.button("Fullscreen").click()


@pytest.mark.parametrize("name", ["sharpness", "square", "path", "regions"])
@pytest.mark.parametrize(("width", "height"), [(740, 360), (360, 740)])
def test_fullscreen_on_a_phone(
    server: Server, new_page: Callable[..., Page], name: str, width: int, height: int
) -> None:
    """The picture is larger than before, and every slider and tool is in sight."""
    page = new_page(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    page.goto(f"{server.url}comparisons/{name}/")
    viewer = Viewer(page, name.capitalize()).ready()
    before = viewer.box()
    viewer.button("Fullscreen").click()
    expect(viewer.button("Close")).to_be_visible()
    assert viewer.box()["width"] > before["width"]
    assert viewer.stage_box()["height"] >= height / 2 - 60
    controls = [
        *viewer.group.get_by_role("button").all(),
        *viewer.group.get_by_role("slider").all(),
        *viewer.group.get_by_role("combobox").all(),
    ]
    assert len(controls) > 14
    for control in controls:
        expect(control).to_be_in_viewport(ratio=1)


def test_text_at_200_percent(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    for name in ("Play", "Actual size", "Pixelated", "Fullscreen"):
        viewer.button(name).scroll_into_view_if_needed()
        expect(viewer.button(name)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("name", ["sharpness", "square", "path", "regions", "beyond"])
def test_text_at_200_percent_on_a_phone(
    server: Server, new_page: Callable[..., Page], name: str
) -> None:
    """Nothing of the viewer runs out of it, and every slider can still be moved."""
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{server.url}comparisons/{name}/")
    viewer = Viewer(page, name.capitalize()).ready()
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    outside = viewer.group.locator("*:not(.pictures *)").evaluate_all(
        "all => all.filter(e => e.getBoundingClientRect().right > 361).map(e => e.outerHTML)"
    )
    assert outside == []
    for slider in viewer.group.get_by_role("slider").all():
        assert slider.evaluate("slider => slider.clientWidth") > 200
    names = viewer.group.locator("span").filter(has_text=re.compile("^(Fidelity|Sharp|Monet)$"))
    cut = "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    assert names.evaluate_all(cut) == []


def test_forced_colours(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(forced_colors="active")
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.button("Difference").click()
    width = "button => getComputedStyle(button).outlineStyle"
    assert viewer.button("Difference").evaluate(width) == "solid"
    assert viewer.button("Flicker").evaluate(width) == "none"


def test_reduced_motion(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(f"{server.url}comparisons/sharpness/")
    Viewer(page, "Sharpness").ready()
    running = page.evaluate("document.getAnimations().length")
    assert running == 0


def test_no_layout_shift(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 412, "height": 823})
    page.add_init_script(
        """() => {
        window.shift = 0;
        new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value })
            .observe({type: 'layout-shift', buffered: true});
    }""".removeprefix("() => ").strip("{}")
    )
    for path in ("comparisons/sharpness/", "comparisons/diffusion/", "comparisons/triangle/"):
        page.goto(server.url + path)
        expect(page.locator("[data-state]").first).to_have_attribute("data-state", "ready")
        page.wait_for_timeout(200)
        assert page.evaluate("shift") == 0, path
