"""A program to be judged, as a grading worker gets it."""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from claimbench.errors import DataError
from claimbench.grading.code.judge import CodeVerdict, Prepared, judge
from claimbench.grading.code.unpack import TestsSource
from claimbench.grading.outcomes import NO_CODE
from claimbench.grading.question import Allowance
from claimbench.grading.reasons import reason
from claimbench.sandbox.isolation import ISOLATIONS, Sandbox, open_sandbox
from claimbench.sandbox.protocol import Isolation

_ALLOWED: Final = Allowance(cpu_s=60, wall_s=6 * 3600)
"""Of the worker itself: opening tests and comparing outputs. The sandbox limits the program, and
many slow tests may take long."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and with which isolation it was made. `compat`: the verdict of LiveCodeBench's
    quirks, where it was asked for. `theirs`: the verdict on the program that LiveCodeBench's rule
    takes from the reply, where that is another one."""

    verdict: CodeVerdict
    isolation: Isolation
    compat: CodeVerdict | None = None
    theirs: CodeVerdict | None = None


@dataclass(frozen=True)
class CodeQuestion:
    """Whether a program passes its problem's tests. The tests stay where they are until a worker
    needs them. `their_code`: the program by LiveCodeBench's rule, None where it is the same."""

    code: str
    tests: TestsSource
    min_isolation: Isolation
    memory: int
    recheck: bool
    compat: bool
    alone: bool = False
    packages: tuple[str, ...] = ()
    their_code: str | None = None
    allowance: Allowance = field(default=_ALLOWED, compare=False)

    def decide(self) -> Judged:
        """Raises SandboxError where the sandbox fails, DataError where the tests are damaged, or
        check nothing."""
        try:
            return self._judged()
        except DataError as error:
            where = self.tests.where
            raise error if where in str(error) else DataError(f"{where}: {error}") from error

    def _judged(self) -> Judged:
        sandbox = _sandbox(self.min_isolation, self.packages)
        tests = _prepared(self.tests, self.memory)
        verdict = judge(self.code, tests, sandbox, recheck=self.recheck, alone=self.alone)
        if tests.tests.kind == "assert":  # a form that LiveCodeBench does not have
            return Judged(verdict, sandbox.isolation)
        theirs = self._theirs(tests, sandbox, compat=False) if self.their_code is not None else None
        compat = self._theirs(tests, sandbox, compat=True) if self.compat else None
        return Judged(verdict, sandbox.isolation, compat, theirs)

    def _theirs(self, tests: Prepared, sandbox: Sandbox, *, compat: bool) -> CodeVerdict:
        """The verdict on the program that LiveCodeBench's rule takes."""
        code = self.code if self.their_code is None else self.their_code
        if not code.strip():
            return CodeVerdict(NO_CODE, reason("no-program-of-theirs"), 0)
        return judge(code, tests, sandbox, compat=compat)


@lru_cache(maxsize=1)
def _sandbox(min_isolation: Isolation, packages: tuple[str, ...]) -> Sandbox:
    """This process's sandbox, warm from the first program to the last."""
    sandbox = open_sandbox(min_isolation, packages)
    atexit.register(sandbox.close)
    return sandbox


@lru_cache(maxsize=4)
def _prepared(source: TestsSource, memory: int) -> Prepared:
    """The samples of a problem come one after another."""
    return Prepared(source.load(), memory)


def isolation_number(isolation: Isolation) -> float:
    """1 for `namespaces` to 4 for `rlimits`: the metric `sandbox_level`."""
    return ISOLATIONS.index(isolation) + 1.0
