"""The grader for LaTeX answers: `latex` (MATH-500)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from claimbench.grading.digest import grader_digest
from claimbench.grading.equivalence import PACKAGES, latex_equal
from claimbench.grading.exact import exact_verdict
from claimbench.grading.extract import LATEX_FINDERS, find_answer
from claimbench.grading.options import check_rules
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, NO_ANSWER, WRONG, make_grade
from claimbench.grading.reply import counted_text
from claimbench.records import Grade, Problem, Sample

RULES_VERSION = 2

MAX_ANSWER_CHARACTERS = 2000
"""A longer answer is wrong without a look; MATH-500's longest gold has 62 characters."""


@dataclass(frozen=True)
class LatexQuestion:
    """Whether math-verify finds the answer equal to the gold; `rule` says where it stood."""

    gold: str
    answer: str
    rule: str = field(compare=False)

    def decide(self) -> bool:
        return latex_equal(self.gold, self.answer)


@dataclass(frozen=True)
class LatexGrader:
    r"""The answer is a formula; it is right when math-verify finds it equal to the gold.

    `begin` decides the many plain cases exactly and without sympy; the rest is for math-verify,
    which may take seconds, or for ever: grade in a GradingPool. Options: `find`, the rules that
    look for the answer, tried in this order: `box` (the last `\boxed{…}`), `phrase` ("the answer
    is …").
    """

    reasoning_end: str | None = None
    find: tuple[str, ...] = ("box", "phrase")

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
        exact = exact_verdict(problem.gold, answer)
        if exact is None:
            return LatexQuestion(problem.gold, answer, rule)
        return self._judged(sample, exact, answer, f"{rule}: exact comparison")

    def conclude(self, sample: Sample, question: LatexQuestion, verdict: object) -> Grade:
        return self._judged(sample, bool(verdict), question.answer, f"{question.rule}: math-verify")

    def _find(self, problem: Problem, sample: Sample) -> Grade | tuple[str, str]:
        """The answer and the rule that found it, or the grade where there is none to compare."""
        if not problem.gold.strip():
            reason = f"problem {problem.id} has no gold answer"
            return make_grade(self.digest, sample, GRADER_ERROR, None, reason)
        text = counted_text(sample, self.reasoning_end)
        if text is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, "the reasoning never ended")
        found = find_answer(text, self.find, LATEX_FINDERS)
        if found is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, "no answer was found")
        found = _without_full_stop(found[0]), found[1]
        if len(found[0]) > MAX_ANSWER_CHARACTERS:
            reason = f"{found[1]}: longer than {MAX_ANSWER_CHARACTERS} characters"
            return make_grade(self.digest, sample, WRONG, found[0], reason)
        return found

    def _judged(self, sample: Sample, equal: bool, answer: str, reason: str) -> Grade:
        return make_grade(self.digest, sample, CORRECT if equal else WRONG, answer, reason)


def _without_full_stop(answer: str) -> str:
    r"""`\boxed{16.}` is 16: math-verify does not read a number that ends in a full stop."""
    return answer if answer.endswith("\\right.") else answer.rstrip(". ")
