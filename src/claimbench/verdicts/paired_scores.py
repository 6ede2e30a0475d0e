"""Models whose scores a third party gives problem by problem, compared on the same problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby

from claimbench.records import PublishedResult
from claimbench.statistics import Comparison
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.claims import NoTest, compare_scores

SUBJECTS = ("deepseek-r1", "deepseek-v3")
"""Whose scores are held against every other model's; o1's efforts are also held against one
another."""
EFFORTS = ("o1-1217-low", "o1-1217-medium", "o1-1217-high")


@dataclass(frozen=True, slots=True)
class PairedScores:
    """Two figures of one table on the same `problems`, in points: `such` is paired by problem and
    says how the models differ on problems like these, `here` rests on the sampling errors and says
    what a rerun on these very problems would show; None where no error of a rerun is known."""

    subject: PublishedResult
    reference: PublishedResult
    problems: int
    such: Comparison
    here: Comparison | None


def paired_scores(results: Iterable[PublishedResult]) -> tuple[PairedScores, ...]:
    """Every pair of interest, table by table, in the tables' order."""
    known = [result for result in results if result.problem_ids]
    return tuple(
        found
        for _, group in groupby(known, key=lambda r: (r.table, r.benchmark, r.metric))
        for subject, reference in _pairs(list(group))
        if (found := _compared(subject, reference)) is not None
    )


def _pairs(
    group: list[PublishedResult],
) -> Iterator[tuple[PublishedResult, PublishedResult]]:
    by_name = {result.subject: result for result in group}
    for place, name in enumerate(SUBJECTS):
        others = [r for r in group if r.subject not in SUBJECTS[: place + 1]]
        yield from ((by_name[name], other) for other in others if name in by_name)
    efforts = [by_name[name] for name in EFFORTS if name in by_name]
    yield from ((more, less) for less, more in combinations(efforts, 2))


def _compared(subject: PublishedResult, reference: PublishedResult) -> PairedScores | None:
    """None where the two have no error: every problem differs by the same."""
    pair = Pair(subject.benchmark, subject, reference)
    common = set(subject.problem_ids) & set(reference.problem_ids)
    try:
        such = compare_scores(pair, "ability")
    except NoTest:
        return None
    try:
        here = compare_scores(pair, "test")
    except NoTest:
        here = None
    return PairedScores(subject, reference, len(common), such, here)
