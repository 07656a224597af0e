"""What has gone wrong for visitors of tools like this one, with the values that are right."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.browser import ALPHAS, Server, Viewer, until
from support.viewer_site import SiteWriter

OpenViewer = Callable[..., Viewer]
GROUND = (125, 125, 125)
FETCHED = """performance.getEntriesByType('resource')
    .filter(e => e.initiatorType === 'fetch' && e.name.includes('/frames/'))
    .map(e => Number(e.name.match(/-(\\d+).png/)[1]))"""


def shot(viewer: Viewer) -> Image.Image:
    """Return the stage as it is seen, one pixel for each of CSS."""
    viewer.settle()
    box = viewer.stage_box()
    clip = {key: round(box[key]) for key in ("x", "y", "width", "height")}
    return Image.open(io.BytesIO(viewer.page.screenshot(clip=clip))).convert("RGB")


def columns(picture: Image.Image, row: int, tone: tuple[int, ...]) -> list[int]:
    """Return which pixels of a row have a colour, give or take what compositing rounds."""
    return [
        x
        for x in range(picture.width)
        if all(abs(a - b) <= 2 for a, b in zip(picture.getpixel((x, row)), tone, strict=True))  # type: ignore[call-overload]
    ]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a site of pictures that are transparent, tall or of several shapes, in Hebrew."""
    folder = tmp_path_factory.mktemp("odd")
    site = SiteWriter(folder, "some/prefix", language="he")
    clear = lambda stem: site.picture(stem, (320, 240), (200, 40, 40, 0))  # noqa: E731
    site.slider("clear", alphas=[0, 0.5, 1], input_picture=clear)
    narrow = lambda stem: site.picture(stem, (80, 240), (90, 90, 90, 255))  # noqa: E731
    site.slider("narrow", alphas=[0, 0.5, 1], input_picture=narrow)
    site.slider("tall", alphas=[0, 0.5, 1], size=(60, 480))
    site.slider("hebrew", alphas=ALPHAS, models=("עדין", "חד"))
    site.write()
    return folder


@pytest.fixture
def open_odd(
    odd: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> OpenViewer:
    server = serve(odd)

    def open_comparison(name: str, link: str = "", **options: object) -> Viewer:
        page = new_page(**options)
        page.goto(f"{server.url}comparisons/{name}/{link}")
        return Viewer(page, name.capitalize()).ready()

    return open_comparison


@pytest.mark.parametrize("name", ["clear", "narrow"])
@pytest.mark.parametrize("way", ["split", "peek", "flicker"])
def test_a_side_shows_its_own_picture_and_nothing_else(
    open_odd: OpenViewer, name: str, way: str
) -> None:
    """Of the other one nothing shines through, be a side transparent or of another shape."""
    viewer = open_odd(name)
    box, stage = viewer.box(), viewer.stage_box()
    start, middle, end = (
        box["x"] - stage["x"] + share * box["width"] for share in (0.02, 0.5, 0.98)
    )
    low, high = {"split": (start, middle), "peek": (middle, end), "flicker": (start, end)}[way]
    if way == "peek":
        viewer.stage.focus()
        viewer.page.keyboard.down(" ")
    if way == "flicker":
        viewer.stop_time()  # it flips on while the picture is taken
        viewer.button("Flicker").click()
        viewer.pass_time(400)
        expect(viewer.stage).to_have_attribute("data-show", "left")
    picture = shot(viewer)
    row = round(picture.height * 0.8)
    ground = {x for x in columns(picture, row, GROUND) if low + 2 < x < high - 24}
    expected = set(range(round(low) + 3, round(high) - 24))
    if name == "narrow":  # a quarter of the box in the middle is its own picture, in grey
        own = (box["x"] - stage["x"] + share * box["width"] for share in (0.375, 0.625))
        expected -= set(range(*(round(x) for x in own)))
        assert len(ground - expected) <= 2
    assert len(expected - ground) <= 2


def test_difference_is_that_of_what_is_seen(open_odd: OpenViewer) -> None:
    viewer = open_odd("clear", "#clear=mode:difference;gain:1")
    right = (90, 60, 150)
    expected = tuple(abs(a - b) for a, b in zip(GROUND, right, strict=True))
    picture = shot(viewer)
    seen = columns(picture, round(picture.height * 0.8), expected)
    assert len(seen) > 0.8 * viewer.box()["width"]
    assert picture.getpixel((2, picture.height // 2)) == (0, 0, 0)  # the same ground on both


def test_the_split_runs_over_the_picture(open_odd: OpenViewer) -> None:
    """All of its way has an effect, however narrow the picture is."""
    viewer = open_odd("tall")
    box = viewer.box()
    assert box["width"] < viewer.stage_box()["width"] / 4
    y = box["y"] + box["height"] * 0.8
    mouse = viewer.page.mouse
    mouse.move(box["x"] + box["width"] / 2, y)
    mouse.down()
    for share in (0.25, 0.75):
        mouse.move(box["x"] + share * box["width"], y, steps=3)
        viewer.settle()
        assert float(viewer.split.input_value()) == pytest.approx(100 * share, abs=2)
    mouse.up()
    viewer.split.focus()
    viewer.page.keyboard.press("Home")
    edge = viewer.stage.locator(".layer").first
    viewer.settle()
    clipped = edge.evaluate("layer => parseFloat(getComputedStyle(layer).clipPath.split('- ')[1])")
    assert clipped == pytest.approx(box["x"] - viewer.stage_box()["x"], abs=0.5)


@pytest.fixture
def own_site(tmp_path: Path) -> Path:
    """Write a site that a test may deploy anew."""
    site = SiteWriter(tmp_path, "some/prefix")
    site.slider("sharpness", alphas=ALPHAS, inputs=("harbour", "cat"))
    site.write()
    return tmp_path


def deploy_anew(folder: Path) -> None:
    """Give all data another hash and all frames other names, as another build might."""
    prefix = folder / "some" / "prefix"
    data = prefix / "comparisons" / "sharpness"
    for path in (prefix / "frames").iterdir():
        path.rename(path.with_name(f"new-{path.name}"))
    head = json.loads((data / "view.json").read_text("utf-8"))
    (data / "view.json").write_text(json.dumps({**head, "hash": "feedfeedfeed"}))
    for path in (data / "inputs").iterdir():
        file = json.loads(path.read_text("utf-8"))
        frames = [{**frame, "file": f"new-{frame['file']}"} for frame in file["frames"]]
        path.write_text(json.dumps({"view": "feedfeedfeed", "frames": frames}))
    page = prefix / "comparisons" / "sharpness" / "index.html"
    page.write_text(page.read_text("utf-8").replace("frames/", "frames/new-"))


OUTDATED = "This site has been updated since the page was opened."


@pytest.mark.parametrize("asked", ["input", "frame"])
def test_a_page_that_was_open_over_a_deploy_says_so(
    own_site: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page], asked: str
) -> None:
    server, page = serve(own_site), new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    deploy_anew(own_site)
    if asked == "input":
        viewer.list("Input").select_option("cat")
    else:
        viewer.alpha.fill("0.9")
    expect(viewer.stage).to_contain_text(OUTDATED)
    expect(viewer.stage).to_have_attribute("data-state", "error")
    expect(viewer.button("Retry")).to_be_hidden()
    viewer.button("Reload").click()
    viewer.ready()
    assert viewer.frames() == ([12, 18] if asked == "input" else [0, 10])  # the view is kept


def test_a_file_that_is_gone_without_a_deploy_can_be_retried(
    own_site: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> None:
    server, page = serve(own_site), new_page(expect_errors=True)
    path = own_site / "some" / "prefix" / "frames" / "sharpness-harbour-mix-9.png"
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    path.rename(path.with_suffix(".away"))
    viewer.alpha.fill("0.9")
    expect(viewer.stage).to_contain_text("could not be loaded: the file is not there (404)")
    expect(viewer.button("Reload")).to_be_hidden()
    path.with_suffix(".away").rename(path)
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [0, 10]


def test_a_script_that_a_deploy_took_away_is_said(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True)
    page.route("**/help.*.js", lambda route: route.fulfill(status=404))
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.button("Help").click()
    said = viewer.group.get_by_role("status").last
    expect(said).to_have_text("A part of this page could not be loaded: reload it.")


@pytest.mark.parametrize(("name", "module"), [("triangle", "mixer"), ("everything", "filter")])
def test_what_is_ready_can_be_used(
    server: Server, new_page: Callable[..., Page], name: str, module: str
) -> None:
    """Also where a control needs a module of its own."""
    server.slow = {f"/{module}.": 0.7}
    page = new_page()
    page.goto(f"{server.url}comparisons/{name}/")
    viewer = Viewer(page, name.capitalize()).ready()
    assert viewer.group.locator(":disabled").count() == 0


def test_an_input_that_does_not_come_is_named_and_can_be_retried(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    server.broken = {"cat.json"}
    viewer.list("Input").select_option("cat")
    expect(viewer.stage).to_contain_text("Cat could not be loaded: the server is in trouble (503)")
    assert viewer.frames() == [0, 6]
    server.broken = set()
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [23, 29]


SCRIPTS = {
    "missing": {"status": 404, "body": ""},
    "garbled": {"body": "\x00\x01\x02 this is not a script"},
    "syntax": {"body": "const page = document |> new;"},
    "stops": {"body": "document.nothing.at.all();"},
    "no script": {"body": "import {x} from './gone.js'; x();"},
    "type": {"body": "<html>", "content_type": "text/html"},
}


@pytest.mark.parametrize("fault", SCRIPTS)
def test_without_its_script_the_page_is_as_for_visitors_without_scripts(
    server: Server, new_page: Callable[..., Page], fault: str
) -> None:
    page = new_page(expect_errors=True, expect_broken_scripts=True)
    answer = {"status": 200, "content_type": "text/javascript", **SCRIPTS[fault]}
    page.route("**/main.*.js", lambda route: route.fulfill(**answer))
    page.goto(f"{server.url}comparisons/sharpness/")
    plain(page)


def test_where_a_browser_lacks_something_the_page_is_as_without_scripts(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True, expect_broken_scripts=True)
    page.add_init_script("delete window.ResizeObserver")
    page.goto(f"{server.url}comparisons/sharpness/")
    plain(page)


def test_the_viewer_works_without_the_theme(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(expect_errors=True)
    page.route("**/theme.*.js", lambda route: route.fulfill(status=404))
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.alpha.press("End")
    viewer.ready()
    assert viewer.frames() == [0, 11]
    assert viewer.box()["width"] > viewer.stage_box()["width"] / 2


def plain(page: Page) -> None:
    """Check that both ends stand side by side, with a way to all frames, and nothing is dead."""
    expect(page.get_by_text("Comparing by slider needs JavaScript")).to_be_visible()
    for role in ("slider", "combobox", "button"):
        assert page.get_by_role(role).count() == 0  # type: ignore[arg-type]
    left, right = (picture.bounding_box() for picture in page.locator(".layer img").all())
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    expect(page.locator("[data-state]")).not_to_have_attribute("data-state", "loading")
    page.get_by_role("link", name="Files, sizes, models and checksums").click()
    expect(page.locator("summary")).to_be_in_viewport()


def test_a_page_from_the_disk_is_whole(site_folder: Path, new_page: Callable[..., Page]) -> None:
    """Where the browser keeps scripts from the disk from running, as Chromium does."""
    page = new_page(expect_errors=True)
    page.goto((site_folder / "some/prefix/comparisons/sharpness/index.html").as_uri())
    plain(page)


def test_what_is_said_in_fullscreen_is_not_in_the_way(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness", permissions=["clipboard-read", "clipboard-write"])
    viewer.button("Fullscreen").click()
    until(viewer.page, "document.fullscreenElement !== null")
    viewer.button("Copy link").click()
    status = viewer.group.locator("p[role=status]")
    expect(status).to_have_text("Link copied")
    said = status.bounding_box()
    assert said
    for name in ("Play", "Zoom out", "Zoom in", "Fit"):
        box = viewer.button(name).bounding_box()
        assert box
        assert said["y"] + said["height"] <= box["y"]
        viewer.button(name).click(timeout=2000)
    expect(status).to_have_text("")
    expect(status).to_be_hidden()


def test_right_to_left(open_odd: OpenViewer) -> None:
    """Sides are places: left stays left; sliders, ticks, names and keys agree with each other."""
    viewer = open_odd("hebrew")
    page = viewer.page
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    picture = shot(viewer)
    grey = columns(picture, round(picture.height * 0.8), (90, 90, 90))
    assert grey
    assert max(grey) < picture.width / 2
    lists = [viewer.list(name).bounding_box() for name in ("Left", "Right")]
    ends = [viewer.group.get_by_title(name, exact=True).bounding_box() for name in ("עדין", "חד")]
    for first, second in (lists, ends):
        assert first
        assert second
        assert first["x"] + first["width"] <= second["x"]
    track = viewer.alpha.bounding_box()
    ticks = [tick.bounding_box() for tick in viewer.group.locator(".ticks line").all()]
    assert track
    for at in (0, 2, 10):
        tick = ticks[at]
        assert tick
        page.mouse.click(tick["x"] + tick["width"] / 2, track["y"] + track["height"] / 2)
        expect(viewer.alpha).to_have_value(f"{at / 10:g}")
    for key, value in (("ArrowLeft", "0.9"), ("Home", "0"), ("ArrowRight", "0.1")):
        viewer.alpha.press(key)
        expect(viewer.alpha).to_have_value(value)
    done = viewer.alpha.evaluate("slider => getComputedStyle(slider).getPropertyValue('--done')")
    assert done == "10%"
    box, split = viewer.box(), viewer.split
    split.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(split).to_have_value("1")
    viewer.split.fill("25")
    picture = shot(viewer)
    grey = columns(picture, round(picture.height * 0.8), (90, 90, 90))
    edge = box["x"] - viewer.stage_box()["x"] + box["width"] / 4
    assert max(grey) == pytest.approx(edge, abs=8)
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_frame_cut_short_is_not_shown(server: Server, new_page: Callable[..., Page]) -> None:
    server.cut = {"sharpness-harbour-mix-9.png"}
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.alpha.fill("0.9")
    expect(viewer.stage).to_contain_text("could not be loaded: the file arrived cut short")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    assert 10 not in viewer.frames()
    server.cut = set()
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [0, 10]


def test_a_picture_of_the_page_cut_short_is_fetched_anew(
    server: Server, new_page: Callable[..., Page]
) -> None:
    server.cut = {"sharpness-harbour-mix-5.png"}
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/", wait_until="commit")
    viewer = Viewer(page, "Sharpness")
    expect(viewer.stage).to_contain_text("could not be loaded: the file arrived cut short")
    server.cut = set()
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [0, 6]


def test_back_online_nothing_says_no_connection(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    page.context.set_offline(True)
    slider = viewer.slider("Frame")
    slider.press("End")
    slider.press("ArrowLeft")
    expect(viewer.stage).to_contain_text("could not be loaded: no connection")
    page.context.set_offline(False)
    viewer.ready()
    for key in ["ArrowLeft"] * 6:
        slider.press(key)
        viewer.ready()
    assert viewer.frames() == [16, 9]


def test_a_comparison_opened_offline_comes_with_the_connection(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}all/")
    viewer = Viewer(page, "Triangle")
    page.context.set_offline(True)
    viewer.stage.scroll_into_view_if_needed()
    expect(viewer.stage).to_contain_text("This comparison could not be loaded: no connection")
    page.context.set_offline(False)
    viewer.ready()
    expect(viewer.button("Retry")).to_be_hidden()


def test_what_failed_ahead_of_time_is_tried_again_when_it_is_asked_for(
    server: Server, new_page: Callable[..., Page]
) -> None:
    """A browser does not notice that a server was away, and says nothing when it is back."""
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    server.broken = {"/frames/"}
    viewer.slider("Frame").focus()
    until(page, f"{FETCHED}.length >= 15")
    server.broken = set()
    for _ in range(3):
        viewer.slider("Frame").press("ArrowRight")
        viewer.ready()
    assert viewer.frames() == [16, 3]


def test_another_density_is_noticed(open_viewer: OpenViewer) -> None:
    """The window goes to another monitor, or the browser zooms; the stage stays as wide."""
    viewer = open_viewer("sharpness", viewport={"width": 1600, "height": 900})
    viewer.press("1")
    expect(viewer.zoom).to_have_text("100%")
    session, before = viewer.page.context.new_cdp_session(viewer.page), viewer.box()["width"]
    for density, zoom in ((2, "200%"), (1.5, "150%"), (3, "300%")):
        metrics = {"width": 1600 + round(20 * density), "height": 900, "mobile": False}
        session.send(
            "Emulation.setDeviceMetricsOverride", {**metrics, "deviceScaleFactor": density}
        )
        expect(viewer.zoom).to_have_text(zoom)  # as large as before, in more pixels
        assert viewer.box()["width"] == before
    viewer.press("1")
    expect(viewer.zoom).to_have_text("100%")
    assert viewer.box()["width"] == pytest.approx(640 / 3, abs=0.5)


@pytest.mark.parametrize(
    "signs", [[":"], [";"], ["="], [":", ";", "="], [":", ";", "=", "%"]], ids="".join
)
def test_a_link_that_was_encoded_on_its_way(open_viewer: OpenViewer, signs: list[str]) -> None:
    link = "sharpness=alpha:0.1;zoom:4;split:0.25;left:model-sharp"
    codes = {":": "%3A", ";": "%3B", "=": "%3D", "%": "%25"}
    for sign in signs:
        link = link.replace(sign, codes[sign])
    viewer = open_viewer("sharpness", link=f"#{link}")
    expect(viewer.alpha).to_have_value("0.1")
    assert viewer.split.input_value() == "25"
    assert viewer.frames() == [11, 2]
    expect(viewer.group.get_by_role("status").last).to_be_empty()


@pytest.mark.parametrize(
    ("link", "lost"),
    [
        ("sharpness=left:renamed;alpha:0.1", "left"),
        ("sharpness=alpha:0.1;input:dog;mode:other", "input, mode"),
        ("sharpness=alpha:0.13", "alpha"),
        ("sharpness=alpha:0.1&gone=alpha:1", "gone"),
    ],
)
def test_a_link_that_no_longer_fits_says_so(open_viewer: OpenViewer, link: str, lost: str) -> None:
    viewer = open_viewer("sharpness", link=f"#{link}")
    expect(viewer.alpha).to_have_value("0.1")
    assert viewer.frames() == [0, 2]
    said = viewer.group.get_by_role("status").last
    expect(said).to_have_text(
        f"This link no longer fits this page ({lost}): the nearest view is shown."
    )


def test_links_name_what_is_stable(open_viewer: OpenViewer) -> None:
    """Ids, which stay when a title changes; links that hold a title still open."""
    viewer = open_viewer("everything")
    viewer.list("Right").select_option(label="4x-Model-007")
    until(viewer.page, "location.hash === '#everything=right:4x-model-007'")
    old = open_viewer("everything", link="#everything=right:4x-Model-009")
    assert old.frames() == [0, 9]
    expect(old.group.get_by_role("status").last).to_be_empty()


KEYS = [
    ("[", {"key": "[", "code": "Digit8", "ctrlKey": True, "altKey": True}, "0.4"),  # AltGr
    ("]", {"key": "]", "code": "Digit6", "altKey": True}, "0.6"),  # Option
    ("х", {"key": "х", "code": "BracketLeft"}, "0.4"),  # Russian
    ("Ctrl+]", {"key": "]", "code": "BracketRight", "ctrlKey": True}, "0.5"),  # the browser's
    ("⌘+[", {"key": "[", "code": "BracketLeft", "metaKey": True}, "0.5"),
]


@pytest.mark.parametrize(("event", "alpha"), [key[1:] for key in KEYS], ids=[k[0] for k in KEYS])
def test_keys_of_other_keyboards(
    open_viewer: OpenViewer, event: dict[str, object], alpha: str
) -> None:
    viewer = open_viewer("sharpness")
    press = """(stage, event) => stage.dispatchEvent(
        new KeyboardEvent('keydown', {...event, bubbles: true, cancelable: true}))"""
    untouched = viewer.stage.evaluate(press, event)
    assert untouched == (alpha == "0.5")
    viewer.settle()
    assert viewer.alpha.input_value() == alpha


def test_letters_where_the_layout_is_not_latin(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    press = """(stage, event) => stage.dispatchEvent(
        new KeyboardEvent('keydown', {...event, bubbles: true, cancelable: true}))"""
    viewer.stage.evaluate(press, {"key": "в", "code": "KeyD"})
    expect(viewer.button("Difference")).to_have_attribute("aria-pressed", "true")
    viewer.stage.evaluate(press, {"key": "δ", "code": "KeyD"})
    expect(viewer.button("Difference")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("mode", ["split", "difference", "flicker"])
def test_focus_on_the_split_is_seen(open_viewer: OpenViewer, mode: str) -> None:
    viewer = open_viewer("sharpness", link=f"#sharpness=mode:{mode}", reduced_motion="reduce")
    viewer.stage.focus()
    viewer.page.keyboard.press("Tab")
    expect(viewer.split).to_be_focused()
    ring = """(stage, pseudo) => {
        const style = getComputedStyle(stage.querySelector('.handle'), '::after');
        const seen = style.visibility === 'visible' ? style : getComputedStyle(stage);
        return [seen.outlineStyle, parseFloat(seen.outlineWidth)];
    }"""
    style, width = viewer.stage.evaluate(ring)
    assert style == "solid"
    assert width >= 2


@pytest.mark.parametrize("name", ["sharpness", "triangle"])
def test_a_drag_ends_with_its_button(open_viewer: OpenViewer, name: str) -> None:
    """Also where the end was lost, as in a menu that opened on top."""
    viewer = open_viewer(name)
    target = viewer.stage if name == "sharpness" else viewer.group.locator("svg:has(g)").first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    value = viewer.split if name == "sharpness" else viewer.slider("Ukiyo")
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + 30, y)
    viewer.settle()
    held = value.input_value()
    for dx in (-30, 40, -60):  # as the browser tells of a mouse that comes back with no button down
        target.evaluate(
            """(element, at) => element.dispatchEvent(new PointerEvent('pointermove',
                {...at, pointerId: 1, buttons: 0, bubbles: true}))""",
            {"clientX": x + dx, "clientY": y},
        )
        viewer.settle()
        assert value.input_value() == held


def test_the_browsers_menu_is_for_the_picture_under_the_pointer(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    box = viewer.box()
    under = """([x, y]) => {
        const element = document.elementFromPoint(x, y);
        return [element.tagName, element.dataset.frame];
    }"""
    y = box["y"] + box["height"] * 0.8
    for share, frame in ((0.25, "0"), (0.75, "6")):
        point = [box["x"] + share * box["width"], y]
        assert viewer.page.evaluate(under, point) == ["IMG", frame]
    viewer.stage.focus()
    viewer.page.keyboard.down(" ")
    viewer.settle()
    point = [box["x"] + 0.75 * box["width"], y]
    assert viewer.page.evaluate(under, point) == ["IMG", "0"]


def test_alt_names_comparison_input_and_frame(open_viewer: OpenViewer) -> None:
    viewer = open_viewer("sharpness")
    alts = "stage => [...stage.querySelectorAll('img')].map(image => image.alt)"
    assert viewer.stage.evaluate(alts) == [
        "Sharpness, Harbour: Input", "Sharpness, Harbour: mix α = 0.5",
    ]  # fmt: skip
    viewer.list("Input").select_option("cat")
    viewer.alpha.press("End")
    viewer.ready()
    assert viewer.stage.evaluate(alts) == [
        "Sharpness, Cat: Input", "Sharpness, Cat: mix α = 1.0",
    ]  # fmt: skip
    sequence = open_viewer("diffusion")
    assert sequence.stage.evaluate(alts) == ["Diffusion: Obi-Wan", "Diffusion: Darth Vader"]


def test_a_theme_chosen_in_one_tab_reaches_the_others(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(color_scheme="light")
    page.goto(server.url)
    other = page.context.new_page()
    other.goto(f"{server.url}comparisons/sharpness/")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = other.evaluate(colour)
    page.get_by_role("button", name="Dark theme").click()
    toggle = other.get_by_role("button", name="Dark theme")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert other.evaluate(colour) == page.evaluate(colour) != light


def test_a_link_to_details_opens_them(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/#facts")
    expect(page.get_by_role("table", name="All frames")).to_be_visible()
    page.goto(f"{server.url}comparisons/sharpness/")
    table = page.get_by_role("table", name="All frames")
    expect(table).to_be_hidden()
    page.evaluate("location.hash = '#facts'")
    expect(table).to_be_visible()
    expect(page.locator("summary")).to_be_in_viewport()


def test_an_element_that_comes_back_works_once(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(expect_errors=True)  # it asks for a picture that is gone
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.alpha.fill("0.7")
    viewer.ready()
    address = viewer.stage.locator("[data-frame]").last.get_attribute("src")
    assert address
    assert address.startswith("blob:")
    element = page.locator("alpha-viewer").element_handle()
    parent = page.locator("article.comparison").element_handle()
    element.evaluate("element => element.remove()")
    gone = """address => new Promise(resolve => {
        const image = new Image();
        image.onload = () => resolve(false);
        image.onerror = () => resolve(true);
        image.src = address;
    })"""
    assert page.evaluate(gone, address)
    assert element.evaluate("element => element.decoded") == 0
    for _ in range(2):
        parent.evaluate("(parent, element) => parent.append(element)", element)
    viewer.ready()
    expect(viewer.alpha).to_have_value("0.7")
    viewer.press("]")
    expect(viewer.alpha).to_have_value("0.8")  # one step, not two
    viewer.button("Difference").click()
    expect(viewer.button("Difference")).to_have_attribute("aria-pressed", "true")
    viewer.ready()
    assert viewer.frames() == [0, 9]


def test_a_viewer_that_leaves_frees_the_page(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("() => { delete Element.prototype.requestFullscreen }")
    viewer.button("Fullscreen").click()
    expect(viewer.button("Close")).to_be_visible()
    page.evaluate("document.querySelector('alpha-viewer').remove()")
    assert page.locator("[inert]").count() == 0
    assert page.evaluate("document.documentElement.className") == "js"
    page.keyboard.press("f")  # of nobody


def test_loading_ahead_has_a_budget(
    tmp_path: Path, serve: Callable[[Path], Server], new_page: Callable[..., Page]
) -> None:
    """Thirty frames of a megabyte: the nearest to the slider come first, up to 24 MB."""
    site = SiteWriter(tmp_path, "some/prefix")
    site.picture = partial(noise, site.folder / "frames")  # type: ignore[method-assign]
    site.sequence("heavy", 30)
    site.write()
    server, page = serve(tmp_path), new_page()
    page.goto(f"{server.url}comparisons/heavy/")
    viewer = Viewer(page, "Heavy").ready()
    slider = viewer.slider("Frame")
    slider.focus()
    size = (site.folder / "frames" / "heavy-0.png").stat().st_size
    count = 24 * 2**20 // size
    assert 20 < count < 26
    until(page, f"{FETCHED}.length >= {count - 1}")
    page.wait_for_timeout(500)  # in which no more may come
    assert sorted(page.evaluate(FETCHED)) == list(range(1, count))  # frame 0 came with the page
    assert page.evaluate(FETCHED)[:6] == [1, 2, 3, 4, 5, 6]


def noise(folder: Path, stem: str, *_: object) -> dict[str, object]:
    """Write a picture that cannot be compressed; return what a frame says of its file."""
    path = folder / f"{stem}.png"
    Image.effect_noise((590, 590), 90).convert("RGB").save(path, compress_level=0)
    return {"file": path.name, "bytes": path.stat().st_size, "width": 590, "height": 590}
