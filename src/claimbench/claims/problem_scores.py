"""Scores of every problem, as a source gives them: CSV files beside the published tables.

The columns are `model` (our name), `problem`, `samples` and `right`: of so many samples of a
problem so many are right. Two models of such a file can be compared problem by problem.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from claimbench.errors import ConfigError
from claimbench.records import PublishedResult

COLUMNS = ("model", "problem", "samples", "right")

Rows = tuple[tuple[str, int, int], ...]
"""Problem, samples, right samples."""


def with_problems(result: PublishedResult, path: Path) -> PublishedResult:
    """The result with the scores of its problems. Raises ConfigError where the file has none for
    the model, or others than the published value says."""
    rows = _rows(path, path.stat().st_mtime_ns if path.exists() else 0).get(result.subject, ())
    if not rows:
        raise ConfigError(f"{path}: there is no row of model {result.subject}")
    mean = 100 * sum(right / samples for _, samples, right in rows) / len(rows)
    # A billionth is forgiven for floating point.
    if abs(mean - result.value) > 0.5 * 10**-result.decimals + 1e-9:
        raise ConfigError(
            f"{path}: the problems of {result.subject} come to {mean:.4f}, and {result.table} says "
            f"{result.value:g}"
        )
    counts = {samples for _, samples, _ in rows}
    return dataclasses.replace(
        result,
        samples=counts.pop() if len(counts) == 1 else result.samples,
        problems=len(rows),
        problem_ids=tuple(problem for problem, _, _ in rows),
        counted=tuple(samples for _, samples, _ in rows),
        right=tuple(right for _, _, right in rows),
    )


@lru_cache(maxsize=16)
def _rows(path: Path, _changed: int) -> dict[str, Rows]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return _by_model(path, csv.reader(file))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error


def _by_model(path: Path, lines: Iterable[list[str]]) -> dict[str, Rows]:
    """The rows of each model, in the order of the problems' names."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for number, row in enumerate(lines, start=1):
        if number == 1 and tuple(row) != COLUMNS:
            raise ConfigError(f"{path}:1: the columns must be {', '.join(COLUMNS)}")
        if number > 1:
            model, problem, samples, right = _checked(f"{path}:{number}", row)
            if problem in found.setdefault(model, {}):
                raise ConfigError(f"{path}:{number}: {model} has problem {problem} twice")
            found[model][problem] = samples, right
    return {
        model: tuple((name, *counts) for name, counts in sorted(rows.items()))
        for model, rows in found.items()
    }


def _checked(place: str, row: list[str]) -> tuple[str, str, int, int]:
    if len(row) != len(COLUMNS) or not (row[2].isdecimal() and row[3].isdecimal()):
        raise ConfigError(f"{place}: must hold a model, a problem and two counts")
    samples, right = int(row[2]), int(row[3])
    if not 0 <= right <= samples or not samples:
        raise ConfigError(f"{place}: {right} of {samples} samples cannot be right")
    return row[0], row[1], samples, right
