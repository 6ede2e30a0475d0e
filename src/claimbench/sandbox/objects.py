"""Values between a program and its tests: plain data, Python's other containers, and references.

What is data passes as data, of the same type: ranges, deques, arrays, dates, named tuples. An
object stays where it is, and a reference passes: of the program's objects (the tests hold handles),
of the tests' functions (the program may call them). Objects of classes that both sides define, such
as the nodes of a list that the problem's prelude brings, pass by their attributes, with all that
they lead to.
"""

from __future__ import annotations

import array
import collections
import datetime
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from claimbench.sandbox import codec
from claimbench.sandbox.plain import NotPlain

MOST_PARTS: Final = 500_000
"""Of a message, lists of numbers apart: a program that sends millions of them in no time would make
its tests, which read them, late."""
MOST_ITEMS: Final = 100_000
"""Of an iterator of the tests that is handed to the program, and so has to be a list."""
# fmt: off
(RANGE, DEQUE, ARRAY, DATE, DATETIME, TIME, TIMEDELTA, NAMED, COUNTER, ORDERED, DEFAULT, KEYS,
 VALUES, ITEMS, BYTEARRAY, SLICE, TEXT, ITERATOR, NDARRAY, ELLIPSIS, NODE, HANDLE, CALLBACK,
 ARGUMENT) = range(24)
# fmt: on
"""Kinds of values that are not plain."""
_FACTORIES: Final = (int, float, str, list, dict, set, tuple, bool)
_VIEWS: Final = {type({}.keys()): KEYS, type({}.values()): VALUES, type({}.items()): ITEMS}
_NUMBERS: Final = "biufc"
"""numpy's kinds of arrays that pass."""

MUTABLE: Final = (list, dict, set, bytearray, collections.deque, array.array)
"""What a call may change in place."""

Refer = Callable[[object], tuple[int, object] | None]


def packed(value: Any) -> tuple[int, object] | None:
    """Data of Python's other types: its kind and what it is made from; None for other values."""
    packer = _PACKERS.get(type(value))
    if packer is not None:
        return packer(value)
    if type(value) in _VIEWS:
        return _VIEWS[type(value)], list(value)
    if isinstance(value, tuple) and _is_named(type(value)):
        fields = tuple(map(str, vars(type(value))["_fields"]))
        return NAMED, (type(value).__name__, fields, tuple(tuple.__iter__(value)))
    if (numpy := sys.modules.get("numpy")) is not None and type(value) is numpy.ndarray:
        if value.dtype.kind in _NUMBERS:
            return NDARRAY, (value.dtype.str, value.shape, value.tobytes())
        return NDARRAY, ("", value.shape, value.tolist())
    return None


def unpacked(kind: int, made: object) -> Any:
    """The data that `packed` took apart. Raises ValueError, or what Python raises, for others."""
    maker = _MAKERS.get(kind)
    if maker is None:
        raise ValueError("it is of no kind")
    return maker(made)


def _is_named(kind: type) -> bool:
    fields = kind.__dict__.get("_fields")
    return isinstance(fields, tuple) and all(isinstance(name, str) for name in fields)


_named: dict[tuple[str, tuple[str, ...]], Callable[..., Any]] = {}


def _make_named(made: Any) -> Any:
    name, fields, values = made
    if (name, fields) not in _named:
        safe = name if name.isidentifier() else "Named"
        _named[name, fields] = collections.namedtuple(safe, fields, rename=True)
    return _named[name, fields](*values)


def _make_array(made: Any) -> Any:
    kind, shape, data = made
    if (numpy := sys.modules.get("numpy")) is None:
        raise ValueError("there is no numpy on this side")
    if not kind:
        return numpy.array(data, dtype=object).reshape(shape)
    dtype = numpy.dtype(kind)
    if dtype.kind not in _NUMBERS:
        raise ValueError("it is an array of objects")
    return numpy.frombuffer(data, dtype).reshape(shape).copy()


def _pack_datetime(value: datetime.datetime) -> tuple[int, object]:
    offset = value.utcoffset()
    fields = (*value.timetuple()[:6], value.microsecond, value.fold)
    return DATETIME, (fields, None if offset is None else offset.total_seconds())


def _make_datetime(made: Any) -> datetime.datetime:
    (*fields, fold), offset = made
    zone = None if offset is None else datetime.timezone(datetime.timedelta(seconds=offset))
    return datetime.datetime(*fields).replace(tzinfo=zone, fold=fold)


def _pack_default(value: Any) -> tuple[int, object]:
    factory = value.default_factory
    return DEFAULT, (factory if factory in _FACTORIES else None, dict(dict.items(value)))


_PACKERS: Final[Mapping[type, Callable[[Any], tuple[int, object]]]] = {
    range: lambda v: (RANGE, (v.start, v.stop, v.step)),
    collections.deque: lambda v: (DEQUE, (list(v), v.maxlen)),
    array.array: lambda v: (ARRAY, (v.typecode, v.tolist())),
    datetime.date: lambda v: (DATE, (v.year, v.month, v.day)),
    datetime.datetime: _pack_datetime,
    datetime.time: lambda v: (TIME, (v.hour, v.minute, v.second, v.microsecond)),
    datetime.timedelta: lambda v: (TIMEDELTA, (v.days, v.seconds, v.microseconds)),
    collections.Counter: lambda v: (COUNTER, dict(dict.items(v))),
    collections.OrderedDict: lambda v: (ORDERED, list(v.items())),
    collections.defaultdict: _pack_default,
    bytearray: lambda v: (BYTEARRAY, bytes(v)),
    slice: lambda v: (SLICE, (v.start, v.stop, v.step)),
    io.StringIO: lambda v: (TEXT, (v.getvalue(), v.tell())),
    type(...): lambda v: (ELLIPSIS, None),
}


def _make_text(made: Any) -> io.StringIO:
    stream = io.StringIO(made[0])
    stream.seek(made[1])
    return stream


_MAKERS: Final[Mapping[int, Callable[[Any], Any]]] = {
    RANGE: lambda m: range(*m),
    DEQUE: lambda m: collections.deque(*m),
    ARRAY: lambda m: array.array(*m),
    DATE: lambda m: datetime.date(*m),
    DATETIME: _make_datetime,
    TIME: lambda m: datetime.time(*m),
    TIMEDELTA: lambda m: datetime.timedelta(*m),
    NAMED: _make_named,
    COUNTER: lambda m: collections.Counter(dict(m)),
    ORDERED: collections.OrderedDict,
    DEFAULT: lambda m: collections.defaultdict(m[0], m[1]),
    KEYS: lambda m: dict.fromkeys(m).keys(),
    VALUES: lambda m: dict(enumerate(m)).values(),
    ITEMS: lambda m: dict(m).items(),
    BYTEARRAY: bytearray,
    SLICE: lambda m: slice(*m),
    TEXT: _make_text,
    ITERATOR: iter,
    NDARRAY: _make_array,
    ELLIPSIS: lambda m: ...,
}


# --- messages -------------------------------------------------------------------------------------


class Nodes:
    """The objects in a message that pass by their attributes, in the order they were met."""

    def __init__(self, known: Sequence[object] = ()) -> None:
        self._origins = {id(node): place for place, node in enumerate(known)}
        self._places: dict[int, int] = {}
        self.found: list[object] = []

    def place(self, node: object) -> int:
        if id(node) not in self._places:
            self._places[id(node)] = len(self.found)
            self.found.append(node)
        return self._places[id(node)]

    def origin(self, node: object) -> int:
        """Which of the objects of the message before this one it is; -1 for none of them."""
        return self._origins.get(id(node), -1)


def pack(value: object, refer: Refer, by_state: Callable[[type], bool], nodes: Nodes) -> bytes:
    """A message. `refer` makes references of what is no data; `by_state` says of a class whether
    its objects pass by their attributes. Raises NotPlain where it is too large."""

    def other(thing: object) -> tuple[int, object] | None:
        if by_state(type(thing)):
            return NODE, nodes.place(thing)
        return packed(thing) or refer(thing)

    whole = codec.encode(value, other)
    states: list[tuple[int, str, bytes]] = []
    while len(states) < len(nodes.found):
        node = nodes.found[len(states)]
        attributes = codec.encode(dict(attributes_of(node)), other)
        states.append((nodes.origin(node), type(node).__name__, attributes))
    return codec.encode((whole, states))


def unpack(
    data: bytes,
    resolve: Callable[[int, object], object],
    make: Callable[[str], Any],
    known: Sequence[Any] = (),
) -> tuple[Any, list[Any]]:
    """The value of a message and its objects that came by their attributes: those of `known` that
    come back are changed in place. Raises NotPlain for what `pack` cannot have made."""

    def other(kind: int, made: Any) -> Any:
        if kind == NODE:
            return nodes[made]
        return resolve(kind, made) if kind in (HANDLE, CALLBACK, ARGUMENT) else unpacked(kind, made)

    try:
        whole, states = codec.decode(data, most=MOST_PARTS)
        nodes = [known[o] if 0 <= o < len(known) else make(name) for o, name, _ in states]
        for node, (_, _, attributes) in zip(nodes, states, strict=True):
            _set_attributes(node, codec.decode(attributes, other, MOST_PARTS))
        return codec.decode(whole, other, MOST_PARTS), nodes
    except NotPlain:
        raise
    except Exception as error:
        raise NotPlain("it is no value") from error


def attributes_of(thing: object) -> Iterator[tuple[str, object]]:
    """The data of an object: what it holds by name, in its dict and its slots."""
    yield from getattr(thing, "__dict__", {}).items()
    for kind in type(thing).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(thing, name):
                yield name, getattr(thing, name)


def _set_attributes(node: object, attributes: Any) -> None:
    """Only data: what has a method's name would take its place."""
    for name, value in dict(attributes).items():
        held = getattr(type(node), name, None)
        if name.startswith("__") or callable(held) or isinstance(held, property):
            raise ValueError("an object holds what is no data")
        object.__setattr__(node, name, value)
