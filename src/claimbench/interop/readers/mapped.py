r"""Which column of a table holds what, and the values that a row has there.

A mapping file is YAML; a dot in a column's name goes down into a JSON mapping, and into each
element of a list:

    problem: doc.id
    response: choices.message.content
    label: {column: verdict, right: [C], wrong: [I, N]}
    answer: {pattern: 'ANSWER = (.+)'}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pydantic import field_validator

from claimbench.config.yamlfile import Strict, load_yaml, parse
from claimbench.interop.readers.rows import refuse, text_of

LONGEST_SEARCHED = 4000
"""Characters at the end of a text in which a pattern of the user's is looked for: it is tried on
text that a model wrote, and may be slow on some."""
MOST_IN_ROW = 10_000
"""Samples of one row."""


class Strings(Strict):
    """Where in a text the answer stands: behind the last `after`, or what the last match of
    `pattern` has in its first group (in all, without a group)."""

    after: str | None = None
    pattern: str | None = None

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"this is no regular expression ({error})") from error
        return pattern

    @cached_property
    def _regex(self) -> re.Pattern[str] | None:
        return re.compile(self.pattern) if self.pattern is not None else None

    def find(self, text: str) -> str | None:
        """What stands there; None where the text has no such place."""
        if self.after is not None:
            _, marker, text = text.rpartition(self.after)
            if not marker:
                return None
        if self._regex is not None:
            found = list(self._regex.finditer(text[-LONGEST_SEARCHED:]))
            if not found:
                return None
            text = found[-1][1 if self._regex.groups else 0] or ""
        return text.strip()


class AnswerRule(Strings):
    """Which `column` states the answer (without one, the response does), and where in it."""

    column: str | None = None


class LabelColumn(Strict):
    """A column of labels in words of its own."""

    column: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


class Mapped(Strict):
    """Which column holds what; a column that is not named is absent. `several`: whether a text in
    the column of responses is a JSON list with a sample in each element."""

    problem: str | None = None
    question: str | None = None
    gold: str | None = None
    gold_after: str | None = None
    gold_pattern: str | None = None
    choices: str | None = None
    choice_order: str | None = None
    response: str | None = None
    reasoning: str | None = None
    answer: str | AnswerRule | None = None
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
    several: bool | None = None

    @field_validator("gold_pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return Strings._compiles(pattern)

    @cached_property
    def in_gold(self) -> Strings:
        """Where in a gold the answer stands."""
        return Strings(after=self.gold_after, pattern=self.gold_pattern)

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The column of each field that has one."""
        found = {name: value for name, value in self if isinstance(value, str)}
        for name in ("label", "answer"):
            rule = getattr(self, name)
            if isinstance(rule, LabelColumn | AnswerRule) and rule.column is not None:
                found[name] = rule.column
        return {name: value for name, value in found.items() if name not in _NO_COLUMN}


_NO_COLUMN = frozenset({"gold_after", "gold_pattern"})
_OWN_NAMES = {"their_answer": "answer", "their_reason": "reason", "answer": "stated_answer"}
"""Columns that our exports call otherwise: there the answer is ours."""
_ITS_OWN = (
    "response", "reasoning", "answer", "sample_index", "label", "their_answer", "their_reason",
    "finish_reason", "prompt_tokens", "completion_tokens", "seconds", "seed",
)  # fmt: skip
"""What each of several samples of one row has for itself."""
_SHARED = frozenset({"prompt_tokens"})
"""Of these, what may be one value for all."""

Values = Mapping[str, object]
"""What a row has, by the field of `Mapped`."""


def mapping_for(mapping: Path | None, columns: tuple[str, ...], path: Path) -> Mapped:
    """The mapping of a file, or our own columns as far as they are there."""
    if mapping is None:
        fields = [name for name in Mapped.model_fields if name not in (*_NO_COLUMN, "several")]
        named = {**{name: name for name in fields}, **_OWN_NAMES}
        if "problem" not in columns:  # As the samples of a run folder call it.
            named["problem"] = "problem_id"
        return Mapped.model_validate({n: c for n, c in named.items() if c in columns})
    data, marks = load_yaml(mapping)
    mapped = parse(Mapped, data, mapping, marks)
    for name in mapped.columns.values():
        if name not in columns and name.partition(".")[0] not in columns:
            raise refuse(path.name, f"the column {name!r} of {mapping} is missing")
    return mapped


def value_at(row: Mapping[str, object], column: str | None, place: str) -> object:
    """The value of a column, or of a key below it; of a list of mappings the list of theirs. A row
    of JSON may lack a column."""
    if column is None:
        return None
    if column in row:
        return row[column]
    return _below(row, column.split("."), column, place)


def _below(value: object, keys: list[str], column: str, place: str) -> object:
    for depth, key in enumerate(keys):
        if isinstance(value, list):
            return [_below(one, keys[depth:], column, place) for one in value]
        if not isinstance(value, dict):
            raise refuse(place, f"there is no {column!r} in it: {key!r} is below no mapping")
        value = value.get(key)
        if value is None:
            return None
    return value


def samples_in(row: Mapping[str, object], mapped: Mapped, place: str) -> Iterator[Values]:
    """The values of each sample of a row: one, or as many as its list of responses (or answers, or
    labels, where it has no responses) holds."""
    values = {name: value_at(row, column, place) for name, column in mapped.columns.items()}
    leading = next((name for name in ("response", "answer", "label") if name in values), None)
    if mapped.several:
        values |= {n: _unpacked(values[n]) for n in _ITS_OWN if n in values}
    listed = values[leading] if leading else None
    if not isinstance(listed, list):
        yield values
        return
    if not 0 < len(listed) <= MOST_IN_ROW:
        raise refuse(
            place, f"{leading} is a list of {len(listed)}, of 1 to {MOST_IN_ROW} is needed"
        )
    for number in range(len(listed)):
        own = {
            n: _one_of(values[n], n, number, len(listed), place) for n in _ITS_OWN if n in values
        }
        yield {**values, **own}


def _one_of(value: object, name: str, number: int, count: int, place: str) -> object:
    """The value of one of `count` samples. One value for several is nobody's: which it is of is not
    known."""
    if isinstance(value, list):
        if len(value) != count:
            there = "there is 1 sample" if count == 1 else f"there are {count} samples"
            raise refuse(place, f"{name} is a list of {len(value)}, {there}")
        return value[number]
    return value if count == 1 or name in _SHARED else None


def _unpacked(value: object) -> object:
    """A JSON list in a text."""
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found


def looks_packed(value: object) -> bool:
    """Whether a text is a JSON list of texts."""
    found = _unpacked(value) if isinstance(value, str) else None
    return isinstance(found, list) and bool(found) and all(isinstance(one, str) for one in found)


def gold_of(values: Values, mapped: Mapped, place: str) -> str | None:
    """The gold, or the answer in it; a list of one is that one."""
    found = values.get("gold")
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    gold = text_of(found, place, "gold")
    if gold is None or (mapped.gold_after is None and mapped.gold_pattern is None):
        return gold
    answer = mapped.in_gold.find(gold)
    if not answer:
        key = "gold_after" if mapped.gold_after is not None else "gold_pattern"
        raise refuse(place, f"the gold has no place that {key} of the mapping names")
    return answer


def answer_of(values: Values, mapped: Mapped, place: str) -> str | None:
    """The answer that the row states, "" where it states none; None where nothing is said of it."""
    if mapped.answer is None or ("answer" in mapped.columns and "answer" not in values):
        return None
    rule = mapped.answer if isinstance(mapped.answer, AnswerRule) else AnswerRule()
    named = isinstance(mapped.answer, str) or rule.column is not None
    text = text_of(values.get("answer" if named else "response"), place, "answer")
    return (rule.find(text) or "") if text is not None else ""
