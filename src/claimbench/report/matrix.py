"""Many verdicts in one picture: models down, benchmarks across."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from claimbench.messages import Message, Value, term
from claimbench.records import Verdict
from claimbench.report.answer import CARDS, symbol_of
from claimbench.report.document import Document
from claimbench.report.tables import signed
from claimbench.verdicts.pairing import VERDICTS

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """The verdicts of one kind in one place of the picture: how many, or the difference of the only
    one."""

    state: str
    symbol: str
    word: Message
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """`rows` are a model's title and the fields of each of the `benchmarks`."""

    benchmarks: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Field, ...], ...]], ...]


def matrix_of(document: Document) -> Matrix | None:
    """None where there are so few verdicts that each is told by itself."""
    if len(document.verdicts) <= CARDS:
        return None
    titles = _titles(document)
    found: dict[Key, list[Verdict]] = {}
    for v in document.verdicts:
        found.setdefault((v.subject, v.benchmark), []).append(v)
    models = list(dict.fromkeys(model for model, _ in found))
    benchmarks = list(dict.fromkeys(benchmark for _, benchmark in found))
    return Matrix(
        tuple(titles[name] for name in benchmarks),
        tuple(
            (titles[model], tuple(_fields(found.get((model, name), [])) for name in benchmarks))
            for model in models
        ),
    )


def _titles(document: Document) -> dict[str, str]:
    return {
        name: run.titled(name)
        for run in document.runs
        for v in run.verdicts
        for name in (v.subject, v.benchmark)
    }


def _fields(verdicts: list[Verdict]) -> tuple[Field, ...]:
    counts = Counter(v.verdict for v in verdicts)
    alone = verdicts[0].difference if len(verdicts) == 1 else None
    return tuple(
        Field(
            name,
            symbol_of(name),
            term("verdict", name),
            counts[name],
            str(counts[name]) if alone is None else signed(alone),
        )
        for name in VERDICTS
        if counts[name]
    )


def matrix_rows(found: Matrix) -> list[tuple[Value, ...]]:
    """The picture as rows of a table: a model, then a cell for each benchmark."""
    return [
        (model, *(tuple(_said(field) for field in fields) or "–" for fields in cells))
        for model, cells in found.rows
    ]


def _said(field: Field) -> Message:
    return Message("matrix-field", {"word": field.word, "text": field.text})
