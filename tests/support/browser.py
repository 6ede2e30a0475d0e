"""A real Chromium for the tests of report.html."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--lang=en-US", "--force-prefers-reduced-motion",
)  # fmt: skip
PATIENCE = 60.0
"""Seconds that the page may take to get somewhere."""


def chromium() -> str | None:
    """Where Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")


def why_absent() -> str | None:
    """What the tests of the page lack on this machine; None where nothing."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "needs selenium: pip install 'claimbench[dev]'"
    if not chromium() or not shutil.which("chromedriver"):
        return "needs Chromium: apt-get install chromium chromium-driver"
    return None


@contextmanager
def browse(profile: Path, size: tuple[int, int] = (1280, 900)) -> Iterator[Any]:
    """A Chromium of its own, which logs every request it makes."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium())
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
    )
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """An open report."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver = driver
        self.path = path
        self.verdicts = json.loads((path.parent / "verdicts.json").read_text())
        self.load()

    def load(self) -> None:
        self.driver.get(f"file://{self.path}")
        self.wait(lambda: self.run("return document.documentElement.dataset.samples"))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, holds: Callable[[], Any]) -> Any:
        until = time.monotonic() + PATIENCE
        while not (found := holds()):
            assert time.monotonic() < until, "the page did not get there"
            time.sleep(0.05)
        return found

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def click(self, selector: str) -> None:
        element = self.find(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def texts(self, selector: str) -> list[str]:
        return self.run(
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter(e => e.offsetParent !== null).map(e => e.textContent.trim())",
            selector,
        )

    def type(self, selector: str, text: str) -> None:
        element = self.find(selector)
        element.clear()
        element.send_keys(text)

    def choose(self, selector: str, value: str) -> None:
        self.run(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))",
            self.find(selector),
            value,
        )

    def open_sample(self, button: str = "#sample-table tbody button") -> None:
        self.click(button)
        self.wait(lambda: self.texts("#reader-body pre"))

    def requests(self) -> list[str]:
        """What it asked of the network or the disk so far, but for data that it made itself."""
        entries = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        return [
            entry["params"]["request"]["url"]
            for entry in entries
            if entry["method"] == "Network.requestWillBeSent"
        ]
