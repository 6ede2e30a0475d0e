"""What lm-eval itself would report, beside our score."""

from __future__ import annotations

from collections.abc import Iterator

from claimbench.records import Measurement
from claimbench.report.document import Document
from claimbench.report.tables import Table, points, run_column

_OWN, _MEAN, _STDERR = "lm-eval ", "mean ", "_stderr"
COLUMNS = (
    "model", "benchmark", "lm-eval's metric", "lm-eval's filter", "lm-eval's value",
    "lm-eval's stderr", "mean over all samples", "our pass@1",
)  # fmt: skip


def lm_eval_tables(document: Document) -> list[Table]:
    """One table of each metric and filter of lm-eval, in its own units (a share is from 0 to 1);
    each row with its run where there are several. Nothing where no task of lm-eval was finished."""
    found = [(run.name, row) for run in document.runs for m in run.measurements for row in _rows(m)]
    if not found:
        return []
    table = Table("lm-eval", COLUMNS, tuple(row for _, row in found))
    return [run_column(table, [name for name, _ in found]) if len(document.runs) > 1 else table]


def _rows(m: Measurement) -> Iterator[tuple[str, ...]]:
    for key, value in m.metrics.items():
        metric, _, chosen = key.removeprefix(_OWN).rpartition(",")
        if not key.startswith(_OWN) or metric.endswith(_STDERR):
            continue
        error = m.metrics.get(f"{_OWN}{metric}{_STDERR},{chosen}")
        mean = m.metrics.get(f"{_MEAN}{metric},{chosen}")
        shown = (_figure(value), _figure(error), _figure(mean), points(m.pass_at_1, 2))
        yield (m.model, m.benchmark, metric, chosen, *shown)


def _figure(value: float | None) -> str:
    """As lm-eval prints it: four digits."""
    return "–" if value is None else f"{value:.4f}"
