"""What the tests of imports and exports share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import ClaimbenchError, InputError

FILES = Path(__file__).parents[1] / "data" / "imports"
"""Files that the real tools wrote."""


def file_of(pattern: str) -> Path:
    """The first of FILES that fits."""
    return next(iter(sorted(FILES.glob(pattern))))


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def claimbench(*words: object) -> None:
    """One command; its failure as the exception that main() explains."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output


def imported(out: Path, *words: object) -> dict[str, Any]:
    """The measurement of an import, or its failure as `claimbench` gives it."""
    claimbench("import", *words, "--out", out)
    found: dict[str, Any] = json.loads((out / "measurements.json").read_text())[0]
    return found


def refused(tmp_path: Path, *words: object) -> str:
    """The sentence with which an import is refused; nothing is written."""
    out = tmp_path / "refused"
    with pytest.raises(ClaimbenchError) as caught:
        claimbench("import", *words, "--out", out, "--model", "m")
    assert isinstance(caught.value, InputError)
    assert not out.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)
