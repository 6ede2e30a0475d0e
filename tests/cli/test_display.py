"""What a terminal of 80 columns shows: no heading and no figure is cut."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from claimbench.cli import terminal
from claimbench.cli.display import _MEASUREMENT_COLUMNS, _VERDICT_COLUMNS, _print
from claimbench.cli.display_gpus import _tokens
from claimbench.report.messages import words
from claimbench.report.tables import Table

MODEL, BENCHMARK = "deepseek-r1-distill-qwen-1.5b", "livecodebench-r1-window"


def drawn(table: Table) -> list[list[str]]:
    """The columns of a table with one row, each without the blanks that folding makes."""
    console = Console(width=80, file=io.StringIO(), color_system=None)
    _print(console, table, table.columns, words())
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    rule = next(line for line in lines if line.strip().startswith("──"))
    body = lines[2 : lines.index(rule)], lines[lines.index(rule) + 1 :]
    return [["".join(line.strip() for line in part).replace(" ", "")] for part in body]


def test_measurements_are_whole_on_80_columns() -> None:
    columns = (*_MEASUREMENT_COLUMNS, "received")
    row = (MODEL, BENCHMARK, "28.85", "≤ 16.67", "6.81", "12.3", "1920/1920 (partial)")
    (heading,), (figures,) = drawn(Table("measurements", columns, (row,)))
    for word in ["model", "benchmark", "pass@1", "sampling", "problem", "truncated", "received"]:
        assert word in heading
    for figure in ("28.85", "≤16.67", "6.81", "12.3", "1920/1920", "(partial)"):
        assert figure in figures
    assert "…" not in heading + figures


def test_verdicts_are_whole_on_80_columns() -> None:
    row = (MODEL, BENCHMARK, "28.9", "28.85 ± 1.21", "not supported: measured lower")
    (heading,), (figures,) = drawn(Table("verdicts", _VERDICT_COLUMNS, (row,)))
    for word in ["model", "benchmark", "published", "measured", "verdict"]:
        assert word in heading
    assert "28.85±1.21" in figures
    assert "…" not in heading + figures


@pytest.mark.parametrize("width", [40, 41, 45, 60])
def test_no_letter_is_cut_where_names_and_verdicts_fold(width: int) -> None:
    rows = [(MODEL, "aime24 cons@64", "83.3", "–", word) for word in ("inconclusive", "lower")]
    console = Console(width=width, file=io.StringIO(), color_system=None)
    _print(console, Table("verdicts", _VERDICT_COLUMNS, tuple(rows)), _VERDICT_COLUMNS, words())
    assert isinstance(console.file, io.StringIO)
    _, _, heading, _, *body = console.file.getvalue().splitlines()
    place = heading.index("verdict")
    assert all(len(line) <= width for line in (heading, *body))
    assert "".join(line[place:].strip() for line in body) == "inconclusivelower"


@pytest.mark.parametrize("width", [40, 46, 80])
def test_a_narrow_terminal_keeps_the_verdict(width: int) -> None:
    row = (MODEL, BENCHMARK, "28.9", "28.85 ± 1.21", "reproduced")
    console = Console(width=width, file=io.StringIO(), color_system=None)
    _print(console, Table("verdicts", _VERDICT_COLUMNS, (row,)), _VERDICT_COLUMNS, words())
    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue()
    assert "verdict" in printed.splitlines()[2]
    assert "28.85 ± 1.21" in printed
    assert ("published" in printed) == (width == 80)
    assert max(map(len, printed.splitlines())) <= width


def test_few_tokens_are_counted_and_many_are_millions() -> None:
    assert [_tokens(n) for n in (12_288, 99_999, 3_210_000)] == ["12,288", "99,999", "3.2 million"]


def test_a_terminal_that_lacks_letters_shows_lookalikes() -> None:
    shown = "−5 ··━●─│ 정답 … ┏━┓".encode("ascii", terminal.LOOKALIKES)
    assert shown == rb"-5 ..=o-| \uc815\ub2f5 ... +=+"


def test_a_failure_that_quotes_a_hostile_file_has_no_escape_sequence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.complain("known are \x1b]0;title\x07a, \x1b[2Jb, \u202ec, 정답 …")
    assert capsys.readouterr().err == "claimbench: known are �]0;title�a, �[2Jb, �c, 정답 …\n"


@pytest.mark.slow
def test_a_failure_on_a_terminal_has_no_escape_sequence_of_a_file_s(tmp_path: Path) -> None:
    """`typer.secho` leaves them out where there is no terminal, and only there."""
    row = {"problem_id": "\x1b[2Jp", "question": "1?", "gold": "1", "response": "1"}
    (tmp_path / "x.jsonl").write_text(json.dumps(row))
    command = [sys.executable, "-m", "claimbench"]
    words = ["import", "jsonl", "x.jsonl", "--model", "m", "--grader", "number", "--out", "r"]
    subprocess.run([*command, *words], check=True, capture_output=True, cwd=tmp_path)
    ours, theirs = pty.openpty()
    subprocess.run([*command, "show", "r"], stderr=theirs, check=False, cwd=tmp_path)
    said = os.read(ours, 10_000)
    assert b"say which of its problems" in said and b"\x1b[2J" not in said


@pytest.mark.slow
@pytest.mark.parametrize(("given", "coloured"), [("", True), ("1", False)])
def test_no_color_is_heard(given: str, coloured: bool) -> None:
    ours, terminal = pty.openpty()
    command = [sys.executable, "-m", "claimbench", "smoke"]
    subprocess.run(command, env={**os.environ, "NO_COLOR": given}, stderr=terminal, check=False)
    said = os.read(ours, 10_000)
    assert b"there is no command smoke" in said
    assert (b"\x1b[31m" in said) is coloured
