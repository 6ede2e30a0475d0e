"""A measurement that another program, or a hand, may have written: does it contradict itself?

Folders that hold results alone have no samples to hold the results against. What remains is
that a measurement's own numbers fit together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from claimbench.errors import DataError
from claimbench.records import Measurement

ROUNDING = 1e-9
"""Scores are means of shares; floating point differs by less."""


def check_measurements(path: Path, found: Iterable[Measurement]) -> None:
    """Raises DataError with the first of the measurements of `path` that contradicts itself."""
    for m in found:
        if why := contradiction(m):
            raise DataError(
                f"{path}: {m.model} on {m.benchmark}: {why}; make it again with `claimbench report`"
            )


def contradiction(m: Measurement) -> str:
    """In what a measurement contradicts itself; empty where it does not."""
    if not 0 <= m.graded <= m.received <= m.asked:
        return f"{m.graded} graded of {m.received} received of {m.asked} asked"
    if m.problem_ids or m.counted or m.right:
        return _of_problems(m)
    return "" if 0 <= m.pass_at_1 <= 1 else f"pass_at_1 is {m.pass_at_1:g}"


def _of_problems(m: Measurement) -> str:
    lengths = {len(m.problem_ids), len(m.right), len(m.counted), m.problems}
    if len(lengths) > 1 or len(set(m.problem_ids)) < m.problems:
        return "problems, problem_ids, right and counted are not of the same problems, each once"
    rows = list(zip(m.right, m.counted, strict=True))
    if not all(0 <= right <= counted for right, counted in rows):
        return "a problem has fewer than 0 right samples, or more than were counted"
    if sum(m.counted) > m.graded:
        return f"{sum(m.counted)} samples are counted and {m.graded} graded"
    shares = [right / counted for right, counted in rows if counted]
    mean = sum(shares) / len(shares) if shares else math.nan
    same = math.isnan(m.pass_at_1) if math.isnan(mean) else abs(m.pass_at_1 - mean) <= ROUNDING
    return "" if same else f"pass_at_1 is {m.pass_at_1:g}, and its problems come to {mean:g}"
