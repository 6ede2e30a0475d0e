"""Votes and pass@k of stored runs: counted from the grades, shown in the report."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from report_toys import Reply, write_run

from claimbench.analysis.cached import kept
from claimbench.analysis.cells import stored_cells
from claimbench.analysis.votes import FILE, read_ballots
from claimbench.runner import reporting
from claimbench.statistics import Ballot
from claimbench.store import RunStore

ANSWERS = (
    ("0", "0", "7", "7.0"),  # problem 0, gold 0: two right, two for 7
    ("9", "9", "2", None),  # problem 1, gold 2: one right, two for 9, one silent
    ("4", "4", "4", "4"),  # problem 2, gold 4
)


def reply(_model: str, _benchmark: str, i: int, turn: int) -> Reply:
    answer = ANSWERS[i][turn]
    if answer is None:
        return "</think>no idea", "no_answer", None, 10
    outcome = "correct" if answer == str(2 * i) else "wrong"
    return f"</think>\\boxed{{{answer}}}", outcome, answer, 10


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", [("m", "b")], reply, problems=3, samples=4)


def test_answers_that_are_equal_vote_together(run: Path) -> None:
    with RunStore.existing(run, writer=True) as store:
        (cell,) = stored_cells(store)
        with kept(store) as known:
            found = read_ballots(known, cell)
        assert found == (Ballot(2, (2,), 0), Ballot(1, (2,), 1), Ballot(4, (), 0))
        content = (run / FILE).read_bytes()
        with kept(store) as known:
            assert read_ballots(known, cell) == found
        assert (run / FILE).read_bytes() == content


def test_an_answer_that_was_edited_is_counted_again(run: Path) -> None:
    with RunStore.existing(run, writer=True) as store, kept(store) as known:
        (cell,) = stored_cells(store)
        assert read_ballots(known, cell)[1] == Ballot(1, (2,), 1)
    (part,) = (run / "grades").rglob("*.jsonl")
    lines = part.read_text()
    assert lines.count('"answer":"9"') == 2
    part.write_text(lines.replace('"answer":"9"', '"answer":"8"', 1))
    with RunStore.existing(run, writer=True) as store, kept(store) as known:
        (cell,) = stored_cells(store)
        assert read_ballots(known, cell)[1] == Ballot(1, (1, 1), 1)


def test_a_report_shows_votes_and_pass_at_k(run: Path) -> None:
    with RunStore.existing(run, writer=True) as store:
        made = reporting.report(store)
    (measured,) = made.measurements
    # pass@1: (1/2 + 1/4 + 1)/3 = 7/12; pass@4: all three
    assert measured.pass_at_k == pytest.approx({1: 7 / 12, 4: 1.0})
    # cons@4: a tie (1/2), lost, won: 1.5/3
    assert {k: vote.value for k, vote in measured.cons_at_k.items()} == pytest.approx(
        {1: 7 / 12, 4: 0.5}
    )
    with (run / "tables" / "votes.csv").open() as file:
        rows = {row["k"]: row for row in csv.DictReader(file)}
    assert (rows["4"]["pass@k"], rows["4"]["cons@k"]) == ("100.00", "50.00")
    text = (run / "report.md").read_text()
    assert "## Votes and pass@k" in text
    assert "다수결" in (run / "report.html").read_text()
    stored = json.loads((run / "measurements.json").read_text())[0]
    assert stored["cons_at_k"]["4"]["value"] == 0.5


def test_one_sample_of_each_problem_casts_no_vote(tmp_path: Path) -> None:
    single = write_run(tmp_path / "one", [("m", "b")], reply, problems=3, samples=1)
    with RunStore.existing(single, writer=True) as store:
        reporting.report(store)
    assert not (single / "tables" / "votes.csv").exists()
