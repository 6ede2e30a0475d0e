"""Golds that are solutions, stated and bare answers, several samples in a row, stated limits."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import claimbench, imported, refused, write_rows
from typer.testing import CliRunner

from claimbench import load
from claimbench.cli import app
from claimbench.interop.answers import is_bare
from claimbench.store import RunStore


def run_of(
    folder: Path, rows: list[dict[str, Any]], mapping: str, *words: object
) -> dict[str, Any]:
    """The measurement of these rows, read by this mapping."""
    path = write_rows(folder / "x.jsonl", rows)
    (folder / "m.yaml").write_text(mapping)
    more = () if "--model" in words else ("--model", "toy")
    return imported(folder / "run", "jsonl", path, "--mapping", folder / "m.yaml", *words, *more)


def notes_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The notes of an import, by key."""
    with RunStore.existing(folder / "run") as store:
        return {note["key"]: note["values"] for note in store.config["import"]["notes"]}


def said_of(folder: Path, rows: list[dict[str, Any]], mapping: str, *words: object) -> str:
    path = write_rows(folder / "x.jsonl", rows)
    (folder / "m.yaml").write_text(mapping)
    return refused(folder, "jsonl", path, "--mapping", folder / "m.yaml", *words)


def output_of(folder: Path, rows: list[dict[str, Any]], mapping: str, *words: object) -> str:
    """What the command prints."""
    path = write_rows(folder / "x.jsonl", rows)
    (folder / "m.yaml").write_text(mapping)
    asked = ("import", "jsonl", path, "--mapping", folder / "m.yaml", *words)
    done = CliRunner().invoke(app, [*map(str, asked), "--out", str(folder / "run")])
    assert done.exit_code == 0, done.output
    return done.output


PLAIN = "{problem: id, question: q, response: r, gold: g}"
SOLUTION = "She sold 48 / 2 = 24 clips in May and 48 + 24 altogether in both of these months."


# --- golds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gold", "grader"),
    [
        (f"{SOLUTION}\n#### 72", "number"),
        (f"{SOLUTION} So there are $\\boxed{{72}}$ of them.", "integer"),
        (f"{SOLUTION} So there are $\\boxed{{72}}$ of them.", "latex"),
    ],
)
def test_golds_that_are_whole_solutions(tmp_path: Path, gold: str, grader: str) -> None:
    rows = [
        {"id": "a", "q": "How many?", "r": "It is \\boxed{72}", "g": gold},
        {"id": "b", "q": "How many?!", "r": "It is \\boxed{24}", "g": gold},
    ]
    assert run_of(tmp_path, rows, PLAIN, "--grader", grader)["right"] == [1, 0]
    assert notes_of(tmp_path)["import-worked-golds"] == {"count": 2, "rows": 2}


def test_where_the_answer_stands_in_a_gold(tmp_path: Path) -> None:
    rows = [{"id": "a", "q": "?", "r": "\\boxed{72}", "g": f"{SOLUTION} Result: 72 clips!"}]
    after = PLAIN[:-1] + ", gold_after: 'Result:'}"
    pattern = PLAIN[:-1] + r", gold_pattern: 'Result: (\d+)'}"
    both = PLAIN[:-1] + r", gold_after: 'altogether', gold_pattern: '\d+'}"
    assert run_of(tmp_path / "a", rows, pattern, "--grader", "integer")["right"] == [1]
    assert run_of(tmp_path / "b", rows, both, "--grader", "integer")["right"] == [1]
    rows[0]["g"] = "Result: 72"
    assert run_of(tmp_path / "c", rows, after, "--grader", "latex")["right"] == [1]
    rows[0]["g"] = "72"
    assert "x.jsonl:1: the gold has no place that gold_after" in said_of(
        tmp_path, rows, after, "--grader", "latex"
    )
    assert "no regular expression" in said_of(
        tmp_path, rows, PLAIN[:-1] + ", gold_pattern: '('}", "--grader", "latex"
    )


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()


@pytest.mark.parametrize("grader", ["number", "integer", "latex"])
def test_solutions_without_a_mark_are_refused(tmp_path: Path, grader: str) -> None:
    rows = [{"id": "a", "q": "?", "r": "\\boxed{72}", "g": SOLUTION}]
    said = said_of(tmp_path, rows, PLAIN, "--grader", grader)
    assert "1 of 1 golds are whole solutions" in said and "gold_after" in said


def test_golds_that_no_rule_reads_are_refused(tmp_path: Path) -> None:
    rows = [{"id": "a", "q": "?", "r": "\\boxed{72}", "g": "seventy-two"}]
    assert "no gold is one that --grader integer can judge by" in said_of(
        tmp_path, rows, PLAIN, "--grader", "integer"
    )


def test_a_gold_in_a_list_of_one(tmp_path: Path) -> None:
    rows = [{"id": "a", "q": "?", "r": "\\boxed{72}", "g": ["72"]}]
    assert run_of(tmp_path, rows, PLAIN, "--grader", "latex")["right"] == [1]
    rows[0]["g"] = ["72", "73"]
    assert "gold is a list" in said_of(tmp_path, rows, PLAIN, "--grader", "latex")


# --- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("70", True),
        (" \\frac{1}{2}\n", True),
        ("(3, \\frac{\\pi}{2})", True),
        ("\\text{Evelyn}", True),
        ("Evelyn", True),
        ("C", True),
        ("12 apples", True),
        ("x^2 + 3x - 1", True),
        ("", False),
        ("The answer is 70", False),
        ("I think it is 70", False),
        ("\\boxed{70}", False),
        ("70\n71", False),
        ("1 " * 80, False),
    ],
)
def test_what_is_nothing_but_an_answer(text: str, bare: bool) -> None:
    assert is_bare(text) is bare


@pytest.mark.parametrize(
    ("grader", "gold", "right", "wrong"),
    [
        ("integer", "70", "070", "71"),
        ("latex", "\\frac{1}{2}", "1/2", "\\frac13"),
        ("number", "1200", "$1,200", "1201"),
        ("choice", "C", "c", "D"),
    ],
)
def test_bare_answers_are_graded(
    tmp_path: Path, grader: str, gold: str, right: str, wrong: str
) -> None:
    """Also of a model that reasons: an answer has no end of a reasoning in it."""
    rows = [{"id": n, "q": f"{n}?", "r": r, "g": gold} for n, r in (("a", right), ("b", wrong))]
    m = run_of(tmp_path, rows, PLAIN, "--grader", grader, "--model", "r1-distill-qwen-1.5b")
    assert (m["right"], m["no_answer_share"]) == ([1, 0], 0.0)
    notes = notes_of(tmp_path)
    assert notes["import-bare"] == {"count": 2, "rows": 2}
    assert "import-no-reasoning-end" not in notes
    reasons = [row["reason"] for row in load(tmp_path / "run").grades()]
    assert len(reasons) == 2 and not any("in the last box" in reason for reason in reasons)


def test_the_column_of_answers_counts_instead_of_the_reply(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "q": "1?", "r": "Hmm, \\boxed{1}", "g": "70", "found": "70"},
        {"id": "b", "q": "2?", "r": "It is \\boxed{70}", "g": "70", "found": 69},
        {"id": "c", "q": "3?", "r": "It is \\boxed{70}", "g": "70", "found": None},
    ]
    mapping = PLAIN[:-1] + ", answer: found}"
    m = run_of(tmp_path, rows, mapping, "--grader", "integer")
    assert (m["right"], m["no_answer_share"]) == ([1, 0, 0], 1 / 3)


def test_a_column_of_answers_needs_no_reply(tmp_path: Path) -> None:
    rows = [{"id": "a", "q": "1?", "g": "70", "found": "70"}]
    mapping = "{problem: id, question: q, gold: g, answer: found}"
    assert run_of(tmp_path, rows, mapping, "--grader", "integer")["right"] == [1]


@pytest.mark.parametrize(
    "rule", ["{pattern: 'RESULT = (.+)'}", "{after: 'RESULT ='}", "{pattern: '(?<=RESULT = ).+'}"]
)
def test_a_place_of_the_answer_in_the_reply(tmp_path: Path, rule: str) -> None:
    rows = [
        {"id": "a", "q": "1?", "r": "RESULT = 1\nNo.\nRESULT = 70", "g": "70"},
        {"id": "b", "q": "2?", "r": "It is \\boxed{70}", "g": "70"},
    ]
    m = run_of(tmp_path, rows, PLAIN[:-1] + f", answer: {rule}}}", "--grader", "integer")
    assert (m["right"], m["no_answer_share"]) == ([1, 0], 0.5)


def test_a_place_of_the_answer_in_a_column(tmp_path: Path) -> None:
    rows = [{"id": "a", "q": "1?", "r": "...", "g": "70", "n": "value=70;score=1"}]
    mapping = PLAIN[:-1] + ", answer: {column: n, pattern: 'value=([^;]+)'}}"
    assert run_of(tmp_path, rows, mapping, "--grader", "integer")["right"] == [1]


@pytest.mark.slow
def test_stated_answers_survive_an_export(tmp_path: Path) -> None:
    """Also that there is none, and that nothing was stated."""
    rows = [
        {"id": "a", "q": "1?", "r": "Hmm, \\boxed{1}", "g": "70", "found": "70"},
        {"id": "b", "q": "2?", "r": "It is \\boxed{70}", "g": "70", "found": ""},
    ]
    first = run_of(tmp_path, rows, PLAIN[:-1] + ", answer: found}", "--grader", "integer")
    for form in ("csv", "parquet"):
        claimbench("export", form, tmp_path / "run", "--out", tmp_path / form)
        (table,) = (tmp_path / form).glob(f"*.{form}")
        again = imported(tmp_path / f"again-{form}", form, table, "--grader", "integer")
        assert (first["right"], again["right"]) == ([1, 0], [1, 0])
    table = write_csv(
        tmp_path / "t.csv",
        ["model", "problem", "gold", "response", "stated_answer"],
        [["m", "p", "70", "It is \\boxed{70}", ""]],
    )
    assert imported(tmp_path / "t", "csv", table, "--grader", "integer")["right"] == [1]


def write_csv(path: Path, columns: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


# --- several samples in one row ------------------------------------------------------------------

LISTS = "{problem: id, question: q, response: outs, gold: g}"


def test_several_samples_in_one_row(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "q": "1?",
            "g": "7",
            "outs": ["\\boxed{7}", "\\boxed{8}", "\\boxed{7}"],
            "ok": [True, False, False],
            "tokens": [5, 6, 7],
            "why": ["stop", "length", "stop"],
            "sent": 11,
        },
        {
            "id": "b",
            "q": "2?",
            "g": "8",
            "outs": ["\\boxed{8}", "8", "\\boxed{9}"],
            "ok": [1, 1, 0],
            "tokens": [5, 6, 7],
            "why": ["stop"] * 3,
            "sent": 12,
        },
    ]
    mapping = LISTS[:-1] + (
        ", label: ok, completion_tokens: tokens, finish_reason: why, prompt_tokens: sent}"
    )
    m = run_of(tmp_path, rows, mapping, "--grader", "integer")
    assert (m["samples_per_problem"], m["received"], m["right"]) == (3, 6, [2, 2])
    assert (m["truncated_share"], m["tokens_mean"]) == (1 / 6, 6.0)
    differing = list(csv.DictReader((tmp_path / "run/tables/disagreements.csv").open()))
    assert [(r["problem"], r["sample"]) for r in differing] == [("a", "2")]
    with RunStore.existing(tmp_path / "run") as store:
        samples = store.samples(store.manifest.cells["toy/x"].name)
        assert {s.prompt_tokens for s in samples} == {11, 12}


def test_below_a_list_of_mappings(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "q": "1?",
            "g": "7",
            "choices": [
                {"message": {"content": "\\boxed{7}"}, "finish_reason": "stop"},
                {"message": {"content": "\\boxed{1"}, "finish_reason": "length"},
            ],
        }
    ]
    mapping = "{problem: id, question: q, gold: g, response: choices.message.content, "
    mapping += "finish_reason: choices.finish_reason}"
    m = run_of(tmp_path, rows, mapping, "--grader", "integer")
    assert (m["right"], m["counted"], m["truncated_share"]) == ([1], [2], 0.5)


# --- rows without a response -------------------------------------------------------------------

FAILED = [
    {"id": "a", "q": "1?", "g": "7", "r": "\\boxed{7}"},
    {"id": "b", "q": "2?", "g": "7", "r": None},
    {"id": "c", "q": "3?", "g": "7", "r": ""},
    {"id": "d", "q": "4?", "g": "7"},
]


def test_rows_without_a_response_are_counted_and_ask_for_a_choice(tmp_path: Path) -> None:
    """Null, or no key at all; an empty text is a reply."""
    said = said_of(tmp_path, FAILED, PLAIN, "--model", "toy", "--grader", "integer")
    assert "x.jsonl: 2 of 4 rows have no response (the first: x.jsonl:2): complete the file" in said
    assert "--missing-as-wrong" in said and "labels alone" not in said
    assert not (tmp_path / "run").exists()


def test_rows_without_a_response_count_as_wrong_where_that_is_asked(tmp_path: Path) -> None:
    words = ("--model", "toy", "--grader", "integer", "--missing-as-wrong")
    printed = " ".join(output_of(tmp_path, FAILED, PLAIN, *words).split())
    assert "2 of 4 rows have no response in the file, and count as wrong" in printed
    assert "1 of 4 responses is empty, and counts as wrong" in printed
    (m,) = json.loads((tmp_path / "run" / "measurements.json").read_text())
    assert (m["received"], m["counted"], m["right"]) == (4, [1] * 4, [1, 0, 0, 0])
    assert (m["pass_at_1"], m["no_answer_share"]) == (0.25, 0.75)
    assert notes_of(tmp_path)["import-no-response"] == {"count": 2, "rows": 4}
    assert "2 of 4 rows have no response" in (tmp_path / "run" / "report.md").read_text()


def test_a_stated_answer_stands_for_a_missing_response(tmp_path: Path) -> None:
    rows = [{**FAILED[1], "said": "7"}, {**FAILED[0], "said": "7"}]
    mapping = PLAIN[:-1] + ", answer: said}"
    m = run_of(tmp_path, rows, mapping, "--grader", "integer")
    assert m["pass_at_1"] == 1.0 and "import-no-response" not in notes_of(tmp_path)
    rows[0]["said"] = None
    assert "1 of 2 rows has no response" in said_of(
        tmp_path, rows, mapping, "--model", "toy", "--grader", "integer"
    )


def test_labels_alone_need_no_response(tmp_path: Path) -> None:
    rows = [{**row, "ok": 1} for row in FAILED]
    mapping = PLAIN[:-1] + ", label: ok}"
    said = said_of(tmp_path, rows, mapping, "--model", "toy", "--grader", "integer")
    assert "or leave out --benchmark and --grader, for the labels alone" in said
    assert run_of(tmp_path, rows, mapping)["pass_at_1"] == 1.0


def test_lists_that_do_not_fit(tmp_path: Path) -> None:
    row: dict[str, Any] = {"id": "a", "q": "1?", "g": "7", "outs": ["7", "8"], "ok": [1, 0, 1]}
    labelled = LISTS[:-1] + ", label: ok}"
    words = ("--grader", "integer")
    assert "label is a list of 3, there are 2" in said_of(tmp_path, [row], labelled, *words)
    assert "response is a list of 0" in said_of(tmp_path, [{**row, "outs": []}], LISTS, *words)
    lacking = said_of(tmp_path, [{**row, "outs": ["7", None]}], LISTS, *words)
    assert "x.jsonl: 1 of 2 rows has no response (the first: x.jsonl:1)" in lacking
    assert "a text is needed" in said_of(tmp_path, [{**row, "outs": [["7"]]}], LISTS, *words)
    # One label for two samples is neither's.
    m = run_of(tmp_path, [{**row, "ok": 1}], labelled, *words)
    assert m["received"] == 2 and notes_of(tmp_path)["import-no-labels"]["count"] == 2


def test_lists_of_labels_alone(tmp_path: Path) -> None:
    m = run_of(tmp_path, [{"id": "a", "ok": [1, 0, 1, 1]}], "{problem: id, label: ok}")
    assert (m["tier"], m["right"], m["counted"]) == ("C", [3], [4])


def test_json_lists_in_the_texts_of_a_csv(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "x.csv",
        ["id", "outs", "ok", "g"],
        [["a", json.dumps(["\\boxed{7}", "\\boxed{8}"]), "[1, 0]", "7"]],
    )
    mapping = tmp_path / "m.yaml"
    words = ("csv", path, "--mapping", mapping, "--grader", "integer")
    plain = "{problem: id, response: outs, label: ok, gold: g"
    mapping.write_text(plain + "}")
    assert "several: true" in refused(tmp_path, *words)
    mapping.write_text(plain + ", several: true}")
    m = imported(tmp_path / "run", *words, "--model", "toy")
    assert (m["right"], m["counted"]) == ([1], [2])
    mapping.write_text("{problem: id, response: outs, gold: g, several: false}")
    assert imported(tmp_path / "one", *words, "--model", "toy")["counted"] == [1]


# --- what the terminal and the report say --------------------------------------------------------


def replies(texts: list[str], **more: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"p{i}", "q": f"{i}?", "r": text, "g": "7", **more} for i, text in enumerate(texts)
    ]


def test_most_replies_without_an_answer_are_noticed(tmp_path: Path) -> None:
    rows = replies(["I do not know what it is."] * 2 + ["\\boxed{7}"])
    said = output_of(tmp_path, rows, PLAIN, "--grader", "integer", "--model", "toy")
    words = "no answer was found in 67% of the replies"
    assert words in said and words in (tmp_path / "run" / "report.md").read_text()


def test_most_replies_graded_by_error_are_noticed(tmp_path: Path) -> None:
    rows = [*replies(["\\boxed{7}"] * 3), {"id": "z", "q": "z?", "r": "\\boxed{7}", "g": "7"}]
    for row in rows[:3]:
        row["g"] = "seven"
    said = output_of(tmp_path, rows, PLAIN, "--grader", "integer", "--model", "toy")
    words = "75% of the replies could not be graded"
    assert words in said and words in (tmp_path / "run" / "report.md").read_text()


def test_few_ends_of_a_reasoning_are_noticed_and_may_be_explained(tmp_path: Path) -> None:
    rows = replies(["It must be \\boxed{7}"] * 3 + ["So.</think>\\boxed{7}"])
    model = ("--model", "r1-distill-qwen-1.5b", "--grader", "integer")
    said = output_of(tmp_path, rows, PLAIN, *model)
    assert "3 of 4 responses hold no </think>" in said
    assert "3 of 4 responses hold no" in (tmp_path / "run" / "report.md").read_text()
    m = run_of(tmp_path / "a", rows, PLAIN, *model, "--protocol", "reasoning=removed")
    assert (m["pass_at_1"], m["protocol"]["reasoning"]) == (1.0, "removed")
    assert "import-few-reasoning-ends" not in notes_of(tmp_path / "a")


@pytest.mark.parametrize(
    ("rows", "key", "count"),
    [
        (replies(["\\boxed{7}"] * 3, n=300), "import-over-limit", 3),
        (replies(["word " * 4000]), "import-over-limit", 1),
        (replies(["so it goes"] * 3, n=100, f="length"), "import-cut-early", 3),
        (replies(["it goes on", "and on"], f="length"), "import-cut-early-bytes", 2),
    ],
)
def test_a_stated_limit_is_held_against_lengths(
    tmp_path: Path, rows: list[dict[str, Any]], key: str, count: int
) -> None:
    mapping = PLAIN[:-1] + "".join(
        f", {field}: {column}"
        for field, column in (("completion_tokens", "n"), ("finish_reason", "f"))
        if column in rows[0]
    )
    words = ("--grader", "integer", "--protocol", "max_tokens=256")
    run_of(tmp_path, rows, mapping + "}", *words)
    note = notes_of(tmp_path)[key]
    assert (note["count"], note["limit"]) == (count, 256)


def test_lengths_that_fit_a_stated_limit(tmp_path: Path) -> None:
    rows = [
        *replies(["\\boxed{7}"] * 3, n=40, f="stop"),
        {"id": "z", "q": "z?", "r": "word " * 256, "g": "7", "n": 256, "f": "length"},
        {"id": "y", "q": "y?", "r": "word " * 250, "g": "7", "n": 255, "f": "length"},
    ]
    mapping = PLAIN[:-1] + ", completion_tokens: n, finish_reason: f}"
    run_of(tmp_path, rows, mapping, "--grader", "integer", "--protocol", "max_tokens=256")
    assert not [key for key in notes_of(tmp_path) if "limit" in key or "cut" in key]


@pytest.mark.parametrize(
    "text", ["정답: 5", "Réponse : 5", "A: 18", "> **18**", "B是错误的。", "答案是 7"]
)
def test_a_short_reply_that_states_its_answer_is_no_bare_answer(text: str) -> None:
    assert not is_bare(text)


@pytest.mark.parametrize("text", ["42元", "12개", "> 5", r"\frac{1}{2}", "B"])
def test_bare_answers_with_units_of_other_languages(text: str) -> None:
    assert is_bare(text)
