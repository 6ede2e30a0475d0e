"""Plain tables: JSON lines, CSV or Parquet, with a mapping of their columns (mapped.py).

Without a mapping the columns are those of our own exports (`claimbench export csv`), any of them
absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from claimbench.interop.escapes import COLUMN, restore_row
from claimbench.interop.readers.lines import Located, csv_rows, json_rows
from claimbench.interop.readers.mapped import (
    LabelColumn,
    Mapped,
    Values,
    answer_of,
    gold_of,
    looks_packed,
    mapping_for,
    samples_in,
    value_at,
)
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

Reader = Callable[[Path], Iterator[Located]]


def read_jsonl(path: Path, mapping: Path | None = None) -> Outputs:
    """A file of JSON lines, or one JSON list of objects."""
    return _outputs(path, mapping, json_rows)


def read_csv(path: Path, mapping: Path | None = None) -> Outputs:
    """A CSV file with a header."""
    return _outputs(path, mapping, csv_rows)


def read_parquet(path: Path, mapping: Path | None = None) -> Outputs:
    """A Parquet file."""
    columns = columns_of(path)
    named = mapping_for(mapping, columns, path).columns.values()
    wanted = [c for c in columns if c in {*named, *(n.partition(".")[0] for n in named), COLUMN}]
    return _outputs(path, mapping, lambda one: parquet_rows(one, wanted))


def _outputs(path: Path, mapping: Path | None, reader: Reader) -> Outputs:
    first = next(reader(path), None)
    if first is None:
        raise refuse(path.name, "there is no row in it")
    place, row = first
    mapped = mapping_for(mapping, tuple(row), path)
    if mapped.response is None and mapped.label is None and mapped.answer is None:
        raise refuse(path.name, _no_response(row, mapping))
    own = mapping is None
    if mapped.several is None and not own and looks_packed(value_at(row, mapped.response, place)):
        raise refuse(
            place,
            "the response looks like a JSON list of samples: say in the mapping whether it is "
            "(several: true, or several: false for a reply that only looks so)",
        )
    one = next(_made(row, mapped, place, own=own))
    return Outputs(
        tool=path.suffix.lstrip(".").lower() or "table",
        files=(path, mapping) if mapping else (path,),
        rows=lambda: _rows(path, reader, mapped, own),
        model=one.model,
        task=text_of(value_at(row, mapped.benchmark, place), place, "benchmark"),
        notes=_notes(mapped),
    )


def _notes(mapped: Mapped) -> tuple[Message, ...]:
    unknown = (
        (Message("import-no-tokens"), mapped.completion_tokens),
        (Message("import-no-finish"), mapped.finish_reason),
    )
    return tuple(note for note, column in unknown if column is None)


def _no_response(row: Mapping[str, object], mapping: Path | None) -> str:
    """That nothing is known to be a reply, with the line of a mapping that would say what is."""
    likely = next((c for c in row if c.lower() in _LIKELY_RESPONSES), "COLUMN")
    line = f"`response: {likely}`"
    if mapping is not None:
        return f"{mapping} names no response, label or answer; add {line} (its columns: " + (
            f"{_names(row)})"
        )
    return (
        f"neither response nor label is among its columns {_names(row)}; say in a file which they "
        f"are, with lines such as {line}, and give it with --mapping (docs/import.md)"
    )


_LIKELY_RESPONSES = frozenset(
    ("response", "responses", "output", "outputs", "completion", "completions", "generation",
     "reply", "prediction", "model_output", "generated_text", "text")
)  # fmt: skip
"""What others call the column of the replies."""


def _names(row: Mapping[str, object]) -> str:
    names = ", ".join(map(str, row))
    return names if len(names) <= 80 else names[:77] + "..."


def _rows(path: Path, reader: Reader, mapped: Mapped, own: bool) -> Iterator[Row]:
    """The rows. Raises DataError behind the last where a key of the mapping was in none of them: it
    is misspelt, and its values would be taken for absent."""
    unseen = {name for name in mapped.columns.values() if "." in name}
    number = 0
    for place, row in reader(path):
        unseen -= {name for name in unseen if value_at(row, name, place) is not None}
        for made in _made(row, mapped, place, number, own=own):
            yield made
            number += 1
    if unseen:
        raise refuse(path.name, f"no row has {min(unseen)!r}, which the mapping names")


def _made(
    raw: Mapping[str, object], mapped: Mapped, place: str, number: int = 0, *, own: bool
) -> Iterator[Row]:
    """The samples of one row; the escapes of our `own` exports are undone."""
    try:
        row = restore_row(raw) if own else raw
    except ValueError as error:
        raise refuse(place, str(error)) from error
    if own:
        yield _row(_own_values(raw, row, mapped, place), mapped, place, number)
        return
    for more, values in enumerate(samples_in(row, mapped, place)):
        apart = values.get("reasoning") or None
        yield _row({**values, "reasoning": apart}, mapped, place, number + more)


def _own_values(
    raw: Mapping[str, object], row: Mapping[str, object], mapped: Mapped, place: str
) -> Values:
    """An export has one sample a row. An empty reasoning, or stated answer, is none unless it is
    escaped."""
    return {
        name: value_at(row, column, place)
        for name, column in mapped.columns.items()
        if name not in ("reasoning", "answer") or value_at(raw, column, place)
    }


def _row(values: Values, mapped: Mapped, place: str, number: int) -> Row:
    def text(name: str) -> str | None:
        return text_of(values.get(name), place, name)

    def count(name: str, most: int = 2**32 - 2) -> int | None:
        return count_of(values.get(name), place, name, most)

    question = text("question")
    choices = tuple(str(c) for c in _listed(values, "choices", place))
    return Row(
        number=number,
        place=place,
        response=_response(values, mapped, place),
        problem=text("problem") or None,
        texts=(question,) if question else (),
        gold=gold_of(values, mapped, place),
        choices=choices,
        choice_order=_order(_listed(values, "choice_order", place), len(choices), place),
        sample_index=count("sample_index", MOST_SAMPLES),
        label=_label(values, mapped, place),
        their_answer=text("their_answer"),
        their_reason=text("their_reason"),
        finish_reason=finish_of(text("finish_reason")),
        prompt_tokens=count("prompt_tokens"),
        completion_tokens=count("completion_tokens"),
        seconds=seconds_of(values.get("seconds"), place),
        seed=count("seed", 2**63 - 1),
        reasoning=text("reasoning"),
        model=text("model") or None,
        answer=answer_of(values, mapped, place),
    )


def _response(values: Values, mapped: Mapped, place: str) -> str | None:
    """The response, None for null; of a file that has answers alone, the answer."""
    if mapped.response is None:
        return answer_of(values, mapped, place)
    return text_of(values["response"], place, "response")


def _label(values: Values, mapped: Mapped, place: str) -> bool | None:
    value = values.get("label")
    if not isinstance(mapped.label, LabelColumn):
        return label_of(value, place)
    word = "" if value is None else str(value)
    if word in mapped.label.right:
        return True
    if word in mapped.label.wrong:
        return False
    if word.lower() in ("", "nan"):
        return None
    raise refuse(place, f"label is {word[:40]!r}, which the mapping does not name")


def _listed(values: Values, name: str, place: str) -> list[Any]:
    """A list; in CSV a JSON list."""
    value = values.get(name)
    if isinstance(value, str) and value:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise refuse(place, f"{name} is no JSON list") from error
    return list_of(value or None, place, name)


def _order(listed: list[Any], choices: int, place: str) -> tuple[int, ...]:
    """Which choice was shown where, -1 where that is not known; nothing without an order."""
    known = [i for i in listed if i != -1]
    if not all(type(i) is int and 0 <= i < choices for i in known):
        raise refuse(place, f"choice_order must hold places among its {choices} choices, from 0 up")
    if listed and (len(listed) != choices or len(set(known)) != len(known)):
        raise refuse(place, f"choice_order must name each of its {choices} choices once")
    return tuple(listed)
