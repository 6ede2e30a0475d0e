"""The tests' side of `assert`: runs a test program that calls the solution in another process.

The tests hold handles of the program's objects, and compare data (see `handles`): an object whose
`__eq__` says yes, a frame, a trace function or an exit of the solution's process cannot reach an
assert. The prelude's own functions and classes are the tests'.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
from collections.abc import Callable
from typing import Any

from claimbench.sandbox import calls
from claimbench.sandbox.asking import Program
from claimbench.sandbox.child import NOWHERE, REPORT
from claimbench.sandbox.counting import COUNTER, counting, is_check, run_cases
from claimbench.sandbox.interpreter import FILE_NAME, begin, words_of, write_all
from claimbench.sandbox.messages import Gone
from claimbench.sandbox.protocol import DENIED, FAILED, NO_MEMORY, OK, RAISED, UNUSED, Job, Record
from claimbench.sandbox.shortened import shortened_text

_Outcome = tuple[int, str]


def run(job: Job, shelf: int) -> None:
    """All of a child's work on any kind of job, once it is locked; `shelf` as in child."""
    if job.kind == "examine":
        examine(job)
    else:
        calls.run(job, shelf)


def examine(job: Job) -> None:
    """Run the job's check; write a record of whether it came to its end."""
    space, _ = begin(b"", NOWHERE, plain=True)
    if job.style == "unittest":
        space["__name__"] = "tests"  # what it does as a main program is to run its cases
    checks = Checks(job, space)
    try:
        state, words = checks.run()
    except BaseException as error:
        state, words = checks.failed(error)
    write_all(REPORT, Record(0, state, 0, 0, words).to_bytes())


class Checks:
    """A test program, the program it tests, and how many of its checks were executed."""

    def __init__(self, job: Job, space: dict[str, Any]) -> None:
        self._job = job
        self._space = space
        self._program = Program(space)
        self._program.captures = "stdout" in job.check
        self._executed = 0

    def run(self) -> _Outcome:
        """How the tests ended; what they raise is a failure."""
        tree = ast.parse(self._job.check, FILE_NAME)
        with contextlib.suppress(Exception):
            exec(self._job.code, self._space)  # the prelude; it may be the half of a function
        self._space[COUNTER] = self.count
        bound = self._bind(tree)
        exec(compile(counting(tree), FILE_NAME, "exec", dont_inherit=True), self._space)
        if self._job.style == "unittest":
            return run_cases(self._space, self.count) or self._ended()
        if self._job.style == "call":
            # Not by its name: the function may have the name of the tests' own.
            self._space["check"](bound[self._job.entry_point])
        return self._ended()

    def count(self) -> None:
        self._executed += 1

    def _bind(self, tree: ast.Module) -> dict[str, Any]:
        """Put the program's functions and classes where the tests look for them."""
        defined = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
        found = self._program.start(self._job.names, defined | set(self._space))
        bound = {name: found.get(name, self._missing(name)) for name in self._job.names}
        # A function that is handed to `check` needs no name there, and may have that of a builtin.
        hidden = {self._job.entry_point} & set(vars(builtins)) if self._job.style == "call" else ()
        self._space.update({name: it for name, it in bound.items() if name not in hidden})
        return bound

    def _missing(self, name: str) -> Callable[..., object]:
        def missing(*_: object, **__: object) -> Any:
            self._program.raised = NameError(f"the program defines no {name}")
            raise self._program.raised

        return missing

    def _ended(self) -> _Outcome:
        if self._program.requests <= 0:
            return UNUSED, "the tests never use the program"
        return (OK, "") if self._executed else (FAILED, "no check of the tests was executed")

    def failed(self, error: BaseException) -> _Outcome:
        """State and words for what the tests raised."""
        last = self._program.last
        if isinstance(error, Gone):
            return FAILED, f"{last}: {error}"
        failed = isinstance(error, AssertionError)
        is_known = error is self._program.raised  # `last` has its words
        words = "" if failed or is_known else words_of(error)
        parts = (_statement(error, self._job.check), last, words)
        return self._state(error), "; ".join(part for part in parts if part)

    def _state(self, error: BaseException) -> int:
        if error is not self._program.raised:
            return DENIED if isinstance(error, AssertionError) else FAILED
        return NO_MEMORY if isinstance(error, MemoryError) else RAISED


def _statement(error: BaseException, check: str) -> str:
    """The source of the check's statement that raised."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE_NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    for node in ast.walk(ast.parse(check)) if line else ():
        if not (isinstance(node, ast.stmt) and is_check(node)):
            continue
        if node.lineno <= (line or 0) <= (node.end_lineno or 0):
            return shortened_text(ast.get_source_segment(check, node) or "", 200)
    return ""
