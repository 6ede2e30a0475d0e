"""Third parties' scores problem by problem, compared pair by pair."""

from __future__ import annotations

from collections.abc import Iterable

from claimbench.report.tables import Table, interval, number, signed
from claimbench.verdicts.paired_scores import PairedScores


def paired_table(found: Iterable[PairedScores]) -> Table:
    """One row for each pair, in points: a difference above 0 where the subject scored higher."""
    columns = (
        "measured by", "benchmark", "problems N", "model", "reference", "score", "reference score",
        "difference", "95 % interval", "problem SE", "sampling SE",
    )  # fmt: skip
    return Table("paired", columns, tuple(map(_row, found)))


def _row(one: PairedScores) -> tuple[str, ...]:
    return (
        one.subject.table,
        one.subject.benchmark,
        str(one.problems),
        one.subject.subject,
        one.reference.subject,
        number(one.subject.value),
        number(one.reference.value),
        signed(one.such.difference),
        interval(one.such.interval_95),
        number(one.such.se),
        number(one.here.se if one.here else None),
    )
