"""The rows of report.html's tables: texts as they are shown, and values to sort by."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from claimbench.analysis.efficiency import Efficiency
from claimbench.messages import Departure, Message, Value, identity_of, term
from claimbench.records import Measurement, Verdict
from claimbench.report.answer import symbol_of
from claimbench.report.caveats import table_of
from claimbench.report.document import Document
from claimbench.report.tables import (
    Table,
    clean,
    distinct_draws,
    figure_of,
    heading,
    interval,
    margin_told,
    number,
    or_unknown,
    points,
    samples_of,
    sampling_error,
    signed,
)
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict
from claimbench.verdicts.pairing import VERDICTS

CELL_LENGTH = 300

Cell = tuple[Value, float | str]
"""What is shown, and what it is sorted by."""


def _score(text: Value, value: float | None) -> Cell:
    return text, "" if value is None else round(value, 6)


def verdict_row(run: str, v: Verdict) -> dict[str, object]:
    return {
        "run": run,
        "model": v.subject,
        "benchmark": figure_of(v),
        "by": table_of(v) + (" #" + v.claim.partition("#")[2] if "#" in v.claim else ""),
        "cells": [
            _score(number(v.published), v.published),
            _score(number(v.measured), v.measured),
            _score(signed(v.difference), v.difference),
            _score(interval(v.interval_95), v.interval_95[0] if v.interval_95 else None),
            _score(margin_told(v.margin), v.margin),
        ],
        "verdict": v.verdict,
        "word": term("verdict", v.verdict),
        "symbol": symbol_of(v.verdict),
        "sentence": v.sentence,
    }


class SettingTables:
    """The tables of settings that the rows of a page open to: hundreds of runs differ from one
    published figure in the same ones."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self.kept: list[tuple[Departure, ...]] = []

    def number(self, rows: tuple[Departure, ...]) -> int:
        """The place of a table among those that are `kept`."""
        identity = tuple(map(_identity, rows))
        if identity not in self._numbers:
            self._numbers[identity] = len(self.kept)
            self.kept.append(rows)
        return self._numbers[identity]


def _identity(d: Departure) -> Hashable:
    return d.setting, identity_of(d.published), identity_of(d.measured)


SCORE_COLUMNS = (
    "problems N", "samples n", "pass@1", "sampling SE", "problem SE", "received", "public before",
)  # fmt: skip
REPLY_COLUMNS = (
    "distinct", "truncated", "no answer", "repetition", "grader errors", "tokens mean",
    "tokens p95",
)  # fmt: skip


def measurement_row(run: str, m: Measurement) -> dict[str, object]:
    looped = m.metrics.get("looped_share")
    return {
        "run": run,
        "model": m.model,
        "benchmark": m.benchmark,
        "scores": [
            _score(str(m.problems), m.problems),
            _score(samples_of(m), m.samples_per_problem),
            _score(points(m.pass_at_1, 2), m.pass_at_1),
            _score(sampling_error(m), m.sampling_se),
            _score(points(m.problem_se, 2), m.problem_se),
            _score(f"{m.received}/{m.asked}", m.received),
            (term("public", m.public), m.public),
        ],
        "replies": [
            _score(distinct_draws(m), m.draws.distinct if m.draws else None),
            _score(or_unknown(points(m.truncated_share)), m.truncated_share),
            _score(points(m.no_answer_share), m.no_answer_share),
            _score(or_unknown(points(looped)), looped),
            _score(points(m.grader_error_share), m.grader_error_share),
            _score(or_unknown(number(m.tokens_mean)), m.tokens_mean),
            _score(or_unknown(number(m.tokens_p95, 0)), m.tokens_p95),
        ],
    }


def efficiency_row(run: str, e: Efficiency) -> dict[str, object]:
    within = e.tokens_interval_95
    return {
        "run": run,
        "model": e.model,
        "benchmark": e.benchmark,
        "cells": [
            _score(f"{e.right:g}", e.right),
            _score(str(e.samples), e.samples),
            _score(number(e.tokens_per_second), e.tokens_per_second),
            _score(number(e.tokens_per_solved, 0), e.tokens_per_solved),
            _score(
                "–" if within is None else f"[{within[0]:.0f}, {within[1]:.0f}]",
                within and within[0],
            ),
            _score(number(e.device_seconds_per_solved, 2), e.device_seconds_per_solved),
        ],
        "device": e.device or "–",
    }


def tally(document: Document) -> list[tuple[str, Message]]:
    """The verdicts that occur, and their words."""
    found = {v.verdict for v in document.verdicts}
    return [(name, term("verdict", name)) for name in VERDICTS if name in found]


def statuses(verdicts: Sequence[ClaimVerdict]) -> list[tuple[str, Message]]:
    """The verdicts on claims that occur, and their words."""
    found = {v.status for v in verdicts}
    return [(name, term("status", name)) for name in STATUSES if name in found]


Columns = list[tuple[str, Message]]


def table_cells(table: Table) -> tuple[Columns, list[list[tuple[str, Value]]]]:
    """The heads and rows of a plain table, each with its column; long texts are cut."""
    rows = [
        [
            (column, clean(cell, CELL_LENGTH) if isinstance(cell, str) else cell)
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    return [(column, heading(column)) for column in table.columns], rows
