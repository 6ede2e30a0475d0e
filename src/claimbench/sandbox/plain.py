"""Plain values: types without methods of a program's own, and what is none of them."""

from __future__ import annotations

from typing import Any, Final

TYPES: Final = {
    kind.__name__: kind
    for kind in (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict, object)
}
PLAIN: Final = (bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict)


class NotPlain(Exception):
    """A value that may not pass, or bytes that are no value."""


class Opaque:
    """Stands for a value that is not plain; equal to nothing, itself included."""

    __slots__ = ("kind",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __eq__(self, other: object) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def is_plain(value: object) -> bool:
    """Whether a value of no plain type passes as one."""
    kind = type(value)
    if isinstance(value, type):
        return TYPES.get(value.__name__) is value
    return issubclass(kind, PLAIN) or any(
        k.__module__ == "numpy" and k.__name__ == "generic" for k in kind.__mro__
    )


def as_base(value: Any, base: type) -> object:
    """A value of a plain type's subclass, as that type, whatever methods the subclass has."""
    if base is int:
        return int.__index__(value)
    if base is float:
        return float.__float__(value)
    if base is complex:
        return complex.__complex__(value)
    if base is str:
        return str.__str__(value)
    if base is dict:
        return dict(dict.items(value))
    return base(base.__iter__(value))  # type: ignore[attr-defined]
