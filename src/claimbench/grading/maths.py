"""Graders for answers that are one number: `integer` (AIME) and `number` (GSM8K)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from claimbench.grading.digest import grader_digest
from claimbench.grading.extract import NUMBER_FINDERS, find_answer
from claimbench.grading.numerals import to_fraction
from claimbench.grading.options import check_rules
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, NO_ANSWER, WRONG, make_grade
from claimbench.grading.reply import counted_text
from claimbench.records import Grade, Problem, Sample

RULES_VERSION = 2
"""Raise it with every change that can change a grade of this module or of those it uses."""


@dataclass(frozen=True)
class NumberGrader:
    r"""The answer is a number; it is right when it equals the gold exactly, as a fraction.

    Options: `find`, the rules that look for the answer, tried in this order: `box` (the last
    `\boxed{…}`), `hashes` (`#### N`), `phrase` ("the answer is N"), `last_number`.
    """

    reasoning_end: str | None = None
    find: tuple[str, ...] = ("box", "hashes", "phrase", "last_number")

    kind = "number"

    def __post_init__(self) -> None:
        object.__setattr__(self, "find", check_rules(self.kind, "find", self.find, NUMBER_FINDERS))

    @cached_property
    def digest(self) -> str:
        return grader_digest(self.kind, self._settings(), self.reasoning_end, RULES_VERSION)

    def _settings(self) -> Mapping[str, object]:
        return {"find": self.find}

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        gold = self._read(problem.gold)
        if gold is None:
            reason = f"the gold answer {problem.gold!r} of {problem.id} is not a {self.kind}"
            return make_grade(self.digest, sample, GRADER_ERROR, None, reason)
        text = counted_text(sample, self.reasoning_end)
        if text is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, "the reasoning never ended")
        found = find_answer(text, self.find, NUMBER_FINDERS)
        if found is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, "no answer was found")
        return self._judge(sample, gold, *found)

    def _judge(self, sample: Sample, gold: Fraction, answer: str, rule: str) -> Grade:
        value = self._read(answer)
        if value is None:
            reason = f"{rule}: not one {self.kind}"
            return make_grade(self.digest, sample, WRONG, answer, reason)
        outcome = CORRECT if value == gold else WRONG
        relation = "equals" if value == gold else "differs from"
        return make_grade(self.digest, sample, outcome, answer, f"{rule}: {relation} the gold")

    def _read(self, text: str) -> Fraction | None:
        return to_fraction(text)


@dataclass(frozen=True)
class IntegerGrader(NumberGrader):
    """The answer is an integer: 016 is 16, and 16.0 as well; 33/2 is no answer to such a problem.

    The last number of a reply is not taken for its answer unless `find` says so: these problems
    ask for a box, and a cut-off reply ends in some number or other.
    """

    find: tuple[str, ...] = ("box", "phrase")

    kind = "integer"

    def _read(self, text: str) -> Fraction | None:
        value = to_fraction(text)
        return value if value is not None and value.denominator == 1 else None
