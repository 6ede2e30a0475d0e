"""Data files as people have them: encodings, gaps, separators, choices in a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claimbench.benchmarks.choices import right_place
from claimbench.benchmarks.loading import load_problems
from claimbench.config import BenchmarkConfig
from claimbench.drafts.benchmarks import draft_benchmark
from claimbench.errors import ClaimbenchError, DataError
from claimbench.models.prompts import chat_turns
from claimbench.records import CHOICE_LETTERS

ROWS: list[dict[str, object]] = [
    {"id": f"p{i}", "question": f"What is {i} + {i}?", "answer": str(2 * i)} for i in range(1, 6)
]


def lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def without(column: str, *, value: object = None) -> str:
    """The rows, of which the second lacks a column or has nothing in it."""
    second = {k: v for k, v in ROWS[1].items() if k != column}
    return lines([ROWS[0], second if value is None else second | {column: value}, *ROWS[2:]])


def separated(by: str) -> str:
    """The rows as spreadsheets write them where a comma is the sign in numbers."""
    columns = list(ROWS[0])
    return "".join(
        by.join(map(str, row)) + "\r\n" for row in [columns, *(r.values() for r in ROWS)]
    )


CSV = "question,answer\nWhat is 1+1?,2\n"

REFUSED = [
    ("a.jsonl", lines(ROWS).encode("utf-16"), "a.jsonl: this looks like UTF-16; save it as UTF-8"),
    ("a.jsonl", lines(ROWS).encode("utf-16-le"), "a.jsonl: this looks like UTF-16; save it as"),
    ("a.csv", CSV.encode("utf-16"), "a.csv: this looks like UTF-16; save it as UTF-8"),
    (
        "a.jsonl",
        '{"question": "größer"}\n'.encode("latin-1"),
        "a.jsonl:1: not UTF-8; save",
    ),
    ("a.csv", "question,answer\ngrößer,2\n".encode("latin-1"), "a.csv: not UTF-8; save the file"),
    ("a.jsonl", lines(ROWS) + '{"id": "z", "qu', "a.jsonl:6: not a JSON line"),
    ("a.jsonl", json.dumps(ROWS), "a.jsonl: this is one JSON list, not an object on every line"),
    ("a.jsonl", json.dumps(ROWS, indent=1), "a.jsonl: this is one JSON list, not an object on"),
    ("a.json", lines(ROWS), "a.json: one JSON list is needed; with an object on every line, name"),
    ("a.json", json.dumps({"data": ROWS}), "this is one object (data); write the list of rows"),
    ("a.jsonl", without("answer"), "a.jsonl: nothing in column answer in row 2; fill it, or leave"),
    ("a.jsonl", without("answer", value=""), "nothing in column answer in row 2"),
    ("a.jsonl", without("answer", value="  "), "nothing in column answer in row 2"),
    ("a.jsonl", without("question"), "nothing in column question in row 2"),
    (
        "a.jsonl",
        lines(ROWS[:1] + [{"question": "q"}] * 6),
        "nothing in column answer in rows 2, 3, 4 and 3 more",
    ),
    (
        "a.csv",
        "question,answer\na,\n,5\n",
        "nothing in column question in row 2, nor in column answer in row 1; fill them, or leave",
    ),
    (
        "a.csv",
        'question,answer\n"What is 1+1?",2\n"What is 2+2?,4\nWhat is 3+3?,6\n',
        "a.csv:3: a quote is opened in this row and never closed",
    ),
    (
        "a.csv",
        'question,answer\nWhat is 1+1?,"2\nWhat is 2+2?,4\n',
        "a.csv:2: a quote is opened in this row and never closed",
    ),
    ("a.jsonl", lines([{"id": "x", "answer": "3"}]), "no column is plainly the question (id, ans"),
    ("a.jsonl", lines([{"question": {"a": 1}, "answer": "3"}]), "column question holds no text"),
    ("a.csv", 'question;answer\nq;"2\nr;4\n', "a.csv:2: a quote is opened in this row and never"),
    (
        "a.jsonl",
        lines([{"prompt": "Write add(a, b).", "tests": "assert add(1, 2) == 3"}]),
        "column tests holds tests for programs, and no answer; docs/coding.md says how",
    ),
    (
        "a.jsonl",
        lines([{"question": "Write f.", "answer": ["assert f(1)", "assert f(2)"]}]),
        "column answer holds tests for programs",
    ),
    ("a.csv", "What is 1+1?,2\nWhat is 2+2?,4\n", "the first line must name the columns"),
    ("a.csv", "question,answer\nWhat is 1+1?,2,3\n", "a.csv:2: more values than the 2 columns of"),
    ("a.csv", "question,answer,answer\nq,1,2\n", "a.csv:1: there are two columns answer; rename"),
    ("a.tsv", CSV, "a.tsv: rows are read from .jsonl, .json, .csv, .parquet; save it as one"),
]


@pytest.mark.parametrize(("name", "content", "words"), REFUSED)
def test_a_file_that_is_wrong_is_one_sentence(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ClaimbenchError) as failure:
        draft_benchmark(str(file))
    said = str(failure.value)
    assert words in said and str(file) in said and "\n" not in said
    assert failure.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\ufeff" + lines(ROWS)),
        ("a.jsonl", lines(ROWS).replace("\n", "\r\n")),
        ("a.jsonl", lines(ROWS).replace("\n", "\n\n")),
        ("a.json", "\ufeff" + json.dumps(ROWS)),
        ("a.csv", separated(";")),
        ("a.csv", "\ufeff" + separated("\t")),
    ],
)
def test_marks_and_line_ends_of_windows_change_nothing(
    tmp_path: Path, name: str, content: str
) -> None:
    plain, file = tmp_path / "plain.jsonl", tmp_path / name
    plain.write_text(lines(ROWS))
    file.write_bytes(content.encode())
    found, expected = draft_benchmark(str(file)).config, draft_benchmark(str(plain)).config
    assert found.dataset.digest == expected.dataset.digest
    assert found.fields == expected.fields


def test_the_mark_of_excel_is_no_part_of_a_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(("\ufeff" + CSV).encode())
    fields = draft_benchmark(str(tmp_path / "a.csv")).config.fields
    assert (fields.question, fields.gold) == ("question", "answer")


def test_an_id_that_occurs_twice_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(lines([*ROWS, ROWS[1]]))
    draft = draft_benchmark(str(tmp_path / "a.jsonl"))
    assert draft.config.fields.id is None
    assert draft.decide["id"].startswith("column id has p2 in rows 2 and 6, so problems are num")


# --- choices in a list ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "golds"),
    [
        (["sky", "blood"], (1, 0)),
        (["sky", "blood"], ("1", "0")),
        (["sky", "blood"], ("B", "a")),
        (["sky", "blood"], ("(B)", "A.")),
        (["sky", "blood"], ("blood", "sky")),
        ({"text": ["sky", "blood"], "label": ["1", "2"]}, ("2", "1")),
    ],
)
def test_choices_in_a_list_are_drafted(
    tmp_path: Path, choices: object, golds: tuple[object, object]
) -> None:
    rows = [
        {"question": f"Which is {what}?", "choices": choices, "answer": gold}
        for what, gold in zip(("red", "blue"), golds, strict=True)
    ]
    file = tmp_path / "quiz.jsonl"
    file.write_text(lines(rows))
    draft = draft_benchmark(str(file))
    assert draft.config.grader.kind == "choice" and not draft.failing
    assert (draft.config.fields.choices_in, draft.config.fields.gold) == ("choices", "answer")
    assert draft.config.prompt.count("{choices}") == 1
    # The right one is the first of a problem's choices; samples are shown them in drawn orders.
    asked = [problem.choices for problem in load_problems(draft.config)]
    assert asked == [("blood", "sky"), ("sky", "blood")]


@pytest.mark.parametrize("right", [0, 11, 25])
def test_as_many_choices_as_letters_are_asked_and_graded(tmp_path: Path, right: int) -> None:
    file = tmp_path / "quiz.jsonl"
    choices = [f"thing {k}" for k in range(26)]
    file.write_text(lines([{"question": "Which is meant?", "choices": choices, "answer": right}]))
    draft = draft_benchmark(str(file))
    (problem,) = load_problems(draft.config)
    order = (*range(1, right + 1), 0, *range(right + 1, 26))
    (turn,) = chat_turns(draft.config, (), problem, order)
    letter = CHOICE_LETTERS[right]
    assert f"\n{letter}) thing {right}\n" in turn.content + "\n"
    assert not draft.failing
    file.write_text(lines([{"question": "q", "choices": [*choices, "one more"], "answer": right}]))
    with pytest.raises(DataError, match="row 1 has 27 choices in column choices"):
        draft_benchmark(str(file))


def test_a_gold_that_is_none_of_the_choices_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "quiz.jsonl"
    file.write_text(lines([{"question": "q", "options": ["a", "b"], "answer": 2}]))
    with pytest.raises(DataError, match=r"row 1: gold 2 \(column answer\) is none of its 2"):
        draft_benchmark(str(file))


def test_a_text_among_the_choices_counts_before_a_letter_or_a_number() -> None:
    assert right_place(["3", "1", "0"], [], "1") == 1
    assert right_place(["3", "1", "0"], [], 1) == 1
    assert right_place(["B", "A"], [], "A") == 1
    assert right_place(["x", "y"], ["A", "B"], True) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"choices_in": "c"}, "choices_in needs gold"),
        ({"choices_in": "c", "gold": "g", "choices": ("a",)}, "leave one out"),
    ],
)
def test_choices_are_said_once(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BenchmarkConfig.model_validate(
            {
                "name": "b",
                "title": "b",
                "dataset": {"file": "b.jsonl"},
                "fields": {"question": "q", **fields},
                "prompt": "{question}{choices}",
                "grader": {"kind": "choice"},
            }
        )


def test_an_id_that_is_empty_in_a_row_is_said_and_problems_numbered(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,question,answer\nx,What is 1+1?,2\n,What is 2+2?,4\n")
    draft = draft_benchmark(str(file))
    assert draft.decide == {"id": "column id has nothing in row 2, so problems are numbered"}
    assert draft.config.fields.id is None


def test_spaces_around_a_columns_name_hide_no_column(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(" Question , answer \nWhat is 1+1?,2\n")
    fields = draft_benchmark(str(file)).config.fields
    assert (fields.question, fields.gold) == (" Question ", " answer ")


def test_a_draft_says_which_rows_contradict_each_other(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(lines([*ROWS, ROWS[1] | {"id": "p6", "answer": "5"}]))
    draft = draft_benchmark(str(file))
    assert draft.decide == {
        "golds": "rows 2 and 6 ask the same question with different golds: mend one, or leave it "
        "out"
    }
