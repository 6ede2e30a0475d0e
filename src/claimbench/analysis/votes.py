"""How the samples of each problem vote: right, another answer, or none.

Only the grades of wrong answers are read, once: what was found is kept in the run folder.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from claimbench import statistics
from claimbench.analysis import cached
from claimbench.analysis.cached import Kept, Wrong
from claimbench.analysis.cells import StoredCell
from claimbench.grading.exact import exact_verdict
from claimbench.grading.numerals import to_fraction
from claimbench.grading.reading import normalise
from claimbench.records import Measurement, Vote
from claimbench.statistics import Ballot
from claimbench.store import positions
from claimbench.store.digests import text_key

FILE = "votes.json"
RULES_VERSION = 1
"""Raise it with every change that can change which answers count as equal."""

MEASURED_K = (1, 4, 8, 16, 32, 64)
"""The k of pass@k and cons@k, as far as the samples allow: those that are published."""

Joiner = Callable[[str, str], bool]
"""Whether two answers are the same."""


def with_votes(kept: Kept, cell: StoredCell, measured: Measurement) -> Measurement:
    """`measured` with its pass@k and cons@k. A problem without a graded sample is left out, as it
    is of pass@1."""
    counts = [(r, c) for r, c in zip(measured.right, measured.counted, strict=True) if c]
    ballots = read_ballots(kept, cell)
    return replace(
        measured,
        pass_at_k=_pass_at(counts),
        cons_at_k={k: _vote(ballots, k) for k in _allowed(ballot.samples for ballot in ballots)},
    )


def _pass_at(counts: Sequence[tuple[int, int]]) -> dict[int, float]:
    right, counted = [r for r, _ in counts], [c for _, c in counts]
    return {k: float(statistics.pass_at_k(right, counted, k).mean()) for k in _allowed(counted)}


def _vote(ballots: Sequence[Ballot], k: int) -> Vote:
    found = statistics.cons_at_k(ballots, k, np.random.default_rng(k))
    return Vote(found.value, math.sqrt(found.difference_variance))


def _allowed(samples: Iterable[int]) -> list[int]:
    fewest = min(samples, default=0)
    return [k for k in MEASURED_K if k <= fewest]


def read_ballots(kept: Kept, cell: StoredCell) -> tuple[Ballot, ...]:
    """A ballot per problem with a graded sample, in order; () where answers cannot be told equal
    (programs, labels, lm-eval's metrics)."""
    if _kind(cell) not in _SAME:
        return ()
    stamp = cached.stamp(kept.store, cell, RULES_VERSION, cell.samples)

    def find() -> list[tuple[int, list[int], int]]:
        return [(b.right, list(b.others), b.mute) for b in _count(kept, cell)]

    found = kept.get(FILE, "ballots", cell.name, stamp, find)
    return tuple(Ballot(right, tuple(others), mute) for right, others, mute in found)


def _kind(cell: StoredCell) -> str:
    return str(getattr(cell.grader, "kind", ""))


def _count(kept: Kept, cell: StoredCell) -> Iterable[Ballot]:
    store, samples = kept.store, kept.store.sample_index(cell.name)
    samples = samples[samples["sample_index"] < cell.samples]
    grades = store.grade_index(cell.name, cell.judge)
    at = positions(samples["id"], grades["id"])
    value = np.append(grades["value"], np.nan)[at]
    answers = _answers(kept.wrong(cell), _kind(cell))
    same = _SAME[_kind(cell)]
    row_of = {text_key(problem): row for row, problem in enumerate(cell.problem_ids)}
    rows = np.array([row_of.get(key, -1) for key in samples["problem"].tolist()], dtype=np.int64)
    counts = _by_problem(rows, value, len(row_of))
    for problem, (right, counted) in zip(cell.problem_ids, counts, strict=True):
        if counted:
            others = _sizes(answers.get(text_key(problem), Counter()), same)
            yield Ballot(right, others, counted - right - sum(others))


def _by_problem(
    rows: npt.NDArray[np.intp], value: npt.NDArray[np.float64], problems: int
) -> list[tuple[int, int]]:
    """(right, counted) of each problem, from the problem's row of each sample."""
    known = rows >= 0
    right = np.bincount(rows[known & (value == 1)], minlength=problems)
    counted = np.bincount(rows[known & np.isfinite(value)], minlength=problems)
    return list(zip(right.tolist(), counted.tolist(), strict=True))


def _answers(given: Mapping[Wrong, int], kind: str) -> Mapping[int, Counter[str]]:
    """The wrong answers by problem, each written in one way as far as that is cheap to see."""
    found: dict[int, Counter[str]] = {}
    for wrong, count in given.items():
        if wrong.votes and wrong.answer is not None:
            found.setdefault(wrong.problem, Counter())[_written(kind, wrong.answer)] += count
    return found


def _written(kind: str, answer: str) -> str:
    if kind == "choice":
        return answer
    if kind == "latex":
        return normalise(answer)
    value = to_fraction(answer)
    return answer.strip() if value is None else str(value)


def _sizes(answers: Counter[str], same: Joiner) -> tuple[int, ...]:
    """The sizes of the groups of equal answers, the smallest first."""
    groups: dict[str, int] = {}
    for answer, count in answers.most_common():
        first = next((known for known in groups if same(known, answer)), answer)
        groups[first] = groups.get(first, 0) + count
    return tuple(sorted(groups.values()))


def _equal_formulas(one: str, other: str) -> bool:
    # What the plain comparison cannot tell counts as two answers: math-verify on every pair of
    # wrong answers would take longer than grading did.
    return exact_verdict(one, other) is True


def _equal_texts(one: str, other: str) -> bool:
    return one == other


_SAME: Mapping[str, Joiner] = {
    "integer": _equal_texts,
    "number": _equal_texts,
    "choice": _equal_texts,
    "latex": _equal_formulas,
}
"""The graders whose answers vote, and how two answers of each are told equal."""
