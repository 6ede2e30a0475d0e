"""The labels that came with imported outputs, kept in the run folder beside our grades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claimbench.records import CellName
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore, safe_name

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
