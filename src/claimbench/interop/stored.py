"""What an export reads of a run folder, in the order of problems and samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from claimbench.analysis.cells import StoredCell
from claimbench.analysis.comparable import to_complete
from claimbench.analysis.stored import measure_cell
from claimbench.errors import IncompleteRun
from claimbench.records import Grade, Measurement, Problem, Sample
from claimbench.store import RunStore, hex_ids, text_key

_BATCH = 64_000_000
"""Bytes of stored lines in memory at once."""

Graded = tuple[Problem, Sample, Grade | None]


def graded_samples(store: RunStore, cell: StoredCell) -> Iterator[Graded]:
    """Every sample of a cell with its grade, problem by problem, then by sample index."""
    index = store.sample_index(cell.name)
    row_of = {text_key(problem): row for row, problem in enumerate(cell.problem_ids)}
    rows = np.array([row_of.get(int(key), -1) for key in index["problem"]], dtype=np.int64)
    known = (rows >= 0) & (index["sample_index"] < cell.samples)
    index, rows = index[known], rows[known]
    order = np.lexsort((index["sample_index"], rows))
    batch = np.cumsum(index["length"][order], dtype=np.int64) // _BATCH
    for number in np.unique(batch):
        yield from _batch(store, cell, hex_ids(index["id"][order[batch == number]]))


def _batch(store: RunStore, cell: StoredCell, ids: list[str]) -> Iterator[Graded]:
    name = cell.name
    grades = {g.sample_id: g for g in store.grades(name, cell.judge, ids)}
    samples = {s.id: s for s in store.samples(name, ids)}
    for sample_id in ids:
        sample = samples[sample_id]
        yield cell.problems[sample.problem_id], sample, grades.get(sample_id)


def whole_measurement(store: RunStore, cell: StoredCell) -> Measurement:
    """What was measured of a cell. Raises IncompleteRun where samples or grades are missing."""
    _, measured = measure_cell(store, cell)
    if not measured.complete:
        raise IncompleteRun(
            f"{store.root}: {cell.model} on {cell.benchmark} has {measured.received} of "
            f"{measured.asked} samples, {measured.graded} graded: its score is not exported; "
            f"{to_complete(measured, store.root)}, or export its samples as csv or parquet"
        )
    return measured
