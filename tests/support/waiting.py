"""Waiting for what a test has set going elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable


def await_that(happened: Callable[[], object], what: str) -> None:
    """Return once it has happened; for two minutes at most."""
    for _ in range(6000):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError(f"this did not happen: {what}")
