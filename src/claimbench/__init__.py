"""claimbench reproduces benchmark claims for open-weight models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claimbench.version import __version__

if TYPE_CHECKING:  # the sandbox's children would copy what is imported here
    from pathlib import Path

    from claimbench.interop.results import Results

__all__ = ["__version__", "load"]


def load(folder: Path | str) -> Results:
    """The results of a run folder: `measurements`, `verdicts`, `samples()`, `grades()`, and any of
    them as a DataFrame by `frame(name)`. Raises claimbench.errors.InputError."""
    from claimbench.interop.results import load as load_results  # Heavy: the commands have it late.

    return load_results(folder)
