"""The grader for multiple choice: `choice` (GPQA)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from claimbench.grading.digest import grader_digest
from claimbench.grading.letters import last_letters
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, NO_ANSWER, WRONG, make_grade
from claimbench.grading.reasons import NEVER_ENDED, reason
from claimbench.grading.reply import counted_letter
from claimbench.records.runs import CHOICE_LETTERS, Grade, Problem, Sample

RULES_VERSION = 8


@dataclass(frozen=True)
class ChoiceGrader:
    r"""The answer is the letter of one choice; `letters` says which forms state it.

    A bare letter must be a capital, except where it is all that follows `Answer:`; `A` followed by
    more words is an article, not an answer. An answer that names several letters is wrong.

    The right letter is where `sample.choice_order` shows the problem's first choice; without an
    order, `problem.gold` must be the letter. The metric `strict` is 1.0 where the rule of
    simple-evals' `gpqa_eval.py` (the first match of its regular expression) gives the right letter.
    """

    reasoning_end: str | None = None

    kind = "choice"

    @cached_property
    def digest(self) -> str:
        return grader_digest(self.kind, {}, self.reasoning_end, RULES_VERSION)

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        right = right_letter(problem, sample)
        if right is None:
            why = reason("no-order", gold=repr(problem.gold))
            return make_grade(self.digest, sample, GRADER_ERROR, None, why)
        letters = CHOICE_LETTERS[: max(len(problem.choices), CHOICE_LETTERS.index(right) + 1, 4)]
        text = counted_letter(sample, self.reasoning_end)
        if text is None:
            strict = {"strict": 0.0}
            return make_grade(self.digest, sample, NO_ANSWER, None, NEVER_ENDED, strict)
        strict = {"strict": float(strict_letter(text, letters) == right)}
        answer = last_letters(text, letters)
        if answer is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, reason("no-letter"), strict)
        outcome = CORRECT if answer == right else WRONG
        why = reason("right-letter", right=right)
        return make_grade(self.digest, sample, outcome, answer, why, strict)


def right_letter(problem: Problem, sample: Sample) -> str | None:
    """The letter under which the right choice was shown; None where nothing says so."""
    if sample.choice_order:
        return CHOICE_LETTERS[sample.choice_order.index(0)] if 0 in sample.choice_order else None
    gold = problem.gold.strip().strip("()").upper()
    return gold if len(gold) == 1 and gold in CHOICE_LETTERS else None


def strict_letter(text: str, letters: str) -> str | None:
    """The letter by simple-evals' rule: the first `Answer: X`, in either case, `$` allowed."""
    pattern = rf"(?i)Answer[ \t]*:[ \t]*\$?([{letters[0]}-{letters[-1]}])\$?"
    match = re.search(pattern, text)
    return match.group(1).upper() if match else None
