"""Samples and grades as CSV and Parquet: one file for each model and benchmark, one row a sample.

`claimbench import csv` and `import parquet` read them back without a mapping, and get the same
scores. How texts are written that a spreadsheet would run, or a file cannot hold: escapes.py.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.interop.escapes import COLUMN, escape_row
from claimbench.interop.readers.lines import needs
from claimbench.interop.stored import Graded, graded_samples
from claimbench.records.plain import JsonDict
from claimbench.report.grade_reasons import in_words
from claimbench.store import RunStore, safe_name
from claimbench.store.files import explaining, make_folder, temporary_name, write_whole

COLUMNS = (
    "model", "benchmark", "problem", "sample_index", "question", "gold", "choices", "choice_order",
    "response", "reasoning", "stated_answer", "finish_reason", "prompt_tokens",
    "completion_tokens", "seconds", "seed", "label", "outcome", "answer", "reason", COLUMN,
)  # fmt: skip
TEXTS = frozenset(
    {"question", "gold", "choices", "response", "reasoning", "stated_answer", "answer", "reason"}
)
"""What `--no-samples` leaves out."""
_NUMBERS = {
    "sample_index": "int64", "prompt_tokens": "int64", "completion_tokens": "int64",
    "seed": "int64", "seconds": "float64", "label": "float64",
}  # fmt: skip
_GROUP = 5_000
_GROUP_CHARACTERS = 50_000_000


def write_csv(store: RunStore, out: Path, samples: bool) -> list[Path]:
    """One CSV file a cell."""
    written = []
    for cell in stored_cells(store):
        path = out / f"{_stem(cell)}.csv"
        write_whole(path, _csv_lines(store, cell, samples))
        written.append(path)
    return written


def write_parquet(store: RunStore, out: Path, samples: bool) -> list[Path]:
    """One Parquet file a cell."""
    written = []
    for cell in stored_cells(store):
        path = out / f"{_stem(cell)}.parquet"
        with explaining(path, "written"):
            make_folder(path.parent)
            temporary = temporary_name(path)
            try:
                _write_groups(store, cell, temporary, samples)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        written.append(path)
    return written


def _stem(cell: StoredCell) -> str:
    return f"{safe_name(cell.model)}--{safe_name(cell.benchmark)}"


def _columns(samples: bool) -> tuple[str, ...]:
    return COLUMNS if samples else tuple(name for name in COLUMNS if name not in TEXTS)


def _csv_lines(store: RunStore, cell: StoredCell, samples: bool) -> Iterator[str]:
    columns = _columns(samples)
    yield ",".join(columns) + "\n"
    for graded in graded_samples(store, cell):
        out = io.StringIO()
        row = escape_row(_row(cell, graded, columns), formulas=True)
        csv.writer(out, lineterminator="\n").writerow([row[name] for name in columns])
        yield out.getvalue()


def _write_groups(store: RunStore, cell: StoredCell, path: Path, samples: bool) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise needs("pyarrow") from error
    columns = _columns(samples)
    types = {"int64": pa.int64(), "float64": pa.float64()}
    schema = pa.schema([(n, types.get(_NUMBERS.get(n, ""), pa.string())) for n in columns])
    rows = (
        escape_row(_row(cell, graded, columns), formulas=False)
        for graded in graded_samples(store, cell)
    )
    with parquet.ParquetWriter(path, schema) as writer:
        while group := list(_group(rows)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _group(rows: Iterator[JsonDict]) -> Iterator[dict[str, object]]:
    """Rows of one row group."""
    characters = 0
    for row in islice(rows, _GROUP):
        yield row
        characters += len(row.get("response") or "") + len(row.get("question") or "")
        if characters > _GROUP_CHARACTERS:
            return


def _row(cell: StoredCell, graded: Graded, columns: tuple[str, ...]) -> dict[str, object]:
    problem, sample, grade = graded
    found = {
        "model": cell.model,
        "benchmark": cell.benchmark,
        "problem": problem.id,
        "sample_index": sample.sample_index,
        "question": problem.question or problem.text or "",
        "gold": problem.gold,
        "choices": json.dumps(list(problem.choices)) if problem.choices else None,
        "choice_order": json.dumps(list(sample.choice_order)) if sample.choice_order else None,
        "response": sample.text,
        "reasoning": sample.reasoning,
        "stated_answer": sample.stated_answer,
        "finish_reason": sample.finish_reason,
        "prompt_tokens": sample.prompt_tokens,
        "completion_tokens": sample.completion_tokens,
        "seconds": sample.seconds,
        "seed": sample.seed,
        "label": grade.value if grade else None,
        "outcome": grade.outcome if grade else "ungraded",
        "answer": grade.answer if grade else None,
        "reason": in_words(grade.reason) if grade else "",
    }
    return {name: found.get(name) for name in columns}
