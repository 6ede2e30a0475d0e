"""Our own runs, read from the small files of run folders: no samples, no model, no dataset."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from claimbench.analysis.contradictions import check_measurements
from claimbench.analysis.efficiency import Efficiency
from claimbench.claims.articles import claim_tests
from claimbench.errors import DataError
from claimbench.messages import Message
from claimbench.records import NOT_REGISTERED, Measurement, Registration
from claimbench.store import is_run, read_run
from claimbench.store.manifest import manifest_of
from claimbench.verdicts.articles.sources import Run
from claimbench.verdicts.registration import CLAIMS, changed

Record = TypeVar("Record", Measurement, Efficiency, Registration)


def default_results() -> list[Path]:
    """The folder `results` where it holds finished runs, else nothing."""
    folder = Path("results")
    return [folder] if any(folder.glob("*/measurements.json")) else []


def load_runs(folders: Iterable[Path]) -> tuple[Run, ...]:
    """Runs from run folders, or from folders that hold run folders; in the order of their names.

    Unfinished measurements are left out, with their counts. Raises DataError for a folder without
    measurements and for a file that cannot be read.
    """
    return tuple(map(_load, run_folders(folders)))


def damaged_run(folder: Path) -> Run:
    """A run folder that does not prove itself: named, and no evidence."""
    return Run(folder.name, (), left_out=(Message("run-damaged", {"run": folder.name}),))


def run_folders(folders: Iterable[Path]) -> list[Path]:
    """The run folders among `folders`, or one folder down, each once, in the order of their
    names. Raises DataError for a folder without any."""
    found = {path.resolve(): path for folder in folders for path in _run_folders(folder)}
    return sorted(found.values(), key=lambda path: path.name)


def _run_folders(folder: Path) -> list[Path]:
    try:
        if (folder / "measurements.json").is_file():
            return [folder]
        inside = sorted(path.parent for path in folder.glob("*/measurements.json"))
    except OSError as error:  # One may not even look there.
        raise DataError(
            f"--results {folder}: cannot be read ({error.strerror or error})"
        ) from error
    if not inside:
        raise DataError(
            f"--results {folder}: there is no measurements.json in it or one folder down; name a "
            "run folder, or make its report with `claimbench report`"
        )
    return inside


def _load(folder: Path) -> Run:
    measurements = read_records(folder / "measurements.json", Measurement)
    check_measurements(folder / "measurements.json", measurements)
    path = folder / "efficiency.json"
    return Run(
        name=folder.name,
        measurements=tuple(m for m in measurements if m.complete),
        efficiency=read_records(path, Efficiency) if path.is_file() else (),
        left_out=tuple(_unfinished(folder.name, m) for m in measurements if not m.complete),
        registration=_registration(folder, measurements),
    )


def _registration(folder: Path, measurements: Iterable[Measurement]) -> Registration:
    """What the report of a run found, and in what the tests of claims have changed since."""
    path = folder / "registration.json"
    if not path.is_file():
        return NOT_REGISTERED
    (found,) = read_records(path, Registration)
    registered = manifest_of(folder, read_run(folder).config).registered if is_run(folder) else None
    if registered is None:
        return found
    now = {CLAIMS: claim_tests(m.model for m in measurements)}
    tests = changed({CLAIMS: registered.values[CLAIMS]}, now)
    kept = tuple(change for change in found.changes if change.thing != CLAIMS)
    return replace(found, changes=(*kept, *tests))


def _unfinished(run: str, m: Measurement) -> Message:
    counts = {"received": m.received, "asked": m.asked, "graded": m.graded}
    return Message(
        "run-unfinished", {"run": run, "model": m.model, "benchmark": m.benchmark, **counts}
    )


def read_records(path: Path, kind: type[Record]) -> tuple[Record, ...]:
    """The records in a JSON file of a run folder. Raises DataError."""
    try:
        text = without_surrogates(path.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[kind, ...]).validate_json(text)  # type: ignore[valid-type]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        words = f"{path}: {place or 'the file'}: {first['msg'].lower()}"
        raise DataError(f"{words}; make it again with `claimbench report`") from error
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read ({why})") from error


def without_surrogates(text: str) -> str:
    """JSON without lone surrogates, which the ids of imported outputs may hold and pydantic does
    not take: a question mark stands for each."""
    if "\\ud" not in text.lower():
        return text
    return json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace").decode()
