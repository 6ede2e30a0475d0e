"""The results that a report wrote, against what the stored samples and grades give now.

`claimbench claims --results` and `claimbench.load` read these files and no sample, so that a score,
a setting, a verdict or a cost edited there would be believed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from claimbench.analysis.cached import kept
from claimbench.analysis.cells import StoredCell
from claimbench.analysis.efficiency import Efficiency
from claimbench.analysis.repetition import repeating_ids
from claimbench.analysis.stored import spending
from claimbench.config.canonical import plain
from claimbench.errors import ClaimbenchError
from claimbench.records import NOT_REGISTERED, Measurement, Registration
from claimbench.report import messages
from claimbench.report.view import measure_whole
from claimbench.runner import registration
from claimbench.store import RunStore
from claimbench.verdicts.articles.runs import read_records, without_surrogates
from claimbench.verdicts.pairing import judge
from claimbench.verdicts.registration import with_registration

MEASUREMENTS, VERDICTS, EFFICIENCY = "measurements.json", "verdicts.json", "efficiency.json"
AGAIN = "make it again with `claimbench report`"
WORDS = ("sentence", "notes", "departures")
"""Keys of a verdict that another version may word otherwise; the same as data stands beside."""

Record = TypeVar("Record", Measurement, Efficiency)
Rows = dict[tuple[str, ...], Mapping[str, object]]


@dataclass
class ResultFaults:
    """What of the results is wrong, and what another version would only say otherwise."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def check_results(store: RunStore, cells: Sequence[StoredCell]) -> ResultFaults:
    """measurements.json, verdicts.json, efficiency.json and registration.json against what a report
    would write now; nothing of a folder that has no report yet."""
    found = ResultFaults()
    if not (store.root / MEASUREMENTS).is_file():
        return found
    try:
        _check(store, cells, found)
    except ClaimbenchError as error:
        found.wrong.append(str(error))
    return found


def _check(store: RunStore, cells: Sequence[StoredCell], found: ResultFaults) -> None:
    with kept(store) as known:
        looped = repeating_ids(known, [cell.name for cell in cells])
        measured = [measure_whole(known, cell, looped[cell.name])[1] for cell in cells]
    found.wrong += _records_differing(store.root / MEASUREMENTS, Measurement, measured)
    if (path := store.root / EFFICIENCY).is_file():
        found.wrong += _records_differing(path, Efficiency, spending(store, cells))
    stated = _stated_registration(store.root)
    found.wrong += registration.differing(store, stated)
    complete = all(one.complete for one in measured)
    judged = judge(measured, plain(store.manifest.judging)) if complete else []
    _check_verdicts(store.root / VERDICTS, with_registration(judged, stated), found)


def _records_differing(path: Path, kind: type[Record], now: Sequence[Record]) -> Iterator[str]:
    stored = [asdict(one) for one in read_records(path, kind)]
    yield from _differing(path.name, stored, [asdict(one) for one in now])


def _stated_registration(root: Path) -> Registration:
    path = root / registration.FILE
    found = read_records(path, Registration) if path.is_file() else ()
    return found[0] if found else NOT_REGISTERED


def _check_verdicts(path: Path, judged: Sequence[object], found: ResultFaults) -> None:
    if not path.is_file():
        found.missing.append(f"{VERDICTS} is not there: {AGAIN}")
        return
    try:
        stored = [dict(row) for row in json.loads(path.read_bytes())]
    except (OSError, ValueError, RecursionError, TypeError):
        found.wrong.append(f"{VERDICTS}: cannot be read; {AGAIN}")
        return
    now = messages.plain(tuple(judged))
    assert isinstance(now, list)
    faults = list(_differing(VERDICTS, _without(stored, WORDS), _without(now, WORDS)))
    found.wrong += faults
    if not faults and any(_differing(VERDICTS, stored, now)):
        found.missing.append(f"{VERDICTS}: its sentences are not those of this version; {AGAIN}")


def _without(rows: Sequence[Mapping[str, object]], keys: Sequence[str]) -> list[dict[str, object]]:
    return [{key: value for key, value in row.items() if key not in keys} for row in rows]


def _differing(
    file: str, stored: Sequence[Mapping[str, object]], now: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    """Each row of `file` that is missing, twice there, a stranger or another than now."""
    there, wanted = _by_name(stored), _by_name(now)
    if len(there) < len(stored):
        yield f"{file}: a row is there twice"
    for name in (*wanted, *(name for name in there if name not in wanted)):
        words = f"{file}: {'/'.join(name)}"
        if name not in there:
            yield f"{words} is missing"
        elif name not in wanted:
            yield f"{words} is none that the run has"
        else:
            yield from _differing_keys(words, there[name], wanted[name])


def _differing_keys(
    words: str, stored: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[str]:
    for key in {**now, **stored}:
        ours, theirs = now.get(key), stored.get(key)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            yield from _differing_keys(f"{words}: {key}", theirs, ours)
        elif not _same(ours, theirs):
            found = f"{key} is {str(theirs)[:40]}"
            yield f"{words}: {found}, the samples and grades give {str(ours)[:40]}"


def _by_name(rows: Sequence[Mapping[str, object]]) -> Rows:
    """Rows by model and benchmark, or by the figure that they judge; as they are read from JSON."""
    named = ("claim",) if any("claim" in row for row in rows) else ("model", "benchmark")
    plain_rows = json.loads(without_surrogates(json.dumps(list(rows))))
    return {tuple(str(row.get(key)) for key in named): row for row in plain_rows}


def _same(one: object, other: object) -> bool:
    """Whether two values of JSON are the same, floats up to their rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, (int, float)):
        both = math.isnan(one) and math.isnan(other)
        return both or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
