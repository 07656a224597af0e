"""Pages on phones and on paper: nothing runs off the screen, nothing is cut off or left pale."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from support.browser import Server, Viewer
from support.colour import contrast
from support.site import Project, make_project

NewPage = Callable[..., Page]
Serve = Callable[[Path], Server]

STATIC = Path(__file__).parents[2] / "static"
WIDTH = "document.documentElement.scrollWidth"
TABLE = """\
| file | title | author | license | source | crop |
|---|---|---|---|---|---|
| `astronaut.webp` | A photograph | Rachel Michetti | public domain | museum | 448 × 288 |
"""


def published(project: Project, serve: Serve) -> str:
    """Build a site and return its address."""
    web = project.root.parent / "web"
    project.build(web / "some" / "prefix")
    return serve(web).url


def test_wide_tables_scroll_and_are_reached_by_tab(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.write("content/index.md", f"# Home\n\n{TABLE}")
    page = new_page(viewport={"width": 360, "height": 700})
    page.goto(published(project, serve))
    assert page.evaluate(WIDTH) <= 360
    page.get_by_role("heading", name="Home").get_by_role("link").focus()
    page.keyboard.press("Tab")
    box = page.locator(":focus")
    assert box.evaluate("e => e.contains(document.querySelector('table'))")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    name = page.get_by_text("astronaut.webp")
    assert name.evaluate("e => e.getClientRects().length") == 1


def test_animations_fit_a_phone(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    Image.new("RGB", (700, 40), "orange").save(project.root / "cat.png")
    project.manifest["comparisons"] = {
        "fade": {
            "inputs": ["cat"],
            "interpolate": {"models": ["soft", "sharp"], "alphas": 3, "animation": "webp"},
        }
    }
    page = new_page(viewport={"width": 360, "height": 700})
    page.goto(f"{published(project, serve)}comparisons/fade/")
    page.locator("summary", has_text="Cat").click()
    film = page.get_by_role("img", name="the transition there and back")
    expect(film).to_be_visible()
    assert page.evaluate(WIDTH) <= 360
    size = film.evaluate("e => [e.clientWidth / e.clientHeight, e.naturalWidth / e.naturalHeight]")
    assert abs(size[0] / size[1] - 1) < 0.05


def test_the_navigation_is_one_row_of_any_length(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    for number in range(8):
        project.write(f"content/{number}.md", f"# Page number {number}\n")
    page = new_page(viewport={"width": 360, "height": 700})
    page.goto(published(project, serve))
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    assert len({box["y"] for link in links.all() if (box := link.bounding_box())}) == 1
    assert page.evaluate(WIDTH) <= 360
    links.last.focus()
    expect(links.last).to_be_in_viewport(ratio=0.99)


def test_titles_break_at_no_width(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    project.manifest["comparisons"]["sharpness"]["title"] = "Superresolution"
    project.write("content/page.md", "# Deep network interpolation\n")
    page = new_page(viewport={"width": 360, "height": 700})
    url = published(project, serve)
    for path in ("comparisons/everything/", "page/"):
        page.goto(url + path)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert page.evaluate(WIDTH) <= 360, path
    lines = page.locator("h1").evaluate(
        """h1 => {
            const range = document.createRange();
            const text = h1.firstChild;
            range.setStart(text, text.data.indexOf('interpolation'));
            range.setEnd(text, text.data.length);
            return new Set([...range.getClientRects()].map(box => box.top)).size;
        }"""
    )
    assert lines == 1


def test_a_slider_is_in_the_first_screen_of_a_page_that_begins_with_it(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    Image.new("RGB", (576, 384), "orange").save(project.root / "cat.png")
    text = f"# Home\n\n{'Two lines of text. ' * 6}\n\n/// comparison | sharpness\n///\n"
    project.write("content/index.md", text)
    url = published(project, serve)
    for width, height in ((1440, 900), (1366, 768)):
        page = new_page(viewport={"width": width, "height": height})
        page.goto(url)
        expect(Viewer(page, "Sharpness").ready().alpha).to_be_in_viewport(ratio=1)


def test_names_of_facts_are_on_one_line(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{published(project, serve)}comparisons/sharpness/")
    page.get_by_text("Files, sizes, models and checksums").click()
    lines = page.locator("dt").evaluate_all(
        """all => all.map(dt => {
            const range = document.createRange();
            range.selectNodeContents(dt);
            return range.getClientRects().length;
        })"""
    )
    assert lines
    assert set(lines) == {1}


def test_paper_is_white_whatever_the_screen(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    palette = """() => {
        const chart = document.querySelector('.chart');
        return [chart, document.body, document.querySelector('figcaption')].map(
            e => { const style = getComputedStyle(e); return [style.color, style.backgroundColor]; }
        );
    }"""
    path = f"{published(project, serve)}comparisons/sharpness/"
    page = new_page(color_scheme="light")
    page.goto(path)
    light = page.evaluate(palette)
    page.get_by_role("button", name="Dark theme").click()
    chosen = page
    asked = new_page(color_scheme="dark")
    asked.goto(path)
    for page in (chosen, asked):
        assert page.evaluate(palette) != light
        page.emulate_media(media="print")
        assert page.evaluate(palette) == light


OWN = """
:root { --accent: rgb(1, 2, 3) }
h1 { color: teal }
button { background: rgb(9, 9, 9) }
.picker label > span { color: rgb(7, 7, 7) }
figure { margin: 3rem; position: static }
img { height: auto; width: 50%; object-fit: cover }
.stage { outline: 3px solid rgb(4, 5, 6) }
.close { display: block }
"""


def test_an_authors_own_rules_win_and_pictures_stay_in_place(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.write("static/css/custom.css", OWN)
    page = new_page(viewport={"width": 900, "height": 800})
    page.goto(f"{published(project, serve)}comparisons/sharpness/")
    Viewer(page, "Sharpness").ready()
    styles = {"h1": "color", "#facts > p a": "color", ".tools button": "backgroundColor",
              ".picker label > span": "color", ".stage": "outlineColor"}  # fmt: skip
    assert {
        selector: page.locator(selector).last.evaluate("(e, k) => getComputedStyle(e)[k]", key)
        for selector, key in styles.items()
    } == {
        "h1": "rgb(0, 128, 128)",
        "#facts > p a": "rgb(1, 2, 3)",
        ".tools button": "rgb(9, 9, 9)",
        ".picker label > span": "rgb(7, 7, 7)",
        ".stage": "rgb(4, 5, 6)",
    }
    boxes = """() => [...document.querySelectorAll(".stage img")].map(e => {
        const box = e.getBoundingClientRect(), stage = e.closest(".stage").getBoundingClientRect();
        return [box.x - stage.x, box.y - stage.y, box.width, box.height];
    })"""
    with_own = page.evaluate(boxes)
    page.evaluate("[...document.styleSheets].at(-1).disabled = true")
    assert len(with_own) == 2
    assert page.evaluate(boxes) == with_own
    page.evaluate("[...document.styleSheets].at(-1).disabled = false")
    expect(page.get_by_role("button", name="Close")).to_be_hidden()


def test_an_author_replaces_one_part_of_the_viewers_sheet(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.write("static/css/viewer/tools.css", ".tools { color: rgb(1, 2, 3) }\n")
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{published(project, serve)}comparisons/sharpness/")
    Viewer(page, "Sharpness").ready()
    tools = page.get_by_role("group", name="Tools")
    assert tools.evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert tools.evaluate("e => getComputedStyle(e).display") == "block"
    assert len([url for url in asked if url.endswith(".css")]) == 2


def test_old_browsers_have_the_light_colours() -> None:
    palette = (STATIC / "css/site/palette.css").read_text("utf-8")
    light = dict(re.findall(r"(--[\w-]+): light-dark\((#\w+), #\w+\);", palette))
    instead = dict(re.findall(r"^    (--[\w-]+): (#\w+);$", palette, re.MULTILINE))
    assert instead
    assert instead.items() <= light.items()


def test_what_scrolls_is_printed_whole(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    embeds = "\n".join(f"/// comparison | {name}\n///\n" for name in ("sharpness", "sequence"))
    text = f"# Home\n\n```sh\n{'word ' * 60}\n```\n\n{TABLE}\n/// downloads\n///\n\n{embeds}"
    project.write("content/index.md", text)
    page = new_page(viewport={"width": 500, "height": 700})
    page.goto(published(project, serve))
    expect(page.get_by_role("button", name="Reset all")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Reset all")).to_be_hidden()
    for thing in page.locator("pre, .table, .scroll").all():
        assert thing.evaluate("e => e.scrollWidth <= e.clientWidth"), thing.inner_html()


def test_charts_can_be_read_on_a_phone_and_their_lines_told_apart(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    controls = {f"c{n}": {"path": "a.safetensors", "title": f"Control {n}"} for n in range(5)}
    project.manifest["models"] |= controls
    project.manifest["inputs"] = {
        f"n{sigma}": {"path": "cat.png", "reference": "cat.png", "noise": {"sigma": sigma}}
        for sigma in (20, 40)
    }
    interpolate = {"models": ["soft", "sharp"], "alphas": 3, "beside": [*controls]}
    project.manifest["comparisons"] = {"levels": {"interpolate": interpolate}}
    url = f"{published(project, serve)}comparisons/levels/"
    page = new_page(viewport={"width": 360, "height": 700})
    page.goto(url)
    assert page.evaluate(WIDTH) <= 360
    chart = page.get_by_role("img", name="PSNR over noise level")
    size = chart.evaluate(
        "svg => parseFloat(getComputedStyle(svg).fontSize) * svg.getScreenCTM().a"
    )
    assert size > 11
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        drawn = chart.locator(".curve").evaluate_all(
            "all => all.map(e => [getComputedStyle(e).stroke, e.getAttribute('stroke-dasharray')])"
        )
        lines, samples = drawn[:8], drawn[8:]
        assert lines == samples
        assert len({colour for colour, _ in lines}) == 8
        assert len({tuple(line) for line in lines}) == 8
        assert min(contrast(levels(colour), levels(paper)) for colour, _ in lines) >= 3, scheme


def levels(colour: str) -> list[int]:
    return [int(value) for value in re.findall(r"\d+", colour)]
