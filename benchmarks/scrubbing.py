"""Scrubbing through frames on a slow line: the viewer against a plain page.

    python -m benchmarks.scrubbing [--mbit 10] [--browser /usr/bin/chromium]

Seventeen pictures of about one megapixel are built into a site (WebP) and put beside a plain
page: one ``<img>`` whose ``src`` follows a range, PNG files as they come. In Chromium, throttled,
each page is opened and its slider swept there and back. Measured are bytes, the time to the first
picture, what a visitor sees at every frame painted during the first sweep (nothing, or a wrong
picture without being told), and long tasks during a sweep with everything loaded.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance
from playwright.sync_api import Page, sync_playwright

PHOTOGRAPHS = Path(__file__).parent.parent / "content" / "images"
COUNT = 17
SIZE = (1365, 768)
PLAIN = """<!doctype html><title>Plain</title>
<img width="960" height="540"><input type="range" min="0" max="16" value="0">
<script>
const image = document.querySelector("img"), range = document.querySelector("input");
const show = () => { image.src = `png/${String(range.value).padStart(2, "0")}.png`; };
range.addEventListener("input", show);
show();
</script>"""
SAMPLE = """([picture, slider]) => {
    window.samples = [];
    window.longTasks = [];
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(e => e.duration)))
        .observe({type: 'longtask'});
    const look = () => {
        const image = [...document.querySelectorAll(picture)].at(-1);
        const name = image?.dataset.frame ?? image?.src.match(/(\\d+)\\.png/)?.[1];
        samples.push({
            time: performance.now(),
            empty: !image || !image.complete || image.naturalWidth === 0,
            wanted: Number(document.querySelector(slider).value),
            shown: Number(name),
            told: document.querySelector('[data-state]')?.dataset.state === 'loading',
        });
        requestAnimationFrame(look);
    };
    look();
}"""


def main() -> None:
    """Build both pages, measure them, print a table and the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mbit", type=float, default=10, help="speed of the line")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder)
        with serve(folder / "site") as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=arguments.browser, args=["--no-sandbox", "--disable-gpu"]
            )
            results = {}
            for title, path, picture, slider in (
                ("viewer", "comparisons/sweep/", "[data-frame]", "[aria-label=Frame]"),
                ("plain page", "plain.html", "img", "input"),
            ):
                page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
                results[title] = measure(page, url + path, picture, slider, arguments.mbit)
            browser.close()
    width = max(len(key) for key in results["viewer"])
    print(f"{'':{width}}  {'viewer':>12}  {'plain page':>12}")
    for key in results["viewer"]:
        print(f"{key:{width}}  {results['viewer'][key]:>12}  {results['plain page'][key]:>12}")
    print(json.dumps(results))


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
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; the context is its address."""
    handler = functools.partial(_Handler, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Keep quiet: the plain page gives up requests half-way."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def measure(page: Page, url: str, picture: str, slider: str, mbit: float) -> dict[str, float]:
    """Return the figures of one page."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"offline": False, "latency": 40, "uploadThroughput": -1}
    speed = {"downloadThroughput": mbit * 1e6 / 8}
    session.send("Network.emulateNetworkConditions", {**line, **speed})
    received: list[int] = []
    session.on("Network.dataReceived", lambda event: received.append(event["encodedDataLength"]))
    started = time.monotonic()
    page.goto(url, wait_until="commit")
    wait(page, f"""[...document.querySelectorAll('{picture}')].some(image => image.naturalWidth)""")
    first = time.monotonic() - started
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
    page.evaluate("() => { samples.length = 0; longTasks.length = 0 }")
    sweep(page, 30)
    page.wait_for_timeout(300)
    painted = {sample["shown"] for sample in page.evaluate("samples") if not sample["empty"]}
    settled = [now for before, now in pairwise(samples) if before["wanted"] == now["wanted"]]
    wrong = [s for s in settled if s["shown"] != s["wanted"] and not s["told"]]
    return {
        "bytes": sum(received),
        "first picture, ms": round(1000 * first),
        "samples": len(samples),
        "empty": sum(sample["empty"] for sample in samples),
        "wrong and not told": len(wrong),
        "frames of a loaded sweep": len(painted),
        "longest task, ms": round(max(page.evaluate("longTasks"), default=0)),
    }


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
