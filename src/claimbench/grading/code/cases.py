"""The tests of a coding problem, as the graders of programs read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from claimbench.sandbox.protocol import Style

TestKind = Literal["stdin", "functional", "assert"]
"""`stdin`: a whole program, text in, text out. `functional`: a function (or a method of `class
Solution`) called with JSON arguments. `assert`: a test program's own asserts."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test: `stdin`: the text given and the text expected; `functional`: the arguments as JSON,
    one a line, and the expected value as JSON."""

    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class CodeTests:
    """Everything that decides whether a program is right.

    `entry_point` is the function (or method) that is called. `check` is, for `assert`, the source
    of the test program: it may define `check(candidate)`, hold bare asserts that name the entry
    point, or (with the style `unittest`) cases of unittest. `prelude` is source that stands before
    the candidate's (imports, or the part of a function that the prompt gave), `setup` source that
    the tests begin with. `cpu_seconds` limits each test.
    """

    kind: TestKind
    cases: tuple[Case, ...] = ()
    entry_point: str = ""
    check: str = ""
    prelude: str = ""
    setup: str = ""
    style: Style = ""
    cpu_seconds: float = 6.0
