"""Rows that ask the same and differ in what is right: at most one of them can be answered right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claimbench.benchmarks.details import decisive
from claimbench.errors import counted
from claimbench.grading.numerals import to_fraction
from claimbench.records.runs import Problem

SHOWN = 3
"""So many pairs of rows are named."""


def contradictions(problems: Sequence[Problem]) -> list[str]:
    """A sentence for each pair of rows (counted from 1) with one question and two golds; of many
    pairs the last sentence says how many more there are. The texts themselves stay unsaid: some
    benchmarks ask that they never be posted."""
    pairs = list(_pairs(problems))
    lines = [
        f"rows {first} and {second} ask the same question with different golds: mend one, or leave "
        "it out"
        for first, second in pairs[:SHOWN]
    ]
    more = len(pairs) - SHOWN
    do = counted(more, "more pair of rows", "more pairs of rows")
    return lines + ([f"and so {'does' if more == 1 else 'do'} {do}"] if more > 0 else [])


def _pairs(problems: Sequence[Problem]) -> Iterator[tuple[int, int]]:
    seen: dict[tuple[object, ...], tuple[int, object]] = {}
    for number, problem in enumerate(problems, start=1):
        first, gold = seen.setdefault(_asked(problem), (number, _right(problem)))
        if gold != _right(problem):
            yield first, number


def _asked(problem: Problem) -> tuple[object, ...]:
    """What a model is asked, with white space folded as in the content's digest. Tests count as
    part of it: of one task they may be many."""
    return (
        " ".join(problem.question.split()),
        *sorted(" ".join(choice.split()) for choice in problem.choices),
        *decisive(problem),
    )


def _right(problem: Problem) -> object:
    """The right answer, numbers by their value: 4 and 4.0 are one gold."""
    gold = " ".join((problem.choices[0] if problem.choices else problem.gold).split())
    number = to_fraction(gold)
    return gold if number is None else number
