"""What a run folder measured and spent, cell by cell, with what makes two cells comparable: from
the stored indexes of samples and grades. Texts are never read here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.comparable import Measured
from claimbench.analysis.contradictions import check_measurements
from claimbench.analysis.efficiency import Efficiency, efficiency, paces
from claimbench.analysis.measure import Scores, measure
from claimbench.errors import DataError
from claimbench.records import CellName, Measurement, Problem
from claimbench.records.plain import JsonObject
from claimbench.store import RunStore, holds_results_alone, positions, read_run, text_key
from claimbench.store.checks import FINISH_CODES, UNKNOWN_TOKENS
from claimbench.store.sessions import read_sessions

Number = TypeVar("Number", np.bool_, np.int64, np.uint64)


def read_measured(root: Path) -> list[Measured]:
    """Every cell of the run folder `root`: from its samples and grades, or, where a folder holds
    results alone or is of an earlier version, from its measurements.json."""
    run = read_run(root)
    config, alone = run.config, not run.sealed or holds_results_alone(root)
    if alone and (root / "measurements.json").is_file():
        return list(_from_results(root, config))
    with RunStore.existing(root) as store:
        cells = stored_cells(store)
        spent = {(one.model, one.benchmark): one for one in spending(store, cells)}
        return [_from_store(store, config, cell, spent) for cell in cells]


def load_scores(store: RunStore, cell: StoredCell) -> Scores:
    """The cell's Scores from the store's indexes; a sample of another plan is left out."""
    problem_ids, n = cell.problem_ids, cell.samples
    samples = store.sample_index(cell.name)
    rows = _rows(samples["problem"], problem_ids)
    known = (rows >= 0) & (samples["sample_index"] < n)
    samples, rows = samples[known], rows[known]
    place = rows * n + samples["sample_index"]
    grades = store.grade_index(cell.name, cell.judge)
    at = positions(samples["id"], grades["id"])
    found = at >= 0

    shape, size = (len(problem_ids), n), len(problem_ids) * n
    value = np.full(size, np.nan)
    value[place[found]] = grades["value"][at[found]]
    outcome = np.zeros(size, dtype=grades["outcome"].dtype)
    outcome[place[found]] = grades["outcome"][at[found]]
    openings: npt.NDArray[np.uint64] = samples["opening"]
    return Scores(
        present=_spread(size, place, np.array(True)).reshape(shape),
        graded=_spread(size, place[found], np.array(True)).reshape(shape),
        value=value.reshape(shape),
        outcome=outcome.reshape(shape),
        tokens=_spread(size, place, _tokens(samples["completion_tokens"])).reshape(shape),
        truncated=_spread(size, place, samples["finish"] == FINISH_CODES["length"]).reshape(shape),
        openings=_spread(size, place, openings).reshape(shape),
        unknown_ends=bool((samples["finish"] == FINISH_CODES["unknown"]).any()),
    )


def measure_cell(store: RunStore, cell: StoredCell) -> tuple[Scores, Measurement]:
    """The scores of a stored cell, and what was measured of it."""
    scores = load_scores(store, cell)
    measured = measure(
        scores, *cell.name, cell.problem_ids, cell.protocol, asked=cell.asked, tier=cell.tier
    )
    return scores, replace(measured, looks=cell.looks)


def _tokens(stored: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Stored token counts, −1 where they are not known."""
    return np.where(stored == UNKNOWN_TOKENS, -1, stored.astype(np.int64))


def _spread(
    size: int, place: npt.NDArray[np.intp], values: npt.NDArray[Number]
) -> npt.NDArray[Number]:
    """An array of `size` zeros with `values` at `place`."""
    out = np.zeros(size, dtype=values.dtype)
    out[place] = values
    return out


def _rows(keys: npt.NDArray[np.uint64], problem_ids: list[str]) -> npt.NDArray[np.int64]:
    """The row of each sample's problem, −1 where the problem is not of this benchmark."""
    row_of = {text_key(problem): row for row, problem in enumerate(problem_ids)}
    distinct, inverse = np.unique(keys, return_inverse=True)
    rows = np.array([row_of.get(int(key), -1) for key in distinct], dtype=np.int64)
    return rows[inverse]


def spending(store: RunStore, cells: Sequence[StoredCell]) -> tuple[Efficiency, ...]:
    """The Efficiency of every cell whose tokens are known, in order."""
    pace = paces(read_sessions(store))
    found = []
    for cell in cells:
        name = cell.name
        scores = load_scores(store, cell)
        if scores.unknown_tokens:
            continue
        counts = store.sample_index(name)["prompt_tokens"]
        prompts = None if (counts == UNKNOWN_TOKENS).any() else int(counts.sum())
        found.append(efficiency(*name, scores.tokens, scores.value, prompts, pace.get(cell.model)))
    return tuple(found)


def spending_files(found: Sequence[Efficiency]) -> dict[str, str]:
    """efficiency.json, which `claimbench claims` reads, by its path."""
    rows = json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False)
    return {"efficiency.json": rows + "\n"}


def described(
    store: RunStore,
    stored: Sequence[StoredCell],
    measurements: Sequence[Measurement],
    spent: Sequence[Efficiency],
) -> list[Measured]:
    """The cells of a run folder that was measured already, with what makes them comparable."""
    costs = {(one.model, one.benchmark): one for one in spent}
    cells = {cell.name: cell for cell in stored}
    one_of = {cell.benchmark: cell for cell in stored}  # All of a benchmark have its problems.
    contents = {name: _contents(cell) for name, cell in one_of.items()}
    groups = {name: _groups(cell) for name, cell in one_of.items()}
    keys = {name: _samples(store, cell) for name, cell in cells.items()}
    return [
        Measured(
            m, contents[m.benchmark], _grader(store.config, m.benchmark), costs.get(name),
            groups[m.benchmark], keys[name],
        )
        for m in measurements
        for name in [CellName(m.model, m.benchmark)]
    ]  # fmt: skip


def _contents(cell: StoredCell) -> dict[str, str]:
    return {name: content_of(problem) for name, problem in cell.problems.items()}


def _groups(cell: StoredCell) -> dict[str, str]:
    """The group of each problem that has one."""
    found = {name: problem.details.get("group") for name, problem in cell.problems.items()}
    return {name: group for name, group in found.items() if group is not None}


def _from_store(
    store: RunStore,
    config: Mapping[str, object],
    cell: StoredCell,
    spent: Mapping[tuple[str, str], Efficiency],
) -> Measured:
    measured = measure_cell(store, cell)[1]
    grader = _grader(config, cell.benchmark)
    spent_here, samples = spent.get(cell.name), _samples(store, cell)
    return Measured(measured, _contents(cell), grader, spent_here, _groups(cell), samples)


def _samples(store: RunStore, cell: StoredCell) -> npt.NDArray[np.uint64]:
    """A key of 64 bits for each sample: equal where id and text are. Among two million samples the
    chance of any false pair is below 1e-6."""
    rows = store.sample_index(cell.name)
    rows = rows[rows["sample_index"] < cell.samples]
    halves = np.ascontiguousarray(rows["id"]).view("<u8").reshape(-1, 2)
    keys: npt.NDArray[np.uint64] = halves[:, 0] ^ np.ascontiguousarray(rows["digest"])
    return keys


def _from_results(root: Path, config: JsonObject) -> Iterator[Measured]:
    path = root / "measurements.json"
    try:
        found = TypeAdapter(list[Measurement]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(
            f"{path}: cannot be read; make it again with `claimbench report`"
        ) from error
    check_measurements(path, found)
    for m in found:
        try:
            grader = _grader(config, m.benchmark)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{root / 'run.yaml'} does not say how {m.benchmark} was graded, which {path.name} "
                "has: put back the files that belong together, or run again"
            ) from error
        yield Measured(m, dict.fromkeys(m.problem_ids, ""), grader)


def _grader(config: JsonObject, benchmark: str) -> str:
    """The kind of grader and its options; an lm-eval task's are its metric and filter."""
    grader = config["benchmarks"][benchmark]["grader"]
    given = {k: v for k, v in grader["options"].items() if v not in (None, [], ())}
    options = ", ".join(f"{key} {_short(value)}" for key, value in sorted(given.items()))
    return f"{grader['kind']} ({options})" if options else str(grader["kind"])


def _short(value: object) -> str:
    """A value of an option, or the digest of a long one."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= 60 else hashlib.sha256(text.encode()).hexdigest()[:12]


def content_of(problem: Problem) -> str:
    """The digest of what is asked and what is right; "" where neither is known."""
    asked = (problem.question, problem.text, problem.messages, problem.choices)
    if not any(asked):
        return ""
    turns = [asdict(turn) for turn in problem.messages or ()]
    content = [problem.question, problem.text, turns, list(problem.choices), problem.gold]
    return hashlib.sha256(json.dumps(content).encode("utf-8", "surrogatepass")).hexdigest()
