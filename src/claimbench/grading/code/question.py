"""A program to be judged, as a grading worker gets it."""

from __future__ import annotations

import atexit
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from claimbench.grading.code.judge import CodeVerdict, Prepared, judge
from claimbench.grading.code.unpack import TestsSource
from claimbench.grading.question import Allowance
from claimbench.sandbox.isolation import ISOLATIONS, Sandbox, open_sandbox
from claimbench.sandbox.restrictions import Isolation

_ALLOWED: Final = Allowance(cpu_s=60, wall_s=6 * 3600)
"""Of the worker itself: opening tests and comparing outputs. The sandbox limits the program, and
many slow tests may take long."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and with which isolation it was made. `compat`: the verdict of LiveCodeBench's
    quirks, where it was asked for."""

    verdict: CodeVerdict
    isolation: Isolation
    compat: CodeVerdict | None = None


@dataclass(frozen=True)
class CodeQuestion:
    """Whether a program passes its problem's tests. The tests stay where they are until a worker
    needs them."""

    code: str
    tests: TestsSource
    min_isolation: Isolation
    memory: int
    recheck: bool
    compat: bool
    allowance: Allowance = field(default=_ALLOWED, compare=False)

    def decide(self) -> Judged:
        """Raises SandboxError where the sandbox fails, DataError where the tests are damaged."""
        sandbox = _sandbox(self.min_isolation)
        tests = _prepared(self.tests, self.memory)
        verdict = judge(self.code, tests, sandbox, recheck=self.recheck)
        asked = self.compat and tests.tests.kind != "assert"
        compat = judge(self.code, tests, sandbox, compat=True) if asked else None
        return Judged(verdict, sandbox.isolation, compat)


@lru_cache(maxsize=1)
def _sandbox(min_isolation: Isolation) -> Sandbox:
    """This process's sandbox, warm from the first program to the last."""
    sandbox = open_sandbox(min_isolation)
    atexit.register(sandbox.close)
    return sandbox


@lru_cache(maxsize=4)
def _prepared(source: TestsSource, memory: int) -> Prepared:
    """The samples of a problem come one after another."""
    return Prepared(source.load(), memory)


def isolation_number(isolation: Isolation) -> float:
    """1 for `namespaces` to 4 for `rlimits`: the metric `sandbox_level`."""
    return ISOLATIONS.index(isolation) + 1.0
