"""Like benchmarks from before and after a checkpoint, as a table."""

from __future__ import annotations

from markupsafe import Markup

from claimbench.messages import Message
from claimbench.report import svg
from claimbench.report.document import Document
from claimbench.report.strips import Strip, draw
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


def contrast_figures(document: Document, pen: svg.Pen) -> list[tuple[Message, Markup]]:
    """What each contrast is of, and its difference with its interval, drawn."""
    found = [one for run in document.runs for one in contrasts(run.measurements)]
    return [(_named(one), _drawn(pen, f"contrast-{i}", one)) for i, one in enumerate(found)]


def _named(one: Contrast) -> Message:
    sides = {"before": one.before.benchmark, "after": one.after.benchmark}
    return Message("contrast-of", {"model": one.before.model, **sides})


def _drawn(pen: svg.Pen, name: str, one: Contrast) -> Markup:
    strip = Strip(100 * one.difference, None, None, _in_points(one))
    return Markup(draw(pen, name, strip))


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
