"""Plain tables: JSON lines, CSV or Parquet, with a mapping of their columns.

Without a mapping the columns are those of our own exports (`claimbench export csv`), any of them
absent. A mapping file is YAML; a dot in a column's name goes down into a JSON mapping:

    problem: doc.id
    response: output
    label: {column: verdict, right: [C], wrong: [I, N]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from claimbench.config.yamlfile import Strict, load_yaml, parse
from claimbench.interop.escapes import COLUMN, restore_row
from claimbench.interop.readers.lines import Located, csv_rows, json_lines
from claimbench.interop.readers.parquet import columns_of, parquet_rows
from claimbench.interop.readers.rows import (
    MOST_SAMPLES,
    Outputs,
    Row,
    count_of,
    finish_of,
    label_of,
    list_of,
    refuse,
    seconds_of,
    text_of,
)
from claimbench.messages import Message


class LabelColumn(Strict):
    """A column of labels in words of its own."""

    column: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


class Mapped(Strict):
    """Which column holds what; a column that is not named is absent."""

    problem: str | None = None
    question: str | None = None
    gold: str | None = None
    choices: str | None = None
    choice_order: str | None = None
    response: str | None = None
    reasoning: str | None = None
    sample_index: str | None = None
    label: str | LabelColumn | None = None
    their_answer: str | None = None
    their_reason: str | None = None
    finish_reason: str | None = None
    prompt_tokens: str | None = None
    completion_tokens: str | None = None
    seconds: str | None = None
    seed: str | None = None
    model: str | None = None
    benchmark: str | None = None


_OWN_NAMES = {"their_answer": "answer", "their_reason": "reason"}
"""Columns that our exports call otherwise: there the answer is ours."""

Reader = Callable[[Path], Iterator[Located]]


def read_jsonl(path: Path, mapping: Path | None = None) -> Outputs:
    """A file of JSON lines."""
    return _outputs(path, mapping, json_lines)


def read_csv(path: Path, mapping: Path | None = None) -> Outputs:
    """A CSV file with a header."""
    return _outputs(path, mapping, csv_rows)


def read_parquet(path: Path, mapping: Path | None = None) -> Outputs:
    """A Parquet file."""
    columns = columns_of(path)
    chosen = _mapped(mapping, columns, path)
    wanted = [c for c in columns if c in {n.partition(".")[0] for n in _named(chosen)} | {COLUMN}]
    return _outputs(path, mapping, lambda one: parquet_rows(one, wanted))


def _outputs(path: Path, mapping: Path | None, reader: Reader) -> Outputs:
    first = next(reader(path), None)
    if first is None:
        raise refuse(path.name, "there is no row in it")
    place, row = first
    mapped = _mapped(mapping, tuple(row), path)
    if mapped.response is None and mapped.label is None:
        raise refuse(
            path.name,
            f"neither response nor label is among its columns {_names(row)}; say with --mapping "
            "which they are",
        )
    own = mapping is None
    one = _row(row, mapped, place, own=own)
    return Outputs(
        tool=path.suffix.lstrip(".").lower() or "table",
        files=(path, mapping) if mapping else (path,),
        rows=lambda: _rows(path, reader, mapped, own),
        model=one.model,
        task=text_of(_at(row, mapped.benchmark, place), place, "benchmark"),
        notes=_notes(mapped),
    )


def _mapped(mapping: Path | None, columns: tuple[str, ...], path: Path) -> Mapped:
    """The mapping of a file, or our own columns as far as they are there."""
    if mapping is None:
        named = {**{name: name for name in Mapped.model_fields}, **_OWN_NAMES}
        own = {name: column for name, column in named.items() if column in columns}
        return Mapped.model_validate(own)
    data, marks = load_yaml(mapping)
    mapped = parse(Mapped, data, mapping, marks)
    for name in _named(mapped):
        if name.partition(".")[0] not in columns:
            raise refuse(path.name, f"the column {name!r} of {mapping} is missing")
    return mapped


def _named(mapped: Mapped) -> list[str]:
    label = mapped.label.column if isinstance(mapped.label, LabelColumn) else mapped.label
    others = [value for key, value in mapped if key != "label" and isinstance(value, str)]
    return [*others, *([label] if label else [])]


def _notes(mapped: Mapped) -> tuple[Message, ...]:
    unknown = (
        (Message("import-no-tokens"), mapped.completion_tokens),
        (Message("import-no-finish"), mapped.finish_reason),
    )
    return tuple(note for note, column in unknown if column is None)


def _names(row: Mapping[str, object]) -> str:
    names = ", ".join(map(str, row))
    return names if len(names) <= 80 else names[:77] + "..."


def _rows(path: Path, reader: Reader, mapped: Mapped, own: bool) -> Iterator[Row]:
    """The rows. Raises DataError behind the last where a key of the mapping was in none of them: it
    is misspelt, and its values would be taken for absent."""
    unseen = {name for name in _named(mapped) if "." in name}
    for number, (place, row) in enumerate(reader(path)):
        unseen -= {name for name in unseen if _at(row, name, place) is not None}
        yield _row(row, mapped, place, number, own=own)
    if unseen:
        raise refuse(path.name, f"no row has {min(unseen)!r}, which the mapping names")


def _row(
    raw: Mapping[str, object], mapped: Mapped, place: str, number: int = 0, *, own: bool
) -> Row:
    """One row; the escapes of our `own` exports are undone."""
    try:
        row = restore_row(raw) if own else raw
    except ValueError as error:
        raise refuse(place, str(error)) from error

    def text(name: str) -> str | None:
        return text_of(_at(row, getattr(mapped, name), place), place, name)

    def count(name: str, most: int = 2**32 - 2) -> int | None:
        return count_of(_at(row, getattr(mapped, name), place), place, name, most)

    question = text("question")
    choices = tuple(str(c) for c in _listed(row, mapped.choices, place))
    return Row(
        number=number,
        place=place,
        response=_present(text("response"), mapped, place),
        problem=text("problem") or None,
        texts=(question,) if question else (),
        gold=text("gold"),
        choices=choices,
        choice_order=_order(_listed(row, mapped.choice_order, place), len(choices), place),
        sample_index=count("sample_index", MOST_SAMPLES),
        label=_label(row, mapped, place),
        their_answer=text("their_answer"),
        their_reason=text("their_reason"),
        finish_reason=finish_of(text("finish_reason")),
        prompt_tokens=count("prompt_tokens"),
        completion_tokens=count("completion_tokens"),
        seconds=seconds_of(_at(row, mapped.seconds, place), place),
        seed=count("seed", 2**63 - 1),
        reasoning=text("reasoning") if _at(raw, mapped.reasoning, place) else None,
        model=text("model") or None,
    )


def _present(response: str | None, mapped: Mapped, place: str) -> str | None:
    if response is None and mapped.response is not None:
        raise refuse(place, "there is no response (an empty one is an empty text, not null)")
    return response


def _at(row: Mapping[str, object], column: str | None, place: str) -> Any:
    """The value of a column, or of a key below it. A row of JSON may lack a column."""
    if column is None:
        return None
    if column in row:
        return row[column]
    value: Any = row
    for key in column.split("."):
        if not isinstance(value, dict):
            raise refuse(place, f"there is no {column!r} in it: {key!r} is below no mapping")
        value = value.get(key)
        if value is None:
            return None
    return value


def _label(row: Mapping[str, object], mapped: Mapped, place: str) -> bool | None:
    if not isinstance(mapped.label, LabelColumn):
        return label_of(_at(row, mapped.label, place), place)
    value = _at(row, mapped.label.column, place)
    word = "" if value is None else str(value)
    if word in mapped.label.right:
        return True
    if word in mapped.label.wrong:
        return False
    if word.lower() in ("", "nan"):
        return None
    raise refuse(place, f"label is {word[:40]!r}, which the mapping does not name")


def _listed(row: Mapping[str, object], column: str | None, place: str) -> list[Any]:
    """A list; in CSV a JSON list."""
    value = _at(row, column, place)
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise refuse(place, f"{column} is no JSON list") from error
    return list_of(value or None, place, str(column))


def _order(listed: list[Any], choices: int, place: str) -> tuple[int, ...]:
    """Which choice was shown where, -1 where that is not known; nothing without an order."""
    known = [i for i in listed if i != -1]
    if not all(type(i) is int and 0 <= i < choices for i in known):
        raise refuse(place, f"choice_order must hold places among its {choices} choices, from 0 up")
    if listed and (len(listed) != choices or len(set(known)) != len(known)):
        raise refuse(place, f"choice_order must name each of its {choices} choices once")
    return tuple(listed)
