"""The program's side of `assert`: runs the program, then does what the tests ask of its objects.

The program shares this process, so nothing that is said here is to be relied upon: what the tests
get is data, which they compare, and references to objects, which stay here.
"""

from __future__ import annotations

import builtins
import copy
import operator
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from claimbench.sandbox import objects
from claimbench.sandbox.child import REPORT
from claimbench.sandbox.interpreter import attempt, words_of, write_all
from claimbench.sandbox.messages import Gone, Peer
from claimbench.sandbox.objects import ARGUMENT, CALLBACK, HANDLE, MUTABLE, Nodes
from claimbench.sandbox.plain import PLAIN, NotPlain, as_base, is_plain
from claimbench.sandbox.protocol import Record
from claimbench.sandbox.redirected import patched, printing

VALUE, RAISED_IT, STOPPED = range(3)
"""How a request came out: a value, an exception, no more items."""
_Given = tuple[int | str, object]
"""An argument and its place or its name."""
_Reply = tuple[int, object, dict[int | str, object], str]
"""How it came out, what came of it, changed arguments, what was printed."""
MOST_OBJECTS: Final = 1_000_000
_OPERATORS: Final = {
    name: getattr(operator, name)
    for name in (
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_"),
        *("xor", "lshift", "rshift", "eq", "lt", "le", "gt", "ge"),
        *("neg", "pos", "abs", "invert", "index", "getitem", "setitem", "delitem"),
    )
}
_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {
    **_OPERATORS,
    **{kind.__name__: kind for kind in (bool, len, int, float, complex, str, repr, round, format)},
    **{act.__name__: act for act in (getattr, setattr, delattr, iter, reversed)},
    "deepcopy": copy.deepcopy,
    # A parameter of the program may be called `target`, too.
    "call": lambda target, /, *args, **kwargs: target(*args, **kwargs),
}
"""What tests may do with an object; `next` and what asks about an object are apart."""


def serve_calls(code: CodeType, space: dict[str, Any]) -> None:
    """Run the program, then answer until the tests hang up."""
    state, words = attempt(lambda: exec(code, space))
    write_all(REPORT, Record(0, state, 0, 0, words).to_bytes())
    _Service(space).run()


class _Service:
    """The program's objects that the tests hold references to, by number."""

    def __init__(self, space: dict[str, Any]) -> None:
        self._space = space
        self._module = space["__name__"]
        self._held: dict[int, object] = {}
        self._numbers: dict[int, int] = {}
        self._next = 0
        self._shared: frozenset[str] = frozenset()
        self._peer = Peer(self._serve)
        self._nodes: list[object] = []

    def run(self) -> None:
        self._peer.serve_all()

    # --- one request ----------------------------------------------------------------------------

    def _serve(self, request: bytes) -> bytes:
        """The reply to a request."""
        nodes: list[Any] = []
        try:
            (what, args, kwargs, options), nodes = objects.unpack(
                request, self._resolve, self._make
            )
            self._release(options.get("released", ()))
            return self._do(what, args, kwargs, options, nodes)
        except Gone:
            raise
        except BaseException as error:
            return self._reply((RAISED_IT, self._exception(error), {}, ""), nodes, [])

    def _do(
        self, what: str, args: Any, kwargs: Any, options: dict[str, Any], nodes: list[Any]
    ) -> bytes:
        mutable = self._mutable(args, kwargs)
        before = [self._state(arg) for _, arg in mutable]
        captures, patches = bool(options.get("captures")), options.get("patches", {})
        with printing(captures) as printed, patched(patches):
            outcome = self._outcome(what, args, kwargs)
        after = [self._state(arg) for _, arg in mutable]
        changed = [
            given for given, old, new in zip(mutable, before, after, strict=True) if old != new
        ]
        return self._reply((*outcome, dict(changed), printed.getvalue()), nodes, mutable)

    def _outcome(self, what: str, args: Any, kwargs: Any) -> tuple[int, object]:
        try:
            if what == "next":
                return VALUE, next(args[0])
            if what in _FUNCTIONS:
                return VALUE, self._kept(what, args[0], _FUNCTIONS[what](*args, **kwargs))
            return VALUE, getattr(self, f"_ask_{what}")(*args)
        except StopIteration as error:
            if what == "next":
                return STOPPED, None
            return RAISED_IT, self._exception(error)
        except Gone:
            raise
        except BaseException as error:
            return RAISED_IT, self._exception(error)

    def _kept(self, what: str, target: object, value: object) -> object:
        """An object that the tests make of one of the program's classes stays here, whatever it
        is made from."""
        if what == "call" and isinstance(target, type) and self._is_own(target):
            return self._handle(value)
        return value

    def _state(self, value: object) -> bytes | None:
        """The data of a mutable argument, to see whether it changes."""
        try:
            return objects.pack(value, self._refer, self._by_state, Nodes())
        except (NotPlain, RecursionError):
            return None

    def _mutable(self, args: Any, kwargs: Any) -> list[_Given]:
        """The arguments that a call may change, or what they hold."""
        given: list[_Given] = [*enumerate(args), *kwargs.items()]
        kinds = (*MUTABLE, tuple)
        return [g for g in given if isinstance(g[1], kinds) or self._by_state(type(g[1]))]

    def _reply(self, reply: _Reply, nodes: list[Any], given: list[_Given]) -> bytes:
        """A reply in which an argument that comes back is the argument."""
        state, value, *rest = reply
        places = [place for place, arg in given if arg is value and isinstance(arg, MUTABLE)]
        if places:
            value = _Argument(places[0])
        try:
            return objects.pack((state, value, *rest), self._refer, self._by_state, Nodes(nodes))
        except (NotPlain, RecursionError) as error:
            failed: _Reply = (RAISED_IT, self._exception(error), {}, "")
            return objects.pack(failed, self._refer, self._by_state, Nodes())

    # --- references -----------------------------------------------------------------------------

    def _refer(self, value: object) -> tuple[int, object] | None:
        if isinstance(value, _Handled):
            return self._reference(value.thing)
        if isinstance(value, _Argument):
            return ARGUMENT, value.place
        return None if is_plain(value) else self._reference(value)

    def _handle(self, value: object) -> object:
        return value if self._by_state(type(value)) else _Handled(value)

    def _reference(self, value: object) -> tuple[int, object]:
        """Number and nature of an object: its class's number, its name, whether it is a class, and
        an exception's classes."""
        kinds = self._kinds(value) if _is_exception(value) else ()
        is_class = isinstance(value, type)
        named = isinstance(value, type | FunctionType | BuiltinFunctionType | MethodType)
        name = str(value.__name__) if named else f"<{type(value).__name__}>"  # type: ignore[attr-defined]
        return HANDLE, (self._number(value), self._number(type(value)), name, is_class, kinds)

    def _number(self, value: object) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._held) >= MOST_OBJECTS:
                raise MemoryError("the tests hold too many objects")
            number = self._numbers[id(value)] = self._next
            self._held[number] = value
            self._next += 1
        return number

    def _release(self, numbers: Any) -> None:
        for number in numbers:
            if number in self._held:
                self._numbers.pop(id(self._held.pop(number)), None)

    def _resolve(self, kind: int, made: Any) -> object:
        if kind == HANDLE:
            return self._held[made]
        if kind == CALLBACK:
            return lambda *args, **kwargs: self._call_back(made, args, kwargs)
        raise ValueError("it is no reference")

    def _call_back(self, number: int, args: Any, kwargs: Any) -> object:
        """A call of a function that is the tests'."""
        request = objects.pack((number, args, kwargs), self._refer, self._by_state, Nodes())
        (good, value), _ = objects.unpack(self._peer.ask(request), self._resolve, self._make)
        if good:
            return value
        kind = getattr(builtins, value[0], None)
        raise kind(value[1]) if isinstance(kind, type) else RuntimeError(value[1])

    def _by_state(self, kind: type) -> bool:
        return kind.__name__ in self._shared and self._is_own(kind)

    def _is_own(self, kind: type) -> bool:
        """Whether the program defines a class."""
        return kind.__module__ in (self._module, "__main__")

    def _make(self, name: str) -> object:
        kind = self._space[name]
        return kind.__new__(kind)

    # --- questions ------------------------------------------------------------------------------

    def _ask_start(self, names: Any, shared: Any) -> dict[str, object]:
        """What the program binds of `names`; classes of `shared` pass by their attributes."""
        self._shared = frozenset(shared)
        found = {name: self._space[name] for name in names if name in self._space}
        return {name: self._named(value) for name, value in found.items()}

    def _named(self, value: object) -> object:
        return _Handled(value) if isinstance(value, type | ModuleType) else value

    def _ask_plain(self, value: object) -> tuple[bool, object]:
        """The data of an object of a class that extends one of data's."""
        base = next((kind for kind in PLAIN if isinstance(value, kind)), None)
        return base is not None, as_base(value, base) if base else None

    def _ask_state(self, value: object) -> tuple[bool, object]:
        """Whether its class compares objects, and what it holds."""
        compares = type(value).__eq__ is not object.__eq__
        return compares, dict(objects.attributes_of(value)) if compares else None

    def _ask_isinstance(self, value: object, kind: object) -> bool:
        return isinstance(value, kind)  # type: ignore[arg-type]

    def _ask_issubclass(self, value: object, kind: object) -> bool:
        return issubclass(value, kind)  # type: ignore[arg-type]

    # --- exceptions -----------------------------------------------------------------------------

    def _exception(self, error: BaseException) -> object:
        """Its classes, its arguments, its text, our words for it, and what it holds."""
        texts: list[str] = []
        attempt(lambda: texts.append(str(error)))
        args = tuple(arg for arg in error.args if isinstance(arg, PLAIN))
        held = {name: value for name, value in vars(error).items() if isinstance(value, PLAIN)}
        return self._kinds(type(error)), args, "".join(texts), words_of(error), held

    def _kinds(self, kind: Any) -> tuple[tuple[int, str, str], ...]:
        """Its classes: number, module and name of each."""
        return tuple(
            (self._number(k), str(k.__module__), k.__name__)
            for k in kind.__mro__
            if issubclass(k, BaseException)
        )


class _Handled:
    """An object that passes as a reference, whatever it is."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing


class _Argument:
    """What comes back is an argument of the call: by its place or its name."""

    __slots__ = ("place",)

    def __init__(self, place: int | str) -> None:
        self.place = place


def _is_exception(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)
