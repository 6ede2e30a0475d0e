"""What became of each problem, as data for the page: alone, and in pairs for compared runs."""

from __future__ import annotations

from typing import TypedDict

from claimbench.analysis.problem_counts import ProblemCounts
from claimbench.report.blocks import encoded
from claimbench.report.document import Document
from claimbench.verdicts.arms import Arm
from claimbench.verdicts.comparisons import Compared

Counts = list[int]


class CellData(TypedDict):
    """A model on a benchmark: `ids` is the place of its problems' names in `names`; `counts` has,
    by problem, the samples that are right, cut, without an answer, wrong and ungraded."""

    of: list[str]
    ids: int
    counts: list[Counts]
    tokens: list[float | None]


class PairData(TypedDict):
    """Two runs: by problem right and counted samples of the run, then of the reference."""

    of: list[str]
    reference: list[str]
    ids: int
    counts: list[Counts]


class ProblemData(TypedDict):
    """What the page draws; runs of one benchmark share its problems' names."""

    names: list[list[str]]
    cells: list[CellData]
    pairs: list[PairData]


def problem_block(document: Document) -> str | None:
    """The problems of a report, packed for its page; None where there are none."""
    names = dict[tuple[str, ...], int]()
    cells = [
        _cell(run.name, cell.model, cell.benchmark, cell.problems, names)
        for run in document.runs
        for cell in run.cells
        if cell.problems is not None
    ]
    pairs = [_pair(one, names) for one in document.comparisons]
    if not cells and not pairs:
        return None
    data: ProblemData = {"names": [list(own) for own in names], "cells": cells, "pairs": pairs}
    return encoded(data)


def _cell(
    run: str, model: str, benchmark: str, found: ProblemCounts, names: dict[tuple[str, ...], int]
) -> CellData:
    kinds = (found.right, found.cut, found.no_answer, found.wrong, found.ungraded)
    return {
        "of": [run, model, benchmark],
        "ids": names.setdefault(found.ids, len(names)),
        "counts": [list(row) for row in zip(*kinds, strict=True)],
        "tokens": list(found.tokens),
    }


def _pair(one: Compared, names: dict[tuple[str, ...], int]) -> PairData:
    ours, theirs = _counted(one.variant), _counted(one.reference)
    common = tuple(name for name in theirs if name in ours)
    return {
        "of": [one.variant.run, one.variant.model, one.variant.benchmark],
        "reference": [one.reference.run, one.reference.model, one.reference.benchmark],
        "ids": names.setdefault(common, len(names)),
        "counts": [[*ours[name], *theirs[name]] for name in common],
    }


def _counted(arm: Arm) -> dict[str, Counts]:
    """Right and counted samples of every problem that has one."""
    m = arm.measurement
    rows = zip(m.problem_ids, m.right, m.counted, strict=True)
    return {name: [right, counted] for name, right, counted in rows if counted}
