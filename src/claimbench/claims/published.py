"""seeds/published/*.yaml: result tables and dated figures, each number with its source."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from claimbench.claims.catalogue import (
    CATALOGUE_FILE,
    Benchmark,
    Catalogue,
    load_catalogue,
    refusal,
)
from claimbench.claims.problem_scores import with_problems
from claimbench.claims.published_schema import Cell, Column, Other, PublishedFile, Row, Table
from claimbench.claims.schema import Figure
from claimbench.config import folders
from claimbench.config.paths import seeds_dir
from claimbench.config.yamlfile import Key, Marks, load_yaml, nearest, parse
from claimbench.errors import ConfigError
from claimbench.records import PublishedResult, Source

MOST_SAMPLES = 64
"""So many samples per problem are tried for a figure whose source does not state them."""


@dataclass(frozen=True)
class _Open:
    """A file being read."""

    path: Path
    marks: Marks
    content: PublishedFile


def load_published(folder: Path | None = None) -> tuple[PublishedResult, ...]:
    """Every figure of every table. Ids are `file/table:subject:benchmark:metric`, with `#2` and
    on for further figures of the same cell. Raises ConfigError by file, line and key."""
    folder = folder or seeds_dir() / "published"
    return _load_published(folder, stamp(folder))


def stamp(folder: Path) -> tuple[object, ...]:
    """What changes when a file of `folder`, or what configs/ names, changes."""
    known = {entry.name: entry.stat() for entry in os.scandir(folder)} if folder.is_dir() else {}
    files = [(name, one.st_mtime_ns, one.st_size) for name, one in sorted(known.items())]
    return (*files, *folders.names("models"), *folders.names("benchmarks"))


@lru_cache(maxsize=4)
def _load_published(folder: Path, _stamp: tuple[object, ...]) -> tuple[PublishedResult, ...]:
    """Read once for as long as no file changes: a report judges hundreds of runs by them."""
    catalogue = load_catalogue(folder)
    results: list[PublishedResult] = []
    for opened in _files(folder):
        found = [result for result, _ in _results(opened, catalogue)]
        _refuse_twins(opened, catalogue)
        results.extend(found)
    return tuple(results)


def select_published(names: Iterable[str], folder: Path | None = None) -> list[PublishedResult]:
    """The figures of some tables: `file` stands for all tables of a file, `file/table` for one.
    Raises ConfigError where there is no such table."""
    results = load_published(folder)
    tables = {result.table for result in results}
    known = tables | {table.partition("/")[0] for table in tables}
    for name in (names := tuple(names)):
        if name not in known:
            where = folder or seeds_dir() / "published"
            raise ConfigError(f"{where}: there is no published table {name}{nearest(name, known)}")
    return [r for r in results if {r.table, r.table.partition("/")[0]} & set(names)]


def load_figures(folder: Path | None = None) -> dict[str, Figure]:
    """Every dated figure by its id. Raises ConfigError where two files use one id."""
    figures: dict[str, Figure] = {}
    for opened in _files(folder or seeds_dir() / "published"):
        for name, figure in opened.content.figures.items():
            if name in figures:
                raise _refuse(opened, ("figures", name), "another file has a figure of this name")
            figures[name] = figure.model_copy(
                update={"tier": opened.content.tier, "table": opened.path.stem}
            )
    return figures


def _files(folder: Path) -> tuple[_Open, ...]:
    return _read_files(folder, stamp(folder))


@lru_cache(maxsize=2)
def _read_files(folder: Path, _stamp: tuple[object, ...]) -> tuple[_Open, ...]:
    paths = (path for path in sorted(folder.glob("*.yaml")) if path.name != CATALOGUE_FILE)
    return tuple(map(_open, paths))


def _open(path: Path) -> _Open:
    data, marks = load_yaml(path)
    opened = _Open(path, marks, parse(PublishedFile, data, path, marks))
    _refuse_tables_without_source(opened)
    return opened


def _refuse_tables_without_source(opened: _Open) -> None:
    for name, table in opened.content.tables.items():
        if not (table.source or opened.content.source):
            sentence = "is needed, as the file has none for all of its tables"
            raise _refuse(opened, ("tables", name, "source"), sentence)


def _refuse(opened: _Open, key: Key, sentence: str) -> Exception:
    return refusal(opened.path, opened.marks, key, sentence)


Place = tuple[str, str, int]
"""Table, row and column of a cell."""


def _cells(content: PublishedFile) -> Iterator[tuple[Place, Cell]]:
    for name, table in content.tables.items():
        for subject, row in table.rows.items():
            for i, value in enumerate(row.values):
                if value is not None:
                    cell = value if isinstance(value, Cell) else Cell(value=value)
                    yield (name, subject, i), cell


def _key(place: Place) -> Key:
    table, subject, i = place
    return ("tables", table, "rows", subject, "values", i)


def _results(opened: _Open, catalogue: Catalogue) -> Iterator[tuple[PublishedResult, Place]]:
    for place, cell in _cells(opened.content):
        benchmark, metric = _names(opened, catalogue, place)
        low, high = catalogue.range_of(metric)
        for value in (cell.value, *(other.value for other in cell.also)):
            if not low <= value <= high:
                sentence = f"{value} is outside {low:g} to {high:g}, the range of {metric}"
                raise _refuse(opened, _key(place), sentence)
        first = _result(opened, catalogue, place, cell, (benchmark, metric))
        if file := opened.content.tables[place[0]].per_problem:
            first = with_problems(first, opened.path.parent / file)
        known = catalogue.benchmarks[benchmark]
        yield _with_fewest_samples(first, known), place
        for n, other in enumerate(cell.also, start=2):
            yield _with_fewest_samples(_other(first, other, n), known), place


def _names(opened: _Open, catalogue: Catalogue, place: Place) -> tuple[str, str]:
    table, subject, i = place
    if subject not in catalogue.models:
        sentence = f"model {subject} is not defined{nearest(subject, catalogue.models)}"
        raise _refuse(opened, ("tables", table, "rows", subject), sentence)
    column = opened.content.tables[table].columns[i]
    try:
        named = f"{column.benchmark}/{column.metric}" if column.metric else column.benchmark
        return catalogue.split(named)
    except ValueError as error:
        raise _refuse(opened, ("tables", table, "columns", i), str(error)) from error


def _result(
    opened: _Open, catalogue: Catalogue, place: Place, cell: Cell, names: tuple[str, str]
) -> PublishedResult:
    table_name, subject, i = place
    table = opened.content.tables[table_name]
    row, column = table.rows[subject], table.columns[i]
    if (cell.sd is None) != (column.runs is None):
        raise _refuse(opened, _key(place), "sd and the column's runs are given together or not")
    document = table.source or opened.content.source
    assert document is not None  # Such a table was refused.
    where = f"{opened.path.stem}/{table_name}"
    line = row.line or column.line or table.lines
    return PublishedResult(
        id=f"{where}:{subject}:{names[0]}:{names[1]}",
        table=where,
        subject=subject,
        benchmark=names[0],
        metric=names[1],
        value=cell.value,
        tier=opened.content.tier,
        source=Source(document.file, line, document.commit, document.url),
        samples=(row.samples or column.samples) if row.own else None,
        samples_min=column.samples_min if row.own else 1,
        sd=cell.sd,
        runs=column.runs,
        decimals=column.decimals,
        greedy=column.greedy if row.own else None,
        problems=cell.problems or column.problems or catalogue.benchmarks[names[0]].problems,
        protocol=_protocol(opened.content, table, row, column),
        note="; ".join(filter(None, _notes(table, row, column, cell))),
        untestable=column.untestable,
    )


def _protocol(
    content: PublishedFile, table: Table, row: Row, column: Column
) -> Mapping[str, object]:
    return content.protocol | table.protocol | column.protocol if row.own else {}


def _notes(table: Table, row: Row, column: Column, cell: Cell) -> Iterator[str]:
    # What a table says of its own runs does not hold for a row that it quotes.
    yield from (cell.conflict, row.note, column.note, table.note if row.own else "")


def _other(first: PublishedResult, other: Other, n: int) -> PublishedResult:
    source = first.source
    if other.source:
        source = Source(other.source.file, other.line, other.source.commit, other.source.url)
    elif other.line:
        source = dataclasses.replace(source, line=other.line)
    return dataclasses.replace(
        first, id=f"{first.id}#{n}", value=other.value, source=source, note=other.reason
    )


def _with_fewest_samples(result: PublishedResult, benchmark: Benchmark) -> PublishedResult:
    """Where the source does not state the samples per problem, the fewest that the figure allows:
    79.2 % of 30 problems cannot come from one sample of each. Only where every laboratory scores
    the same whole set, since on part of one other figures are possible."""
    from claimbench.statistics import allowed_samples

    if result.samples is not None or not benchmark.whole or result.problems is None:
        return result
    if result.metric not in ("pass@1", "accuracy"):
        return result
    candidates = range(result.samples_min, MOST_SAMPLES + 1)
    allowed = allowed_samples(result.value, result.problems, list(candidates), result.decimals)
    return dataclasses.replace(result, samples_min=allowed[0]) if allowed else result


def _refuse_twins(opened: _Open, catalogue: Catalogue) -> None:
    """Two figures of one file for one cell need a reason, unless two tables say the same."""
    seen: dict[tuple[str, str, str], tuple[Place, Cell]] = {}
    for place, cell in _cells(opened.content):
        cell_of = (place[1], *_names(opened, catalogue, place))
        earlier = seen.setdefault(cell_of, (place, cell))
        if earlier[0] == place:
            continue
        same = earlier[0][0] != place[0] and earlier[1].value == cell.value
        if not (same or cell.conflict or earlier[1].conflict):
            sentence = (
                f"{cell.value:g} is a second figure for {' '.join(cell_of)} (the first is "
                f"{earlier[1].value:g}); say why under conflict"
            )
            raise _refuse(opened, _key(place), sentence)
