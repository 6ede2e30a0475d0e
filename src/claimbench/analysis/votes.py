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
from claimbench.analysis.cells import StoredCell
from claimbench.grading.exact import exact_verdict
from claimbench.grading.numerals import to_fraction
from claimbench.grading.outcomes import WRONG
from claimbench.grading.reading import normalise
from claimbench.records import CHOICE_LETTERS, Measurement, Vote
from claimbench.statistics import Ballot
from claimbench.store import RunStore, hex_ids, positions
from claimbench.store.digests import text_key
from claimbench.store.rows import Index

FILE = "votes.json"
RULES_VERSION = 1
"""Raise it with every change that can change which answers count as equal."""

MEASURED_K = (1, 4, 8, 16, 32, 64)
"""The k of pass@k and cons@k, as far as the samples allow: those that are published."""

Joiner = Callable[[str, str], bool]
"""Whether two answers are the same."""


def with_votes(store: RunStore, cell: StoredCell, measured: Measurement) -> Measurement:
    """`measured` with its pass@k and cons@k. A problem without a graded sample is left out, as it
    is of pass@1."""
    counts = [(r, c) for r, c in zip(measured.right, measured.counted, strict=True) if c]
    ballots = read_ballots(store, cell)
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


def read_ballots(store: RunStore, cell: StoredCell) -> tuple[Ballot, ...]:
    """A ballot per problem with a graded sample, in order; () where answers cannot be told equal
    (programs, labels, lm-eval's metrics)."""
    if _kind(cell) not in _SAME:
        return ()
    known = cached.known(store, FILE, "ballots")
    key = f"{cell.model}/{cell.benchmark}"
    stamp = cached.stamp(store, cell, RULES_VERSION, cell.samples)
    if known.get(key, {}).get("stamp") != stamp:
        found = [[b.right, list(b.others), b.mute] for b in _count(store, cell)]
        known[key] = cached.entry(stamp, "ballots", found)
        cached.keep(store, FILE, known)
    return tuple(Ballot(r, tuple(others), mute) for r, others, mute in known[key]["ballots"])


def _kind(cell: StoredCell) -> str:
    return str(getattr(cell.grader, "kind", ""))


def _count(store: RunStore, cell: StoredCell) -> Iterable[Ballot]:
    samples = store.sample_index(cell.name)
    samples = samples[samples["sample_index"] < cell.samples]
    grades = store.grade_index(cell.name, cell.judge)
    at = positions(samples["id"], grades["id"])
    value = np.append(grades["value"], np.nan)[at]
    outcome = np.append(grades["outcome"], np.zeros(1, grades["outcome"].dtype))[at]
    wrong = (value == 0) & (outcome == WRONG.encode())
    answers = _answers(store, cell, samples[wrong])
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


def _answers(store: RunStore, cell: StoredCell, wrong: Index) -> Mapping[int, Counter[str]]:
    """The wrong answers by problem, each written in one way as far as that is cheap to see."""
    name = cell.name
    problem_of = dict(zip(hex_ids(wrong["id"]), wrong["problem"].tolist(), strict=True))
    orders: dict[str, list[int]] = {}
    if _kind(cell) == "choice" and problem_of:
        rows = store.sample_values(name, wrong["id"])
        orders = {row["id"]: row["choice_order"] for row in rows}
    found: dict[int, Counter[str]] = {}
    for row in store.grade_values(name, cell.judge, wrong["id"]) if problem_of else ():
        if row["answer"] is not None:
            answer = _written(_kind(cell), row["answer"], orders.get(row["sample_id"], []))
            found.setdefault(problem_of[row["sample_id"]], Counter())[answer] += 1
    return found


def _written(kind: str, answer: str, order: list[int]) -> str:
    if kind == "choice":
        return _option(answer, order)
    if kind == "latex":
        return normalise(answer)
    value = to_fraction(answer)
    return answer.strip() if value is None else str(value)


def _option(letter: str, order: list[int]) -> str:
    """The option that a letter stood for: each sample may show the options in another order."""
    place = CHOICE_LETTERS.find(letter) if len(letter) == 1 else -1
    return str(order[place]) if 0 <= place < len(order) and order[place] >= 0 else letter


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
