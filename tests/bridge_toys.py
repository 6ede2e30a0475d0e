"""What the tests of imports share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from claimbench.cli import app


def imported(out: Path, *words: object) -> dict[str, Any]:
    """The measurement of an import, or its failure as the exception that main() explains."""
    done = CliRunner().invoke(app, ["import", *map(str, words), "--out", str(out)])
    if done.exception:
        raise done.exception
    found: dict[str, Any] = json.loads((out / "measurements.json").read_text())[0]
    return found
