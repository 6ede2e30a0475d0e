"""Runs against a reference run on the same problems: better, worse, equivalent, or neither shown.

Never by overlapping intervals: both runs are paired problem by problem (docs/statistics.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from claimbench import statistics
from claimbench.errors import IncompleteRun, InputError, counted
from claimbench.verdicts.arms import (
    Arm,
    check_comparable,
    common_problems,
    differences,
    named,
    one_holds_the_other,
    pair_arms,
)
from claimbench.verdicts.cases import LEVEL, default_margin, possible

Word = Literal["better", "worse", "equivalent", "not worse", "inconclusive"]
WORDS: tuple[Word, ...] = ("better", "worse", "equivalent", "not worse", "inconclusive")


@dataclass(frozen=True, slots=True)
class Change:
    """A problem whose share differs: `right` of `counted` samples in the variant, and the same of
    the reference."""

    problem: str
    right: int
    counted: int
    reference_right: int
    reference_counted: int

    @property
    def gain(self) -> float:
        return self.right / self.counted - self.reference_right / self.reference_counted


@dataclass(frozen=True, slots=True)
class Compared:
    """A variant against its reference on one benchmark; differences and margins in points, variant
    minus reference. `contained`: every sample of one is a sample of the other, too.

    `such` reads "on other problems like these", `these` "on these very problems"; the word rests
    on `such`, under Holm's correction over the `family` of all comparisons made together.
    `groups` counts the groups that the problems come in, None where they come in none;
    `detectable` is the difference that the test would have found with a power of 80 %, None where
    that is more than 100 points; `power` is its power at the margin. `common` counts the problems
    compared of `problems` in either run;
    `differences` lists (key, reference, variant) of the two protocols.
    """

    variant: Arm
    reference: Arm
    common: int
    problems: int
    score: float
    reference_score: float
    method: statistics.Method
    such: statistics.Comparison
    these: statistics.Comparison
    margin: float
    non_inferior: float | None
    detectable: float | None
    power: float
    better: int
    worse: int
    changes: tuple[Change, ...]
    differences: tuple[tuple[str, object, object], ...]
    ids_only: bool
    groups: int | None = None
    contained: bool = False
    family: int = 1
    p_not_worse: float | None = None
    adjusted: Mapping[str, float] = field(default_factory=dict)

    @property
    def needed_problems(self) -> int | None:
        """So many problems like these, with as many samples each, would find the difference seen
        with a power of 80 %, were it the true one: the error shrinks with their square root. None
        where something is shown, or nothing was seen."""
        seen = abs(self.such.difference)
        if self.word != "inconclusive" or self.detectable is None or not 0 < seen < self.detectable:
            return None
        return math.ceil(self.common * (self.detectable / seen) ** 2)

    @property
    def word(self) -> Word:
        """Equivalence goes first, as for published figures: a difference that is shown and smaller
        than what matters is no *worse*. A run beside itself shows nothing."""
        if self.same_samples:
            return "inconclusive"
        if self.adjusted["equivalence"] <= LEVEL:
            return "equivalent"
        shown = self.adjusted["difference"] <= LEVEL
        if shown and self.such.difference > 0:
            return "better"
        if self.adjusted.get("not worse", 1.0) <= LEVEL:
            return "not worse"
        return "worse" if shown else "inconclusive"

    @property
    def same_samples(self) -> bool:
        """Whether both hold the same samples, graded the same: a folder beside its copy, or a
        second draw with the same seed."""
        sizes = (len(self.variant.cell.samples), len(self.reference.cell.samples))
        return self.contained and sizes[0] == sizes[1] and not self.changes

    @property
    def shown_alone(self) -> bool:
        """Whether the difference would be shown without the other comparisons of its family."""
        return self.such.p_difference <= LEVEL < self.adjusted["difference"]

    @property
    def shown_here(self) -> bool:
        """Whether a difference is shown on these very problems: never by samples whose visible
        copies leave no error to go by."""
        both = (self.variant.measurement.draws, self.reference.measurement.draws)
        spoilt = any(draws and draws.spoilt for draws in both)
        return self.adjusted["these problems"] <= LEVEL and not spoilt


def compare_arms(
    pairs: Sequence[tuple[Arm, Arm]],
    margin: float | None = None,
    non_inferior: float | None = None,
    common: bool = False,
) -> list[Compared]:
    """Each (variant, reference) compared, judged together. `margin` and `non_inferior` are in
    points; without a margin it is that of the benchmark and the reference's score.

    Raises InputError where problems, prompts or graders differ, naming them; with `common` the
    problems that both have, the same in both, are compared. Raises IncompleteRun where samples
    are missing.
    """
    return _judged([_compare(*pair, margin, non_inferior, common) for pair in pairs])


def compare_where_possible(arms: Sequence[Arm]) -> list[Compared]:
    """Every run against the first wherever the two can be compared; what cannot be is left out."""
    found = []
    try:
        pairs = pair_arms(arms)
    except InputError:
        return []
    for pair in pairs:
        with suppress(InputError, IncompleteRun):
            found.append(_compare(*pair, None, None, False))
    return _judged(found)


def _judged(found: Sequence[Compared]) -> list[Compared]:
    """The comparisons of one family, with Holm's correction over each kind of test."""
    if not found:
        return []
    adjusted = {
        "difference": statistics.holm([one.such.p_difference for one in found]),
        "these problems": statistics.holm([one.these.p_difference for one in found]),
        "equivalence": statistics.holm([one.such.p_equivalence or 0.0 for one in found]),
    }
    if found[0].non_inferior is not None:
        adjusted["not worse"] = statistics.holm([one.p_not_worse or 0.0 for one in found])
    return [
        replace(
            one, family=len(found), adjusted={name: float(p[i]) for name, p in adjusted.items()}
        )
        for i, one in enumerate(found)
    ]


def _compare(
    variant: Arm,
    reference: Arm,
    margin: float | None,
    non_inferior: float | None,
    common: bool,
) -> Compared:
    check_comparable(variant, reference)
    rows = _rows(variant, reference, common)
    reference_score = _mean(row.reference_right / row.reference_counted for row in rows)
    margin = margin or default_margin(variant.benchmark, reference_score)
    found = _paired(rows, variant, reference, margin)
    return Compared(
        variant=variant,
        reference=reference,
        common=len(rows),
        problems=len(set(variant.contents) | set(reference.contents)),
        score=_mean(row.right / row.counted for row in rows),
        reference_score=reference_score,
        method=found.method,
        such=_in_points(found.such),
        these=_in_points(found.these),
        margin=margin,
        non_inferior=non_inferior,
        detectable=_detectable(found.such),
        power=float(statistics.power_of_difference(margin / 100, found.such.se, found.such.df)),
        better=found.better,
        worse=found.worse,
        changes=tuple(sorted((row for row in rows if row.gain), key=lambda row: row.gain)),
        differences=tuple(differences(variant, reference)),
        ids_only=not all((*variant.contents.values(), *reference.contents.values())),
        groups=found.groups,
        contained=one_holds_the_other(variant, reference),
        p_not_worse=non_inferior and statistics.p_not_worse(found.such, non_inferior / 100),
    )


def _paired(
    rows: Sequence[Change], variant: Arm, reference: Arm, margin: float
) -> statistics.RunComparison:
    return statistics.compare_runs(
        ([row.right for row in rows], [row.counted for row in rows]),
        ([row.reference_right for row in rows], [row.reference_counted for row in rows]),
        margin / 100,
        _groups(rows, variant, reference),
        (_draws(rows, variant), _draws(rows, reference)),
    )


def _groups(rows: Iterable[Change], variant: Arm, reference: Arm) -> list[str]:
    """The group of each problem; one without is a group of its own."""
    known = {**reference.groups, **variant.groups}
    return [known.get(row.problem, f"problem {row.problem}") for row in rows]


def _draws(rows: Iterable[Change], arm: Arm) -> list[float] | None:
    """What the samples of each problem are worth; None where none is a copy of another."""
    m = arm.measurement
    if not (m.draws and m.draws.effective):
        return None
    worth = dict(zip(m.problem_ids, m.draws.effective, strict=True))
    return [worth[row.problem] for row in rows]


def _rows(variant: Arm, reference: Arm, common: bool) -> list[Change]:
    """The counts of every problem that has a graded sample in both."""
    names = common_problems(variant, reference, common)
    ours, theirs = _counts(variant), _counts(reference)
    rows = [Change(name, *ours[name], *theirs[name]) for name in names]
    rows = [row for row in rows if row.counted and row.reference_counted]
    if len(rows) < 2:
        raise InputError(
            f"{named(variant, reference)}: {counted(len(rows), 'problem has', 'problems have')} a "
            "graded sample in both, and at least two are needed to compare"
        )
    return rows


def _mean(shares: Iterable[float]) -> float:
    return 100 * float(np.mean(list(shares)))


def _in_points(found: statistics.Comparison) -> statistics.Comparison:
    return possible(
        replace(
            found,
            difference=100 * found.difference,
            se=100 * found.se,
            interval_95=_hundredfold(found.interval_95),
            interval_90=_hundredfold(found.interval_90),
            needed_margin=100 * found.needed_margin,
        )
    )


def _hundredfold(interval: tuple[float, float]) -> tuple[float, float]:
    return 100 * interval[0], 100 * interval[1]


def _detectable(found: statistics.Comparison) -> float | None:
    points = 100 * statistics.detectable_difference(found.se, df=found.df)
    return points if points <= 100 else None


def _counts(arm: Arm) -> dict[str, tuple[int, int]]:
    m = arm.measurement
    return {
        name: (right, counted)
        for name, right, counted in zip(m.problem_ids, m.right, m.counted, strict=True)
    }
