"""A program and its tests in, a verdict out: what runs in the sandbox when, and what it means.

All tests of a program run in one locked child, and a clean pass counts. Anything else is run again
alone, in a fresh child, from the first failing test on; only what fails alone is a failure. A child
has the CPU time of one test for all of its tests, so no test can have taken more; where that runs
out, the next child begins with the test that was cut off.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from claimbench.grading.code.cases import CodeTests
from claimbench.grading.code.check_source import check_source
from claimbench.grading.code.compare import SHOWN, output_difference, returned_difference
from claimbench.grading.code.endings import Failure, cross_examined, death, overtime, recorded
from claimbench.grading.outcomes import (
    CORRECT,
    TIME_LIMIT,
    WRONG_ANSWER,
)
from claimbench.grading.reasons import reason
from claimbench.records.runs import Reason
from claimbench.sandbox.client import Outcome
from claimbench.sandbox.compat import PREAMBLE
from claimbench.sandbox.isolation import Sandbox
from claimbench.sandbox.memory_files import Inputs
from claimbench.sandbox.protocol import (
    OK,
    Job,
    Limits,
    Record,
)
from claimbench.sandbox.shortened import shortened_text

WALL_FACTOR: Final = 8
"""Seconds by the clock for each second of CPU time."""
MEMORY: Final = 2 * 2**30
MOST_OUTPUT: Final = 16 * 2**20
"""Bytes a program may write beyond twice what is expected."""
_numbers: Final = itertools.count(1)
_FUTURE: Final = re.compile(r"^from __future__ import [^\n]*\n?", re.M)


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """`outcome` is one of grading/outcomes.py's; `why` says which test failed and how. `cpu_s` is
    what the program took in all. `rechecked`: the pass was run again test by test, `disagrees`:
    with another result, which then counts."""

    outcome: str
    why: Reason
    cpu_s: float
    rechecked: bool = False
    disagrees: bool = False


class Prepared:
    """Tests made ready for any number of programs: their inputs lie in one sealed memory file."""

    def __init__(self, tests: CodeTests, memory: int = MEMORY) -> None:
        self.tests = tests
        self.memory = memory
        self.inputs = Inputs([case.given.encode("utf-8", "surrogatepass") for case in tests.cases])
        self._longest = [2 * len(case.expected.encode("utf-8", "replace")) for case in tests.cases]
        self._input = max((length for _, length in self.inputs.places), default=0)
        self.check = check_source(tests) if tests.kind == "assert" else None

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
    alone: bool = False,
) -> CodeVerdict:
    """The verdict on a program. Raises SandboxError where the sandbox fails, DataError for tests
    that any program would pass.

    `recheck`: run a pass again test by test. `compat`: as LiveCodeBench's runner would. `alone`: as
    EvalPlus would, without the prompt's part of the program.
    """
    prepared = tests if isinstance(tests, Prepared) else Prepared(tests)
    # LeetCode, and LiveCodeBench after it, imports the usual modules before a solution.
    usual = PREAMBLE if prepared.tests.kind == "functional" else ""
    program = whole_program("" if alone else usual + prepared.tests.prelude, code)
    trial = _Trial(prepared, *program, sandbox, compat, next(_numbers) if recheck else 0)
    if prepared.tests.kind == "assert":
        return _verdict(trial, trial.examine())
    failure = trial.all_tests()
    if failure is not None or not recheck:
        return _verdict(trial, failure)
    second = trial.others_alone()
    return replace(_verdict(trial, second), rechecked=True, disagrees=second is not None)


def whole_program(prelude: str, code: str) -> tuple[str, int]:
    """The prelude and the candidate's code, and how many lines stand before the latter's first.
    Imports from __future__ have to stand first."""
    if not prelude:
        return code, 0
    future = "".join(line.rstrip("\n") + "\n" for line in _FUTURE.findall(prelude + code))
    before = future + _FUTURE.sub("", prelude)
    return before + _FUTURE.sub("\n", code), before.count("\n")


def _verdict(trial: _Trial, failure: Failure | None) -> CodeVerdict:
    if failure is not None:
        return CodeVerdict(failure.outcome, failure.why, trial.cpu_s)
    count = len(trial.prepared.tests.cases)
    why = reason("passes", count=count) if count else reason("passes-all")
    return CodeVerdict(CORRECT, why, trial.cpu_s)


@dataclass
class _Trial:
    """One program on its way through its tests."""

    prepared: Prepared
    program: str
    before: int
    """Lines of the program before the candidate's first."""
    sandbox: Sandbox
    compat: bool
    number: int
    """Of a program whose pass is to be run again; 0 for others."""
    cpu_s: float = 0.0

    def all_tests(self) -> Failure | None:
        """The first failure, None where all tests pass."""
        at, count = 0, len(self.prepared.tests.cases)
        while at < count:
            passed, failure = self._batch(at, count)
            if failure is not None and passed == at:
                return failure
            if failure is not None and failure.outcome != TIME_LIMIT:
                if self._shares_state:
                    return failure
                _, failure = self._batch(passed, passed + 1)
                # What fails beside others and passes alone depends on what ran before it: no pass
                # in that child counts, or a program could count its runs and give each answer once.
                return failure if failure is not None else self.others_alone()
            at = passed
        return None

    @property
    def _shares_state(self) -> bool:
        """Whether a test is meant to find what the one before it left."""
        return self.compat and self.prepared.tests.kind == "functional"

    def others_alone(self) -> Failure | None:
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

    def _batch(self, first: int, last: int) -> tuple[int, Failure | None]:
        """Run tests in one child; see `_read`."""
        return self._read(first, last, self._run([self._job(first, last)]))

    def _job(self, first: int, last: int) -> Job:
        kind = self.prepared.tests.kind
        job = self.prepared.job(kind, self.program, first, last, compat=self.compat)
        return job._replace(keep=self.number, before=self.before)

    def _read(self, first: int, last: int, outcome: Outcome) -> tuple[int, Failure | None]:
        """Of tests that ran in one child: the one up to which all passed, and how that one failed;
        None where the child ended before it for no fault."""
        ending, records = outcome.endings[0], outcome.records[0]
        if late := overtime(self.prepared.tests.cpu_seconds, outcome):
            return first, self._at(first, late)
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

    def _failure(self, test: int, record: Record | None, outcome: Outcome) -> Failure | None:
        """How one test failed, None where it passed."""
        if record is None:
            return self._at(test, death(outcome.endings[0]))
        if record.test != test or record.state != OK:
            return self._at(test, recorded(record))
        difference = self._difference(test, outcome.output[record.start : record.end])
        if difference is None:
            return None
        shown = shortened_text(self.prepared.tests.cases[test].given, SHOWN)
        how = reason("for-input", what=difference, input=repr(shown))
        return self._at(test, Failure(WRONG_ANSWER, how))

    def _difference(self, test: int, written: bytes) -> Reason | None:
        expected = self.prepared.tests.cases[test].expected
        if self.prepared.tests.kind == "stdin":
            return output_difference(written.decode("utf-8", "replace"), expected)
        return returned_difference(written, expected)

    def _at(self, test: int, failure: Failure) -> Failure:
        """The failure, with the number of its test."""
        count = len(self.prepared.tests.cases)
        why = reason("test", test=test + 1, count=count, how=failure.why)
        return replace(failure, why=why)

    def _run(self, jobs: Sequence[Job]) -> Outcome:
        outcome = self.sandbox.run(jobs, self.prepared.inputs)
        self._spend(outcome)
        return outcome

    def _spend(self, outcome: Outcome) -> None:
        self.cpu_s += sum(ending.cpu_s for ending in outcome.endings)

    # --- asserts ----------------------------------------------------------------------------------

    def examine(self) -> Failure | None:
        """Run assert-style tests against the program."""
        tests, check = self.prepared.tests, self.prepared.check
        assert check is not None
        solution = self.prepared.job("solution", self.program, 0, 1)._replace(before=self.before)
        examiner = self.prepared.job("examine", tests.setup, 0, 1)._replace(
            check=check.text, names=check.names, style=check.style
        )
        outcome = self._run([solution, examiner])
        return overtime(tests.cpu_seconds, outcome) or cross_examined(outcome)


def _last_record(test: int, written: int, outcome: Outcome) -> Record | None:
    """A program that leaves with os._exit(0) is done, and says nothing."""
    if outcome.endings[0].status != 0:
        return None
    return Record(test, OK, written, len(outcome.output))
