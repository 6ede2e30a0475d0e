"""Like benchmarks from before and after a checkpoint, as a table."""

from __future__ import annotations

from claimbench.report.document import Document
from claimbench.report.tables import Table, interval, points, run_column, signed
from claimbench.verdicts.contrasts import Contrast, contrasts

COLUMNS = (
    "model", "before", "score before", "after", "score after", "difference", "95 % interval",
)  # fmt: skip


def contrast_tables(document: Document) -> list[Table]:
    """One table of all runs, in points; each row with its run where there are several. Nothing
    where no run has both sides."""
    found = [(run.name, one) for run in document.runs for one in contrasts(run.measurements)]
    if not found:
        return []
    table = Table("contrasts", COLUMNS, tuple(_row(one) for _, one in found))
    return [run_column(table, [name for name, _ in found]) if len(document.runs) > 1 else table]


def _row(one: Contrast) -> tuple[str, ...]:
    within = one.interval_95
    return (
        one.before.model,
        one.before.benchmark,
        points(one.before.pass_at_1, 2),
        one.after.benchmark,
        points(one.after.pass_at_1, 2),
        signed(100 * one.difference),
        interval(None if within is None else (100 * within[0], 100 * within[1])),
    )
