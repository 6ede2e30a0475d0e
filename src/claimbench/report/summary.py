"""What a CI job shows of a run or a comparison: a short page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimbench.messages import Message, Value
from claimbench.records import Measurement, Verdict
from claimbench.report.comparison_files import comparison_table
from claimbench.report.comparisons import headline
from claimbench.report.messages import Words
from claimbench.report.tables import (
    Table,
    escape,
    measurement_table,
    to_markdown,
    verdict_table,
)
from claimbench.report.verdict_sum import verdict_sum
from claimbench.verdicts.comparisons import Compared

LARGEST = 900_000
"""Bytes of a summary; GitHub refuses one of more than 1,024 KiB."""
_JUDGED = ("model", "benchmark", "metric", "published", "measured", "verdict", "registered")
_MEASURED = ("model", "benchmark", "pass@1", "sampling SE", "problem SE", "truncated", "received")
_COMPARED = ("benchmark", "reference", "run", "reference score", "score", "difference", "verdict")


def run_summary(
    title: Value, verdicts: Sequence[Verdict], measurements: Sequence[Measurement], said: Words
) -> str:
    """The verdicts with their sentences, and what was measured."""
    parts = [f"## {escape(said.render(title))}\n"]
    if verdicts:
        parts += [f"{escape(said.render(verdict_sum(verdicts)))}\n"]
        parts += [to_markdown(_only(verdict_table(verdicts), _JUDGED), said)]
        parts += [_bullets((v.sentence for v in verdicts), said)]
    parts += [f"### {said.say('page-measurements')}\n"]
    parts += [to_markdown(_only(measurement_table(measurements), _MEASURED), said)]
    return _bounded("\n".join(parts), said)


def comparison_summary(found: Sequence[Compared], said: Words) -> str:
    """The outcomes of a comparison, and their figures."""
    return _bounded(
        "\n".join(
            [
                f"## {said.say('page-comparison')}\n",
                _bullets(map(headline, found), said),
                to_markdown(_only(comparison_table(found), _COMPARED), said),
            ]
        ),
        said,
    )


def _only(table: Table, columns: tuple[str, ...]) -> Table:
    places = [table.columns.index(name) for name in columns]
    return Table(table.name, columns, tuple(tuple(r[i] for i in places) for r in table.rows))


def _bullets(sentences: Iterable[Message], said: Words) -> str:
    return "\n".join(f"- {escape(said.render(one))}" for one in sentences) + "\n"


def _bounded(text: str, said: Words) -> str:
    """The text, or its whole lines up to the limit and that there is more."""
    data = text.encode("utf-8", "replace")
    if len(data) <= LARGEST:
        return data.decode()
    kept = data[:LARGEST].rpartition(b"\n")[0].decode()
    return f"{kept}\n\n{said.say('summary-cut')}\n"
