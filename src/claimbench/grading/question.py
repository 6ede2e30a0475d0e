"""What a grader may have to ask of a worker process."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from claimbench.records import Grade, Problem, Sample


class Question(Hashable, Protocol):
    """A judgement that may be slow or never end. Equal questions have equal verdicts, so the pool
    asks each once. It is pickled, and so is its verdict."""

    def decide(self) -> object:
        """The verdict; called in a worker."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a question: a value, or why there is none."""

    value: object = None
    failure: str | None = None


class Grader(Protocol):
    """Judges samples. Graders are frozen, can be pickled, and hold no state between samples."""

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

    def conclude(self, sample: Sample, question: Any, verdict: object) -> Grade:
        """The grade, now that the question is decided."""
