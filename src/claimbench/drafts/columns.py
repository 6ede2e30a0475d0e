"""Which columns of a data file hold the question, the gold, the choices and the id."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimbench.benchmarks.choices import listed
from claimbench.benchmarks.rows import is_empty
from claimbench.config.benchmarks import FieldsConfig
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError, DataError

Row = Mapping[str, object]

QUESTIONS = ("question", "problem", "prompt", "query", "instruction", "input", "ask", "text", "q",
             "질문", "문제")  # fmt: skip
GOLDS = (
    "gold", "final_answer", "answer", "target", "correct_answer", "expected", "expected_answer",
    "answer_key", "answerkey", "answer_index", "label", "output", "reference", "solution", "a",
    "정답", "답",
)  # fmt: skip
TESTS = ("tests", "test", "test_list", "unit_tests", "asserts")
IDS = ("id", "problem_id", "question_id", "task_id", "unique_id", "uid", "idx", "index", "name")
CHOICES = ("choices", "options", "alternatives", "answers", "endings")
RIGHT = re.compile(r"(?i)(correct|right)[ _]?(answer|choice|option)?")
WRONG = re.compile(r"(?i)(incorrect|wrong|distractor).*\d+")
_TEST = re.compile(r"(?m)^\s*(assert\b|def (check|test_?\w*)\()|\bself\.assert\w+\(")
HASHES = "####"
"""Behind which GSM8K writes the number, after the working."""
NAMED = 3
"""So many rows are named in which something is missing."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns that a person names, in place of a guess."""

    question: str | None = None
    gold: str | None = None
    grader: str | None = None


def guess_fields(
    rows: Sequence[Row], given: Columns, file: Path, decide: dict[str, str]
) -> FieldsConfig:
    """The columns of `rows`. Raises ConfigError where none is plainly the question or the gold,
    DataError for rows that lack either."""
    columns = list(dict.fromkeys(str(column) for row in rows for column in row))
    for word in (given.question, given.gold):
        if word is not None and word not in columns:
            raise ConfigError(f"{file}: there is no column {word}{nearest(word, columns)}")
    own_id = _id(columns, rows, decide)
    known = {*_named(columns, IDS), *_named(columns, GOLDS), given.gold or ""}
    asked = given.question or _question(columns, rows, file, known)
    # GPQA has a column for each choice: the right one is the gold.
    if not given.gold and (choices := _choice_columns(columns)):
        _check_filled(rows, (asked, *choices), file)
        return FieldsConfig(id=own_id, question=asked, choices=choices)
    listed_in = _list_of_choices(columns, rows)
    rest = [column for column in columns if column not in (asked, own_id, listed_in)]
    gold = given.gold or _gold_column(rest, file)
    if not given.gold and len(others := _named(rest, GOLDS)) > 1:
        decide["gold"] = f"or {' or '.join(c for c in others if c != gold)}"
    _check_filled(rows, (asked, gold), file)
    _refuse_tests(rows, gold, file)
    if listed_in:
        return FieldsConfig(id=own_id, question=asked, gold=gold, choices_in=listed_in)
    after = HASHES if all(HASHES in str(row.get(gold)) for row in rows) else None
    return FieldsConfig(id=own_id, question=asked, gold=gold, gold_after=after)


def _named(columns: Iterable[str], names: Sequence[str]) -> list[str]:
    """The columns that are called so, whatever their case and dashes, best first."""
    keyed = {
        re.sub(r"[ -]", "_", column.strip().lower()): column for column in reversed(list(columns))
    }
    return [keyed[name] for name in names if name in keyed]


def _id(columns: Sequence[str], rows: Sequence[Row], decide: dict[str, str]) -> str | None:
    """The column whose values tell the rows apart; where one repeats them, or has none in a row,
    that is said."""
    for column in _named(columns, IDS):
        if lacking := [n for n, row in enumerate(rows, start=1) if is_empty(row.get(column))]:
            decide["id"] = (
                f"column {column} has nothing in {_rows(lacking)}, so problems are numbered"
            )
            continue
        seen: dict[str, int] = {}
        for number, row in enumerate(rows, start=1):
            value = str(row.get(column))
            if (first := seen.setdefault(value, number)) != number:
                decide["id"] = (
                    f"column {column} has {value} in rows {first} and {number}, so problems are "
                    "numbered; take one out if it is the same problem"
                )
                break
        else:
            decide.pop("id", None)
            return column
    return None


def _question(columns: Sequence[str], rows: Sequence[Row], file: Path, known: set[str]) -> str:
    """The column called so, else the longest text that has no other part."""
    if called := _named(columns, QUESTIONS):
        return called[0]
    texts = [c for c in columns if c not in known and isinstance(rows[0].get(c), str)]
    if texts:
        return max(texts, key=lambda c: len(str(rows[0].get(c))))
    raise _not_plain(file, columns, "question")


def _gold_column(columns: Sequence[str], file: Path) -> str:
    if called := _named(columns, (*GOLDS, *TESTS)):
        return called[0]
    raise _not_plain(file, columns, "gold")


def _holds_tests(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and _TEST.search(text) for text in texts)


def _refuse_tests(rows: Sequence[Row], gold: str, file: Path) -> None:
    """Programs are graded by running tests: no grader reads those as an answer."""
    if all(_holds_tests(row.get(gold)) for row in rows):
        raise ConfigError(
            f"{file}: column {gold} holds tests for programs, and no answer; docs/coding.md says "
            "how a benchmark with tests is written (grader: {kind: code})"
        )


def _not_plain(file: Path, columns: Sequence[str], what: str) -> ConfigError:
    have = ", ".join(columns) or "no other column"
    header = "; the first line must name the columns" if ".csv" in file.suffixes else ""
    return ConfigError(
        f"{file}: no column is plainly the {what} ({have}); name it with --{what}{header} "
        f"(`claimbench new benchmark {shlex.quote(file.name)} --{what} COLUMN` writes it down)"
    )


def _choice_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of the right choice and of the wrong ones, as GPQA has them."""
    wrong = [column for column in columns if WRONG.fullmatch(column)]
    right = [column for column in columns if RIGHT.fullmatch(column)]
    return (right[0], *wrong) if wrong and right else ()


def _list_of_choices(columns: Sequence[str], rows: Sequence[Row]) -> str | None:
    """The column with a list of choices in every row, as MMLU and ARC have it."""
    called = _named(columns, CHOICES)
    return next((c for c in called if all(len(listed(row.get(c))[0]) > 1 for row in rows)), None)


def _check_filled(rows: Sequence[Row], columns: Sequence[str], file: Path) -> None:
    """Refuse rows in which a column is empty or the question is no text, all of them at once."""
    gaps = {
        column: [n for n, row in enumerate(rows, start=1) if is_empty(row.get(column))]
        for column in columns
    }
    if lacking := [f"column {name} in {_rows(found)}" for name, found in gaps.items() if found]:
        it = "it" if len(lacking) == 1 else "them"
        raise DataError(
            f"{file}: nothing in {', nor in '.join(lacking)}; fill {it}, or leave such rows out"
        )
    asked = columns[0]
    if other := [n for n, row in enumerate(rows, 1) if isinstance(row[asked], Mapping | list)]:
        raise DataError(f"{file}: column {asked} holds no text in {_rows(other)}; write one there")
    for gold in columns[1:]:
        if other := [n for n, row in enumerate(rows, 1) if isinstance(row[gold], Mapping)]:
            raise DataError(
                f"{file}: column {gold} holds keys and values in {_rows(other)}; write the answer "
                "alone there"
            )


def _rows(numbers: Sequence[int]) -> str:
    """`row 2`, `rows 2 and 5`, `rows 2, 5, 9 and 12 more`."""
    shown = [str(number) for number in numbers[:NAMED]]
    more = [f"{len(numbers) - NAMED} more"] if len(numbers) > NAMED else []
    return "rows " + _joined([*shown, *more]) if len(numbers) > 1 else f"row {shown[0]}"


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
