"""The tests' side of the pipes: asks the program, and makes handles of its objects."""

from __future__ import annotations

import builtins
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from weakref import WeakValueDictionary

from claimbench.sandbox import objects
from claimbench.sandbox.handles import Handle, Reference
from claimbench.sandbox.messages import Gone, Peer
from claimbench.sandbox.objects import (
    ARGUMENT,
    CALLBACK,
    HANDLE,
    ITERATOR,
    MOST_ITEMS,
    Nodes,
)
from claimbench.sandbox.plain import NotPlain, is_plain
from claimbench.sandbox.shortened import shortened

VALUE, RAISED_IT, STOPPED = range(3)
"""How a request came out; see `serving`."""
_own: Final = {name: getattr(builtins, name) for name in ("input", "print")}
_NO_VALUE: Final = "its answer is no value"
_LOOPS: Final = (StopIteration, StopAsyncIteration)


class Program:
    """The program in the other process; `last` is the last call of it in words, and `raised` what
    that raised."""

    def __init__(self, space: Mapping[str, object]) -> None:
        self._space = space
        self._peer = Peer(self._serve)
        self._handles: WeakValueDictionary[int, Handle] = WeakValueDictionary()
        self._released: list[int] = []
        self._callbacks: list[Callable[..., object]] = []
        self._exceptions: dict[int, type[Exception]] = {}
        self._shared: frozenset[str] = frozenset()
        self._stdout = sys.stdout
        self.captures = False
        self.last = ""
        self.raised: BaseException | None = None

    @property
    def requests(self) -> int:
        """How often it was asked, but for its names."""
        return self._peer.requests - 1

    def start(self, names: Iterable[str], defined: Iterable[str]) -> dict[str, Any]:
        """What the program binds of `names`. Objects of classes that this side has `defined` too
        pass by their attributes."""
        self._shared = frozenset(defined)
        found = self.ask("start", list(names), list(self._shared))
        if type(found) is not dict:
            raise Gone(_NO_VALUE)
        return found

    def release(self, number: int) -> None:
        """Let go of an object; the program hears of it with the next request."""
        self._released.append(number)

    # --- asking ---------------------------------------------------------------------------------

    def ask(self, what: str, /, *args: Any, **kwargs: Any) -> Any:
        """What comes of a request: data, a handle, or the program's exception."""
        self._describe(what, args)
        released, self._released = self._released, []
        options: dict[str, object] = {"released": released} if released else {}
        if self.captures:
            options["captures"] = True
        if patches := {n: f for n, f in self._patches() if what == "call"}:
            options["patches"] = patches
        nodes = Nodes()
        request = objects.pack((what, args, kwargs, options), self._refer, self._by_state, nodes)
        return self._taken(what, self._peer.ask(request), args, kwargs, nodes.found)

    def _patches(self) -> Iterator[tuple[str, object]]:
        for name, function in _own.items():
            if (now := getattr(builtins, name)) is not function:
                yield name, now

    def _taken(self, what: str, reply: bytes, args: Any, kwargs: Any, nodes: list[object]) -> Any:
        """What a reply says; arguments that the call changed are changed here."""

        def resolve(kind: int, made: Any) -> object:
            if kind == ARGUMENT:
                return args[made] if type(made) is int else kwargs[made]
            return self._resolve(kind, made)

        try:
            (state, value, changed, printed), _ = objects.unpack(reply, resolve, self._make, nodes)
            for place, new in changed.items():
                update(args[place] if type(place) is int else kwargs[place], new)
            printed = str.__str__(printed)
        except (NotPlain, *_DAMAGED) as error:
            raise Gone(_NO_VALUE) from error
        if printed:
            sys.stdout.write(printed)
        if state == RAISED_IT:
            self._raise(value)
        if state == STOPPED:
            raise StopIteration
        if what == "call":
            self.last += f" gave {shown(value)}"
            if isinstance(value, Handle):
                value._reference_.made |= args[0]._reference_.is_class
        return value

    def _describe(self, what: str, args: Any) -> None:
        if what != "call":
            return
        self.raised = None
        self.last = f"{shown(args[0])}({', '.join(shown(arg) for arg in args[1:])})"

    # --- references -----------------------------------------------------------------------------

    def _resolve(self, kind: int, made: Any) -> object:
        if kind != HANDLE:
            raise ValueError("it is no reference")
        number, kind_number, named, is_class, kinds = made
        if kinds:
            return self._exception_class(kinds)
        if (held := self._handles.get(number)) is None:
            name, whether = str(named)[:100], is_class is True
            held = Handle(Reference(self, int(number), int(kind_number), name, whether))
            self._handles[number] = held
        return held

    def _refer(self, value: object) -> tuple[int, object] | None:
        if isinstance(value, Handle):
            return HANDLE, value._reference_.number
        if is_plain(value):
            return None
        if isinstance(value, type) and value in self._exceptions.values():
            return HANDLE, next(n for n, kind in self._exceptions.items() if kind is value)
        if callable(value):
            self._callbacks.append(value)
            return CALLBACK, len(self._callbacks) - 1
        if isinstance(value, Iterator):
            return ITERATOR, [item for item, _ in zip(value, range(MOST_ITEMS), strict=False)]
        raise TypeError(f"the tests' {type(value).__name__} cannot be handed to the program")

    def _by_state(self, kind: type) -> bool:
        return kind.__name__ in self._shared and self._space.get(kind.__name__) is kind

    def _make(self, name: str) -> object:
        kind = self._space[name]
        if name not in self._shared or not isinstance(kind, type):
            raise ValueError("it is of no class")
        return object.__new__(kind)

    def _serve(self, request: bytes) -> bytes:
        """A call of one of the tests' functions by the program."""
        nodes: list[object] = []
        try:
            (number, args, kwargs), nodes = objects.unpack(request, self._resolve, self._make)
            reply = (True, self._callbacks[number](*args, **kwargs))
        except Exception as error:
            kind = next(k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins")
            reply = (False, (kind, str(error)[:200]))
        return objects.pack(reply, self._refer, self._by_state, Nodes(nodes))

    # --- exceptions -----------------------------------------------------------------------------

    def _raise(self, made: Any) -> None:
        """Raise the program's exception: tests may expect it. Never one that ends a process, or a
        loop: `all(map(f, values))` would hold."""
        try:
            kinds, args, text, words, held = made
            kind = self._exception_class(kinds)
            error = kind.__new__(kind)
            error.args = args or (text,)
            for name, value in held.items():
                if not hasattr(BaseException, name):
                    setattr(error, name, value)
            self.last += f" raised {str(words)[:150]}"
        except _DAMAGED as damaged:
            raise Gone(_NO_VALUE) from damaged
        self.raised = error
        raise error

    def _exception_class(self, kinds: Any) -> type[Exception]:
        """A class here for one there: the same one where it is Python's, else one like it."""
        found: type[Exception] = RuntimeError
        for number, module, name in reversed(kinds):
            known = getattr(sys.modules.get(module), name, None) if module in _STANDARD else None
            if isinstance(known, type) and issubclass(known, Exception):
                if not issubclass(known, _LOOPS) and known not in (Exception, RuntimeError):
                    found = known
                elif found is RuntimeError and known is Exception:
                    found = Exception
            elif number in self._exceptions:
                found = self._exceptions[number]
            elif module not in _STANDARD:
                made = type(str(name)[:100], (found,), {"__module__": "solution"})
                found = self._exceptions[number] = made
        return found


_STANDARD: Final = ("builtins", "json.decoder", "decimal", "zlib", "struct", "binascii", "re")
_DAMAGED: Final = (
    *(TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError, MemoryError),
)


def shown(value: object) -> str:
    """A value in words."""
    return shortened(value, 60)


def update(old: Any, new: Any) -> None:
    """Make `old` what a call made of it, in place, and so what it holds."""
    if old is new or type(old) is not type(new):
        return
    if isinstance(old, list | tuple) and len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            if _keeps(before, after):
                update(before, after)
            elif isinstance(old, list):
                old[place] = after
    elif isinstance(old, dict):
        _update_dict(old, new)
    elif isinstance(old, set | deque):
        old.clear()
        (old.update if isinstance(old, set) else old.extend)(new)
    elif isinstance(old, list | bytearray | array):
        old[:] = new


def _update_dict(old: dict[Any, Any], new: dict[Any, Any]) -> None:
    kept = {key: old[key] for key in new if key in old and _keeps(old[key], new[key])}
    for key, before in kept.items():
        update(before, new[key])
    old.clear()
    old.update({**new, **kept})


def _keeps(before: Any, after: Any) -> bool:
    """Whether an object inside another one stays the same, and may have changed itself."""
    if type(before) is not type(after):
        return False
    if isinstance(before, tuple):
        pairs = zip(before, after, strict=False)
        return len(before) == len(after) and all(a is b or a == b or _keeps(b, a) for b, a in pairs)
    return isinstance(before, list | dict | set | bytearray)
