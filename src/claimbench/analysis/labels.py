"""The labels that came with imported outputs, kept in the run folder, and our grades beside them.

Labels and grades are laid beside each other by sample; texts are read only where the two disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from claimbench.analysis.agreement import Agreement, Disagreement
from claimbench.analysis.cells import StoredCell
from claimbench.records import CellName
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore, hex_ids, positions, safe_name

SHOWN = 500
"""Characters of their answer and of their reason that are kept."""


def labels_path(cell: CellName) -> str:
    return f"labels/{safe_name(cell.model)}/{safe_name(cell.benchmark)}.jsonl"


def write_labels(store: RunStore, cell: CellName, rows: Iterable[dict[str, object]]) -> None:
    """Keep labels, one row each with id, label, answer and reason; once, whole."""
    path = labels_path(cell)
    if not (store.root / path).exists():
        store.write_lines_once(path, rows)


def read_labels(store: RunStore, cell: CellName) -> Iterator[JsonDict]:
    """The labels of a cell; none for a cell without any."""
    path = labels_path(cell)
    if (store.root / path).exists():
        yield from store.read_lines(path)


def shortened(text: str | None) -> str | None:
    """Text as it is kept: short, and writable."""
    if text is None:
        return None
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"


# --- beside our grades ----------------------------------------------------------------------


def agreement(store: RunStore, cell: StoredCell) -> Agreement | None:
    """How far their labels and our grades agree; None where there are no labels, or no grades but
    those labels."""
    if cell.tier != "B":
        return None
    ids, theirs = _labels(store, cell)
    if not len(ids):
        return None
    values = _values(store, cell, ids)
    words = {True: "right", False: "wrong"}
    ours = ["not graded" if np.isnan(v) else words[v == 1] for v in values]
    counts = Counter(zip((words[bool(t)] for t in theirs), ours, strict=True))
    apart = np.isfinite(values) & ((values == 1) != theirs)
    stored = len(store.sample_index(cell.name))
    differing = _disagreements(store, cell, set(hex_ids(ids[apart])))
    return Agreement(
        model=cell.model,
        benchmark=cell.benchmark,
        counts=dict(counts),
        unlabelled=stored - len(ids),
        disagreements=differing,
        gold={d.problem: cell.problems[d.problem].gold for d in differing},
    )


def _labels(
    store: RunStore, cell: StoredCell
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.bool_]]:
    """Ids of the labelled samples, and their labels, shape (n,)."""
    raw, labels = bytearray(), bytearray()
    for row in read_labels(store, cell.name):
        raw += bytes.fromhex(row["id"])
        labels.append(bool(row["label"]))
    return np.frombuffer(bytes(raw), dtype="V16"), np.frombuffer(bytes(labels), dtype=np.bool_)


def _values(
    store: RunStore, cell: StoredCell, ids: npt.NDArray[np.void]
) -> npt.NDArray[np.float64]:
    """Our values of the samples `ids`, nan where there is none."""
    grades = store.grade_index(cell.name, cell.judge)
    at = positions(ids, grades["id"])
    found: npt.NDArray[np.float64] = np.append(grades["value"], np.nan)[at]
    return found


def _disagreements(store: RunStore, cell: StoredCell, wanted: set[str]) -> tuple[Disagreement, ...]:
    """The samples `wanted`, by problem and sample."""
    name = cell.name
    labels = {row["id"]: row for row in read_labels(store, name) if row["id"] in wanted}
    grades = {g.sample_id: g for g in store.grades(name, cell.judge, wanted)}
    found = [
        Disagreement(
            problem=sample.problem_id,
            sample_index=sample.sample_index,
            theirs_right=bool(labels[sample.id]["label"]),
            their_answer=labels[sample.id]["answer"],
            their_reason=labels[sample.id]["reason"],
            outcome=grades[sample.id].outcome,
            our_answer=grades[sample.id].answer,
            our_reason=grades[sample.id].reason,
        )
        for sample in store.samples(name, wanted)
    ]
    order = {problem: row for row, problem in enumerate(cell.problem_ids)}
    return tuple(sorted(found, key=lambda d: (order[d.problem], d.sample_index)))
