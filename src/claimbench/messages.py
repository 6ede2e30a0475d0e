"""What is to be said, as data: verdicts, claims, analysis and imports hand on messages, and
`report/messages` alone puts them into words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Texts:
    """Words that a person wrote, by language; English (`en`) is always among them."""

    by_language: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.by_language.get("en"))


NO_TEXT = Texts({})


class _Remembering:
    """Room beside the fields of a message, so that no comparison, copy or file has it."""

    __slots__ = ("_identity",)
    _identity: Hashable


@dataclass(frozen=True, slots=True)
class Message(_Remembering):
    """What is to be said, as data: a key of the catalogues in report/messages and its values.

    A value is a number, a name that is the same in every language, words that a person wrote in
    several, another message, or a list of these; it is never a sentence. Nothing reads a rendered
    message back: what code needs to know stands in a field of its own.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def identity(self) -> Hashable:
        """What two messages that are said alike have in common; worked out once, as a report says
        many things several times."""
        try:
            return self._identity
        except AttributeError:
            found = (self.key, *[(name, identity_of(one)) for name, one in self.values.items()])
            object.__setattr__(self, "_identity", found)
            return found


Value = int | float | str | None | Texts | Message | tuple["Value", ...]
"""What a message holds; None is unknown."""


def identity_of(value: Value) -> Hashable:
    """What two values that are said alike have in common; 1, 1.0 and True are three."""
    if isinstance(value, Message):
        return value.identity
    if isinstance(value, Texts):
        return tuple(value.by_language.items())
    if isinstance(value, tuple):
        return (tuple, *map(identity_of, value))
    return (type(value), value)


def term(family: str, name: str) -> Message:
    """The word for one of a small set of names: `term("verdict", "not comparable")` has the key
    `verdict-not-comparable`."""
    return Message(f"{family}-{name.replace(chr(39), '').replace(' ', '-').replace('_', '-')}")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """In what two claims about one thing disagree: what is said here, and there."""

    here: Texts
    there: Texts

    @property
    def seen_from_there(self) -> Disagreement:
        return Disagreement(self.there, self.here)

    @property
    def message(self) -> Message:
        return Message("disagreement-sides", {"here": self.here, "there": self.there})


@dataclass(frozen=True, slots=True)
class Departure:
    """A setting of the protocol in which the two sides differ; None where a side does not state
    it."""

    setting: str
    published: Value
    measured: Value

    @property
    def one_sided(self) -> bool:
        """Whether one of the two sides does not state the setting."""
        return self.published is None or self.measured is None

    @property
    def message(self) -> Message:
        values = {"published": self.published, "measured": self.measured}
        return Message("departure", {"setting": self.setting, **values})


def as_data(value: Value | Departure) -> object:
    """A value as JSON and YAML take it: a message has `key` and `values`, words that a person wrote
    have `texts`."""
    if isinstance(value, Departure):
        return as_data(value.message)
    if isinstance(value, Message):
        return {"key": value.key, "values": {k: as_data(v) for k, v in value.values.items()}}
    if isinstance(value, Texts):
        return {"texts": dict(value.by_language)}
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    return value


def from_data(data: object) -> Value:
    """The value that `as_data` gave. A mapping of another kind, which no message is, is shown as it
    is written."""
    if isinstance(data, Mapping) and set(data) == {"texts"}:
        return Texts(dict(data["texts"]))
    if isinstance(data, Mapping) and set(data) == {"key", "values"}:
        values = {name: from_data(one) for name, one in data["values"].items()}
        return Message(data["key"], values)
    if isinstance(data, list | tuple):
        return tuple(map(from_data, data))
    return data if data is None or isinstance(data, int | float | str) else str(data)


def import_source(whose: str | None, tool: str) -> Value:
    """Who made imported outputs, as far as it is known."""
    return whose or Message("import-user", {"tool": tool})


def import_title(who: Value, model: str, benchmark: str) -> Message:
    """What a report on imported outputs is called."""
    return Message("import-title", {"who": who, "model": model, "benchmark": benchmark})
