"""Every stored line of one cell: whole, its own, named once, and judged as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from claimbench.analysis.cells import StoredCell
from claimbench.errors import StoreError, counted
from claimbench.grading.outcomes import VALUES
from claimbench.records.plain import JsonObject
from claimbench.store import RunStore, hex_ids, text_key
from claimbench.store.reading import read_whole
from claimbench.store.rows import GRADES, SAMPLES, AnyKind, Index
from claimbench.store.tokens import unpack_ids

SHOWN = 5
"""Lines of one fault that are named; the rest are counted."""


@dataclass
class CellFaults:
    """What is wrong with the rows of a cell, what is missing, and how many there are."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    samples: int = 0
    grades: int = 0
    outdated: int = 0
    """Samples whose grades are all of a grader's other version."""


def _many(what: str, places: list[str]) -> list[str]:
    """One fault of many rows; none of no rows."""
    shown = ", ".join(places[:SHOWN])
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return [f"{what}: {shown}{more}"] if places else []


def check_rows(store: RunStore, cell: StoredCell) -> CellFaults:
    """Read every line of the cell's samples and grades."""
    found = CellFaults()
    for kind, strange in ((SAMPLES, _strange_sample), (GRADES, _strange_grade)):
        _lines(store, cell, kind, strange, found)
    if not found.wrong:  # Else its indexes cannot be read.
        try:
            _together(store, cell, found)
        except StoreError as error:
            found.wrong.append(str(error))
    return found


def _lines(
    store: RunStore,
    cell: StoredCell,
    kind: AnyKind,
    strange: Callable[[StoredCell, JsonObject], str],
    found: CellFaults,
) -> None:
    places: dict[str, list[str]] = {}
    for part in store.parts(kind, cell.name):
        try:
            rows, indexed = read_whole(kind, part)
            if not indexed:
                found.missing.append(
                    f"{_short(store, part)}: its index does not agree with its lines"
                )
            for number, values in enumerate(rows, 1):
                if why := strange(cell, values):
                    places.setdefault(why, []).append(f"{_short(store, part)}:{number}")
        except StoreError as error:
            found.wrong.append(str(error))
    for why, where in places.items():
        found.wrong += _many(f"{cell.name}: {why}", where)


def _strange_sample(cell: StoredCell, values: JsonObject) -> str:
    """Why a sample is not one of this cell, if so."""
    if (values["model"], values["benchmark"]) != cell.name:
        return "samples of another model or benchmark"
    if values["problem_id"] not in cell.problems:
        return "samples of a problem that is not there"
    if values["sample_index"] >= cell.samples:
        return f"samples beyond the {cell.samples} of a problem"
    if (packed := values.get("packed_ids")) is not None and not _are_ids(packed, values):
        return "samples whose packed_ids are not the ids of as many tokens"
    return ""


def _strange_grade(_: StoredCell, values: JsonObject) -> str:
    """Why a grade contradicts itself, if so."""
    value = VALUES.get(values["outcome"], values["value"])
    return "" if value == values["value"] else "grades whose value is not that of their outcome"


def _are_ids(packed: str, values: JsonObject) -> bool:
    """Whether packed token ids are as many as the sample counts, with EOS or without."""
    try:
        ids = unpack_ids(packed)
    except ValueError:
        return False
    return (values["completion_tokens"] or 0) - len(ids) in (0, 1)


def _together(store: RunStore, cell: StoredCell, found: CellFaults) -> None:
    """Samples and grades against one another and the plan."""
    samples = store.sample_index(cell.name)
    graded = store.grade_index(cell.name, cell.judge)
    found.samples, found.grades = len(samples), len(graded)
    every = store.all_records(SAMPLES, cell.name)
    if len(every) > len(samples):
        twice = counted(len(every) - len(samples), "sample is", "samples are")
        found.wrong.append(f"{cell.name}: {twice} there twice")
    if len(samples) != cell.asked:
        found.missing.append(f"{cell.name}: {len(samples)} of {cell.asked} samples")
    if len(graded) != len(samples):
        _ungraded(store, cell, np.setdiff1d(_ids(samples), _ids(graded)), found)
    strangers = np.setdiff1d(_ids(store.all_records(GRADES, cell.name)), _ids(every))
    # Lost samples that are asked again get their ids, and then these are graded again.
    orphans = _many(f"{cell.name}: grades of samples that are not there", _shown(strangers))
    if len(samples) == cell.asked:
        found.wrong += [*orphans, *_identity(store, cell, samples)]
    else:
        found.missing += orphans


def _ungraded(
    store: RunStore, cell: StoredCell, lacking: npt.NDArray[np.bytes_], found: CellFaults
) -> None:
    """What samples without a grade lack: one by today's rules, or one at all."""
    grades = store.all_records(GRADES, cell.name)
    ours = grades["grader"] == text_key(cell.judge.grader)
    elsewhere = np.setdiff1d(_ids(grades[~ours]), _ids(grades[ours]))
    found.outdated = int(np.isin(lacking, elsewhere).sum())
    if found.outdated:
        found.missing.append(
            f"{cell.name}: {counted(found.outdated, 'sample has', 'samples have')} grades by other "
            "rules than those of this version; `claimbench grade` makes them again"
        )
    if never := len(lacking) - found.outdated:
        none = counted(never, "sample has no grade of its", "samples have no grade of their")
        found.missing.append(f"{cell.name}: {none} present text and gold")


def _identity(store: RunStore, cell: StoredCell, samples: Index) -> Iterator[str]:
    """The samples' ids against the digest of those that the plan asked for."""
    expected = store.manifest.cells[str(cell.name)].digest_of(cell.samples)
    if expected is None:  # Imported: the ids are of files that are not here.
        return
    row_of = {text_key(problem): row for row, problem in enumerate(cell.problem_ids)}
    rows = np.array([row_of[int(key)] for key in samples["problem"]], dtype=np.int64)
    order = np.lexsort((samples["sample_index"], rows))
    ids = "".join(hex_ids(samples["id"][order]))
    if hashlib.sha256(ids.encode()).hexdigest() != expected:
        yield f"{cell.name}: the samples are not those of samples_digest in run.yaml"


def _ids(records: Index) -> npt.NDArray[np.bytes_]:
    return np.ascontiguousarray(records["id"]).view("S16")


def _shown(ids: npt.NDArray[np.bytes_]) -> list[str]:
    return [bytes(raw).ljust(16, b"\0").hex() for raw in ids.tolist()]


def _short(store: RunStore, part: Path) -> str:
    return part.relative_to(store.root).as_posix()
