"""`claimbench watch`: what is known of a run while it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from report_toys import LIMIT, Reply, write_run
from typer.testing import CliRunner

from claimbench.analysis.cells import stored_cells
from claimbench.cli import app
from claimbench.records import RequestFailure
from claimbench.runner import watching
from claimbench.runner.watching import Rate, look
from claimbench.store import RunStore
from claimbench.store.sessions import Session


def reply(_model: str, _benchmark: str, i: int, turn: int) -> Reply:
    """Short ones are right; the last problem never ends."""
    if i == 9:
        return "and on", "no_answer", None, LIMIT
    right = turn % 2 == 0
    return "x", "correct" if right else "wrong", "1", 10 if right else 500


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A run whose writer got through five of its ten problems."""
    root = write_run(
        tmp_path / "run", [("m", "b")], reply, problems=10, samples=4, reasoning_end=None
    )
    for kind in ("samples", "grades"):
        (part,) = (root / kind / "m" / "b").glob("*.jsonl")
        lines = part.read_bytes().splitlines(keepends=True)
        part.write_bytes(
            b"".join(lines[:20]) + lines[20][:30]
        )  # The writer is in the middle of it.
        for index in part.parent.glob("*.idx"):
            index.unlink()
    return root


def test_a_half_written_run_is_looked_at(half: Path) -> None:
    before = {path: path.read_bytes() for path in half.rglob("*") if path.is_file()}
    with RunStore.existing(half) as store:
        seen = look(store, stored_cells(store))
    (cell,) = seen.cells
    assert (seen.stored, seen.asked, seen.complete) == (20, 40, False)
    assert (cell.begun, cell.problems, cell.graded) == (5, 10, 20)
    assert (cell.score, cell.short, cell.long) == (0.5, 1.0, 0.0)
    assert seen.tokens == 10 * 10 + 10 * 500
    assert {path: path.read_bytes() for path in half.rglob("*") if path.is_file()} == before


def test_the_bias_of_a_score_so_far_is_named(half: Path) -> None:
    done = CliRunner().invoke(app, ["watch", str(half), "--once"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "20 of 40 samples" in said
    assert "score so far 50.0% of 20 graded (only 5 of 10 problems have a sample" in said
    assert "100% of the shorter half are right, 0% of the longer: likely too high" in said


def test_a_finished_run_ends_the_watch_and_names_slow_problems(tmp_path: Path) -> None:
    root = write_run(
        tmp_path / "run", [("m", "b")], reply, problems=10, samples=4, reasoning_end=None
    )
    done = CliRunner().invoke(app, ["watch", str(root)])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert f"longest: q9 {LIMIT} tokens and {LIMIT / 50:.0f} s a reply, 4 of 4 cut" in said
    assert "4 truncated" in said and "likely" not in said
    data = json.loads(CliRunner().invoke(app, ["watch", str(root), "--json"]).output)
    assert data["cells"][0]["slow"][0]["problem"] == "q9"


def test_in_a_pipe_a_look_is_printed_below_the_last_where_it_is_new(
    half: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three looks at the half, which does not change, then at the whole."""
    with RunStore.existing(half) as store:
        seen = look(store, stored_cells(store))
        whole = replace(seen, cells=(replace(seen.cells[0], stored=40, graded=40),))
    looks = iter([replace(seen, quiet=1.0), replace(seen, quiet=3.0), seen, whole])
    monkeypatch.setattr(watching, "look", lambda *_: next(looks))
    done = CliRunner().invoke(app, ["watch", str(half), "--every", "0.2"])
    assert done.exit_code == 0, done.output
    heads = [line for line in done.output.splitlines() if line.startswith(str(half))]
    assert [head.split()[1] for head in heads] == ["20", "40"]
    assert done.output.endswith("\n") and not done.output.startswith("\n")


def test_requests_that_failed_are_counted(half: Path) -> None:
    with RunStore.existing(half, writer=True) as store:
        session = Session(store, {})
        failures = [RequestFailure(str(i), f"no answer from server {i}") for i in range(3)]
        session.failed(failures[:1])
        assert look(store, stored_cells(store)).failures == 1
        with session.generating("m", lambda: (0, 0), dict):
            session.failed(failures)  # Three is no power of two: noted at the end.
            assert look(store, stored_cells(store)).failures == 1
    said = CliRunner().invoke(app, ["watch", str(half), "--once"]).output
    assert "3 requests failed (the first: no answer from server 0)" in " ".join(said.split())


def test_tokens_per_second_are_those_of_the_last_minute() -> None:
    rate = Rate()
    assert rate.add(0, 0.0) is None
    assert rate.add(100, 10.0) == 10
    assert rate.add(100, 60.0) == pytest.approx(100 / 60)
    assert rate.add(700, 70.0) == pytest.approx(10)


def test_a_folder_that_is_no_run_is_one_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["watch", str(tmp_path)])
    assert done.exit_code != 0
    assert "run" in str(done.exception)
