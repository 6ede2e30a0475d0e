"""One sample of a run folder, with its problem and grade."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.grading.reply import counted_part
from claimbench.records import Grade, Problem, Sample
from claimbench.store import RunStore, hex_ids, text_key

CLOSE = 3
"""Ids that are suggested in place of one that there is not."""


@dataclass(frozen=True)
class Shown:
    """A sample as it is read: its reasoning apart from its reply. `samples` is how many the problem
    has; the reply is "" where the reasoning never ended."""

    problem: Problem
    sample: Sample
    grade: Grade | None
    reasoning: str
    reply: str
    samples: int

    @property
    def question(self) -> str:
        problem = self.problem
        turns = "\n\n".join(f"[{t.role}]\n{t.content}" for t in problem.messages or ())
        asked = turns or problem.question or problem.text or ""
        places = self.sample.choice_order or range(len(problem.choices))
        options = [problem.choices[i] for i in places if i >= 0]
        return "\n".join([asked, *(f"{chr(65 + n)}) {one}" for n, one in enumerate(options))])

    @property
    def gold(self) -> str:
        return self.problem.gold


def find_samples(
    store: RunStore, problem: str | None, index: int, model: str | None, benchmark: str | None
) -> list[Shown]:
    """Sample `index` of a problem in every cell that has it, of one `model` or `benchmark` if
    named. Raises ConfigError where there is none."""
    cells = [
        cell
        for cell in stored_cells(store)
        if model in (None, cell.model) and benchmark in (None, cell.benchmark)
    ]
    if not cells:
        held = ", ".join(f"{cell.model} on {cell.benchmark}" for cell in stored_cells(store))
        raise ConfigError(f"{store.root}: no such model or benchmark; it holds {held}")
    known = list(dict.fromkeys(name for cell in cells for name in cell.problems))
    if problem is None:
        more = f" and {len(known) - CLOSE} more" if len(known) > CLOSE else ""
        raise ConfigError(
            f"{store.root}: say which of its problems with --problem ID; there are "
            f"{', '.join(known[:CLOSE])}{more}"
        )
    own = [cell for cell in cells if problem in cell.problems]
    if not own:
        like = difflib.get_close_matches(problem, known, CLOSE) or known[:CLOSE]
        more = f" and {len(known) - CLOSE} more" if like == known[:CLOSE] != known else ""
        raise ConfigError(
            f"{store.root}: there is no problem {problem!r}{nearest(problem, like)}{more}"
        )
    found = [shown for cell in own for shown in _of_cell(store, cell, problem, index)]
    if not found:
        raise ConfigError(
            f"{store.root}: problem {problem} has no sample {index} (they begin at 0)"
        )
    return found


def _of_cell(store: RunStore, cell: StoredCell, problem: str, index: int) -> Iterator[Shown]:
    rows = store.sample_index(cell.name)
    rows = rows[rows["problem"] == text_key(problem)]
    ids = hex_ids(rows["id"][rows["sample_index"] == index])
    grades = {grade.sample_id: grade for grade in store.grades(cell.name, cell.judge, ids)}
    for sample in store.samples(cell.name, ids):
        reply = counted_part(sample.text, sample.reasoning, cell.reasoning_end)
        thought = sample.text if reply is None else sample.text[: len(sample.text) - len(reply)]
        yield Shown(
            problem=cell.problems[problem],
            sample=sample,
            grade=grades.get(sample.id),
            reasoning=(sample.reasoning or "") + thought.removesuffix(cell.reasoning_end or ""),
            reply=reply or "",
            samples=len(rows),
        )
