"""The core journey in other engines: slide, split, zoom, fullscreen, reset, link, keyboard."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from support.browser import Server, Viewer, until

FIREFOX = Path("/usr/bin/firefox-esr")
WEBKIT = Path("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser")
WEBKIT_DRIVER = "WebKitWebDriver"

# Selenium's own WebKitGTK driver still uses what Selenium deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")


@pytest.fixture(scope="module")
def firefox_page(playwright_session: Playwright) -> Iterator[Page]:
    if not FIREFOX.exists():
        pytest.skip("Firefox ESR is not installed: the viewer is not tested in it (.ci/browsers)")
    browser = playwright_session.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(10_000)
    yield page
    browser.close()


def test_firefox(server: Server, firefox_page: Page) -> None:
    page = firefox_page
    page.goto(f"{server.url}comparisons/sharpness/")
    viewer = Viewer(page, "Sharpness").ready()
    assert viewer.frames() == [0, 6]
    viewer.alpha.press("ArrowRight")
    expect(viewer.alpha).to_have_attribute("aria-valuetext", "alpha 0.60: 40% Fidelity, 60% Sharp")
    viewer.ready()
    assert viewer.frames() == [0, 7]

    box = viewer.stage_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=4)
    page.mouse.up()
    viewer.settle()
    width = viewer.box()["width"]
    share = 100 * (width / 2 - 100) / width
    assert float(viewer.split.input_value()) == pytest.approx(share, abs=1)

    fitted = viewer.zoom.inner_text()
    viewer.press("+", "+", "+", "ArrowLeft")
    expect(viewer.zoom).not_to_have_text(fitted)
    view = viewer.view()
    viewer.press("]")
    viewer.ready()
    assert viewer.view() == view

    viewer.button("Fullscreen").click()
    until(page, "document.fullscreenElement !== null")
    page.keyboard.press("Escape")
    until(page, "document.fullscreenElement === null")
    expect(viewer.button("Fullscreen")).to_be_focused()
    viewer.settle()
    assert viewer.view() == pytest.approx(view, abs=1)

    until(page, "location.hash.includes('alpha:0.7')")
    link = page.url
    viewer.button("Reset").click()
    expect(viewer.zoom).to_have_text(fitted)
    page.goto("about:blank")
    page.goto(link)
    again = Viewer(page, "Sharpness").ready()
    expect(again.alpha).to_have_attribute("aria-valuetext", re.compile(r"^alpha 0\.70"))
    assert again.view() == pytest.approx(view, abs=1)


@pytest.fixture(scope="module")
def webkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.WebKitGTK]:
    """WebKitGTK on a display of its own: it hangs without one, so everything has a time limit."""
    if not WEBKIT.exists() or not all(map(shutil.which, (WEBKIT_DRIVER, "Xvfb"))):
        pytest.skip("WebKitGTK is not installed: the viewer is not tested in it (.ci/browsers)")
    display = f":{200 + os.getpid() % 500}"
    screen = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", "1400x1000x24"], stderr=subprocess.DEVNULL
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DISPLAY": display, "HOME": str(tmp_path_factory.mktemp("home"))}
    service = webdriver.WebKitGTKService(
        executable_path=shutil.which(WEBKIT_DRIVER), port=port, env=environment
    )
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(WEBKIT)
    options.add_argument("--automation")
    watchdog = threading.Timer(120, screen.kill)
    watchdog.start()
    try:
        driver = webdriver.WebKitGTK(options=options, service=service)
        driver.set_window_size(1200, 900)
        yield driver
        driver.quit()
    finally:
        watchdog.cancel()
        screen.kill()
        screen.wait()


class Named:
    """Finds elements by name; this driver cannot compute it for hidden ones."""

    def __init__(self, driver: webdriver.WebKitGTK) -> None:
        self.driver = driver

    def get(self, selector: str, name: str) -> WebElement:
        for element in self.driver.find_elements(By.CSS_SELECTOR, selector):
            if (element.get_attribute("aria-label") or element.text) == name:
                return element
        raise AssertionError(f"no {selector} is called {name}")

    def until(self, expression: str, *arguments: Any) -> None:
        deadline = time.monotonic() + 10
        while not self.driver.execute_script(f"return {expression}", *arguments):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def ready(self) -> None:
        self.until("document.querySelector('[data-state]').dataset.state === 'ready'")

    def frames(self) -> list[int]:
        pictures = self.driver.find_elements(By.CSS_SELECTOR, "[data-frame]")
        return [int(picture.get_attribute("data-frame") or -1) for picture in pictures]

    def zoom(self) -> str:
        return self.get("output", "Zoom").text


def test_webkit(server: Server, webkit: webdriver.WebKitGTK) -> None:
    webkit.get(f"{server.url}comparisons/sharpness/")
    page = Named(webkit)
    page.ready()
    assert page.frames() == [0, 6]
    alpha, split = page.get("input", "Alpha"), page.get("input", "Split")
    alpha.send_keys(Keys.ARROW_RIGHT)
    page.until("arguments[0].ariaValueText === 'alpha 0.60: 40% Fidelity, 60% Sharp'", alpha)
    page.ready()
    assert page.frames() == [0, 7]

    stage = webkit.find_element(By.CSS_SELECTOR, "[data-state]")
    drag = ActionChains(webkit).move_to_element(stage).click_and_hold()
    drag.move_by_offset(-60, 0).move_by_offset(-40, 0).release().perform()
    box = "return document.querySelector('[data-frame]').getBoundingClientRect()"
    width = webkit.execute_script(box)["width"]  # this driver measures nothing that lies below
    share = 100 * (width / 2 - 100) / width
    page.until("Math.abs(arguments[0].value - arguments[1]) < 1.1", split, share)

    fitted = page.zoom()
    stage.send_keys("+++")
    page.until("location.hash.includes('zoom:1.953')")  # 1.25 ** 3
    zoomed = page.zoom()
    stage.send_keys("]")
    page.ready()
    assert page.frames() == [0, 8]
    assert page.zoom() == zoomed

    page.get("button", "Fullscreen").click()
    page.until("document.querySelector('[data-fullscreen]') !== null")
    page.get("button", "Close").click()
    page.until("document.querySelector('[data-fullscreen]') === null")
    page.until("document.activeElement.ariaLabel === 'Fullscreen'")
    page.until("document.querySelector('[aria-label=Zoom]').textContent === arguments[0]", zoomed)

    page.until("location.hash.includes('alpha:0.7')")
    link = webkit.current_url
    page.get("button", "Reset").click()
    page.until("document.querySelector('[aria-label=Zoom]').textContent === arguments[0]", fitted)
    webkit.get("about:blank")
    webkit.get(link)
    page.ready()
    assert page.zoom() == zoomed
    assert page.frames() == [0, 8]
