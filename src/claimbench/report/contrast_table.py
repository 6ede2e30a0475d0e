"""Like benchmarks from before and after a checkpoint, as a table."""

from __future__ import annotations

from claimbench.report.document import Document
from claimbench.report.strips import Strip
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


def contrast_strips(document: Document) -> list[tuple[Contrast, Strip]]:
    """Each contrast with its difference and interval in points, as they are drawn."""
    found = [one for run in document.runs for one in contrasts(run.measurements)]
    return [(one, Strip(100 * one.difference, None, None, _in_points(one))) for one in found]


def _in_points(one: Contrast) -> tuple[float, float] | None:
    return one.interval_95 and (100 * one.interval_95[0], 100 * one.interval_95[1])


def _row(one: Contrast) -> tuple[str, ...]:
    return (
        one.before.model,
        one.before.benchmark,
        points(one.before.pass_at_1, 2),
        one.after.benchmark,
        points(one.after.pass_at_1, 2),
        signed(100 * one.difference),
        interval(_in_points(one)),
    )
