"""The grader for LaTeX answers: `latex` (MATH-500)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from claimbench.grading.comparison import compare, is_plain
from claimbench.grading.digest import grader_digest
from claimbench.grading.equivalence import PACKAGES, latex_equal
from claimbench.grading.extract import LATEX_FINDERS, find_answer
from claimbench.grading.numerals import to_fraction
from claimbench.grading.options import check_rules
from claimbench.grading.outcomes import (
    CORRECT,
    GRADER_ERROR,
    NO_ANSWER,
    NOT_EVALUATED,
    WRONG,
    make_grade,
)
from claimbench.grading.reasons import NEVER_ENDED, NO_ANSWER_FOUND, reason, where
from claimbench.grading.reply import counted_formula, is_placed
from claimbench.grading.texts import without_sentence
from claimbench.messages import Message
from claimbench.records.runs import Grade, Problem, Reason, Sample

RULES_VERSION = 9
"""Raise it with every change that can change a grade of a module that this one uses."""

MAX_ANSWER_CHARACTERS = 2000
"""A longer answer is wrong without a look; MATH-500's longest gold has 62 characters."""


@dataclass(frozen=True)
class LatexQuestion:
    """Whether math-verify finds the answer equal to the gold, both in one notation; `found` is the
    answer as it stood, `rule` where."""

    gold: str
    answer: str
    found: str = field(compare=False)
    rule: str = field(compare=False)

    def decide(self) -> bool:
        return latex_equal(self.gold, self.answer)


@dataclass(frozen=True)
class GoldQuestion:
    """Whether math-verify can evaluate the gold, now that it could not evaluate an answer."""

    gold: str
    asked: LatexQuestion = field(compare=False)
    failure: Reason = field(compare=False)

    def decide(self) -> bool:
        return latex_equal(self.gold, self.gold)


def question_of(gold: str, answer: str, rule: str) -> bool | LatexQuestion:
    """The verdict of the plain comparison, or the question where it is not sure."""
    both = compare(gold, answer)
    if both.verdict is not None:
        return both.verdict
    return LatexQuestion(both.gold, both.answer, answer, rule)


def _place(sample: Sample, rule: str) -> Message:
    """Where the answer was found. One that stands by itself was put into a box for the rules, and
    whoever reads the reply looks for none."""
    alone = sample.stated_answer is not None and not is_placed(sample.stated_answer)
    return where("stated" if alone else rule)


def compared(
    digest: str, sample: Sample, equal: bool, answer: str, rule: str, how: str = "exactly"
) -> Grade:
    """The grade of an answer that `rule` found, compared exactly or by math-verify."""
    outcome, verb = (CORRECT, "equals") if equal else (WRONG, "differs")
    return make_grade(
        digest, sample, outcome, answer, reason(f"{verb}-{how}", where=_place(sample, rule))
    )


def too_long(digest: str, sample: Sample, answer: str, rule: str) -> Grade:
    """The grade of an answer that is wrong without a look."""
    why = reason("too-long", where=_place(sample, rule), most=MAX_ANSWER_CHARACTERS)
    return make_grade(digest, sample, WRONG, answer, why)


def not_evaluated(digest: str, sample: Sample, question: LatexQuestion, failure: Reason) -> Grade:
    """A wrong answer, for the reader to count apart: one that hangs is not left out of a score."""
    why = reason("not-evaluated", where=_place(sample, question.rule), failure=failure)
    return make_grade(digest, sample, WRONG, question.found, why, {NOT_EVALUATED: 1.0})


@dataclass(frozen=True)
class LatexGrader:
    r"""The answer is a formula; it is right when it is equal to the gold.

    `begin` decides the many plain cases exactly and without sympy; the rest is for math-verify,
    which may take seconds, or for ever: grade in a GradingPool. An answer that cannot be evaluated
    there, where the gold can, is wrong. Options: `find`, the rules that look for the answer, tried
    in this order: `box` (the last `\boxed{…}`, several that form one list, or a final answer
    stated after it), `phrase` ("the answer is …", "# Answer", `<answer>`), `conclusion` (what the
    last sentence concludes).
    """

    reasoning_end: str | None = None
    find: tuple[str, ...] = ("box", "phrase", "conclusion")

    kind = "latex"

    def __post_init__(self) -> None:
        object.__setattr__(self, "find", check_rules(self.kind, "find", self.find, LATEX_FINDERS))

    @cached_property
    def digest(self) -> str:
        settings = {"find": self.find}
        return grader_digest(self.kind, settings, self.reasoning_end, RULES_VERSION, PACKAGES)

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        begun = self.begin(problem, sample)
        return begun if isinstance(begun, Grade) else self.conclude(sample, begun, begun.decide())

    def begin(self, problem: Problem, sample: Sample) -> Grade | LatexQuestion:
        found = self._find(problem, sample)
        if isinstance(found, Grade):
            return found
        answer, rule = found
        if "\\text" in answer and to_fraction(problem.gold) is not None:
            answer = without_sentence(answer)
        begun = question_of(problem.gold, answer, rule)
        if isinstance(begun, LatexQuestion):
            return begun
        return compared(self.digest, sample, begun, answer, rule)

    def conclude(
        self, sample: Sample, question: LatexQuestion | GoldQuestion, verdict: object
    ) -> Grade:
        if isinstance(question, GoldQuestion):
            return not_evaluated(self.digest, sample, question.asked, question.failure)
        found, rule = question.found, question.rule
        return compared(self.digest, sample, bool(verdict), found, rule, "math-verify")

    def recover(
        self, sample: Sample, question: LatexQuestion | GoldQuestion, failure: Reason
    ) -> Grade | GoldQuestion:
        if isinstance(question, GoldQuestion):
            why = reason("gold-not-evaluated", failure=failure)
            return make_grade(self.digest, sample, GRADER_ERROR, question.asked.found, why)
        if is_plain(question.gold):
            return not_evaluated(self.digest, sample, question, failure)
        return GoldQuestion(question.gold, question, failure)

    def _find(self, problem: Problem, sample: Sample) -> Grade | tuple[str, str]:
        """The answer and the rule that found it, or the grade where there is none to compare."""
        if not problem.gold.strip():
            why = reason("no-gold", problem=problem.id)
            return make_grade(self.digest, sample, GRADER_ERROR, None, why)
        text = counted_formula(sample, self.reasoning_end)
        if text is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, NEVER_ENDED)
        found = find_answer(text, self.find, LATEX_FINDERS)
        if found is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, NO_ANSWER_FOUND)
        found = without_full_stop(found[0]), found[1]
        if len(found[0]) > MAX_ANSWER_CHARACTERS:
            return too_long(self.digest, sample, *found)
        return found


def without_full_stop(answer: str) -> str:
    r"""`\boxed{16.}` is 16: math-verify does not read a number that ends in a full stop."""
    return answer if answer.endswith(("\\right.", "...")) else answer.rstrip(". ")
