"""Scrubbing through frames on a slow line: the viewer against a plain page.

    python -m benchmarks.scrubbing [--mbit 10] [--rounds 3] [--browser /usr/bin/chromium]

Seventeen pictures of about one megapixel are built into a site (WebP) and put beside a plain
page: one ``<img>`` whose ``src`` follows a range, PNG files as they come. In Chromium, throttled,
the two pages are opened in turn, each round with an empty cache, and their sliders swept there
and back. The table gives medians over the rounds of

- bytes received, and requests that reached the server; the most for any one picture;
- the time until a whole picture has been painted (largest contentful paint);
- what a visitor sees at every frame painted during the first sweep: nothing, or another picture
  than the slider says, without being told (a page that changes ``src`` goes on showing the
  picture before until the new one is there);
- with everything loaded, what a sweep costs: the longest task of the page's main thread in wall
  time and in time on the processor, and the processor time of all tasks, scripts, style and
  layout for each step. On a busy machine only processor time says something about the page.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.trace import CATEGORIES, main_thread

PHOTOGRAPHS = Path(__file__).parent.parent / "content" / "images"
COUNT = 17
STEPS = 2 * COUNT - 1
SIZE = (1365, 768)
PAGES = {
    "viewer": ("comparisons/sweep/", "[data-side] img", "[aria-label=Frame]"),
    "plain page": ("plain.html", "img", "input"),
}
PLAIN = """<!doctype html><title>Plain</title>
<img width="960" height="540"><input type="range" min="0" max="16" value="0">
<script>
const image = document.querySelector("img"), range = document.querySelector("input");
const show = () => { image.src = `png/${String(range.value).padStart(2, "0")}.png`; };
range.addEventListener("input", show);
show();
</script>"""
PAINTED = """() => new Promise(resolve => new PerformanceObserver(list => {
    const [last] = list.getEntries().filter(({element}) => element?.matches('img')).slice(-1);
    if (last) resolve(last.startTime);
}).observe({type: 'largest-contentful-paint', buffered: true}))"""
SAMPLE = r"""([picture, slider]) => {
    window.samples = [];
    const drawn = new WeakMap(); // what an element shows: until the next is whole, the one before
    const look = () => {
        const image = [...document.querySelectorAll(picture)].at(-1);
        const name = image && (image.dataset.frame ?? image.src.match(/(\d+)\.png/)[1]);
        if (image?.complete && image.naturalWidth) drawn.set(image, Number(name));
        samples.push({
            time: performance.now(),
            empty: !drawn.has(image),
            shown: drawn.get(image),
            wanted: Number(document.querySelector(slider).value),
            told: document.querySelector('[data-state]')?.dataset.state === 'loading',
        });
        requestAnimationFrame(look);
    };
    look();
}"""


def main() -> None:
    """Build both pages, measure them in turn, print a table and the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mbit", type=float, default=10, help="speed of the line")
    parser.add_argument("--rounds", type=int, default=3, help="times that each page is opened")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    rounds: dict[str, list[dict[str, float]]] = {title: [] for title in PAGES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder)
        with serve(folder / "site") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=arguments.browser, args=["--no-sandbox", "--disable-gpu"]
            )
            for _ in range(arguments.rounds):
                for title in PAGES:
                    rounds[title].append(measure(browser, server, title, arguments.mbit))
            browser.close()
    medians = {
        title: {key: round(statistics.median(r[key] for r in found), 2) for key in found[0]}
        for title, found in rounds.items()
    }
    print(f"{arguments.rounds} rounds, {arguments.mbit:g} Mbit/s, load {os.getloadavg()[0]:.1f}\n")
    print_table(medians)
    print(json.dumps(rounds))


def build(folder: Path) -> None:
    """Write the frames, the site made of them, and the plain page with its PNG files."""
    frames = folder / "frames"
    frames.mkdir()
    photograph = max(PHOTOGRAPHS.glob("*.*"), key=lambda path: path.stat().st_size)
    picture = Image.open(photograph).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    for at in range(COUNT):
        ImageEnhance.Color(picture).enhance(2 * at / (COUNT - 1)).save(frames / f"{at:02}.png")
    manifest = "site: {title: Sweep}\ncomparisons: {sweep: {frames: frames/*.png}}\n"
    (folder / "site.yaml").write_text(manifest)
    command = [sys.executable, "-m", "generator", "build", "-q", "-c", str(folder / "site.yaml")]
    subprocess.run([*command, "-o", str(folder / "site")], check=True)  # noqa: S603
    (folder / "site" / "plain.html").write_text(PLAIN)
    frames.rename(folder / "site" / "png")


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Serve a folder on loopback."""
    with Server(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


class Server(http.server.ThreadingHTTPServer):
    """A server that counts the requests for each path."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        self.requests: Counter[str] = Counter()

    def handle_error(self, *_: Any) -> None:
        """Keep quiet: the plain page gives up requests half-way."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests[self.path] += 1
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def measure(browser: Browser, server: Server, title: str, mbit: float) -> dict[str, float]:
    """Open one of the pages with an empty cache and return its figures."""
    path, picture, slider = PAGES[title]
    server.requests.clear()
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"offline": False, "latency": 40, "uploadThroughput": -1}
    speed = {"downloadThroughput": mbit * 1e6 / 8}
    session.send("Network.emulateNetworkConditions", {**line, **speed})
    received: list[int] = []
    session.on("Network.dataReceived", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"http://127.0.0.1:{server.server_port}/{path}", wait_until="commit")
    first = page.evaluate(PAINTED)
    wait(page, "document.readyState === 'complete' && !document.querySelector('input:disabled')")
    page.evaluate(SAMPLE, [picture, slider])
    page.focus(slider)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)  # the second after first touch is for loading
    begun = page.evaluate("performance.now()")
    sweep(page, 60)
    samples = [sample for sample in page.evaluate("samples") if sample["time"] > begun]
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)
    page.evaluate("samples.length = 0")
    browser.start_tracing(page=page, categories=CATEGORIES)
    sweep(page, 30)
    page.wait_for_timeout(300)
    busy = main_thread(browser.stop_tracing())
    painted = {s["shown"] for s in page.evaluate("samples") if s["shown"] == s["wanted"]}
    page.context.close()
    settled = [now for before, now in pairwise(samples) if before["wanted"] == now["wanted"]]
    wrong = [s for s in settled if s["shown"] != s["wanted"] and not s["told"]]
    return {
        "bytes": sum(received),
        "requests": server.requests.total(),
        "most for one picture": max(
            count for path, count in server.requests.items() if re.match("/(frames|png)/", path)
        ),
        "first picture, ms": first,
        "samples": len(samples),
        "empty, %": 100 * sum(sample["empty"] for sample in samples) / len(samples),
        "wrong and not told, %": 100 * len(wrong) / len(samples),
        "loaded: frames shown": len(painted),
        "loaded: longest task, wall ms": busy["longest wall"],
        "loaded: longest task, processor ms": busy["longest"],
        **{f"loaded: {key} a step, processor ms": busy[key] / STEPS
           for key in ("tasks", "scripts", "style", "layout")},
    }  # fmt: skip


def print_table(medians: dict[str, dict[str, float]]) -> None:
    """Print the pages' figures side by side, as Markdown."""
    print(f"| | {' | '.join(medians)} |\n|---|{'---|' * len(medians)}")
    for key in next(iter(medians.values())):
        print(f"| {key} | {' | '.join(f'{found[key]:,.10g}' for found in medians.values())} |")


def sweep(page: Page, pause: int) -> None:
    """Go to the first frame, to the last, and back, a key press at a time."""
    for key in ["Home"] + ["ArrowRight"] * (COUNT - 1) + ["ArrowLeft"] * (COUNT - 1):
        page.keyboard.press(key)
        page.wait_for_timeout(pause)


def wait(page: Page, expression: str) -> None:
    """Wait until an expression holds, without ``eval``, which the site's policy forbids."""
    while not page.evaluate(expression):
        page.wait_for_timeout(10)


if __name__ == "__main__":
    main()
