"""The choices of a row: a column each, the right one first, or one column with all of them and a
gold that says which of them is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from claimbench.benchmarks.rows import Row, column
from claimbench.config.benchmarks import FieldsConfig
from claimbench.errors import DataError, counted
from claimbench.records.runs import CHOICE_LETTERS


def choices_of(fields: FieldsConfig, row: Row, name: str, number: int) -> tuple[str, ...]:
    """The choices of a row, the right one first; () for a benchmark without. Raises DataError where
    the gold is none of them."""
    if fields.choices_in is None:
        return tuple(str(column(row, c, name, number)).strip() for c in fields.choices)
    texts, labels = listed(column(row, fields.choices_in, name, number))
    where = f"{name}: row {number}"
    if not 2 <= len(texts) <= len(CHOICE_LETTERS):
        raise DataError(
            f"{where} has {counted(len(texts), 'choice')} in column {fields.choices_in}; a list "
            f"of 2 to {len(CHOICE_LETTERS)} texts is needed"
        )
    gold = column(row, str(fields.gold), name, number)
    place = right_place(texts, labels, gold)
    if place is None:
        raise DataError(
            f"{where}: gold {gold!r} (column {fields.gold}) is none of its {len(texts)} choices; "
            "write its letter, its number counted from 0, or its text"
        )
    return (texts[place], *texts[:place], *texts[place + 1 :])


def listed(value: object) -> tuple[list[str], list[str]]:
    """The texts of a column of choices and their labels: a list, or the two lists `text` and
    `label` (ARC's form); no texts where it is neither."""
    texts: object = value
    labels: object = ()
    if isinstance(value, Mapping):
        texts, labels = value.get("text"), value.get("label", ())
    if not isinstance(texts, list | tuple):
        return [], []
    marks = labels if isinstance(labels, list | tuple) and len(labels) == len(texts) else ()
    return [str(text).strip() for text in texts], [str(mark) for mark in marks]


def right_place(texts: Sequence[str], labels: Sequence[str], gold: object) -> int | None:
    """The index of the right choice. A number counts from 0, as MMLU's does; a text is the choice
    itself, else its label, its letter, or that number."""
    if isinstance(gold, int) and not isinstance(gold, bool):
        return gold if 0 <= gold < len(texts) else None
    word = str(gold).strip()
    for names in (texts, labels):
        if word in names:
            return list(names).index(word)
    letter = word.strip("().").upper()
    if len(letter) == 1 and letter in CHOICE_LETTERS[: len(texts)]:
        return CHOICE_LETTERS.index(letter)
    return int(word) if word.isdecimal() and int(word) < len(texts) else None
