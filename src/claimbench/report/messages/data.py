"""Records → plain data for JSON: beside each message stands what it says in English."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from claimbench.messages import Departure, Message, Texts, as_data
from claimbench.report.messages.catalogue import english

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def plain(value: object) -> object:
    """`value` as JSON takes it. A field `x` that holds a message becomes `x`, its English sentence,
    and `x_message`, its key and values; a list of messages becomes two lists."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Departure | Message | Texts):
        return english(value.message if isinstance(value, Departure) else value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields((name, getattr(value, name)) for name in _names(type(value)))
    if isinstance(value, Mapping):
        return _fields(value.items())
    return value


_PLAIN = frozenset((str, int, float, bool, type(None)))
"""Types of most values, which need no second look."""


@cache
def _names(record: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


def plain_object(value: object) -> dict[str, object]:
    """`plain` of a record or mapping."""
    made = plain(value)
    assert isinstance(made, dict)
    return made


def _fields(values: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in values:
        found[key] = plain(value)
        if isinstance(value, Message):
            found[f"{key}_message"] = as_data(value)
        elif isinstance(value, list | tuple) and any(
            isinstance(one, Message | Departure) for one in value
        ):
            found[f"{key.removesuffix('s')}_messages"] = [as_data(one) for one in value]
    return found
