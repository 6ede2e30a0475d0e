"""What a row says of a problem beside question and answer: its tests, date, rating, and what else
its prompt shows.

Tests are kept as the dataset has them, encoded where it encodes them. Large ones are put into a
file each, named by their digest, so that neither a plan nor a run folder's index holds gigabytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from claimbench.benchmarks.rows import Located, Row, column, optional
from claimbench.config.benchmarks import BenchmarkConfig, FieldsConfig, TestsConfig
from claimbench.config.paths import cache_dir
from claimbench.errors import ConfigError, DataError
from claimbench.grading.code.unpack import FORMS, PRELUDE, canonical, digest_of
from claimbench.records.plain import JsonDict
from claimbench.records.runs import Problem

APART = 100_000
"""Characters from which a problem's tests are kept in a file of their own."""


def details_of(benchmark: BenchmarkConfig, located: Located, number: int) -> dict[str, object]:
    """`Problem.details` of a row: `slots`, `date`, `rating`, `group`, `entry_point` and `tests`,
    each only where the benchmark has it."""
    fields, row, name = benchmark.fields, located.row, benchmark.name
    found: dict[str, object] = {}
    if fields.slots:
        found["slots"] = slots_of(fields, row, name, number)
    if benchmark.dataset.date:
        found["date"] = str(column(row, benchmark.dataset.date, name, number))[:10]
    if fields.rating:
        found["rating"] = float(column(row, fields.rating, name, number))
    if fields.group:
        found["group"] = str(column(row, fields.group, name, number))
    if fields.tests:
        columns = _columns(fields.tests, row, name, number)
        found["entry_point"] = _entry_point(fields.tests.form, columns, name, number)
        found["tests"] = _kept(fields.tests.form, columns, located.where)
    return found


def slots_of(fields: FieldsConfig, row: Row, name: str, number: int) -> dict[str, str]:
    """What the prompt shows of a row beside its question, by the names the prompt has for it."""
    return {slot: _text(optional(row, col, name, number)) for slot, col in fields.slots.items()}


def decisive(problem: Problem) -> tuple[str, ...]:
    """What of the details decides prompt and grade, for the content's digest; () for a problem
    without any, so that digests of such benchmarks are of question and answer alone."""
    details = problem.details
    slots = [text for _, text in sorted(details.get("slots", {}).items())]
    tests = [details["tests"]["sha256"]] if "tests" in details else []
    rating = [str(details["rating"])] if "rating" in details else []
    return (*slots, *rating, *tests)


def _text(value: object) -> str:
    """A column as the prompt shows it: a list one item a line."""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _columns(tests: TestsConfig, row: Row, name: str, number: int) -> dict[str, object]:
    """The row's columns that hold its tests, by the names that the form has for them."""
    if tests.form not in FORMS:
        raise ConfigError(
            f"benchmark {name}: key fields.tests.form: {tests.form!r} is none of {sorted(FORMS)}"
        )
    form = FORMS[tests.form]
    given = set(tests.columns)
    if missing := [part for part in form.needs if part not in given]:
        raise ConfigError(f"benchmark {name}: key fields.tests.columns lacks {missing[0]}")
    if strange := sorted(given - {*form.needs, *form.may}):
        raise ConfigError(f"benchmark {name}: key fields.tests.columns: {strange[0]} is unknown")
    found = {}
    for part, col in tests.columns.items():
        read = column if part in form.needs else optional
        found[part] = read(row, col, name, number)
    return found | ({PRELUDE: tests.prelude} if tests.prelude else {})


def _entry_point(form: str, columns: Mapping[str, object], name: str, number: int) -> str:
    try:
        return FORMS[form].entry_point(columns)
    except DataError as error:
        raise DataError(f"{name}: row {number}: {error}") from error


def _kept(form: str, columns: Mapping[str, object], where: str) -> JsonDict:
    """Tests inside the problem where they are small, else the file they were put into."""
    text = canonical(columns)
    kept = {"form": form, "sha256": digest_of(text)} | ({"row": where} if where else {})
    if len(text) < APART:
        return {**kept, "data": dict(columns)}
    path = cache_dir() / "tests" / f"{kept['sha256']}.json"
    try:
        _write_once(path, text)
    except OSError as error:
        raise DataError(f"{path}: tests cannot be kept there ({error.strerror})") from error
    return {**kept, "file": str(path)}


def _write_once(path: Path, text: str) -> None:
    """Write the file unless it is there; a reader never sees half of it."""
    if path.exists() and path.stat().st_size == len(text):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, "ascii")
    temporary.replace(path)
