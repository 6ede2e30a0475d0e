"""pass@k and cons@k of every run whose samples allow them."""

from __future__ import annotations

from collections.abc import Iterator

from claimbench.records import Measurement
from claimbench.report.document import Document
from claimbench.report.tables import Table, points, run_column, samples_of

COLUMNS = ("model", "benchmark", "samples n", "k", "pass@k", "cons@k", "SE between two votes")


def vote_tables(document: Document) -> list[Table]:
    """One table of all runs, in points; each row with its run where there are several. Nothing
    where every problem has a single sample."""
    found = [(run.name, row) for run in document.runs for m in run.measurements for row in _rows(m)]
    if not found:
        return []
    table = Table("votes", COLUMNS, tuple(row for _, row in found))
    return [run_column(table, [name for name, _ in found]) if len(document.runs) > 1 else table]


def _rows(m: Measurement) -> Iterator[tuple[str, ...]]:
    for k, passed in m.pass_at_k.items():
        if m.samples_per_problem > 1:
            vote = m.cons_at_k.get(k)
            shown = ("–", "–") if vote is None else _shown(vote.value, vote.difference_se)
            yield (m.model, m.benchmark, samples_of(m), str(k), points(passed, 2), *shown)


def _shown(value: float, se: float) -> tuple[str, str]:
    return points(value, 2), points(se, 2)
