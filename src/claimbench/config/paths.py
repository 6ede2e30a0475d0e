"""Where the project's own files lie: in a checkout beside `src`, in a wheel inside the package."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parent.parent


def configs_dir() -> Path:
    """The folder with the models/, benchmarks/ and runs/ that come with claimbench."""
    return _shipped("configs")


def seeds_dir() -> Path:
    """The folder with articles/ and published/ (CLAIMBENCH_SEEDS overrides it)."""
    own = os.environ.get("CLAIMBENCH_SEEDS")
    return Path(own) if own else shipped_seeds_dir()


def shipped_seeds_dir() -> Path:
    """The seeds that come with claimbench."""
    return _shipped("seeds")


def packaged_data(name: str) -> Path:
    """A data file that is part of the package."""
    return _PACKAGE / "data" / name


def cache_dir() -> Path:
    """The user's cache folder (CLAIMBENCH_CACHE, else XDG_CACHE_HOME, else ~/.cache)."""
    if own := os.environ.get("CLAIMBENCH_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "claimbench"


def _shipped(folder: str) -> Path:
    checkout = _CHECKOUT / folder
    return checkout if checkout.is_dir() else _PACKAGE / "data" / folder
