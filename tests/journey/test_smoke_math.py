"""smoke-math: 72 problems written for this project, each with the arithmetic behind its answer."""

from __future__ import annotations

import ast
import gzip
import json
import operator
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

FIELDS = {"id", "problem", "answer", "level", "check"}
OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
# Numbers that a problem states in words, and the unit conversions it leaves to the reader.
WORDS = {
    "double": 2,
    "half": 2,
    "one": 1,
    "third": 3,
    "three": 3,
    "squared": 2,
    "triangle": 2,
    "hypotenuse": 2,
    "around": 2,
    "midpoint": 2,
    "system": 2,
    "average": 3,
    "after": 1,
    "weeks": 7,
    "minutes": 60,
    "percent": 100,
    "whole": 2,
}


def load_rows() -> list[dict[str, Any]]:
    text = (resources.files("claimbench") / "data" / "smoke-math.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


ROWS = load_rows()
NUMERIC = [row for row in ROWS if row["answer"].isdigit()]
LATEX = [row for row in ROWS if not row["answer"].isdigit()]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def calculate(check: str, number: Callable[[int], Any], names: Mapping[str, Any]) -> Any:
    """The value of `check`: whole numbers, `names`, tuples, calls of a name and OPERATORS only."""

    def value(node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=int() as whole) if not isinstance(whole, bool):
                return number(whole)
            case ast.Name(id=name):
                return names[name]
            case ast.Tuple(elts=parts):
                return tuple(value(part) for part in parts)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return names[name](value(argument))
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value(left), value(right))
        raise ValueError(f"{check!r}: {type(node).__name__} is not arithmetic")

    return value(ast.parse(check, mode="eval").body)


def stated_numbers(problem: str) -> set[int]:
    words = re.findall(r"[a-z]+", problem.lower())
    return {int(n) for n in re.findall(r"\d+", problem)} | {WORDS[w] for w in words if w in WORDS}


def eight_word_runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return (tuple(words[i : i + 8]) for i in range(len(words) - 7))


def shared_data() -> Path:
    root = os.environ.get("CLAIMBENCH_SHARED")
    return Path(root or Path(__file__).parents[3] / "shared") / "data"


def read_text(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()


def test_seventy_two_distinct_problems() -> None:
    assert [row["id"] for row in ROWS] == [f"sm-{i:03d}" for i in range(1, 73)]
    assert all(set(row) == FIELDS for row in ROWS)
    # Case and punctuation do not make another problem; operators and digits do.
    assert len({re.sub(r"[\s.,?$]+", " ", row["problem"].lower()) for row in ROWS}) == 72


def test_levels_and_answer_kinds_are_spread() -> None:
    levels = Counter(row["level"] for row in ROWS)
    assert set(levels) == {1, 2, 3}
    assert min(levels.values()) >= 8
    assert 15 <= len(LATEX) <= 22
    assert {row["level"] for row in LATEX} == {1, 2, 3}


@pytest.mark.parametrize("row", NUMERIC, ids=ids(NUMERIC))
def test_check_gives_the_whole_number(row: dict[str, Any]) -> None:
    assert calculate(row["check"], Fraction, {}) == int(row["answer"])


@pytest.mark.parametrize("row", LATEX, ids=ids(LATEX))
def test_check_gives_the_latex_answer(row: dict[str, Any]) -> None:
    import sympy
    from math_verify import parse, verify

    names = {name: sympy.Symbol(name, real=True) for name in "abxy"} | {"sqrt": sympy.sqrt}
    gold = parse(f"${row['answer']}$", parsing_timeout=None)
    worked = calculate(row["check"], sympy.Integer, names)
    worked = sympy.Tuple(*worked) if isinstance(worked, tuple) else worked
    assert gold
    assert verify(gold, [worked], timeout_seconds=None)
    # The comparison can fail: the same working with one more added is refused.
    shifted = (
        sympy.Tuple(*(p + 1 for p in worked)) if isinstance(worked, sympy.Tuple) else worked + 1
    )
    assert not verify(gold, [shifted], timeout_seconds=None)


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_check_uses_the_numbers_of_the_problem(row: dict[str, Any]) -> None:
    used = {int(n) for n in re.findall(r"\d+", row["check"])}
    assert used <= stated_numbers(row["problem"])


@pytest.mark.parametrize(
    "check", ["__import__('os')", "open('f')", "1.5 + 1", "[1]", "x if 1 else 2"]
)
def test_only_arithmetic_is_calculated(check: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        calculate(check, Fraction, {})


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["gsm8k.jsonl", "gsm8k_train.jsonl.gz", "math500.jsonl", "aime24.jsonl", "aime25.jsonl"]
)
def test_no_run_of_eight_words_is_shared(name: str) -> None:
    path = shared_data() / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    theirs: set[tuple[str, ...]] = set()
    for line in read_text(path).splitlines():
        for field in json.loads(line).values():
            theirs.update(eight_word_runs(str(field)))
    assert len(theirs) > 500, "the file was read, so that an empty overlap means something"
    ours = {run: row["id"] for row in ROWS for run in eight_word_runs(row["problem"])}
    assert {ours[run] for run in ours.keys() & theirs} == set()
