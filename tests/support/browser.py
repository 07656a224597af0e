"""Browser fixtures for the viewer's tests: one Chromium and one site for all of them."""

from __future__ import annotations

import functools
import gzip
import http.server
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

from support.viewer_site import SiteWriter

_NAMES = ("chromium", "google-chrome", "chromium-browser")
CHROMIUM = Path(next(filter(None, map(shutil.which, _NAMES)), "/usr/bin/chromium"))
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
FRAME = 16  # ms between animation frames where a test keeps the time
PATIENCE = 20_000  # ms; machines that run tests are often busy with others
AXE = Path(__file__).parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
SCRIPTS = 14_800  # bytes, compressed: what any page with a viewer loads before the first touch
ALL_SCRIPTS = 16_000  # with what some controls need besides
ALPHAS = [round(at / 10, 1) for at in range(11)]


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder on loopback, counts requests for each path and can delay files."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(_Handler, directory=str(folder))
        super().__init__(("127.0.0.1", 0), handler)
        self.folder = folder
        self.requests: Counter[str] = Counter()
        self.delay = 0.0
        self.slow: dict[str, float] = {}  # seconds by a part of the path
        self.broken: set[str] = set()
        self.cut: set[str] = set()  # sent by half, and nobody says how long they are
        self.scripts = threading.Event()  # which are held back until it is set
        self.scripts.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/some/prefix/"

    def scripts_sent(self) -> dict[str, int]:
        """Return the compressed sizes in bytes of the scripts that pages asked for, by stem."""
        paths = [path for path in self.requests if path.endswith(".js")]
        return {
            path.rpartition("/")[2].partition(".")[0]: len(
                gzip.compress((self.folder / path.lstrip("/")).read_bytes(), 9)
            )
            for path in paths
        }


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests[self.path] += 1
        if any(part in self.path for part in self.server.broken):
            self.send_error(503)
            return
        if any(part in self.path for part in self.server.cut):
            data = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(self.path))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            return
        if self.path.endswith(".js"):
            self.server.scripts.wait(PATIENCE / 1000)
        if "/frames/" in self.path:
            time.sleep(self.server.delay)
        time.sleep(sum(s for part, s in self.server.slow.items() if part in self.path))
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def write_site(folder: Path) -> None:
    """Write the comparisons that the tests look at."""
    site = SiteWriter(folder, "some/prefix")
    site.slider("sharpness", alphas=ALPHAS, inputs=("harbour", "cat"), blend=True, size=(640, 480))
    site.sequence("diffusion", 17)
    site.sequence("long", 40, (1400, 700))
    site.lists("everything", 40, 2)
    site.slider("regions", alphas=ALPHAS, regions=("subject",))
    names = ("Monet", "Cezanne", "Ukiyo", "Gogh")
    thirds = [round(at / 3, 6) for at in range(10)]
    site.slider("path", alphas=thirds, models=names, control="path")
    site.lattice("triangle", "triangle", names[:3], 5)
    site.lattice("square", "square", names, 4)
    site.slider("gap", alphas=[0, 0.3, 0.5, 1], missing=(1,))
    site.slider("tiny", alphas=[0, 0.5, 1], size=(40, 40))
    site.slider("wide", alphas=[0, 0.5, 1], size=(10000, 200), title="A long title " * 12)
    site.slider("beyond", alphas=[-0.5, 0, 0.5, 1, 1.3])
    site.write()


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_session: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: the viewer is NOT tested (see .ci/browsers)")
    browser = playwright_session.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("viewer-site")
    write_site(folder)
    return folder


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Server]]:
    """Serve folders on loopback until the test is over."""
    with ExitStack() as servers:

        def start(folder: Path) -> Server:
            server = servers.enter_context(Server(folder))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            servers.callback(thread.join)
            servers.callback(server.shutdown)
            return server

        yield start


@pytest.fixture
def server(site_folder: Path, serve: Callable[[Path], Server]) -> Server:
    return serve(site_folder)


@pytest.fixture
def new_page(chromium: Browser, serve: Callable[[Path], Server]) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; whatever a page complains about fails the test.

    Asking for ``serve`` makes pages close before servers stop: a page that is still loading
    pictures ahead would complain about a server that went away.
    """
    contexts, complaints = [], []

    def open_page(**options: Any) -> Page:
        expected = options.pop("expect_errors", False)
        broken = options.pop("expect_broken_scripts", False)
        options.setdefault("viewport", {"width": 1200, "height": 900})
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if not broken:
            page.on("pageerror", lambda error: complaints.append(str(error)))
        if not expected:
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture(scope="session")
def axe() -> Path:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `npm ci` in tests/js to check accessibility")
    return AXE


def violations(page: Page, axe: Path, rules: list[str] | None = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Wait until a JavaScript expression holds; ``wait_for_function`` would need ``eval``."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


class Viewer:
    """A comparison on a page, by role and name."""

    def __init__(self, page: Page, title: str) -> None:
        self.page = page
        self.group = page.get_by_role("group", name=title, exact=True)
        self.stage = self.group.locator("[data-state]")
        self.alpha = self.slider("Alpha")
        self.split = self.slider("Split")
        self.stopped = False  # the page's time passes only when a test says so

    def slider(self, name: str) -> Locator:
        return self.group.get_by_role("slider", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.group.get_by_role("button", name=name, exact=True)

    def list(self, name: str) -> Locator:
        return self.group.get_by_role("combobox", name=name, exact=True)

    def ready(self) -> Viewer:
        expect(self.stage).to_have_attribute("data-state", "ready")
        return self

    def press(self, *keys: str) -> None:
        self.stage.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def frames(self) -> list[int]:
        """Indices of the pictures on the stage, left first."""
        pictures = self.stage.locator("[data-frame]").all()
        return [int(picture.get_attribute("data-frame") or -1) for picture in pictures]

    def box(self) -> dict[str, float]:
        """Where the right picture lies, in CSS pixels of the page."""
        self.settle()
        picture = self.stage.locator("[data-frame]").last
        picture.wait_for()
        box = picture.bounding_box()
        assert box
        return {key: round(value, 2) for key, value in box.items()}

    def view(self) -> list[float]:
        """Where the right picture lies on the stage."""
        stage, box = self.stage_box(), self.box()
        return [
            round(box["x"] - stage["x"], 2),
            round(box["y"] - stage["y"], 2),
            box["width"],
            box["height"],
        ]

    def stage_box(self) -> dict[str, float]:
        box = self.stage.bounding_box()
        assert box
        return dict(box)

    def settle(self) -> None:
        """Wait until what was asked for has been painted."""
        if self.stopped:
            self.page.clock.run_for(2 * FRAME)
            return
        self.page.evaluate(
            "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
        )

    def stop_time(self) -> None:
        """Let time stand still from now on, however long the test takes."""
        self.settle()
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1)
        self.stopped = True

    def pass_time(self, milliseconds: int) -> None:
        """Let as much time pass as all the page's timers and animation frames shall see."""
        self.page.clock.run_for(milliseconds)

    @property
    def zoom(self) -> Locator:
        return self.group.get_by_role("status", name="Zoom")


@pytest.fixture
def open_viewer(server: Server, new_page: Callable[..., Page]) -> Callable[..., Viewer]:
    """Open a comparison's page and wait until its pictures are there."""

    def open_comparison(name: str, title: str = "", link: str = "", **options: Any) -> Viewer:
        page = new_page(**options)
        page.goto(f"{server.url}comparisons/{name}/{link}")
        return Viewer(page, title or name.capitalize()).ready()

    return open_comparison
