"""Rows whose question, id or gold is written otherwise than ours find their problem, or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import refused, write_rows
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.interop.alike import alike, pieces
from claimbench.interop.golds import answer_in, gold_key, is_worked, same_gold
from claimbench.interop.match import OurProblems
from claimbench.interop.readers.rows import Row
from claimbench.records import Problem

LONG = (
    "Which is the number of integers $n > 4$ for which $3n_a$ divides the number $6n_a + 20$, and "
    "give it as an integer."
)
OTHER = "A kite stands around a circle of radius $2$ and has area $36$. Give $p^2 + q^2$."
PROBLEMS = (
    Problem("toy", "I-1", LONG, "70"),
    Problem("toy", "I-2", OTHER, "208"),
    Problem("toy", "I-3", "What is 1 2 + 3?", "6"),
    Problem("toy", "I-4", "What is 12 + 3?", "15"),
)


def found(text: str = "", *, gold: str | None = None, name: str | None = None) -> str | None:
    texts = (text,) if text else ()
    problem = OurProblems(PROBLEMS).find(Row(0, "x:1", "r", name, texts=texts, gold=gold))
    return None if problem is None else problem.id


def test_white_space_is_folded_away_entirely() -> None:
    spaced = LONG.replace("n > 4", "n>4").replace("6n_a", "6n _ a")
    assert found(spaced) == found(spaced, gold="70") == found(spaced, gold="070") == "I-1"
    assert found(f"Solve this.\n{spaced}\nThink first.") == "I-1"


def test_a_question_with_other_spacing_is_confirmed_by_its_gold() -> None:
    spaced = LONG.replace("n > 4", "n>4")
    assert found(spaced, gold="71") is None
    assert found("What is 1 2+3?", gold="6") == "I-3"
    assert found("What is 1 2+3?", gold="15") == "I-4"
    assert found("What is 1 2+3?") is None, "two questions are this one without white space"
    assert found("What is 12 + 3?", gold="16") == "I-4", "its own words need no confirmation"


def test_a_question_in_other_signs_needs_its_gold() -> None:
    other = "Which is the number of integers n>4 for which 3n_a divides the number 6n_a + 20."
    assert found(other, gold="70") == "I-1"
    assert found(other, gold="$70$") == found(other, gold="… so it is \\boxed{70}.") == "I-1"
    assert found(other) is None
    assert found(other, gold="208") is None
    assert found("Name the capital of a country whose number is 70.", gold="70") is None


def test_an_id_alone_does_not_outweigh_another_gold() -> None:
    assert found("Another question?", name="I-2") == "I-2"
    assert found("Another question?", name="I-2", gold="208.0") == "I-2"
    assert found("Another question?", name="I-2", gold="70") is None


def test_questions_that_share_words_are_not_alike() -> None:
    assert alike(pieces(LONG), pieces(LONG.replace("$", ""))) > 0.95
    assert alike(pieces(LONG), pieces(OTHER)) < 0.2
    assert alike(pieces("[asy] draw(A--B); [/asy]" + LONG), pieces(LONG)) == 1.0
    assert pieces("x" * 30_000) == frozenset() and alike(frozenset(), frozenset()) == 0.0


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("She sold 48 / 2 = 24 clips.\n#### 72", "72"),
        ("We have $x = 2$, so the answer is $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}"),
        ("First \\boxed{3}. No: \\boxed{4}", "4"),
        ("  70 ", "70"),
        ("x^2 + 1", "x^2 + 1"),
    ],
)
def test_the_answer_in_a_solution(gold: str, answer: str) -> None:
    assert answer_in(gold) == answer


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("70", "070", True),
        ("1,000", "1000", True),
        ("\\frac{1}{2}", "$\\dfrac12$", True),
        ("72", "So 48 + 24 = 72.\n#### 72", True),
        ("72", "73", False),
        ("", "70", None),
        ("70", None, None),
    ],
)
def test_golds_are_compared_by_what_they_say(
    ours: str, theirs: str | None, same: bool | None
) -> None:
    assert same_gold(ours, theirs) is same


def test_keys_and_solutions() -> None:
    assert gold_key("$x + 1$") == gold_key("x+1") != gold_key("x-1")
    assert is_worked("She sold half as many clips in May, which makes twenty four in total.")
    assert not is_worked("\\text{June 20}") and not is_worked("x \\in (-\\infty, 3)")


def _rows(**changed: Any) -> list[dict[str, Any]]:
    rows = [{"id": f"r{i}", "q": f"Of {i} and 1?", "r": str(i), "g": str(i)} for i in range(3)]
    return [{**row, **changed} for row in rows]


def test_ids_of_both_sides_are_shown_where_nothing_fits(toy: Path) -> None:
    path = write_rows(toy / "x.jsonl", _rows())
    (toy / "m.yaml").write_text("{problem: id, question: q, response: r, gold: g}")
    words = ("jsonl", path, "--mapping", toy / "m.yaml", "--data-dir", toy / "data")
    said = refused(toy, *words, "--benchmark", "sums")
    assert "their ids are 'r0', 'r1', 'r2', ours 'q0', 'q1', 'q2', …" in said
    (toy / "m.yaml").write_text("{question: q, response: r, gold: g}")
    assert "they name no ids, ours 'q0'" in refused(toy, *words, "--benchmark", "sums")


def test_what_was_matched_how_is_reported(toy: Path) -> None:
    """A question with other spacing, one of ours with another gold, and one whose gold denies its
    id."""
    rows = [
        {"id": "a", "q": "What is 1+1?", "r": "#### 2</think>2", "g": "2"},
        {"id": "q2", "q": "What is 2 + 2?", "r": "5", "g": "5"},
        {"id": "q3", "q": "Something else?", "r": "6", "g": "7"},
    ]
    path = write_rows(toy / "x.jsonl", rows)
    (toy / "m.yaml").write_text("{problem: id, question: q, response: r, gold: g}")
    words = ["import", "jsonl", path, "--mapping", toy / "m.yaml", "--model", "other"]
    more = ["--benchmark", "sums", "--data-dir", toy / "data", "--out", toy / "run"]
    done = CliRunner().invoke(app, [*map(str, words), *map(str, more)])
    assert done.exit_code == 0, done.output
    report = (toy / "run" / "report.md").read_text()
    for key, counts in (
        ("by its question without its white space", "1 of 2 responses was"),
        ("one of our questions and another gold", "1 of 2 responses has"),
        ("is left out because its gold", "1 row is"),
    ):
        assert key in report and counts in report
    assert "another gold: it is graded by ours" in done.output
    assert "1 row is left out because its gold" in done.output
    m = json.loads((toy / "run" / "measurements.json").read_text())[0]
    assert m["problem_ids"] == ["q1", "q2"]


@pytest.mark.shared
def test_real_replies_all_find_their_problem(shared: Path) -> None:
    """30 of 30 of each of six files, whose questions are another transcription than ours."""
    ours = [json.loads(line) for line in (shared / "data" / "aime25.jsonl").open()]
    matcher = OurProblems([Problem("aime25", r["id"], r["problem"], r["answer"]) for r in ours])
    files = sorted((shared / "data" / "outputs").glob("*/*_aime_25_*.jsonl"))
    assert len(files) == 6
    for path in files:
        rows = [json.loads(line) for line in path.open()]
        matched = [
            matcher.find(Row(0, "x", "r", r["id"], texts=(r["instruction"],), gold=r["answer"]))
            for r in rows
        ]
        assert [p and p.id for p in matched] == [r["id"] for r in ours]
