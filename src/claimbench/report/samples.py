"""Stored samples → compressed blocks for report.html: failures first, within a budget of bytes.

Which samples come is decided from the indexes; only their texts are read, a batch at a time. A
page's table of samples is one small block; texts and problems come in blocks of their own, which
the page unpacks only when a sample is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from claimbench.records import Problem
from claimbench.report.blocks import compressed, encoded, in_letters
from claimbench.report.sample_texts import Source, problem_texts, sample_texts
from claimbench.store import Values, hex_ids, positions, text_key
from claimbench.store.prompts import Key

BUDGET = 50_000_000
"""Compressed bytes of samples and problems in one file."""
MOST = 20_000
"""Samples in one file: what a browser opens in a few seconds."""
BLOCK = 400_000
"""Characters of text in one block, about."""
_GIANT = 10
"""A sample that takes more than this part of the budget is left out alone, and others follow."""
_BATCH = 64_000_000
"""Bytes of stored lines that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Compressed blocks, base64, and what was left out. `index` is the table, `blocks` the texts.
    Counts are (in this file, stored)."""

    index: str
    blocks: tuple[str, ...]
    failures: tuple[int, int]
    right: tuple[int, int]

    @property
    def shown(self) -> int:
        return self.failures[0] + self.right[0]

    @property
    def stored(self) -> int:
        return self.failures[1] + self.right[1]


def pack(sources: Sequence[Source], budget: int = BUDGET, most: int = MOST) -> Pack:
    """The samples of `sources`, failures first, then evenly over cells and problems."""
    ranked = _ranked(sources)
    packer = _Packer(sources, budget)
    for batch in _batches(ranked[:most]):
        if not packer.full:
            packer.add(_rows(sources, batch))
    stored_right = int(ranked["right"].sum())
    return Pack(
        index=encoded(packer.table()),
        blocks=tuple(map(in_letters, packer.blocks)),
        failures=(packer.count - packer.right, len(ranked) - stored_right),
        right=(packer.right, stored_right),
    )


# --- which samples, from the indexes ----------------------------------------------------------

_RANK = np.dtype(
    [("right", "u1"), ("turn", "<u4"), ("source", "<u4"), ("problem", "<u4"), ("length", "<u4"),
     ("id", "V16")]
)  # fmt: skip


def _ranked(sources: Sequence[Source]) -> npt.NDArray[np.void]:
    """One record per stored sample, the most wanted first: what is not right, then the first
    sample of every problem of every cell, then the second."""
    parts = [_records(number, source) for number, source in enumerate(sources)]
    joined = np.concatenate([np.empty(0, _RANK), *parts])
    keys = (joined["problem"], joined["source"], joined["turn"], joined["right"])
    ranked: npt.NDArray[np.void] = joined[np.lexsort(keys)]
    return ranked


def _records(number: int, source: Source) -> npt.NDArray[np.void]:
    cell, store = source.cell, source.store
    samples = store.sample_index(cell.name)
    row_of = {text_key(problem): row for row, problem in enumerate(cell.problem_ids)}
    distinct, inverse = np.unique(samples["problem"], return_inverse=True)
    rows = np.array([row_of.get(int(key), -1) for key in distinct], dtype=np.int64)[inverse]
    kept = (rows >= 0) & (samples["sample_index"] < cell.samples)
    samples, rows = samples[kept], rows[kept]
    grades = store.grade_index(cell.name, cell.judge)
    at = positions(samples["id"], grades["id"])
    values = np.append(grades["value"], np.nan)[at]
    found = np.empty(len(samples), dtype=_RANK)
    found["right"], found["turn"], found["source"] = values == 1, samples["sample_index"], number
    found["problem"], found["length"], found["id"] = rows, samples["length"], samples["id"]
    return found


def _batches(ranked: npt.NDArray[np.void]) -> Iterator[npt.NDArray[np.void]]:
    """Runs of `ranked` whose lines take about _BATCH bytes together."""
    ends = np.cumsum(ranked["length"], dtype=np.int64)
    batch = ends // _BATCH
    for number in np.unique(batch):
        yield ranked[batch == number]


# --- their texts ------------------------------------------------------------------------------

Row = tuple[int, Values, Values | None]
"""Number of the source, the sample, its grade: by their keys; a million records take too long."""


def _rows(sources: Sequence[Source], batch: npt.NDArray[np.void]) -> Iterator[Row]:
    """The samples of `batch` with their grades, in its order. Runs may hold the same samples: a
    folder beside its copy."""
    found: dict[tuple[int, str], Row] = {}
    for number in np.unique(batch["source"]).tolist():
        source = sources[number]
        cell, ids = source.cell, batch["id"][batch["source"] == number]
        name = cell.name
        stored = source.store.grade_values(name, cell.judge, ids)
        grades = {grade["sample_id"]: grade for grade in stored}
        for sample in source.store.sample_values(name, ids):
            sample_id = sample["id"]
            found[number, sample_id] = number, sample, grades.get(sample_id)
    return map(found.pop, zip(batch["source"].tolist(), hex_ids(batch["id"]), strict=True))


@dataclass
class _Packer:
    """Takes rows in order and keeps as many as fit."""

    sources: Sequence[Source]
    budget: int
    blocks: list[bytes] = field(default_factory=list)
    rows: list[list[object]] = field(default_factory=list)
    problems: list[list[object]] = field(default_factory=list)
    right: int = 0
    full: bool = False
    sent: list[int | None] = field(default_factory=list)
    prompts: list[list[int]] = field(default_factory=list)
    _known: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    _asked: dict[tuple[int, Key], int] = field(default_factory=dict)
    _used: int = 0

    @property
    def count(self) -> int:
        return len(self.rows)

    def add(self, rows: Iterable[Row]) -> None:
        for group in _blocks(rows):
            if not self.full:
                self._add_block(group)

    def _add_block(self, group: Sequence[Row]) -> None:
        """One block, unless it would break the budget."""
        number = len(self.blocks)
        problems = [self.sources[s].cell.problems[sample["problem_id"]] for s, sample, _ in group]
        fresh = {key: p for p in problems if (key := _key(p)) not in self._known}
        asked = [(s, _asked(sample)) for s, sample, _ in group]
        new = self._new_prompts(asked)
        parts = {
            "s": [sample_texts(self.sources[s], sample, grade) for s, sample, grade in group],
            "p": [problem_texts(p) for p in fresh.values()],
            "m": list(new.values()),
        }
        content = compressed(parts)
        if self._used + len(content) > self.budget:
            # What comes behind is wanted less, and is not let past; but for a giant.
            self.full = len(group) > 1 or len(content) <= self.budget // _GIANT
            return
        self._used += len(content)
        self.blocks.append(content)
        for place, (key, problem) in enumerate(fresh.items()):
            self._known[key] = len(self.problems)
            self.problems.append([problem.id, number, place])
        self._add_prompts(new, asked, number)
        for place, (row, problem) in enumerate(zip(group, problems, strict=True)):
            self._add_row(row, self._known[_key(problem)], number, place)

    def _new_prompts(self, asked: Iterable[tuple[int, Key]]) -> dict[tuple[int, Key], str]:
        """Those of the prompts that no block has yet."""
        return {
            (source, key): text
            for source, key in asked
            if (source, key) not in self._asked
            and (text := self.sources[source].middle(key)) is not None
        }

    def _add_prompts(
        self, new: Iterable[tuple[int, Key]], asked: Iterable[tuple[int, Key]], block: int
    ) -> None:
        """Where the new prompts stand, and which one each sample was sent."""
        for place, prompt in enumerate(new):
            self._asked[prompt] = len(self.prompts)
            self.prompts.append([block, place])
        self.sent += [self._asked.get(prompt) for prompt in asked]

    def _add_row(self, row: Row, problem: int, block: int, place: int) -> None:
        source, sample, grade = row
        self.right += bool(grade and grade["value"] == 1)
        self.rows.append(
            [source, problem, sample["sample_index"], grade["outcome"] if grade else "ungraded",
             grade["answer"] if grade else None, sample["completion_tokens"],
             _ENDS[sample["finish_reason"]], int(sample["id"] in self.sources[source].looped),
             block, place]
        )  # fmt: skip

    def table(self) -> dict[str, object]:
        """What the page lists: its cells, problems and rows."""
        return {
            "cells": [[s.run, s.cell.model, s.cell.benchmark] for s in self.sources],
            "problems": self.problems,
            "rows": self.rows,
            "frames": [s.frame for s in self.sources],
            "rules": [s.rule for s in self.sources],
            "prompts": self.prompts,
            "sent": self.sent,
        }


_ENDS: Mapping[str, int | None] = {"length": 1, "stop": 0, "unknown": None}
"""1: cut by the limit, 0: not, None: not known."""


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Groups of rows with about BLOCK characters of reply."""
    group, size = list[Row](), 0
    for row in rows:
        group.append(row)
        size += len(row[1]["text"]) + len(row[1].get("reasoning") or "") + 500
        if size >= BLOCK:
            yield group
            group, size = [], 0
    if group:
        yield group


def _asked(sample: Values) -> Key:
    """Which prompt the sample was sent."""
    return sample["problem_id"], tuple(sample.get("choice_order", ()))


def _key(problem: Problem) -> tuple[str, str, str, str]:
    """Runs of one benchmark share their problems."""
    return problem.benchmark, problem.id, problem.question, problem.gold
