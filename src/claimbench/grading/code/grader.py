"""The grader for programs: `code` (LiveCodeBench, HumanEval, MBPP and stdin problems)."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import cast

from claimbench.errors import ConfigError
from claimbench.grading.code.extract import extract_code, livecodebench_code
from claimbench.grading.code.judge import CodeVerdict
from claimbench.grading.code.question import CodeQuestion, Judged, isolation_number
from claimbench.grading.code.unpack import tests_source
from claimbench.grading.digest import grader_digest
from claimbench.grading.options import unknown_name
from claimbench.grading.outcomes import CORRECT, NO_CODE, SANDBOX_ERROR, make_grade
from claimbench.grading.reasons import NEVER_ENDED, reason
from claimbench.grading.reply import counted_text
from claimbench.records.runs import Grade, Problem, Sample
from claimbench.sandbox.isolation import ISOLATIONS, check_isolation
from claimbench.sandbox.protocol import Isolation

PACKAGES = ("sortedcontainers", "sympy", "networkx", "scipy", "pandas")
"""What LiveCodeBench solutions import beside numpy."""
RULES_VERSION = 11
"""Raise it with every change to sandbox, tests or extraction that can change a grade."""


@dataclass(frozen=True)
class CodeGrader:
    """The reply holds a program; it is right when it passes all tests of its problem.

    Options: `lcb_compat`, whether LiveCodeBench's quirks decide (the difference is a metric);
    `recheck_share`, which share of the passes is run again test by test; `memory_mib`, the address
    space of a program; `prompt_first`, whether the prompt's part of a program stands before it
    (EvalPlus runs solutions alone); `packages`, which of PACKAGES programs may import beside the
    standard library and numpy. `min_isolation`, the weakest isolation with which a program is run,
    is the run's (`grading.min_isolation`): it cannot change a grade, so it is not in the digest;
    the isolation that a grade was made with is one of its metrics.
    """

    reasoning_end: str | None = None
    min_isolation: Isolation = "seccomp"
    lcb_compat: bool = False
    recheck_share: float = 0.03
    memory_mib: int = 2048
    prompt_first: bool = True
    packages: Sequence[str] = ()

    kind = "code"
    failure_outcome = SANDBOX_ERROR

    def __post_init__(self) -> None:
        if self.min_isolation not in ISOLATIONS:
            raise unknown_name("grader code: min_isolation", str(self.min_isolation), ISOLATIONS)
        _check(type(self.lcb_compat) is bool, "lcb_compat", "true or false")
        _check(type(self.prompt_first) is bool, "prompt_first", "true or false")
        unknown = [name for name in self.packages if name not in PACKAGES]
        _check(not unknown, "packages", f"a list of some of {', '.join(PACKAGES)}")
        share = type(self.recheck_share) in (int, float) and 0 <= self.recheck_share <= 1
        _check(share, "recheck_share", "a number from 0 to 1")
        _check(type(self.memory_mib) is int and self.memory_mib >= 64, "memory_mib", "at least 64")

    @cached_property
    def digest(self) -> str:
        settings = {
            "lcb_compat": self.lcb_compat,
            "recheck_share": self.recheck_share,
            "memory_mib": self.memory_mib,
            "prompt_first": self.prompt_first,
            "packages": sorted(self.packages),
            # The Python that runs the programs decides how deep they may recurse, and more.
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        }
        packages = ("numpy", *sorted(self.packages))
        return grader_digest(self.kind, settings, self.reasoning_end, RULES_VERSION, packages)

    def check(self) -> None:
        """Raises ConfigError where a package is missing, and SandboxError, with what to install or
        change, where this machine's isolation is weaker than the run asks for."""
        check_isolation(self.min_isolation)
        if missing := [name for name in self.packages if find_spec(name) is None]:
            raise ConfigError(
                f"grader code: the package {missing[0]}, which programs may import, is not "
                f"installed (pip install {' '.join(missing)})"
            )

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        begun = self.begin(problem, sample)
        return begun if isinstance(begun, Grade) else self.conclude(sample, begun, begun.decide())

    def begin(self, problem: Problem, sample: Sample) -> Grade | CodeQuestion:
        text = counted_text(sample, self.reasoning_end)
        if text is None:
            return make_grade(self.digest, sample, NO_CODE, None, NEVER_ENDED)
        tests = tests_source(problem)
        code = extract_code(text, tests.entry_point)
        if code is None:
            return make_grade(self.digest, sample, NO_CODE, None, reason("no-program"))
        return CodeQuestion(
            code,
            tests,
            self.min_isolation,
            self.memory_mib * 2**20,
            _draw(sample.id) < self.recheck_share,
            self.lcb_compat,
            not self.prompt_first,
            tuple(self.packages),
            _other(livecodebench_code(text), code),
        )

    def conclude(self, sample: Sample, question: CodeQuestion, verdict: object) -> Grade:
        judged = cast(Judged, verdict)
        counts = judged.compat or judged.verdict
        return make_grade(
            self.digest,
            sample,
            counts.outcome,
            question.code,
            reason("program", what=counts.why, isolation=judged.isolation),
            _metrics(judged),
        )


def _check(good: bool, option: str, words: str) -> None:
    if not good:
        raise ConfigError(f"grader code: option {option!r} must be {words}")


def _other(theirs: str, ours: str) -> str | None:
    """Their program; None where it is the same, but for white space at its ends."""
    plain = theirs.replace("\r\n", "\n").replace("\r", "\n").strip()
    return theirs if plain != ours.strip() else None


def _draw(sample_id: str) -> float:
    """A number in [0, 1) that the sample's id decides."""
    digest = hashlib.sha256(f"recheck {sample_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _metrics(judged: Judged) -> Mapping[str, float]:
    verdict: CodeVerdict = judged.verdict
    found = {
        "sandbox_level": isolation_number(judged.isolation),
        "cpu_seconds": round(verdict.cpu_s, 4),
    }
    if verdict.rechecked:
        found |= {"rechecked": 1.0, "recheck_disagrees": float(verdict.disagrees)}
    if judged.theirs is not None:
        ours, theirs = verdict.outcome == CORRECT, judged.theirs.outcome == CORRECT
        found["lcb_extraction_differs"] = 1.0
        found["lcb_extraction_gains"] = float(theirs and not ours)
        found["lcb_extraction_loses"] = float(ours and not theirs)
    if judged.compat is not None:
        differs = (judged.compat.outcome == CORRECT) != (verdict.outcome == CORRECT)
        found["lcb_differs"] = float(differs)
        found["lcb_default_right"] = float(verdict.outcome == CORRECT)
    return found
