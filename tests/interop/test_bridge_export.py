"""Export and the round trip: what was exported is imported again with the same scores."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import claimbench, imported, write_rows
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.records import CellName
from claimbench.store import RunStore

pytest.importorskip("ijson")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


def scores(m: dict[str, Any]) -> tuple[Any, ...]:
    return m["pass_at_1"], m["problem_ids"], m["right"], m["counted"]


NASTY = (
    "=1+1 \\boxed{3}",
    "'quoted \\boxed{3}",
    "nul \0 \\boxed{3}",
    "lone \ud800 surrogate \\boxed{3}",
    "two\r\nlines\rand \\boxed{4}",
    '"a", b \\boxed{3}',
    "",
)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["lm-eval", "csv", "parquet"])
def test_import_of_an_export_gives_the_same_scores(tmp_path: Path, form: str) -> None:
    rows = [
        {
            "problem": f"=p{i % 2}",
            "question": f"@What is 1 + 2, no. {i % 2}?",
            "gold": "3",
            "response": text,
            "model": "m",
            "reasoning": "" if i == 0 else None,
            "completion_tokens": i,
            "finish_reason": "length" if i == 1 else "stop",
        }
        for i, text in enumerate(NASTY)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    first = imported(tmp_path / "one", "jsonl", path, "--grader", "latex")
    assert sum(first["right"]) == 5
    claimbench("export", form, tmp_path / "one", "--out", tmp_path / "files")
    (file,) = (p for p in (tmp_path / "files").rglob("*") if p.suffix in (".jsonl", f".{form}"))
    second = imported(tmp_path / "two", form, file, "--grader", "latex")
    assert scores(second) == scores(first)
    with RunStore.existing(tmp_path / "one") as one, RunStore.existing(tmp_path / "two") as two:
        texts = [s.text for s in one.samples(CellName("m", first["benchmark"]))]
        again = [s.text for s in two.samples(CellName("m", second["benchmark"]))]
    assert sorted(again) == sorted(texts)
    if form == "csv":
        assert second["truncated_share"] == first["truncated_share"]
        cells = [c for row in csv.reader(io.StringIO(file.read_bytes().decode())) for c in row]
        assert not [c for c in cells if c.startswith(("=", "@", "+"))]


def test_exports_without_samples_hold_no_text(tmp_path: Path) -> None:
    rows = [{"problem": "p", "gold": "secret", "response": "secret", "model": "m", "label": 1}]
    path = write_rows(tmp_path / "x.jsonl", rows)
    imported(tmp_path / "run", "jsonl", path, "--grader", "latex")
    for form in ("csv", "parquet", "lm-eval"):
        claimbench("export", form, tmp_path / "run", "--no-samples")
        written = [p for p in (tmp_path / "run" / f"export-{form}").rglob("*") if p.is_file()]
        assert written and not any(b"secret" in p.read_bytes() for p in written)


def test_names_that_a_file_cannot_have_come_back(tmp_path: Path) -> None:
    """A task's own name, with its shots, from lm-eval's results beside the samples; on the terminal
    long names leave the figures whole."""
    said = {"question": "q", "response": "It is \\boxed{1}.", "gold": "1"}
    row = {"problem": "p", **said, "model": "m" * 30}
    path = write_rows(tmp_path / "x.jsonl", [{**row, "benchmark": "lm-eval:task/of-a-long-name"}])
    words = ("--grader", "integer", "--protocol", "shots=4", "--protocol", "temperature=0")
    imported(tmp_path / "run", "jsonl", path, *words)
    claimbench("export", "lm-eval", tmp_path / "run", "--out", tmp_path / "out")
    (found,) = (tmp_path / "out").rglob("samples_*")
    words = ["import", "lm-eval", str(found), "--grader", "integer", "--out", str(tmp_path / "b")]
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, words)
    (m,) = json.loads((tmp_path / "b" / "measurements.json").read_text())
    assert (m["benchmark"], m["protocol"]["shots"]) == ("lm-eval:task/of-a-long-name", 4)
    assert "100.00" in done.output and "0 (greedy)" in done.output
