"""A real Chromium for the tests of report.html."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--lang=en-US", "--force-prefers-reduced-motion",
)  # fmt: skip


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
