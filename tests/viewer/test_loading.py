"""What is fetched when, and that the stage is never blank."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import PATIENCE, Server, Viewer, until

ALL_ASKED_FOR = """performance.getEntriesByType('resource')
    .filter(entry => entry.name.includes('/frames/')).length >= 17"""
ALL_DECODED = "document.querySelector('alpha-viewer').decoded === 18 * 480 * 120 * 4"
FETCHED = """performance.getEntriesByType('resource')
    .filter(e => e.initiatorType === 'fetch' && e.name.includes('/frames/')).length"""
WATCH = """() => {
    window.samples = [];
    const stage = document.querySelector('[data-state]');
    const slider = document.querySelector('[aria-label=Frame]');
    const look = () => {
        const picture = [...stage.querySelectorAll('[data-frame]')].at(-1);
        samples.push({
            wanted: Number(slider.value), shown: Number(picture?.dataset.frame ?? -1),
            blank: !picture || !picture.complete || picture.naturalWidth === 0,
            state: stage.dataset.state, says: stage.parentElement.innerText.includes('loading'),
        });
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""


def pictures(server: Server) -> dict[str, int]:
    return {path: count for path, count in server.requests.items() if "/frames/" in path}


def held_pixels(page: Page) -> int:
    """Return the pixels of all pictures that the page's scripts still hold."""
    session = page.context.new_cdp_session(page)
    expression = {"expression": "HTMLImageElement.prototype"}
    prototype = session.send("Runtime.evaluate", expression)["result"]["objectId"]
    images = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype})["objects"]
    total = session.send("Runtime.callFunctionOn", {
        "objectId": images["objectId"], "returnByValue": True, "functionDeclaration":
            "function () { return this.reduce((n, i) => n + i.naturalWidth * i.naturalHeight, 0) }",
    })  # fmt: skip
    session.detach()  # the list would hold its pictures as long as the session lasts
    return int(total["result"]["value"])


def test_the_first_picture_waits_for_no_script(
    server: Server, new_page: Callable[..., Page]
) -> None:
    server.scripts.clear()
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/", wait_until="commit")
    deadline = time.monotonic() + PATIENCE / 2000
    while len(pictures(server)) < 2 and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    assert len(pictures(server)) == 2
    server.scripts.set()
    Viewer(page, "Sharpness").ready()
    assert set(pictures(server).values()) == {1}


def test_pictures_of_the_page_are_taken_over(server: Server, new_page: Callable[..., Page]) -> None:
    """What the page itself loads, slowly, is neither fetched nor decoded once more."""
    server.delay = 0.5
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/", wait_until="commit")
    Viewer(page, "Sharpness").ready()
    page.wait_for_load_state("networkidle")
    addresses = page.evaluate("[...document.querySelectorAll('[data-frame]')].map(i => i.src)")
    assert [address.partition(":")[0] for address in addresses] == ["http", "http"]
    assert page.evaluate(FETCHED) == 0


def test_only_what_is_shown_then_the_rest(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    page.wait_for_load_state("networkidle")
    assert len(pictures(server)) == 2  # the last beside the first
    viewer.slider("Frame").focus()
    until(
        page,
        ALL_ASKED_FOR,
    )
    viewer.slider("Frame").press("End")
    viewer.ready()
    assert len(pictures(server)) == 17
    for _ in range(16):
        viewer.slider("Frame").press("ArrowLeft")
    viewer.ready()
    assert max(pictures(server).values()) == 1


def test_never_blank_and_says_loading(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    server.delay = 0.15
    page.evaluate(WATCH)
    slider = viewer.slider("Frame")
    slider.focus()
    for _ in range(4):
        for _ in range(4):
            page.keyboard.press("ArrowRight")
            viewer.settle()
        viewer.ready()
    samples = page.evaluate("samples")
    assert len({sample["shown"] for sample in samples}) > 3
    late = 0
    for before, sample in pairwise(samples):
        assert not sample["blank"]
        if sample["wanted"] == before["wanted"] and sample["shown"] != sample["wanted"]:
            late += 1
            assert sample["state"] == "loading"
            assert sample["says"]
    assert late > 5  # the server was slow enough for this to mean something
    assert max(pictures(server).values()) == 1


def test_three_at_a_time(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    server.delay = 0.1
    viewer.slider("Frame").focus()
    until(
        page,
        ALL_ASKED_FOR,
    )
    overlap = page.evaluate("""() => {
        const all = performance.getEntriesByType('resource')
            .filter(e => e.initiatorType === 'fetch' && e.name.includes('/frames/'));
        const open = ({startTime: t}) => all.filter(e => e.startTime <= t && e.responseEnd > t);
        return Math.max(...all.map(entry => open(entry).length));
    }""")
    assert overlap == 3


def test_a_sweep_of_loaded_frames_is_light(
    server: Server, new_page: Callable[..., Page], chromium: Browser, tmp_path: Path
) -> None:
    """Every frame is painted, no task takes 50 ms of processor: others may slow the clock."""
    page = new_page()
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    slider = viewer.slider("Frame")
    slider.focus()
    until(page, ALL_DECODED)
    page.evaluate(WATCH)
    chromium.start_tracing(page=page, categories=["-*", "toplevel", "devtools.timeline"])
    for key in ["ArrowRight"] * 16 + ["ArrowLeft"] * 16:
        slider.press(key)
        viewer.settle()
    events = json.loads(chromium.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in threads
        if "tdur" in event
    ]
    assert len(tasks) > 64
    assert max(tasks) < 50
    assert {sample["shown"] for sample in page.evaluate("samples")} == set(range(17))


@pytest.mark.parametrize(("limit", "touch"), [(128, False), (64, True)])
def test_decoded_pictures_stay_under_the_limit(
    server: Server, new_page: Callable[..., Page], limit: int, touch: bool
) -> None:
    """Forty frames are 157 MB decoded; 128 MB are kept, 64 by touch; no file is fetched again."""
    page = new_page(has_touch=touch, is_mobile=touch)
    page.goto(f"{server.url}comparisons/long/")
    viewer = Viewer(page, "Long").ready()
    decoded = "document.querySelector('alpha-viewer').decoded / 2 ** 20"
    viewer.slider("Frame").focus()
    most = 0.0
    for key in ["ArrowRight"] * 39 + ["ArrowLeft"] * 39:
        page.keyboard.press(key)
        viewer.ready()
        most = max(most, page.evaluate(decoded))
    assert 0.9 * limit < most <= limit
    # Pictures that are on their way are held too, but not for long.
    deadline = time.monotonic() + PATIENCE / 1000
    while (held := held_pixels(page) * 4 / 2**20) != page.evaluate(decoded):
        assert time.monotonic() < deadline, f"{held} MB are held, {page.evaluate(decoded)} kept"
        page.wait_for_timeout(100)
    assert max(pictures(server).values()) == 1


def test_save_data(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    )
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    viewer.slider("Frame").press("ArrowRight")
    viewer.ready()
    page.wait_for_timeout(300)
    assert len(pictures(server)) == 3  # the two of the beginning, and the one asked for


def test_an_error_is_said_and_can_be_retried(server: Server, new_page: Callable[..., Page]) -> None:
    server.broken = {"diffusion-3.png"}
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion").ready()
    slider = viewer.slider("Frame")
    slider.fill("3")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    expect(viewer.stage).to_contain_text("4 could not be loaded: the server is in trouble (503)")
    assert viewer.frames()[1] in range(17)  # something is still shown
    slider.press("ArrowRight")
    viewer.ready()
    slider.press("ArrowLeft")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    server.broken = set()
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [16, 3]


def test_both_sides_change_their_input_together(
    server: Server, new_page: Callable[..., Page]
) -> None:
    """Under one split there is never more than one input, nor a score of what is not shown."""
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.evaluate("""() => {
        window.samples = [];
        const look = () => {
            const frames = [...document.querySelectorAll('[data-frame]')].map(i => i.dataset.frame);
            samples.push([...frames, document.querySelector('.scores').textContent].join());
            requestAnimationFrame(look);
        };
        look();
    }""")
    server.slow = {"sharpness-cat-mix": 0.6}
    viewer.list("Input").select_option("cat")
    viewer.ready()
    assert [key for key, _ in groupby(page.evaluate("samples"))] == [
        "0,6,PSNR 27.50 dB · SSIM 0.8500", "0,6,loading", "23,29,PSNR 27.50 dB · SSIM 0.8500",
    ]  # fmt: skip


def test_a_side_that_cannot_be_loaded_does_not_hold_the_other_up(
    server: Server, new_page: Callable[..., Page]
) -> None:
    """What there is of an input is shown, and nothing of another beside it."""
    server.broken = {"sharpness-cat-input"}
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    viewer.list("Input").select_option("cat")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    expect(viewer.stage.locator("[data-frame='29']")).to_be_attached()
    assert viewer.frames() == [29]
    server.broken = set()
    viewer.button("Retry").click()
    viewer.ready()
    assert viewer.frames() == [23, 29]


def test_without_a_connection(server: Server, new_page: Callable[..., Page]) -> None:
    """It is said in plain words, no other picture's score stays, and nothing plays on."""
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    page.context.route("**/frames/**", lambda route: route.abort())
    viewer.list("Input").select_option("cat")
    expect(viewer.stage).to_have_attribute("data-state", "error")
    expect(viewer.stage).to_contain_text("Input could not be loaded: no connection")
    assert viewer.frames() == [0, 6]
    expect(viewer.group).not_to_contain_text("PSNR")
    viewer.button("Reset").click()
    viewer.ready()
    viewer.button("Play").click()
    expect(viewer.stage).to_contain_text("could not be loaded: no connection")
    expect(viewer.button("Play")).to_have_attribute("aria-pressed", "false")
    page.context.unroute("**/frames/**")
    viewer.button("Retry").click()
    viewer.ready()


def test_a_comparison_without_data_can_be_retried(
    server: Server, new_page: Callable[..., Page]
) -> None:
    server.broken = {"view.json"}
    page = new_page(expect_errors=True)
    page.goto(f"{server.url}comparisons/diffusion/")
    viewer = Viewer(page, "Diffusion")
    expect(viewer.stage).to_contain_text("could not be loaded: the server is in trouble (503)")
    server.broken = set()
    viewer.button("Retry").click()
    viewer.ready()


def test_works_without_javascript(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 800, "height": 900})
    page.goto(f"{server.url}comparisons/sharpness/")
    assert page.get_by_role("slider").count() == 0
    assert page.get_by_role("combobox").count() == 0
    boxes = [
        page.get_by_role("img", name=name, exact=True).bounding_box()
        for name in ("Sharpness, Harbour: Input", "Sharpness, Harbour: mix α = 0.5")
    ]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[0]["y"] == boxes[1]["y"]
    expect(page.get_by_role("link", name="Files, sizes, models and checksums")).to_be_visible()
    page.get_by_text("Files, sizes, models and checksums").last.click()
    rows = page.get_by_role("table", name="All frames").get_by_role("row")
    assert rows.count() == 1 + 46
    assert rows.get_by_text("Fidelity 0.7, Sharp 0.3", exact=True).count() == 4
    link = page.get_by_role("link", name="mix α = 0.3").first.get_attribute("href")
    assert link == "../../frames/sharpness-harbour-mix-3.png"
    page.goto(f"{server.url}comparisons/diffusion/")
    assert page.get_by_role("img", name="Diffusion: Darth Vader", exact=True).bounding_box()
    assert page.get_by_role("img", name="Diffusion: Obi-Wan", exact=True).bounding_box()
    page.goto(f"{server.url}all/")
    page.get_by_role("link", name="all pictures are listed on a page of their own").first.click()
    expect(page).to_have_url(f"{server.url}comparisons/sharpness/#facts")


def test_print_shows_both_ends(server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{server.url}comparisons/sharpness/#sharpness=zoom:4;split:0;mode:difference")
    viewer = Viewer(page, "Sharpness").ready()
    page.emulate_media(media="print")
    left, right = (picture.bounding_box() for picture in viewer.stage.locator("[data-frame]").all())
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    assert left["width"] == pytest.approx(right["width"], abs=1)
    for name in ("Input", "mix α = 0.5"):
        expect(viewer.group.get_by_role("figure", name=name).get_by_text(name)).to_be_visible()
    page.goto(f"{server.url}comparisons/diffusion/")
    sequence = Viewer(page, "Diffusion").ready()
    assert sequence.frames() == [16, 0]


def test_no_request_leaves_the_site(
    server: Server, new_page: Callable[..., Page], site_folder: Path
) -> None:
    page = new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"{server.url}comparisons/regions/")
    Viewer(page, "Regions").ready()
    assert all(url.startswith((server.url, "blob:")) for url in seen)
    assert (site_folder / "some" / "prefix" / "404.html").exists()
