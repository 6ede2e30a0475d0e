"""What the tests hold of the program's objects.

A handle passes on calls, attributes and items, and what comes back is data or another handle. What
it never passes on is a comparison with a value of the tests: that is made here, on data, so that no
object can say that it equals what was expected, or learn what that is. A handle equals itself, and
another one of the same class that holds equal data, where that class compares its objects at all.
Only two objects that the tests made themselves are compared by the program's own methods: then it
is those methods that are tested.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

ABSENT: Final = object()
_DUNDERS: Final = ("__name__", "__qualname__", "__doc__", "__dict__", "__wrapped__", "__module__")
"""Of names with two underscores around them, those that may be looked up."""
_BINARY: Final = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_BITS: Final = ("and_", "or_", "xor", "lshift", "rshift")
_UNARY: Final = ("neg", "pos", "abs", "invert", "index", "int", "float", "complex")


class Owner(Protocol):
    """What asks the program."""

    def ask(self, what: str, /, *args: object, **kwargs: object) -> Any: ...

    def release(self, number: int) -> None: ...


class Reference:
    """Which object a handle is of: its number, its class's, its name, whether it is a class, and
    whether the tests made it by calling one."""

    __slots__ = ("is_class", "kind", "made", "name", "number", "owner")

    def __init__(self, owner: Owner, number: int, kind: int, name: str, is_class: bool) -> None:
        self.owner, self.number, self.kind, self.name = owner, number, kind, name
        self.is_class, self.made = is_class, False


class Handle:
    """An object of the program."""

    __slots__ = ("__weakref__", "_reference_")
    _reference_: Reference

    def __init__(self, reference: Reference) -> None:
        object.__setattr__(self, "_reference_", reference)

    def __del__(self) -> None:
        self._reference_.owner.release(self._reference_.number)

    @property
    def _shown_(self) -> str:
        """Its name, for reasons: to have it asks nothing of the program."""
        return self._reference_.name

    # --- passed on ------------------------------------------------------------------------------

    def __getattribute__(self, name: str) -> object:
        return (
            _ask("getattr", self, name) if name in _DUNDERS else object.__getattribute__(self, name)
        )

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _ask("getattr", self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        _ask("delattr", self, name)

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        return _ask("call", self, *args, **kwargs)

    def __getitem__(self, key: object) -> object:
        return _ask("getitem", self, key)

    def __setitem__(self, key: object, value: object) -> None:
        _ask("setitem", self, key, value)

    def __delitem__(self, key: object) -> None:
        _ask("delitem", self, key)

    def __iter__(self) -> Iterator[Any]:
        return _Items(_ask("iter", self))

    def __next__(self) -> object:
        return _ask("next", self)

    def __reversed__(self) -> Iterator[object]:
        return _Items(_ask("reversed", self))

    def __len__(self) -> int:
        return _whole(_ask("len", self))

    def __bool__(self) -> bool:
        return _ask("bool", self) is True

    def __str__(self) -> str:
        return _text(_ask("str", self))

    def __repr__(self) -> str:
        return _text(_ask("repr", self))

    def __format__(self, spec: str) -> str:
        return _text(_ask("format", self, spec))

    def __round__(self, digits: int | None = None) -> object:
        return _ask("round", self, digits)

    def __enter__(self) -> Any:
        return _ask("getattr", self, "__enter__")()

    def __exit__(self, *why: object) -> None:
        """It cannot swallow what was raised: that may be a failed check."""
        _ask("getattr", self, "__exit__")(None, None, None)

    def __deepcopy__(self, memo: object) -> object:
        return _ask("deepcopy", self)

    def __instancecheck__(self, thing: object) -> bool:
        return isinstance(thing, Handle) and _ask("isinstance", thing, self) is True

    def __subclasscheck__(self, kind: object) -> bool:
        return isinstance(kind, Handle) and _ask("issubclass", kind, self) is True

    # --- compared here --------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, Handle):
            return _same(self, other)
        return (plain := plain_of(self)) is not ABSENT and bool(plain == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Handle, self._reference_.kind))

    def __contains__(self, item: object) -> bool:
        return any(held is item or held == item for held in self)


class _Items:
    """The items that an iterator of the program gives."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._found)


def _ask(what: str, handle: Handle, /, *args: object, **kwargs: object) -> Any:
    return handle._reference_.owner.ask(what, handle, *args, **kwargs)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("its length is no whole number")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("its text is none")
    return value


def plain_of(handle: Handle) -> Any:
    """The data of an object of a class that extends one of data's; ABSENT for another."""
    known, plain = _ask("plain", handle)
    return plain if known is True else ABSENT


def _are_made(one: Handle, other: Handle) -> bool:
    return one._reference_.made and other._reference_.made


def _same(one: Handle, other: Handle) -> bool:
    """Whether two objects of the program hold the same."""
    if _are_made(one, other):
        return _ask("eq", one, other) is True
    if one._reference_.kind != other._reference_.kind:
        return False
    data, others = plain_of(one), plain_of(other)
    if data is not ABSENT:
        return bool(data == others)
    (compares, state), (_, others) = _ask("state", one), _ask("state", other)
    return compares is True and bool(state == others)


def _binary(name: str, *, turned: bool) -> Callable[[Handle, object], object]:
    """An operator: the program's between two of its objects, ours on the data of one. A value of
    the tests is not passed on: it may be what they expect."""
    act = getattr(operator, name)

    def apply(self: Handle, other: object) -> object:
        if isinstance(other, Handle):
            return _ask(name, *((other, self) if turned else (self, other)))
        if (plain := plain_of(self)) is ABSENT:
            return NotImplemented
        return act(other, plain) if turned else act(plain, other)

    return apply


def _ordered(name: str) -> Callable[[Handle, object], object]:
    act = getattr(operator, name)

    def compare(self: Handle, other: object) -> Any:
        if isinstance(other, Handle) and _are_made(self, other):
            return _ask(name, self, other) is True
        ours = plain_of(self)
        theirs = plain_of(other) if isinstance(other, Handle) else other
        return NotImplemented if ABSENT in (ours, theirs) else act(ours, theirs)

    return compare


def _unary(name: str) -> Callable[[Handle], object]:
    return lambda self: _ask(name, self)


for _name in (*_BINARY, *_BITS):
    _bare = _name.strip("_")
    setattr(Handle, f"__{_bare}__", _binary(_name, turned=False))
    setattr(Handle, f"__r{_bare}__", _binary(_name, turned=True))
for _name in ("lt", "le", "gt", "ge"):
    setattr(Handle, f"__{_name}__", _ordered(_name))
for _name in _UNARY:
    setattr(Handle, f"__{_name}__", _unary(_name))
