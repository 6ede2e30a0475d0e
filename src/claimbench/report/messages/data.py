"""Records → plain data for JSON: beside each message stands what it says in English."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from claimbench.messages import Departure, Message, Texts, as_data
from claimbench.report.messages.catalogue import english


def plain(value: object) -> object:
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


def plain_object(value: object) -> dict[str, object]:
    """`plain` of a record or mapping."""
    made = plain(value)
    assert isinstance(made, dict)
    return made


def _field(key: str, value: object) -> list[tuple[str, object]]:
    fields = [(key, plain(value))]
    if isinstance(value, Message):
        fields.append((f"{key}_message", as_data(value)))
    elif isinstance(value, list | tuple) and any(
        isinstance(one, Message | Departure) for one in value
    ):
        fields.append((f"{key.removesuffix('s')}_messages", [as_data(one) for one in value]))
    return fields
