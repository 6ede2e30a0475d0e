"""A program and its tests in, a verdict out: what runs in the sandbox when, and what it means.

All tests of a program run in one locked child, and a clean pass counts. Anything else is run again
alone, in a fresh child, from the first failing test on; only what fails alone is a failure. A child
has the CPU time of one test for all of its tests, so no test can have taken more; where that runs
out, the next child begins with the test that was cut off.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import json
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from claimbench.grading.code.cases import CodeTests
from claimbench.grading.code.compare import SHOWN, output_difference, value_difference
from claimbench.grading.outcomes import (
    CORRECT,
    MEMORY_LIMIT,
    RUNTIME_ERROR,
    TIME_LIMIT,
    WRONG_ANSWER,
)
from claimbench.sandbox import codec
from claimbench.sandbox.checks import LOST
from claimbench.sandbox.client import Outcome
from claimbench.sandbox.compat import PREAMBLE
from claimbench.sandbox.isolation import Sandbox
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import EXITED, NO_MEMORY, OK, RAISED, Ending, Job, Limits, Record
from claimbench.sandbox.shortened import shortened_text
from claimbench.sandbox.wall_clock import MOST_THREADS

WALL_FACTOR: Final = 8
"""Seconds by the clock for each second of CPU time."""
MEMORY: Final = 2 * 2**30
MOST_OUTPUT: Final = 16 * 2**20
"""Bytes a program may write beyond twice what is expected."""
_numbers: Final = itertools.count(1)
_FUTURE: Final = re.compile(r"^from __future__ import [^\n]*\n?", re.M)


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """`outcome` is one of grading/outcomes.py's; `words` say which test failed and how. `cpu_s` is
    what the program took in all. `rechecked`: the pass was run again test by test, `disagrees`:
    with another result, which then counts. `weak`: asserts and solution shared a process."""

    outcome: str
    words: str
    cpu_s: float
    rechecked: bool = False
    disagrees: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class _Failure:
    outcome: str
    words: str


class Prepared:
    """Tests made ready for any number of programs: their inputs lie in one sealed memory file."""

    def __init__(self, tests: CodeTests, memory: int = MEMORY) -> None:
        self.tests = tests
        self.memory = memory
        self.inputs = Inputs([case.given.encode("utf-8", "surrogatepass") for case in tests.cases])
        self._longest = [2 * len(case.expected.encode("utf-8", "replace")) for case in tests.cases]
        self._input = max((length for _, length in self.inputs.places), default=0)
        self.check = check_program(tests) if tests.kind == "assert" else ""
        self.names, self.classes = called_names(self.check, tests) if self.check else ((), ())

    @property
    def weak(self) -> bool:
        """Whether the tests need the solution's own classes."""
        return bool(self.classes)

    def limits(self, first: int, last: int) -> Limits:
        expected = sum(self._longest[first:last])
        cpu_s = self.tests.cpu_seconds
        output = MOST_OUTPUT + max(expected, self._input)
        return Limits(cpu_s, WALL_FACTOR * cpu_s + 5, self.memory, output)

    def job(self, kind: Any, code: str, first: int, last: int, *, compat: bool = False) -> Job:
        entry, places = self.tests.entry_point, self.inputs.places
        return Job(kind, code, entry, places, first, last, self.limits(first, last), compat=compat)


def judge(
    code: str,
    tests: CodeTests | Prepared,
    sandbox: Sandbox,
    *,
    recheck: bool = False,
    compat: bool = False,
) -> CodeVerdict:
    """The verdict on a program. Raises SandboxError where the sandbox fails.

    `recheck`: run a pass again test by test. `compat`: as LiveCodeBench's runner would.
    """
    prepared = tests if isinstance(tests, Prepared) else Prepared(tests)
    # LeetCode, and LiveCodeBench after it, imports the usual modules before a solution.
    usual = PREAMBLE if prepared.tests.kind == "functional" else ""
    program = whole_program(usual + prepared.tests.prelude, code)
    trial = _Trial(prepared, program, sandbox, compat, next(_numbers) if recheck else 0)
    if prepared.tests.kind == "assert":
        failure = trial.examine()
        return _verdict(trial, failure, weak=prepared.weak)
    failure = trial.all_tests()
    if failure is not None or not recheck:
        return _verdict(trial, failure)
    second = trial.others_alone()
    return replace(_verdict(trial, second), rechecked=True, disagrees=second is not None)


def whole_program(prelude: str, code: str) -> str:
    """The prelude and the candidate's code; imports from __future__ have to stand first."""
    if not prelude:
        return code
    future = "".join(line.rstrip("\n") + "\n" for line in _FUTURE.findall(prelude + code))
    return future + _FUTURE.sub("", prelude) + _FUTURE.sub("", code)


def _verdict(trial: _Trial, failure: _Failure | None, *, weak: bool = False) -> CodeVerdict:
    if failure is not None:
        return CodeVerdict(failure.outcome, failure.words, trial.cpu_s, weak=weak)
    count = len(trial.prepared.tests.cases)
    words = f"passes {count} tests" if count else "passes its tests"
    return CodeVerdict(CORRECT, words, trial.cpu_s, weak=weak)


@dataclass
class _Trial:
    """One program on its way through its tests."""

    prepared: Prepared
    program: str
    sandbox: Sandbox
    compat: bool
    number: int
    """Of a program whose pass is to be run again; 0 for others."""
    cpu_s: float = 0.0

    def all_tests(self) -> _Failure | None:
        """The first failure, None where all tests pass."""
        at, count = 0, len(self.prepared.tests.cases)
        while at < count:
            passed, failure = self._batch(at, count)
            if failure is not None and passed == at:
                return failure
            if failure is not None and failure.outcome != TIME_LIMIT:
                if self._shares_state:
                    return failure
                alone, failure = self._batch(passed, passed + 1)
                if failure is not None:
                    return failure
                passed = alone
            at = passed
        return None

    @property
    def _shares_state(self) -> bool:
        """Whether a test is meant to find what the one before it left."""
        return self.compat and self.prepared.tests.kind == "functional"

    def others_alone(self) -> _Failure | None:
        """Each test but the first, which had a fresh child already."""
        at, count = 1, len(self.prepared.tests.cases)
        while at < count:
            outcomes = self.sandbox.run_alone(self._job(at, count), self.prepared.inputs)
            for outcome in outcomes:
                self._spend(outcome)
                _, failure = self._read(at, at + 1, outcome)
                if failure is not None:
                    return failure
                at += 1
        return None

    def _batch(self, first: int, last: int) -> tuple[int, _Failure | None]:
        """Run tests in one child; see `_read`."""
        return self._read(first, last, self._run([self._job(first, last)]))

    def _job(self, first: int, last: int) -> Job:
        kind = self.prepared.tests.kind
        job = self.prepared.job(kind, self.program, first, last, compat=self.compat)
        return job._replace(keep=self.number)

    def _read(self, first: int, last: int, outcome: Outcome) -> tuple[int, _Failure | None]:
        """Of tests that ran in one child: the one up to which all passed, and how that one failed;
        None where the child ended before it for no fault."""
        ending, records = outcome.endings[0], outcome.records[0]
        if late := _overtime(self.prepared.tests.cpu_seconds, outcome):
            return first, replace(late, words=self._place(first) + late.words)
        written = 0
        for test in range(first, last):
            record = records[test - first] if test - first < len(records) else None
            if record is None and test > first and ending.status == 0:
                return test, None
            record = record or _last_record(test, written, outcome)
            failure = self._failure(test, record, outcome)
            if failure is not None:
                return test, failure
            written = record.end if record is not None else len(outcome.output)
        if ending.status != 0:  # its last record was written by the program, which went on
            return last - 1, self._failure(last - 1, None, outcome)
        return last, None

    def _failure(self, test: int, record: Record | None, outcome: Outcome) -> _Failure | None:
        """How one test failed, None where it passed."""
        if record is None:
            outcome_word, words = death(outcome.endings[0])
            return _Failure(outcome_word, self._place(test) + words)
        if record.test != test or record.state != OK:
            return _Failure(*_recorded(record, self._place(test)))
        difference = self._difference(test, outcome.output[record.start : record.end])
        if difference is None:
            return None
        shown = shortened_text(self.prepared.tests.cases[test].given, SHOWN)
        return _Failure(WRONG_ANSWER, f"{self._place(test)}{difference} for the input {shown!r}")

    def _difference(self, test: int, written: bytes) -> str | None:
        expected = self.prepared.tests.cases[test].expected
        if self.prepared.tests.kind == "stdin":
            return output_difference(written.decode("utf-8", "replace"), expected)
        try:
            value = codec.decode(written)
        except codec.NotPlain as error:
            return f"returned something that cannot be read: {error}"
        return value_difference(value, _from_json(expected))

    def _place(self, test: int) -> str:
        return f"test {test + 1} of {len(self.prepared.tests.cases)}: "

    def _run(self, jobs: Sequence[Job]) -> Outcome:
        outcome = self.sandbox.run(jobs, self.prepared.inputs)
        self._spend(outcome)
        return outcome

    def _spend(self, outcome: Outcome) -> None:
        self.cpu_s += sum(ending.cpu_s for ending in outcome.endings)

    # --- asserts ----------------------------------------------------------------------------------

    def examine(self) -> _Failure | None:
        """Run assert-style tests against the program."""
        tests = self.prepared.tests
        if self.prepared.weak:
            job = self.prepared.job("weak", self.program, 0, 1)._replace(check=self.prepared.check)
            outcome = self._run([job])
            return _overtime(tests.cpu_seconds, outcome) or _examined(
                outcome.records[0], outcome.endings[0]
            )
        solution = self.prepared.job("solution", self.program, 0, 1)
        examiner = self.prepared.job("examine", tests.prelude, 0, 1)._replace(
            check=self.prepared.check, names=self.prepared.names
        )
        outcome = self._run([solution, examiner])
        return _overtime(tests.cpu_seconds, outcome) or _cross_examined(outcome)


_TICK_S: Final = 0.25


def _overtime(limit_s: float, outcome: Outcome) -> _Failure | None:
    """A program that has switched its timer off, and so gets as far as the kernel's own limit."""
    ending = outcome.endings[0]
    late = ending.cpu_s > limit_s + _TICK_S
    return _Failure(TIME_LIMIT, _time_words(ending)) if late else None


def _from_json(text: str) -> Any:
    """The value of JSON that may hold whole numbers of more digits than int() takes."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=lambda digits: int(Decimal(digits)))


def _last_record(test: int, written: int, outcome: Outcome) -> Record | None:
    """A program that leaves with os._exit(0) is done, and says nothing."""
    if outcome.endings[0].status != 0:
        return None
    return Record(test, OK, written, len(outcome.output))


def _recorded(record: Record, place: str) -> tuple[str, str]:
    if record.state == NO_MEMORY:
        return MEMORY_LIMIT, f"{place}it ran out of memory"
    return RUNTIME_ERROR, f"{place}{record.words}"


def _time_words(ending: Ending) -> str:
    if ending.overdue:
        used = f"{ending.cpu_s:.1f} s of CPU time"
        return f"it did not end within {ending.wall_s:.0f} s by the clock ({used})"
    return f"it took more than its {ending.cpu_s:.1f} s of CPU time"


def death(ending: Ending) -> tuple[str, str]:
    """Outcome and words for a child that ended without a record."""
    if ending.crowded:
        return RUNTIME_ERROR, f"it had more than {MOST_THREADS} threads"
    if ending.overdue or ending.status in (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL):
        return TIME_LIMIT, _time_words(ending)
    if ending.status < 0:
        return RUNTIME_ERROR, f"it died of {signal.Signals(-ending.status).name}"
    return RUNTIME_ERROR, f"it exited with status {ending.status}"


def _examined(records: Sequence[Record], ending: Ending) -> _Failure | None:
    if not records:
        return _Failure(*death(ending))
    record = records[0]
    if record.state == OK:
        return None
    if record.state in (RAISED, EXITED, NO_MEMORY):
        return _Failure(*_recorded(record, ""))
    return _Failure(WRONG_ANSWER, record.words)


def _cross_examined(outcome: Outcome) -> _Failure | None:
    """What the tests say, or, where the solution ended under them, how it ended."""
    (solution, examiner), (said, found) = outcome.endings, outcome.records
    if said and said[0].state != OK:
        return _Failure(*_recorded(said[0], "outside any test: "))
    if found and LOST not in found[0].words:
        return _examined(found, examiner)
    if found or solution.overdue or solution.status != 0:
        outcome_word, words = death(solution)
        call = found[0].words.partition(LOST)[0] if found else ""
        return _Failure(outcome_word, call + words)
    return _Failure(*death(examiner))


# --- what asserts call ---------------------------------------------------------------------------


def check_program(tests: CodeTests) -> str:
    """The whole test program: a `check(candidate)` that is only defined has to be called, and
    modules that the tests use but leave to the solution to import have to be imported."""
    modules = sorted(_free_names(tests.check) & sys.stdlib_module_names - {tests.entry_point})
    defined = (n.name for n in ast.parse(tests.check).body if isinstance(n, ast.FunctionDef))
    imports = "".join(f"import {name}\n" for name in modules)
    call = f"\n\ncheck({tests.entry_point})\n" if "check" in defined else ""
    return imports + tests.check + call


def called_names(check: str, tests: CodeTests) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The solution's functions that the check calls, and the solution's classes it needs.

    This follows from the tests alone, so that no solution can choose the weaker path.
    """
    needed = _free_names(check) - _bound_names(tests.prelude)
    classes = sorted(n for n in needed - {tests.entry_point} if n[:1].isupper())
    return tuple(sorted((needed | {tests.entry_point}) - set(classes))), tuple(classes)


def _free_names(source: str) -> set[str]:
    used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    return used - _bound_names(source) - set(vars(builtins))


def _bound_names(source: str) -> set[str]:
    """Every name that the source binds anywhere; none where it is only a part of a program."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names
