"""Records → plain data for JSON: beside each message stands what it says in English."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from claimbench.records import Departure, Message, Texts
from claimbench.report.messages.catalogue import english


def plain(value: Any) -> Any:
    """`value` as JSON takes it. A field `x` that holds a message becomes `x`, its English sentence,
    and `x_message`, its key and values; a list of messages becomes two lists."""
    if isinstance(value, Departure):
        return english(value.message)
    if isinstance(value, Message | Texts):
        return english(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain({f.name: getattr(value, f.name) for f in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {name: shown for key, one in value.items() for name, shown in _field(key, one)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _field(key: str, value: Any) -> list[tuple[str, Any]]:
    fields = [(key, plain(value))]
    if isinstance(value, Message):
        fields.append((f"{key}_message", as_data(value)))
    elif isinstance(value, list | tuple) and any(
        isinstance(one, Message | Departure) for one in value
    ):
        fields.append((f"{key.removesuffix('s')}_messages", [as_data(one) for one in value]))
    return fields


def as_data(value: Any) -> Any:
    """A message's value as JSON takes it: a message has `key` and `values`, words that a person
    wrote have `texts`."""
    if isinstance(value, Departure):
        return as_data(value.message)
    if isinstance(value, Message):
        return {"key": value.key, "values": {k: as_data(v) for k, v in value.values.items()}}
    if isinstance(value, Texts):
        return {"texts": dict(value.by_language)}
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    return value


def from_data(data: Any) -> Any:
    """The value that `as_data` gave; raises KeyError for data that it did not give."""
    if isinstance(data, Mapping) and "texts" in data:
        return Texts(dict(data["texts"]))
    if isinstance(data, Mapping):
        values = {name: from_data(one) for name, one in data["values"].items()}
        return Message(data["key"], values)
    return tuple(map(from_data, data)) if isinstance(data, list) else data
