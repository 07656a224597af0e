"""Sites as the generator writes them, in a real browser: nothing hostile runs, viewers come up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from support.browser import Server, Viewer, violations
from support.hostile import HOSTILE, fill
from support.site import Project, make_project

NewPage = Callable[..., Page]
Serve = Callable[[Path], Server]


def build(project: Project) -> Path:
    web = project.root.parent / "web"
    project.build(web / "some" / "prefix", base_url="https://example.org/some/prefix/")
    return web


def test_no_hostile_text_runs_in_a_browser(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    fill(project, "\n".join(text.replace("alert(1)", "window.ran=1") for text in HOSTILE[:-2]))
    url = serve(build(project)).url
    page = new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    for path in ("", "page/", "comparisons/sharpness/", "comparisons/everything/",
                 "comparisons/sequence/", "404.html"):  # fmt: skip
        page.goto(url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.ran") is None, path
        assert page.evaluate("document.querySelectorAll('[onclick],[onerror]').length") == 0


def test_inline_scripts_on_a_page_are_blocked(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.write("content/index.md", "# A\n\n<script>window.ran = 1</script>\n")
    url = serve(build(project)).url
    page = new_page(expect_errors=True)
    page.goto(url)
    assert page.evaluate("window.ran") is None


def test_a_built_site_works_under_a_prefix(tmp_path: Path, serve: Serve, new_page: NewPage) -> None:
    project = make_project(tmp_path / "project")
    text = "# Home\n\n/// comparison | sharpness\n///\n\n/// comparison | sequence\n///\n"
    project.write("content/index.md", text)
    url = serve(build(project)).url
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    for title in ("Sharpness", "A sequence"):
        viewer = Viewer(page, title)
        viewer.group.scroll_into_view_if_needed()
        viewer.ready()
    page.get_by_role("link", name="Sharpness").click()
    page.wait_for_url("**/comparisons/sharpness/")
    Viewer(page, "Sharpness").ready()
    assert asked
    ours = (url, f"blob:{url.partition('/some')[0]}/")
    foreign = [address for address in asked if not address.startswith(ours)]
    assert [address for address in foreign if not address.endswith("/favicon.ico")] == []


def test_the_marker_of_a_chart_follows_the_slider(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    url = serve(build(project)).url
    page = new_page()
    page.goto(url + "comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    marker = page.locator("[data-chart-marker]").first
    places = []
    for key in ("Home", "End"):
        viewer.alpha.press(key)
        page.wait_for_timeout(100)
        places.append(marker.evaluate("m => m.getBoundingClientRect().x"))
    left, right = page.locator(".curve-1").first.evaluate(
        "c => { const box = c.getBoundingClientRect(); return [box.left, box.right]; }"
    )
    assert abs(places[0] - left) < 2
    assert abs(places[1] - right) < 2
    expect(page.locator("svg.chart").first).to_be_visible()


def test_pages_by_an_author_have_nothing_for_axe_to_find(
    tmp_path: Path, serve: Serve, new_page: NewPage, axe: Path
) -> None:
    project = make_project(tmp_path / "project")
    text = (
        "# Home\n\n| | a | b |\n|---|---|---|\n| c | 1 | 2 |\n\n"
        f"```sh\n{'a long line ' * 40}\n```\n\n    {'indented ' * 60}\n\n"
        "Text[^1] and $x^2$.\n\n[^1]: A note.\n\n"
        "/// downloads\n///\n\n/// comparison | sharpness\n///\n"
    )
    project.write("content/index.md", text)
    url = serve(build(project)).url
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme, viewport={"width": 400, "height": 800})
        page.goto(url)
        Viewer(page, "Sharpness").group.scroll_into_view_if_needed()
        Viewer(page, "Sharpness").ready()
        assert violations(page, axe) == []


def test_scripts_by_an_author_load_modules_and_workers_later(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.write(
        "templates/404.html",
        """{% extends "base.html" %}{% block head %}
        <script type="module" src="{{ asset('js/own/entry.js') }}"></script>{% endblock %}""",
    )
    project.write(
        "static/js/own/entry.js",
        """import { add, total } from "./shared.js";
        add(1);
        const { more } = await import("./later.js");
        more();
        const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
        worker.onmessage = ({ data }) => { document.title = `${total()} and ${data}`; };
        """,
    )
    project.write(
        "static/js/own/shared.js",
        "let sum = 0;\nexport const add = (n) => (sum += n);\nexport const total = () => sum;\n",
    )
    shared = 'import { add } from "./shared.js"; '
    project.write("static/js/own/later.js", f"{shared}export const more = () => add(10);")
    project.write("static/js/own/worker.js", f"{shared}postMessage(add(100));")
    page = new_page()
    page.goto(serve(build(project)).url + "404.html")
    expect(page).to_have_title("11 and 100")


def test_a_former_address_leads_on_with_the_view_that_was_shared(
    tmp_path: Path, serve: Serve, new_page: NewPage
) -> None:
    project = make_project(tmp_path / "project")
    project.manifest["comparisons"]["sharpness"]["aliases"] = ["old"]
    url = serve(build(project)).url
    page = new_page()
    page.goto(f"{url}comparisons/everything/")
    page.goto(f"{url}comparisons/old/?from=feed#a=0.5")
    page.wait_for_url(f"{url}comparisons/sharpness/?from=feed#a=0.5*")
    Viewer(page, "Sharpness").ready()
    page.go_back()
    page.wait_for_url(f"{url}comparisons/everything/")

    page = new_page(java_script_enabled=False)
    page.goto(f"{url}comparisons/old/")
    page.wait_for_url(f"{url}comparisons/sharpness/")
