"""Two hundred programs of every fate, for tests of the sandbox and the grading pool."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from grading_samples import reply

from claimbench.grading.code.cases import CodeTests
from claimbench.grading.code.grader import CodeGrader
from claimbench.grading.code.question import CodeQuestion
from claimbench.grading.code.unpack import TestsSource, canonical, digest_of
from claimbench.grading.pool import GradingPool
from claimbench.records import Grade, Problem, Sample
from claimbench.report.messages import english

CPU_S = 0.6
CASES = [[f"{a} {b}\n", f"{a + b}\n"] for a, b in ((1, 2), (5, 5), (0, 9), (70, 7), (3, 8), (2, 2))]
READ = "import sys, time\na, b = map(int, sys.stdin.read().split())\n"
SPEND = "while time.process_time() < {0}:\n    pass\n"

SHAPES = {
    "right": (100, READ + "print(a + b)\n"),
    "right, by a function": (
        20,
        "def add():\n    return sum(map(int, input().split()))\nprint(add())\n",
    ),
    "near half of the limit": (4, READ + SPEND.format(CPU_S / 2) + "print(a + b)\n"),
    "wrong": (22, READ + "print(a - b)\n"),
    "wrong at the fourth": (16, READ + "print(a + b if a < 70 else 0)\n"),
    "silent": (4, READ),
    "raises": (12, READ + "print(a + b if a != 5 else 1 // 0)\n"),
    "exits with an error": (6, READ + "print(a + b)\nsys.exit(b == 9)\n"),
    "is no Python": (6, "print(\n"),
    "crashes": (2, READ + "import ctypes\nctypes.string_at(0)\n"),
    "takes too much memory": (3, READ + "x = bytearray(1 << 33)\nprint(a + b)\n"),
    "never ends": (3, READ + "while a != 0:\n    pass\nprint(a + b)\n"),
    "never ends at the third": (1, READ + "while a == 0:\n    pass\nprint(a + b)\n"),
    "sleeps": (1, READ + "time.sleep(600)\n"),
}
"""Shape: how many programs, and what they do."""


def programs() -> list[str]:
    """Two hundred, no two of them equal: equal ones are run once."""
    made = [f"{text}# {n}\n" for count, text in SHAPES.values() for n in range(count)]
    return [made[(37 * place) % len(made)] for place in range(len(made))]


@dataclass(frozen=True, slots=True)
class QuickTests(TestsSource):
    """Tests whose programs may take less time than usual."""

    def load(self) -> CodeTests:
        return replace(TestsSource.load(self), cpu_seconds=CPU_S)


class QuickGrader(CodeGrader):
    def begin(self, problem: Problem, sample: Sample) -> Grade | CodeQuestion:
        begun = CodeGrader.begin(self, problem, sample)
        assert isinstance(begun, CodeQuestion)
        tests = begun.tests
        return replace(
            begun, tests=QuickTests(tests.where, tests.form, tests.digest, "", tests.inline)
        )


def verdicts(workers: int) -> list[tuple[str, str]]:
    """Outcome and failing test of each program."""
    columns: dict[str, Any] = {"tests": CASES}
    kept = {"form": "cases", "sha256": digest_of(canonical(columns)), "data": columns, "row": ""}
    problem = Problem("sums", "p", details={"tests": kept})
    grader = QuickGrader(recheck_share=0.0)
    samples = [
        replace(reply(f"```python\n{program}```"), id=str(place))
        for place, program in enumerate(programs())
    ]
    with GradingPool(workers, prepare=int) as pool:
        for sample in samples:
            pool.submit(grader, problem, sample)
        grades = {grade.sample_id: grade for grade in pool.drain()}
    return [_verdict(grades[sample.id]) for sample in samples]


def _verdict(grade: Grade) -> tuple[str, str]:
    found = re.search(r"test \d+ of \d+", english(grade.reason))
    return grade.outcome, found[0] if found else ""
