"""Tables of their labels beside our grades."""

from __future__ import annotations

from collections.abc import Iterable

from claimbench.analysis.agreement import Agreement, Disagreement
from claimbench.messages import Value
from claimbench.report.document import Document
from claimbench.report.grade_reasons import known_reason
from claimbench.report.tables import Table, points, run_column

SHOWN = 20
"""Disagreements that a report shows inline; tables/disagreements.csv has all."""


def agreement_tables(document: Document, most: int | None = None) -> list[Table]:
    """Their labels beside our grades, then every disagreement (the first `most` of each cell);
    each row with its run where there are several. Nothing where no run was imported."""
    found = [(run.name, a) for run in document.runs for a in run.agreements]
    if not found:
        return []
    apart = [(n, disagreement_table(a, most, texts=document.texts)) for n, a in found]
    columns = apart[0][1].columns
    differing = Table("disagreements", columns, tuple(r for _, t in apart for r in t.rows))
    tables = [agreement_table(a for _, a in found), differing]
    if len(document.runs) > 1:
        names = [[n for n, _ in found], [n for n, t in apart for _ in t.rows]]
        tables = [run_column(t, n) for t, n in zip(tables, names, strict=True)]
    return tables


def agreement_table(found: Iterable[Agreement]) -> Table:
    """How many samples each side counts as right."""
    columns = (
        "model", "benchmark", "both right", "both wrong", "they right, we wrong",
        "they wrong, we right", "not graded by us", "no label of theirs", "agreement",
    )  # fmt: skip
    return Table("agreement", columns, tuple(_agreement_row(a) for a in found))


def _agreement_row(a: Agreement) -> tuple[str, ...]:
    def count(theirs: str, ours: str) -> int:
        return a.counts.get((theirs, ours), 0)

    ungraded = count("right", "not graded") + count("wrong", "not graded")
    return (
        a.model,
        a.benchmark,
        str(count("right", "right")),
        str(count("wrong", "wrong")),
        str(count("right", "wrong")),
        str(count("wrong", "right")),
        str(ungraded),
        str(a.unlabelled),
        points(a.share, 2),
    )


def disagreement_table(a: Agreement, most: int | None = None, *, texts: bool = True) -> Table:
    """Every sample (the first `most`) on which the two differ, with both reasons; without `texts`
    nothing that a model or a benchmark wrote."""
    columns = ("model", "benchmark", "problem", "sample", "theirs", "ours") + (
        ("gold", "their answer", "our answer", "their reason", "our reason") if texts else ()
    )
    rows = (_disagreement_row(a, d, texts) for d in a.disagreements[:most])
    return Table("disagreements", columns, tuple(rows))


def _disagreement_row(a: Agreement, d: Disagreement, texts: bool) -> tuple[Value, ...]:
    theirs = "right" if d.theirs_right else "wrong"
    shown = (
        a.gold.get(d.problem, ""),
        d.their_answer or "–",
        d.our_answer or "–",
        d.their_reason or "–",
        known_reason(d.our_reason) or "–",
    )
    row = (a.model, a.benchmark, d.problem, str(d.sample_index), theirs, d.outcome)
    return (*row, *(shown if texts else ()))
