"""A run in parts that are worked on by separate processes, on any scheduler: shard 3 of 8.

A shard asks for whole problems, so that the samples of one problem still share their prompt. Which
ones depends on the run and the number of shards alone: a shard that is started again goes on with
what it owes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.errors import ConfigError, StoreLocked
from claimbench.planning.cells import Cell
from claimbench.planning.plan import Plan
from claimbench.records import CellName
from claimbench.runner.generate import Progress
from claimbench.store import IdSet, RunStore


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number` (from 1) of `count`."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def name(self) -> str:
        """What its lock and its files are called."""
        return f"{self.number}of{self.count}"


def parse(text: str) -> Shard:
    """`3/8` as a Shard, for --shard. Raises ConfigError."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    if not found:
        raise ConfigError(f"--shard {text}: write --shard NUMBER/COUNT, for example --shard 3/8")
    shard = Shard(int(found[1]), int(found[2]))
    if not 1 <= shard.number <= shard.count:
        n = max(shard.count, 1)
        raise ConfigError(f"--shard {text}: shards are numbered from 1/{n} to {n}/{n}")
    return shard


def part(plan: Plan, shard: Shard) -> Plan:
    """The plan with the problems of one shard, dealt out in turn over all cells.

    Its config and digest stay the whole run's: every shard writes the same run folder. Raises
    ConfigError where the run has fewer problems than shards.
    """
    dealt = sum(len(cell.problems) for cell in plan.cells)
    if shard.count > dealt:
        raise ConfigError(
            f"run {plan.experiment.run.name} has {dealt} problems, too few for {shard.count} "
            f"shards: a shard takes whole problems; ask for at most {dealt}"
        )
    cells = tuple(
        replace(cell, problems=cell.problems[first :: shard.count])
        for cell, first in _deal(plan, shard)
    )
    return replace(plan, cells=cells)


def _deal(plan: Plan, shard: Shard) -> Iterator[tuple[Cell, int]]:
    """Every cell with the first of the shard's problems in it; every `count`-th follows. The deal
    goes on from cell to cell, so that short benchmarks do not all go to shard 1."""
    dealt = 0
    for cell in plan.cells:
        yield cell, (shard.number - 1 - dealt) % shard.count
        dealt += len(cell.problems)


Present = Mapping[CellName, IdSet]
"""The ids of the stored samples, by cell."""


def present_ids(plan: Plan, store: RunStore) -> Present:
    """What is stored of every cell of the plan."""
    return {c.name: store.present_ids(c.name) for c in plan.cells}


def owing(plan: Plan, count: int, present: Present) -> list[Shard]:
    """The shards of `count` that lack samples."""
    every = (Shard(number, count) for number in range(1, count + 1))
    return [shard for shard in every if _owes(plan, shard, present)]


def _owes(plan: Plan, shard: Shard, present: Present) -> bool:
    return any(
        sample not in present[cell.name]
        for cell, first in _deal(plan, shard)
        for row in range(first, len(cell.problems), shard.count)
        for sample in cell.ids[row * cell.samples : (row + 1) * cell.samples]
    )


def refuse_other_counts(store: RunStore, shard: Shard) -> None:
    """Raises StoreLocked where shards of another count are being written: they overlap."""
    for name in store.shards_held():
        found = re.fullmatch(r"([0-9]+)of([0-9]+)", name)
        if found and int(found[2]) != shard.count:
            raise StoreLocked(
                f"{store.root} is being written by shard {found[1]}/{found[2]}, whose problems "
                f"overlap with those of {shard}: wait until that ends, or use {found[2]} shards"
            )


def standing(store: RunStore, cells: Sequence[StoredCell] | None = None) -> Progress:
    """How far the run is, whoever works on it: read from the store alone."""
    cells = stored_cells(store) if cells is None else cells
    progress = Progress(asked=sum(cell.asked for cell in cells))
    for cell in cells:
        index = store.sample_index(cell.name)
        grades = store.grade_index(cell.name, cell.judge)
        progress.stored += len(index)
        progress.tokens += int(index["completion_tokens"].sum())
        progress.graded += len(grades)
        progress.right += float(np.nansum(grades["value"]))
    return progress


def complete(progress: Progress) -> bool:
    """Whether every sample is stored and graded."""
    return progress.stored == progress.graded == progress.asked
