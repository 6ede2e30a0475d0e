"""Passes that are run again, each test in a process of its own."""

from __future__ import annotations

import pytest

from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import CodeVerdict, judge
from claimbench.grading.outcomes import CORRECT, WRONG_ANSWER
from claimbench.report.messages import english
from claimbench.sandbox.isolation import Sandbox, warmth_for
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import LEAN, NUMPY, OK, WIDE, Job, Limits

COUNTING = """
import math
math.calls = getattr(math, "calls", 0) + 1
print(math.calls)
"""
"""It passes only where one test finds what another has left."""
POISON = """
import marshal, os
better = compile("print(open(0).read().strip())", "main.py", "exec")
for file in range(5, 64):
    try:
        os.write(file, marshal.dumps(better))
        os.pwrite(file, marshal.dumps(better), 0)
    except OSError:
        pass
"""
"""It tries to leave other code for the children that come after it."""
LEAVING = """
import fcntl, os, sys
flags = [fcntl.fcntl(file, fcntl.F_GETFL) & (os.O_APPEND | os.O_NONBLOCK) for file in range(5)]
print(input(), os.lseek(4, 0, os.SEEK_CUR), flags, flush=True)
os.lseek(4, 77, os.SEEK_SET)
os.pwrite(0, b"left for the next", 0)
for file in range(5):
    try:
        fcntl.fcntl(file, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)
    except OSError:
        pass
"""
"""It tries to leave a number, a text and flags."""
COUNTED = tuple(Case(f"{n}\n", f"{n}\n") for n in range(1, 6))
LIMITS = Limits(5, 50, 2**31, 2**20)


def rechecked(program: str, cases: tuple[Case, ...], sandbox: Sandbox) -> CodeVerdict:
    return judge(program, CodeTests("stdin", cases), sandbox, recheck=True)


def test_a_pass_that_rests_on_what_another_test_left_is_none(sandbox: Sandbox) -> None:
    tests = CodeTests("stdin", COUNTED)
    assert judge(COUNTING, tests, sandbox).outcome == CORRECT
    again = judge(COUNTING, tests, sandbox, recheck=True)
    assert (again.outcome, again.rechecked, again.disagrees) == (WRONG_ANSWER, True, True)
    assert english(again.why).startswith("test 2 of 5")


def test_no_program_leaves_code_for_its_re_check(sandbox: Sandbox) -> None:
    again = rechecked(COUNTING + POISON, COUNTED, sandbox)
    assert (again.outcome, again.disagrees) == (WRONG_ANSWER, True)


def test_the_next_program_has_its_own_code(sandbox: Sandbox) -> None:
    """Code that is kept for one program runs for no other."""
    echo, twice = "print(input())", "print(input() * 2)"
    assert rechecked(echo, COUNTED, sandbox).outcome == CORRECT
    assert rechecked(twice, COUNTED, sandbox).outcome == WRONG_ANSWER
    doubled = tuple(Case(f"{n}\n", f"{n}{n}\n") for n in range(1, 4))
    assert rechecked(twice, doubled, sandbox).outcome == CORRECT


def test_many_tests_that_write_much_are_all_run_again(sandbox: Sandbox) -> None:
    """What one request may bring back is limited: the rest takes another."""
    cases = tuple(Case(f"{n}\n", "x" * 2**18 + f"{n}\n") for n in range(30))
    program = "print('x' * 2**18 + input())"
    assert rechecked(program, cases, sandbox).outcome == CORRECT
    job = Job("stdin", program, "", (), 0, 30, LIMITS)
    inputs = Inputs([case.given.encode() for case in cases])
    outcomes = sandbox.run_alone(job._replace(places=inputs.places), inputs)
    assert [outcome.output.decode() for outcome in outcomes] == [c.expected for c in cases[:4]]
    assert [outcome.records[0][0].test for outcome in outcomes] == [0, 1, 2, 3]


def test_tests_by_the_hundred_are_all_run_again(sandbox: Sandbox) -> None:
    """How their children ended is no more than one answer holds."""
    cases = tuple(Case(f"{n}\n", f"{n}\n") for n in range(260))
    again = rechecked("print(input())", cases, sandbox)
    assert (again.outcome, english(again.why)) == (CORRECT, "passes 260 of 260 tests")
    inputs = Inputs([b"1\n"] * 1000)
    outcomes = sandbox.run_alone(Job("stdin", "", "", inputs.places, 0, 1000, LIMITS), inputs)
    assert len(outcomes) == 256
    outcomes = sandbox.run_alone(Job("stdin", "", "", inputs.places, 997, 1000, LIMITS), inputs)
    assert [outcome.records[0][0].test for outcome in outcomes] == [997, 998, 999]


def test_no_child_leaves_anything_in_a_file_that_the_next_one_has(sandbox: Sandbox) -> None:
    inputs = Inputs([b"one\n", b"two\n", b"three\n"])
    job = Job("stdin", LEAVING, "", inputs.places, 0, 3, LIMITS)
    outcomes = sandbox.run_alone(job, inputs) + [
        sandbox.run([job._replace(first=n, last=n + 1)], inputs) for n in range(3)
    ]
    found = [outcome.output.decode() for outcome in outcomes]
    assert found == [f"{word} 0 [0, 0, 0, 0, 0]\n" for word in ("one", "two", "three") * 2]


def test_children_in_turn_end_with_the_first_that_fails(sandbox: Sandbox) -> None:
    inputs = Inputs([b"0\n", b"1\n", b"2\n"])
    program = "import os\nn = int(input())\nprint(n)\nif n == 1: os._exit(3)"
    outcomes = sandbox.run_alone(Job("stdin", program, "", inputs.places, 0, 3, LIMITS), inputs)
    assert [outcome.endings[0].status for outcome in outcomes] == [0, 3]
    assert outcomes[0].output == b"0\n" and outcomes[0].records[0][0].state == OK


def test_a_function_is_called_again_in_a_process_of_its_own(sandbox: Sandbox) -> None:
    counting = f"{COUNTING}\nclass Solution:\n    def f(self, n):\n        return math.calls\n"
    cases = tuple(Case(f"{n}", f"{n}") for n in range(1, 4))
    tests = CodeTests("functional", cases, entry_point="f")
    assert judge(counting, tests, sandbox).outcome == CORRECT
    assert judge(counting, tests, sandbox, recheck=True).disagrees


def job(code: str, kind: str = "stdin") -> Job:
    return Job(kind, code, "", (), 0, 1, LIMITS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "code",
    [
        "print(input())",
        "import sys, math\nfrom collections import deque\nfrom heapq import*",
        "def f():\n    # from left to right\n    from bisect import (bisect_left,\n        insort)",
        "import os.path as p; import re",
    ],
)
def test_usual_programs_run_in_the_lean_interpreter(code: str) -> None:
    assert warmth_for([job(code)]) == LEAN


@pytest.mark.parametrize(
    "code",
    [
        "import hashlib",
        "import sys, zlib",
        "import sys; import random",
        "if True: import statistics as s",
        "from decimal import Decimal",
        "bz2 = __import__('bz2')",
        "exec('import lz' + 'ma')",
        "import importlib",
        "\x0cimport bz2",
        "import\\\n bz2",
        "import sys\rimport bz2",
    ],
)
def test_others_run_in_the_wide_one(code: str) -> None:
    assert warmth_for([job(code)]) == WIDE
    assert warmth_for([job("print(1)", "functional")]) == WIDE
    assert warmth_for([job("print(1)")._replace(compat=True)]) == WIDE
    assert warmth_for([job(f"{code}\n\x0cimport numpy as np")]) == NUMPY
