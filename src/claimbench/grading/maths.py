"""Graders for answers that are one number: `integer` (AIME) and `number` (GSM8K)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from claimbench.grading.digest import grader_digest
from claimbench.grading.equivalence import PACKAGES
from claimbench.grading.extract import NUMBER_FINDERS, find_answer
from claimbench.grading.latex import (
    MAX_ANSWER_CHARACTERS,
    LatexQuestion,
    compared,
    not_evaluated,
    question_of,
    too_long,
    without_full_stop,
)
from claimbench.grading.latex import RULES_VERSION as LATEX_RULES
from claimbench.grading.notation import has_percent
from claimbench.grading.numerals import to_fraction
from claimbench.grading.options import check_rules
from claimbench.grading.outcomes import GRADER_ERROR, NO_ANSWER, make_grade
from claimbench.grading.reasons import NEVER_ENDED, NO_ANSWER_FOUND, reason
from claimbench.grading.reply import counted_formula
from claimbench.grading.texts import without_sentence
from claimbench.records.runs import Grade, Problem, Reason, Sample

RULES_VERSION = 8
"""Raise it with every change that can change a grade of this module or of those it uses."""


@dataclass(frozen=True)
class NumberGrader:
    r"""The answer is a number; it is right when it equals the gold exactly, as a fraction.

    An answer that is not plainly one number (`12\,000`, `x = 5`, `7\frac14`) is compared as LaTeX,
    as the harnesses do that published figures. Options: `find`, the rules that look for the answer,
    tried in this order: `box` (the last `\boxed{…}`, or a final answer stated after it), `hashes`
    (`#### N`), `phrase` ("the answer is N"), `last_number`; and `conclusion`.
    """

    reasoning_end: str | None = None
    find: tuple[str, ...] = ("box", "hashes", "phrase", "last_number")

    kind = "number"

    def __post_init__(self) -> None:
        object.__setattr__(self, "find", check_rules(self.kind, "find", self.find, NUMBER_FINDERS))

    @cached_property
    def digest(self) -> str:
        rules = f"{RULES_VERSION}.{LATEX_RULES}"
        return grader_digest(self.kind, self._settings(), self.reasoning_end, rules, PACKAGES)

    def _settings(self) -> Mapping[str, object]:
        return {"find": self.find}

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        begun = self.begin(problem, sample)
        return begun if isinstance(begun, Grade) else self.conclude(sample, begun, begun.decide())

    def begin(self, problem: Problem, sample: Sample) -> Grade | LatexQuestion:
        gold = self._read(problem.gold)
        if gold is None:
            why = reason(f"gold-not-{self.kind}", gold=repr(problem.gold), problem=problem.id)
            return make_grade(self.digest, sample, GRADER_ERROR, None, why)
        text = counted_formula(sample, self.reasoning_end)
        if text is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, NEVER_ENDED)
        found = find_answer(text, self.find, NUMBER_FINDERS)
        if found is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, NO_ANSWER_FOUND)
        percent = has_percent(found[0]) and not has_percent(problem.gold)
        return self._compare(sample, gold, *found, percent)

    def _compare(
        self, sample: Sample, gold: Fraction, answer: str, rule: str, percent: bool
    ) -> Grade | LatexQuestion:
        value = to_fraction(answer, decimal_comma=True)
        if value is not None:
            equal = value == gold or (percent and value == 100 * gold)
            return compared(self.digest, sample, equal, answer, rule)
        if len(answer) > MAX_ANSWER_CHARACTERS:
            return too_long(self.digest, sample, answer, rule)
        begun = question_of(_as_latex(gold), without_sentence(without_full_stop(answer)), rule)
        if isinstance(begun, LatexQuestion):
            return begun
        return compared(self.digest, sample, begun, answer, rule)

    def conclude(self, sample: Sample, question: LatexQuestion, verdict: object) -> Grade:
        found, rule = question.found, question.rule
        return compared(self.digest, sample, bool(verdict), found, rule, "math-verify")

    def recover(self, sample: Sample, question: LatexQuestion, failure: Reason) -> Grade:
        return not_evaluated(self.digest, sample, question, failure)

    def _read(self, text: str) -> Fraction | None:
        return to_fraction(text)


@dataclass(frozen=True)
class IntegerGrader(NumberGrader):
    """The answer is an integer: 016 is 16, and 16.0 as well; 33/2 is no answer to such a problem.

    The last number of a reply is not taken for its answer unless `find` says so: these problems
    ask for a box, and a cut-off reply ends in some number or other.
    """

    find: tuple[str, ...] = ("box", "phrase", "conclusion")

    kind = "integer"

    def _read(self, text: str) -> Fraction | None:
        value = to_fraction(text)
        return value if value is not None and value.denominator == 1 else None


def _as_latex(value: Fraction) -> str:
    """A gold number as LaTeX, exactly."""
    if value.denominator == 1:
        return str(value.numerator)
    return rf"{'-' if value < 0 else ''}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
