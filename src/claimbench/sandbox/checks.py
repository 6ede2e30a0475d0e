"""The tests' side of `assert`: runs a test program that calls the solution in another process.

The solution's answers come as plain values, so an object whose `__eq__` says yes, a frame, a trace
function or an exit of the solution's process cannot reach an assert. What the tests call besides
the entry point is a stand-in for the function of that name; the prelude's own functions are the
tests'.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
from collections.abc import Callable
from typing import Any

from claimbench.sandbox import calls, codec
from claimbench.sandbox.calls import ANSWERS, CALLS, read_message, send_message
from claimbench.sandbox.child import NOWHERE, REPORT
from claimbench.sandbox.interpreter import FILE_NAME, begin, compiled, words_of, write_all
from claimbench.sandbox.protocol import FAILED, NO_MEMORY, OK, RAISED, Job, Record
from claimbench.sandbox.shortened import shortened, shortened_text

LOST = "the solution ended before it answered"
"""Words of a record that say that the other process tells why."""


class SolutionGone(BaseException):
    """The solution's process ended: nothing that the tests catch."""


class Calls:
    """Passes calls on to the solution, and remembers the last one."""

    def __init__(self) -> None:
        self._answers = open(ANSWERS, "rb", closefd=False)  # noqa: SIM115
        self.last = ""
        self.raised: Exception | None = None

    def stand_in(self, name: str) -> Callable[..., Any]:
        def call(*args: object, **kwargs: object) -> object:
            return self._pass_on(name, args, kwargs)

        call.__name__ = name
        return call

    def _pass_on(self, name: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        shown = ", ".join(shortened(argument, 60) for argument in args)
        self.last = f"{name}({shown})"
        message = codec.encode((name, args, kwargs))
        try:
            send_message(CALLS, message)
            answer = read_message(self._answers)
        except (OSError, codec.NotPlain) as error:
            raise SolutionGone(str(error)) from error
        if answer is None:
            raise SolutionGone(LOST)
        return self._taken(answer)

    def _taken(self, answer: bytes) -> object:
        try:
            good, *rest = codec.decode(answer)
        except (codec.NotPlain, TypeError, ValueError) as error:
            raise SolutionGone("its answer is no value") from error
        if good is True and len(rest) == 1:
            self.last += f" gave {shortened(rest[0], 100)}"
            return rest[0]
        if good is False and len(rest) == 2 and all(type(word) is str for word in rest):
            self.last += f" raised {rest[1][:150]}"
            self.raised = _exception(rest[0], rest[1])
            raise self.raised
        raise SolutionGone("its answer is no value")


def _exception(name: str, words: str) -> Exception:
    """The built-in exception of that name; tests may expect it. Never one that ends a process, or
    a loop: `all(map(f, values))` would hold."""
    kind = getattr(builtins, name, None)
    loop = (StopIteration, StopAsyncIteration)
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, loop):
        with contextlib.suppress(Exception):
            made: Exception = kind(words)
            return made
    return RuntimeError(words)


def run(job: Job, shelf: int) -> None:
    """All of a child's work on any kind of job, once it is locked; `shelf` as in child."""
    if job.kind == "examine":
        examine(job)
    else:
        calls.run(job, shelf)


def examine(job: Job) -> None:
    """Run the job's check; write a record of whether it came to its end."""
    space, _ = begin(b"", NOWHERE, plain=True)
    calls = Calls()
    with contextlib.suppress(Exception):
        exec(compiled(job.code), space)  # the prelude; it may be the half of a function
    for name in job.names:
        space[name] = calls.stand_in(name)
    state, words = OK, ""
    try:
        exec(compiled(job.check), space)
    except BaseException as error:
        state, words = _state(error, calls), _why(error, job.check, calls)
    write_all(REPORT, Record(0, state, 0, 0, words).to_bytes())


def _state(error: BaseException, calls: Calls) -> int:
    if error is not calls.raised:
        return FAILED
    return NO_MEMORY if isinstance(error, MemoryError) else RAISED


def _why(error: BaseException, check: str, calls: Calls) -> str:
    if isinstance(error, SolutionGone):
        return f"{calls.last}: {error}"
    failed = _statement(error, check)
    words = words_of(error) if not isinstance(error, AssertionError) else "the assert does not hold"
    return "; ".join(part for part in (failed, calls.last, words) if part)


def _statement(error: BaseException, check: str) -> str:
    """The source of the check's statement that raised."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE_NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    for node in ast.walk(ast.parse(check)) if line else ():
        if isinstance(node, ast.Assert) and node.lineno <= (line or 0) <= (node.end_lineno or 0):
            return shortened_text(ast.get_source_segment(check, node) or "", 200)
    return ""
