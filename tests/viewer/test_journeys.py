"""What visitors do with mouse, keyboard and fingers, in Chromium, by role and name."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from support.browser import ALPHAS, Server, Viewer, until

OpenViewer = Callable[..., Viewer]
GREY = (90, 90, 90)


def pixel(viewer: Viewer, x: float, y: float) -> tuple[int, ...]:
    """Return the colour at a point of the page."""
    viewer.settle()
    clip = {"x": round(x), "y": round(y), "width": 1, "height": 1}
    shot = Image.open(io.BytesIO(viewer.page.screenshot(clip=clip)))
    return shot.convert("RGB").getpixel((0, 0))  # type: ignore[return-value]


def shows_left(viewer: Viewer, x: float, y: float) -> bool:
    """The left picture is grey, the right one is not; both have darker lines."""
    red, green, blue = pixel(viewer, x, y)
    return abs(red - green) < 3 and abs(green - blue) < 3


def centre(viewer: Viewer) -> tuple[float, float]:
    box = viewer.stage_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def point_at_centre(viewer: Viewer) -> tuple[float, float]:
    """Return which point of the picture lies at the stage's centre, in fractions of it."""
    (x, y), box = centre(viewer), viewer.box()
    return (x - box["x"]) / box["width"], (y - box["y"]) / box["height"]


def fingers(page: Page) -> Callable[..., None]:
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    return touch


def name_in_drawing(viewer: Viewer, name: str) -> Locator:
    """Return a model's name at a corner or along a track, rather than in a list."""
    return viewer.group.locator("svg text").filter(has_text=re.compile(f"^{name}$"))


def test_first_view(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    assert viewer.frames() == [0, 6]
    expect(viewer.alpha).to_have_attribute("aria-valuetext", "alpha 0.50: 50% Fidelity, 50% Sharp")
    expect(viewer.group).to_contain_text("α 0.50 · 50% Fidelity + 50% Sharp")
    expect(viewer.group).to_contain_text("PSNR 27.50 dB · SSIM 0.8500")
    for name in ("Fullscreen", "Reset", "Play", "Actual size", "Fit", "Flicker", "Difference",
                 "Pixelated", "Copy link", "Help"):  # fmt: skip
        expect(viewer.button(name)).to_be_enabled()
    for name in ("Left", "Right", "Input"):
        expect(viewer.list(name)).to_be_enabled()
    x, y = centre(viewer)
    assert shows_left(viewer, x - 100, y)
    assert not shows_left(viewer, x + 100, y)


def test_slide_by_keyboard(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    viewer.alpha.focus()
    for key, frame, words in (
        ("ArrowRight", 7, "alpha 0.60: 40% Fidelity, 60% Sharp"),
        ("Home", 1, "alpha 0.00: 100% Fidelity"),
        ("ArrowUp", 2, "alpha 0.10: 90% Fidelity, 10% Sharp"),
        ("End", 11, "alpha 1.00: 100% Sharp"),
    ):
        viewer.page.keyboard.press(key)
        expect(viewer.alpha).to_have_attribute("aria-valuetext", words)
        viewer.ready()
        assert viewer.frames() == [0, frame]
    viewer.press("[", "[")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile(r"^alpha 0\.80"))


def test_slide_by_mouse_and_touch(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", has_touch=True)
    viewer.alpha.scroll_into_view_if_needed()
    box = viewer.alpha.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    at = lambda share: box["x"] + 11 + share * (box["width"] - 22)  # noqa: E731
    viewer.page.mouse.move(at(0.5), y)
    viewer.page.mouse.down()
    for share in (0.4, 0.21):
        viewer.page.mouse.move(at(share), y)
    viewer.page.mouse.up()
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile(r"^alpha 0\.20"))
    viewer.page.touchscreen.tap(at(0.9), y)
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile(r"^alpha 0\.90"))
    viewer.ready()
    assert viewer.frames() == [0, 10]


def test_uneven_alphas_step_from_frame_to_frame(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("gap")
    viewer.alpha.focus()
    viewer.page.keyboard.press("ArrowRight")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 1.00"))
    viewer.page.keyboard.press("ArrowLeft")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.50"))
    viewer.page.keyboard.press("ArrowLeft")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    expect(viewer.stage).to_contain_text("mix α = 0.3 is missing: the network gave NaN")
    viewer.page.keyboard.press("ArrowLeft")
    viewer.ready()
    assert viewer.frames() == [0, 1]


def test_split_at_zoom_stays_under_the_pointer(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=zoom:8")
    x, y = centre(viewer)
    mouse = viewer.page.mouse
    mouse.move(x + 4, y)
    mouse.down()
    for target in (x - 150, x + 200, x + 120):
        mouse.move(target, y, steps=4)
        assert shows_left(viewer, target - 12, y - 60)
        assert not shows_left(viewer, target + 4, y - 60)
    mouse.up()


def test_dragging_the_picture(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    x, y = centre(viewer)
    mouse, before = viewer.page.mouse, viewer.box()
    mouse.move(x + 150, y)
    mouse.down()
    mouse.move(x - 200, y + 30, steps=5)
    mouse.up()
    assert viewer.box() == before  # fitted: the split moves, the picture stays
    assert shows_left(viewer, x - 210, y - 90)
    assert not shows_left(viewer, x - 190, y - 90)
    viewer.press("+", "+", "+", "+", "+")
    before = viewer.box()
    mouse.move(x + 150, y)
    mouse.down()
    mouse.move(x + 190, y + 30, steps=5)
    mouse.up()
    after = viewer.box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((40, 30), abs=1)


def test_other_buttons_are_the_browsers(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=zoom:4")
    x, y = centre(viewer)
    before = viewer.box()
    for button in ("middle", "right"):
        viewer.page.mouse.move(x + 150, y)
        viewer.page.mouse.down(button=button)  # type: ignore[arg-type]
        viewer.page.mouse.move(x, y, steps=3)
        viewer.page.mouse.up(button=button)  # type: ignore[arg-type]
    assert viewer.box() == before


def test_the_picture_cannot_be_lost(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=zoom:3")
    stage = viewer.stage_box()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        viewer.press(*[key] * 40)
        box = viewer.box()
        assert box["x"] <= stage["x"] + 1
        assert box["y"] <= stage["y"] + 1
        assert box["x"] + box["width"] >= stage["x"] + stage["width"] - 1
        assert box["y"] + box["height"] >= stage["y"] + stage["height"] - 1


def test_view_is_kept_through_changes(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=zoom:5;cx:0.3;cy:0.6")
    before = viewer.box()
    viewer.press("]")
    assert viewer.ready().box() == before
    viewer.list("Input").select_option(label="Cat")
    assert viewer.ready().box() == before
    assert viewer.frames() == [23, 30]
    viewer.list("Left").select_option(label="Sharp")
    viewer.list("Right").select_option(label="Pixel blend")
    assert viewer.ready().box() == before
    assert viewer.frames() == [34, 41]
    centre_before = point_at_centre(viewer)
    viewer.page.set_viewport_size({"width": 700, "height": 800})
    until(viewer.page, "innerWidth === 700")
    assert viewer.box() != before
    assert point_at_centre(viewer) == pytest.approx(centre_before, abs=0.005)
    viewer.page.set_viewport_size({"width": 1200, "height": 900})
    until(viewer.page, "innerWidth === 1200")
    expect(viewer.stage).to_be_visible()
    assert viewer.box() == before


def test_fullscreen_keeps_the_view_and_the_focus(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=zoom:5;cx:0.3;cy:0.6")
    before, zoom = viewer.view(), viewer.zoom.inner_text()
    button = viewer.button("Fullscreen")
    button.click()
    until(viewer.page, "document.fullscreenElement !== null")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(viewer.alpha).to_be_visible()
    x, y = centre(viewer)
    viewer.page.mouse.move(x, y)
    inside = viewer.zoom.inner_text()
    viewer.page.mouse.wheel(0, -200)
    expect(viewer.zoom).not_to_have_text(inside)
    viewer.button("Reset").click()
    expect(viewer.zoom).not_to_have_text(inside)
    viewer.button("Close").click()
    until(viewer.page, "document.fullscreenElement === null")
    expect(button).to_be_focused()
    expect(viewer.zoom).not_to_have_text(zoom)
    until(viewer.page, "location.hash === ''")
    viewer.page.evaluate("location.hash = '#sharpness=zoom:5;cx:0.3;cy:0.6'")
    expect(viewer.zoom).to_have_text(zoom)
    button.click()
    until(viewer.page, "document.fullscreenElement !== null")
    button.click()
    until(viewer.page, "document.fullscreenElement === null")
    assert viewer.view() == before


def test_keys_for_fullscreen_and_reset(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", link="#sharpness=alpha:0.1;zoom:4;mode:difference")
    page = viewer.page
    viewer.press("f")
    until(page, "document.fullscreenElement !== null")
    expect(viewer.button("Fullscreen")).to_have_attribute("aria-pressed", "true")
    zoomed = viewer.zoom.inner_text()
    page.keyboard.press("r")
    expect(viewer.zoom).not_to_have_text(zoomed)
    expect(viewer.button("Difference")).to_have_attribute("aria-pressed", "false")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.50"))
    page.keyboard.press("f")
    until(page, "document.fullscreenElement === null")
    expect(viewer.stage).to_be_focused()
    viewer.list("Right").focus()
    page.keyboard.press("f")  # chooses from the list, which is the browser's
    viewer.settle()
    assert page.evaluate("document.fullscreenElement === null")


def test_fullscreen_where_there_is_none(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    page = viewer.page
    page.evaluate("() => { delete Element.prototype.requestFullscreen }")
    viewer.button("Fullscreen").click()
    expect(viewer.button("Close")).to_be_visible()
    box = viewer.group.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1200, "height": 900}
    page.mouse.move(5, 5)
    page.mouse.wheel(0, 500)
    viewer.settle()
    assert page.evaluate("scrollY") == 0
    inside = "document.activeElement.closest('[role=group][aria-label=Sharpness]') !== null"
    for key in ["Tab"] * 24 + ["Shift+Tab"] * 24:
        page.keyboard.press(key)
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    expect(viewer.button("Close")).to_be_hidden()
    expect(viewer.button("Fullscreen")).to_be_focused()
    page.mouse.wheel(0, 500)
    until(page, "scrollY > 0")
    viewer.button("Fullscreen").click()
    viewer.button("Close").click()
    expect(viewer.button("Close")).to_be_hidden()


def test_wheel(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    x, y = centre(viewer)
    page, before = viewer.page, viewer.box()
    page.mouse.move(x + 100, y + 50)
    page.mouse.wheel(0, 60)
    until(page, "scrollY > 0")
    expect(viewer.group.get_by_text("scroll to zoom")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert viewer.box() == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    after = viewer.box()
    assert after["width"] > 1.5 * before["width"]
    share = lambda box: ((x + 100 - box["x"]) / box["width"], (y + 50 - box["y"]) / box["height"])  # noqa: E731
    assert share(after) == pytest.approx(share(before), abs=0.004)
    assert page.evaluate("visualViewport.scale") == 1


def test_double_click(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("wide", title=("A long title " * 12).strip())
    before = viewer.zoom.inner_text()
    x, y = centre(viewer)
    viewer.page.mouse.dblclick(x + 60, y)
    expect(viewer.zoom).to_have_text("100%")
    viewer.page.mouse.dblclick(x + 60, y)
    expect(viewer.zoom).to_have_text(before)


def test_pinch_pan_and_double_tap(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(
        "sharpness", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800}
    )
    x, y = centre(viewer)
    touch = fingers(viewer.page)
    before, fitted = viewer.view(), viewer.zoom.inner_text()
    touch("touchStart", (x - 30, y), (x + 30, y))
    for spread in (45, 60, 90):
        touch("touchMove", (x - spread, y), (x + spread, y))
    touch("touchEnd")
    zoomed = viewer.view()
    assert zoomed[2] == pytest.approx(3 * before[2], rel=0.02)
    expect(viewer.stage.get_by_text("Fit", exact=True)).to_be_in_viewport()
    expect(viewer.alpha).to_be_in_viewport(ratio=1)
    assert viewer.alpha.evaluate("""slider => {
        const { x, y, width, height } = slider.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2) === slider;
    }""")
    touch("touchStart", (x + 60, y))
    for dx in (20, 40, 60):
        touch("touchMove", (x + 60 - dx, y - dx / 2))
    touch("touchEnd")
    panned = viewer.view()
    assert panned[0] - zoomed[0] < -40
    assert panned[1] - zoomed[1] < -15
    viewer.stage.get_by_text("Fit", exact=True).click()
    expect(viewer.zoom).to_have_text(fitted)
    viewer.stage.scroll_into_view_if_needed()
    x, y = centre(viewer)
    assert viewer.view() == before
    for _ in range(2):
        touch("touchStart", (x + 40, y + 10))
        touch("touchEnd")
    expect(viewer.zoom).to_have_text("100%")
    viewer.page.wait_for_timeout(350)
    for _ in range(2):
        touch("touchStart", (x + 40, y + 10))
        touch("touchEnd")
    expect(viewer.zoom).to_have_text(fitted)
    assert viewer.view() == before


def test_a_finger_moves_the_split_and_leaves_scrolling(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(
        "sharpness", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 600}
    )
    x, y = centre(viewer)
    touch = fingers(viewer.page)
    touch("touchStart", (x + 80, y))
    for dx in (20, 60, 160):
        touch("touchMove", (x + 80 - dx, y + 2))
    touch("touchEnd")
    assert shows_left(viewer, x - 90, y - 60)
    assert not shows_left(viewer, x - 70, y - 60)
    split = viewer.split.input_value()
    touch("touchStart", (x + 80, y))
    for dy in range(10, 150, 10):
        touch("touchMove", (x + 80, y - dy))
        viewer.settle()
    touch("touchEnd")
    until(viewer.page, "scrollY > 60")
    assert viewer.split.input_value() == split


def test_deep_link_gives_the_same_pixels(open_viewer: OpenViewer, server: Server) -> None:
    viewer = open_viewer("sharpness", permissions=["clipboard-read", "clipboard-write"])
    viewer.press("+", "+", "+", "ArrowLeft", "ArrowUp", "]", "]")
    viewer.list("Input").select_option(label="Cat")
    viewer.split.fill("37")
    viewer.ready()
    viewer.button("Copy link").click()
    expect(viewer.group.get_by_text("Link copied")).to_be_visible()
    said = "button => getComputedStyle(button, '::after').content"
    assert viewer.button("Copy link").evaluate(said).startswith('"Link copied"')
    link = viewer.page.evaluate("navigator.clipboard.readText()")
    until(viewer.page, "link => location.href === link", arg=link)
    shot = viewer.stage.screenshot()
    tab = viewer.page.context.new_page()
    tab.goto(link)
    other = Viewer(tab, "Sharpness").ready()
    assert other.stage.screenshot() == shot
    assert other.frames() == viewer.frames()
    stranger = open_viewer("sharpness", link=link[link.index("#") :])
    assert stranger.stage.screenshot() == shot


def test_back_button_and_broken_links(open_viewer: OpenViewer, server: Server) -> None:
    viewer = open_viewer("sharpness")
    viewer.press("]", "]")
    until(viewer.page, "location.hash === '#sharpness=alpha:0.7'")
    viewer.page.evaluate("location.hash = '#sharpness=alpha:0.1;zoom:2'")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.10"))
    viewer.page.go_back()
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.70"))
    viewer.page.evaluate("location.hash = '#main'")  # a heading, not a view
    viewer.settle()
    expect(viewer.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.70"))
    viewer.page.goto(f"{server.url}comparisons/diffusion/")
    viewer.page.go_back()
    viewer.page.go_back()
    expect(viewer.ready().alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 0.70"))
    odd = open_viewer(
        "sharpness", link="#sharpness=alpha:9;zoom:-3;cx:NaN;split:7;input:dog;%E0=%;x"
    )
    expect(odd.alpha).to_have_attribute("aria-valuetext", re.compile("^alpha 1.00"))
    assert odd.split.input_value() == "100"
    assert odd.frames() == [0, 11]


def test_reset(open_viewer: OpenViewer) -> None:
    viewer = open_viewer(
        "sharpness", link="#sharpness=alpha:0.1;zoom:4;input:cat;split:0.2;mode:difference"
    )
    handle = viewer.alpha.element_handle()
    viewer.button("Reset").click()
    viewer.ready()
    assert viewer.frames() == [0, 6]
    assert viewer.split.input_value() == "50"
    expect(viewer.button("Difference")).to_have_attribute("aria-pressed", "false")
    until(viewer.page, "location.hash === ''")
    assert viewer.alpha.evaluate("(element, other) => element === other", handle)


def test_peek_flicker_and_difference(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    x, y = centre(viewer)
    viewer.stage.focus()
    viewer.page.keyboard.down(" ")
    assert not shows_left(viewer, x - 100, y)
    assert shows_left(viewer, x + 100, y)
    viewer.page.keyboard.up(" ")
    assert shows_left(viewer, x - 100, y)

    viewer.button("Difference").click()
    viewer.group.get_by_role("combobox", name="Gain").select_option("1")
    first, second = (90, 90, 90), (40 + 150 * 5 // 11, 60, 150)
    expected = {
        tuple(abs(a * k // 4 - b * k // 4) for a, b in zip(first, second, strict=True))
        for k in (3, 4)
    }
    assert any(pixel(viewer, x + 60, y) == pytest.approx(value, abs=2) for value in expected)
    viewer.press("d")

    viewer.stop_time()
    viewer.button("Flicker").click()
    for left in (True, False, True):
        viewer.pass_time(350)
        assert shows_left(viewer, x - 100, y) == left
    viewer.press("t")
    viewer.settle()
    expect(viewer.button("Flicker")).to_have_attribute("aria-pressed", "false")


def test_flicker_is_slow_and_held_with_reduced_motion(open_viewer: OpenViewer) -> None:
    count = """stage => { window.flips = 0; let last = ''; new MutationObserver(() => {
        if (stage.dataset.show !== last) { flips += 1; last = stage.dataset.show } })
        .observe(stage, {attributes: true, attributeFilter: ['data-show']}) }"""
    viewer = open_viewer("sharpness")
    viewer.stage.evaluate(count)
    viewer.stop_time()
    viewer.button("Flicker").click()
    viewer.pass_time(2000)
    assert 3 <= viewer.page.evaluate("flips") <= 6
    calm = open_viewer("sharpness", reduced_motion="reduce")
    calm.stage.evaluate(count)
    calm.stop_time()
    calm.button("Flicker").click()
    calm.pass_time(800)
    assert calm.page.evaluate("flips") == 0
    hold = calm.group.get_by_text("Hold the button, or T, to flicker")
    expect(hold).to_be_visible()
    calm.button("Flicker").hover()
    calm.page.mouse.down()
    calm.pass_time(900)
    assert calm.page.evaluate("flips") == 2
    calm.page.mouse.up()
    calm.settle()
    expect(calm.button("Flicker")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("density", [1, 2, 3])
def test_actual_size_is_pixel_for_pixel(
    open_viewer: OpenViewer, site_folder: object, density: int
) -> None:
    viewer = open_viewer(
        "sharpness", device_scale_factor=density, viewport={"width": 701, "height": 700}
    )
    viewer.press("1", "p") if density == 3 else viewer.press("1")
    viewer.split.fill("0")
    viewer.settle()
    expect(viewer.zoom).to_have_text("100%")
    box, stage = viewer.box(), viewer.stage_box()
    left, top = max(box["x"], stage["x"]) + 30, max(box["y"], stage["y"]) + 40
    clip = {"x": left, "y": top, "width": 100, "height": 30}
    shot = Image.open(io.BytesIO(viewer.page.screenshot(clip=clip))).convert("RGB")
    picture = Image.open(f"{site_folder}/some/prefix/frames/sharpness-harbour-mix-5.png").convert(
        "RGB"
    )
    dx, dy = round((left - box["x"]) * density), round((top - box["y"]) * density)
    assert shot.tobytes() == picture.crop((dx, dy, dx + shot.width, dy + shot.height)).tobytes()


def test_pixelated(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("tiny")
    expect(viewer.button("Pixelated")).to_have_attribute(
        "aria-pressed", "true"
    )  # 40 px over the stage
    viewer.button("Pixelated").click()
    expect(viewer.button("Pixelated")).to_have_attribute("aria-pressed", "false")
    rendering = "image => getComputedStyle(image).imageRendering"
    assert viewer.stage.locator("[data-frame]").first.evaluate(rendering) == "auto"
    viewer.button("Reset").click()
    expect(viewer.button("Pixelated")).to_have_attribute("aria-pressed", "true")
    assert viewer.stage.locator("[data-frame]").first.evaluate(rendering) == "pixelated"


def test_play(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("diffusion", link="#diffusion=frame:14")
    slider = viewer.slider("Frame")
    expect(slider).to_have_attribute("aria-valuetext", "frame 15 of 17: 15")
    slider.evaluate("""slider => {
        window.seen = [];
        new MutationObserver(() => seen.push(slider.value))
            .observe(slider, {attributes: true, attributeFilter: ['aria-valuetext']});
    }""")
    viewer.button("Play").click()
    until(viewer.page, "seen.length >= 6")
    viewer.button("Play").click()
    assert viewer.page.evaluate("seen.slice(0, 6)") == ["15", "16", "15", "14", "13", "12"]
    viewer.settle()
    stopped = slider.input_value()
    viewer.page.wait_for_timeout(400)
    assert slider.input_value() == stopped


def test_help(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    viewer.press("?")
    dialog = viewer.page.get_by_role("dialog", name="How to look")
    expect(dialog).to_be_visible()
    for keys, does in (("[", "previous frame"), ("t", "flicker"), ("← → ↑ ↓", "pan"), ("0", "fit")):
        row = dialog.get_by_role("row").filter(has_text=does)
        assert row.get_by_role("rowheader").inner_text().strip() == keys
    viewer.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    viewer.button("Help").click()
    dialog.get_by_role("button", name="Close help").click()
    expect(dialog).to_be_hidden()


def test_lists_can_be_filtered(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("everything")
    viewer.group.get_by_role("searchbox", name="Filter right").fill("model-037")
    assert viewer.list("Right").locator("option").count() == 2  # the chosen one stays
    viewer.page.keyboard.press("Enter")
    viewer.ready()
    assert viewer.frames() == [0, 37]
    viewer.list("Left").select_option(label="4x-Model-003")
    viewer.ready()
    viewer.press("]")
    viewer.ready()
    assert viewer.frames() == [3, 38]


def test_a_filter_says_what_it_leaves(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("everything")
    search = viewer.group.get_by_role("searchbox", name="Filter right")
    said = viewer.group.get_by_role("status").last
    search.fill("model-01")
    expect(said).to_have_text("10 of 41 fit the filter")
    search.fill("no such model")
    expect(said).to_have_text("None of 41 fit the filter")
    expect(search).to_have_attribute("aria-invalid", "true")
    assert viewer.list("Right").locator("option").all_inner_texts() == ["4x-Model-001"]
    search.fill("")
    expect(said).to_be_empty()
    expect(search).to_have_attribute("aria-invalid", "false")
    assert viewer.list("Right").locator("option").count() == 41


def test_a_picture_that_is_not_there_is_not_saved(open_viewer: OpenViewer, server: Server) -> None:
    viewer = open_viewer("regions", expect_errors=True)
    server.broken = {"regions-harbour-mix-10"}
    viewer.slider("Alpha: subject").press("End")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    viewer.button("Save picture").click()
    expect(viewer.group.get_by_text("Not saved: a picture of it is missing")).to_be_visible()


def test_path(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("path")
    viewer.alpha.fill("2")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", "alpha 2.00: 100% Ukiyo")
    viewer.alpha.press("ArrowLeft")
    expect(viewer.alpha).to_have_attribute(
        "aria-valuetext", "alpha 1.667: 33.3% Cezanne, 66.7% Ukiyo"
    )
    expect(name_in_drawing(viewer, "Gogh")).to_be_visible()


@pytest.mark.parametrize(("name", "alphas"), [
    ("path", {"Monet": 0, "Cezanne": 1, "Ukiyo": 2, "Gogh": 3}),
    ("beyond", {"Fidelity": 0, "Sharp": 1}),
])  # fmt: skip
@pytest.mark.parametrize("width", [360, 1200])
def test_names_stand_where_each_model_is_alone(
    open_viewer: OpenViewer, name: str, alphas: dict[str, int], width: int
) -> None:
    viewer = open_viewer(name, viewport={"width": width, "height": 800})
    track = viewer.alpha.bounding_box()
    low, high = (float(viewer.alpha.get_attribute(end) or 0) for end in ("min", "max"))
    assert track
    for title, alpha in alphas.items():
        thumb = track["x"] + 11 + (alpha - low) / (high - low) * (track["width"] - 22)
        label = name_in_drawing(viewer, title).bounding_box()
        assert label
        if alpha in (low, high):
            assert label["x"] - 1 <= thumb <= label["x"] + label["width"] + 1
        else:
            assert label["x"] + label["width"] / 2 == pytest.approx(thumb, abs=1)


@pytest.mark.parametrize(("control", "names"), [("triangle", 3), ("square", 4)])
def test_lattice(open_viewer: OpenViewer, control: str, names: int) -> None:
    viewer = open_viewer(control)
    models = ("Monet", "Cezanne", "Ukiyo", "Gogh")[:names]
    values = lambda: [float(viewer.slider(name).input_value()) for name in models]  # noqa: E731
    assert sum(values()) == pytest.approx(1)
    viewer.slider("Monet").press("End")
    viewer.settle()
    assert values() == pytest.approx([1] + [0] * (names - 1))
    viewer.slider("Cezanne").press("ArrowRight")
    viewer.settle()
    assert sum(values()) == pytest.approx(1)
    assert values()[1] > 0
    viewer.button("Reset").scroll_into_view_if_needed()
    for name in models:
        expect(name_in_drawing(viewer, name)).to_be_visible()
    corner = viewer.group.locator("svg:has(g) > circle").evaluate_all(
        """all => {
            const box = all.at(-2).getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    viewer.page.mouse.click(*corner)
    viewer.settle()
    assert values()[-1] == pytest.approx(1)
    viewer.ready()
    link = f"#{control}=weights:{','.join(['0'] * (names - 1))},1"
    until(
        viewer.page,
        "([link, start]) => location.hash === link || location.hash === start",
        arg=[link, ""],
    )


def test_regions(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("regions")
    subject, rest = viewer.slider("Alpha: subject"), viewer.slider("Alpha: rest")
    viewer.split.fill("0")
    subject.press("End")
    rest.press("Home")
    expect(subject).to_have_attribute("aria-valuetext", "alpha 1.00: 100% Sharp")
    expect(rest).to_have_attribute("aria-valuetext", "alpha 0.00: 100% Fidelity")
    viewer.ready()
    assert viewer.frames() == [0, 1, 11]
    x, y = centre(viewer)
    near = lambda at: (40 + 150 * at // 11, 60, 150)  # noqa: E731
    reds = [max(pixel(viewer, x + side + d, y)[0] for d in range(0, 40, 6)) for side in (-200, 120)]
    assert reds == pytest.approx([near(0)[0], near(10)[0]], abs=2)
    with viewer.page.expect_download() as saved:
        viewer.button("Save picture").click()
    picture = Image.open(saved.value.path()).convert("RGB")
    assert picture.size == (320, 240)
    assert picture.getpixel((9, 100)) == near(0)
    assert picture.getpixel((310, 100)) == near(10)


def test_several_on_a_page(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}all/")
    first, third = Viewer(page, "Sharpness").ready(), Viewer(page, "Regions")
    folded = Viewer(page, "Diffusion")
    expect(folded.stage).to_be_hidden()
    assert not any("diffusion" in path for path in server.requests)
    page.get_by_text("Fold 1", exact=True).click()
    folded.ready()
    stage, box = folded.stage_box(), folded.box()
    assert box["width"] == pytest.approx(stage["width"], abs=1)
    folded.slider("Frame").press("End")
    first.alpha.press("Home")
    until(page, "location.hash === '#diffusion=frame:16&sharpness=alpha:0'")
    third.stage.scroll_into_view_if_needed()
    third.ready()
    page.get_by_role("button", name="Reset all").click()
    expect(first.alpha).to_have_attribute("aria-valuetext", re.compile("alpha 0.50"))
    assert folded.slider("Frame").input_value() == "0"
    until(page, "location.hash === ''")
    other = new_page()
    other.goto(f"{server.url}all/#triangle=zoom:3")
    expect(Viewer(other, "Triangle").ready().stage).to_be_in_viewport()


def test_every_viewer_of_a_page(server: Server, new_page: Callable[..., Page]) -> None:
    """Eleven on one page, half of them folded away: each works, and none moves another."""
    page = new_page()
    page.goto(f"{server.url}all/")
    titles = [
        group.get_attribute("aria-label")
        for group in page.locator("alpha-viewer > [role=group]").all()
    ]
    assert len(titles) >= 10
    for summary in page.get_by_text(re.compile(r"^Fold \d+$")).all():
        summary.click()
    for title in titles:
        viewer = Viewer(page, title or "")
        viewer.stage.scroll_into_view_if_needed()
        viewer.ready()
        viewer.press("+")
    zooms = page.get_by_role("status", name="Zoom").all_inner_texts()
    page.get_by_role("button", name="Reset all").click()
    for title, zoomed in zip(titles, zooms, strict=True):
        expect(Viewer(page, title or "").zoom).not_to_have_text(zoomed)
    until(page, "location.hash === ''")
    requests = {path: n for path, n in server.requests.items() if "/frames/" in path}
    assert set(requests.values()) == {1}


def test_chart_marker_follows(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    marker = viewer.page.locator("[data-chart-marker]")
    positions = []
    for key in ("Home", "End"):
        viewer.alpha.press(key)
        viewer.settle()
        box = marker.bounding_box()
        assert box
        positions.append(box["x"])
    chart = viewer.page.get_by_role("img", name="PSNR over alpha").bounding_box()
    assert chart
    expected = [chart["x"] + at * chart["width"] / 640 for at in (40, 620)]
    assert positions == pytest.approx(expected, abs=1.5)


def test_alphas_are_the_sites(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    viewer.alpha.press("Home")
    seen = []
    for _ in ALPHAS:
        viewer.ready()
        seen.append(viewer.frames()[1])
        viewer.alpha.press("ArrowRight")
        viewer.settle()
    assert seen == list(range(1, 12))


@pytest.mark.parametrize("share", [0, 1])
def test_the_handle_is_whole_at_the_edges(open_viewer: OpenViewer, share: int) -> None:
    """Those of the picture: on the stage beside it the split has nothing to divide."""
    viewer = open_viewer("sharpness", link=f"#sharpness=split:{share}")
    box, (_, y) = viewer.box(), centre(viewer)
    x = box["x"] + share * box["width"]
    assert all(pixel(viewer, x + d, y - 8) == (255, 255, 255) for d in (-12, 0, 12))
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + (1 - 2 * share) * 100, y, steps=3)
    viewer.page.mouse.up()
    viewer.settle()
    moved = abs(float(viewer.split.input_value()) / 100 - share) * box["width"]
    assert moved == pytest.approx(100, abs=box["width"] / 100)
