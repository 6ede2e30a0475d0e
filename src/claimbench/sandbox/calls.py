"""Programs of which a function is called: LeetCode-style ones, and those of assert-style tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from claimbench.sandbox import codec
from claimbench.sandbox.child import NOWHERE, REPORT, program_of, run_stdin, run_tests
from claimbench.sandbox.compat import MODULE, wrapped
from claimbench.sandbox.interpreter import attempt, begin, write_all
from claimbench.sandbox.protocol import EXITED, OK, Job, Record
from claimbench.sandbox.serving import serve_calls

CALLED: Final = "solution"
"""The __name__ of a program that is called: it is imported, so what it does `if __name__ ==
"__main__"` is not done. In its authors' runners it is not `__main__` either."""


def run(job: Job, shelf: int) -> None:
    """All of a child's work, once it is locked; `shelf` as in `program_of`."""
    compat = job.compat and job.kind == "stdin"
    code = program_of(job, shelf, wrapped if compat else str)
    if isinstance(code, Record):
        write_all(REPORT, code.to_bytes())
    elif job.kind == "solution":
        serve_calls(code, _module(plain=True))
    else:
        run_tests(job, code, _run_functional if job.kind == "functional" else run_stdin)


def _run_functional(job: Job, code: CodeType, given: bytes) -> tuple[int, str]:
    """Call the entry point with the JSON arguments of each line; its value is the output."""
    space = _module()
    value: list[object] = []

    def call() -> None:
        arguments = [json.loads(line) for line in given.decode("utf-8").split("\n")]
        if job.compat:
            value.append(_shared_target(job, code, space)(*arguments))
            return
        exec(code, space)
        value.append(find(space, job.entry_point)(*arguments))

    state, words = attempt(call)
    if value:
        state, words = attempt(lambda: write_all(1, codec.encode(value[0])))
    elif state == OK:
        state, words = EXITED, "it exited instead of returning"
    if not job.compat:
        space.clear()
    return state, words


def _module(*, plain: bool = False) -> dict[str, Any]:
    """The namespace of a program that is called."""
    space, _ = begin(b"", NOWHERE, plain=plain)
    space["__name__"] = CALLED
    sys.modules[CALLED] = sys.modules["__main__"]
    return space


_shared: list[Callable[..., object]] = []


def _shared_target(job: Job, code: CodeType, space: dict[str, Any]) -> Callable[..., object]:
    """LiveCodeBench calls one object for all tests, so what it remembers is there in the next; and
    it takes the words `class Solution` for one, wherever they stand."""
    if not _shared:
        space["__name__"] = MODULE
        exec(code, space)
        holder = space["Solution"]() if "class Solution" in job.code else None
        _shared.append(
            space[job.entry_point] if holder is None else getattr(holder, job.entry_point)
        )
    return _shared[0]


def find(space: dict[str, Any], name: str) -> Callable[..., object]:
    """The function to call: a method of `class Solution`, or a function of that name."""
    # The class first: the usual imports bring functions with a method's name (operator.add).
    if isinstance(space.get("Solution"), type):
        found: Callable[..., Any] = getattr(space["Solution"](), name)
        return found
    return space[name]  # type: ignore[no-any-return]
