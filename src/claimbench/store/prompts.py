"""The prompts of a run as they were sent, kept beside its samples for whoever reads these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from claimbench.records.runs import CellName
from claimbench.store.files import safe_name
from claimbench.store.run import RunStore

Order = tuple[int, ...]
Key = tuple[str, Order]
"""A problem's id, and the order in which its choices were shown."""


def write_prompts(store: RunStore, cell: CellName, prompts: Iterable[tuple[Key, str]]) -> None:
    """Keep the prompts of a cell, one of each problem and order; those that are there stay."""
    path = _path(cell)
    if not (store.root / path).exists():
        store.write_lines_once(
            path,
            (
                {"problem": name, "order": list(order), "text": text}
                for (name, order), text in prompts
            ),
        )


def read_prompts(store: RunStore, cell: CellName) -> Mapping[Key, str]:
    """The prompts by problem and order; {} where the run kept none."""
    path = _path(cell)
    if not (store.root / path).exists():
        return {}
    rows = store.read_lines(path)
    return {(str(row["problem"]), tuple(row["order"])): str(row["text"]) for row in rows}


def _path(cell: CellName) -> str:
    return f"prompts/{safe_name(cell.model)}/{safe_name(cell.benchmark)}.jsonl"
