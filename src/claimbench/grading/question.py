"""What a grader may have to ask of a worker process."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from claimbench.records.runs import Grade, Problem, Reason, Sample


class Question(Hashable, Protocol):
    """A judgement that may be slow or never end. Equal questions have equal verdicts, so the pool
    asks each once. It is pickled, and so is its verdict.

    A question that limits itself has an attribute `allowance`: see Allowance.
    """

    def decide(self) -> object:
        """The verdict; called in a worker."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Seconds that deciding a question may take in its worker, of CPU time and by the clock, where
    that is more than the pool allows."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


def allowance(question: Question) -> Allowance:
    found = getattr(question, "allowance", None)
    return found if isinstance(found, Allowance) else Allowance()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a question: a value, or why there is none."""

    value: object = None
    failure: Reason | None = None


class Grader(Protocol):
    """Judges samples. Graders are frozen, can be pickled, and hold no state between samples.

    A sample that could not be judged through a fault of ours has the outcome `failure_outcome` of
    its grader (`grader_error` where it names none).
    """

    @property
    def digest(self) -> str:
        """Changes with everything that could change a grade: settings, rules, package versions."""

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        """The grade, here and now. May be slow, or hang on a hostile reply: `latex` belongs into
        a GradingPool."""


@runtime_checkable
class AskingGrader(Grader, Protocol):
    """A grader with judgements that belong into a worker: `grade` in two steps."""

    def begin(self, problem: Problem, sample: Sample) -> Grade | Question:
        """The grade where it is cheap to have and sure to end, else what has to be decided."""

    def conclude(self, sample: Sample, question: object, verdict: object) -> Grade:
        """The grade, now that the question is decided."""


@runtime_checkable
class RecoveringGrader(AskingGrader, Protocol):
    """A grader for which a question without a verdict can still mean something."""

    def recover(self, sample: Sample, question: object, failure: Reason) -> Grade | Question:
        """The grade where the worker failed at `question`, or the question that decides it; that
        one's failure comes here, too."""
