"""The grader for multiple choice: `choice` (GPQA)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from claimbench.grading.digest import grader_digest
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, NO_ANSWER, WRONG, make_grade
from claimbench.grading.reply import counted_text
from claimbench.records import Grade, Problem, Sample

RULES_VERSION = 2
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# What may stand around a letter: Markdown, LaTeX, brackets, quotes.
_COMMAND = r"\\(?:boxed|fbox|text(?:bf|it|rm)?|math(?:bf|rm|it|sf)|textbf|left|bf)"
_OPEN = rf"(?:[ \t]*(?:\*{{1,3}}|_{{1,2}}|\$+|\\\(|\\\[|[({{\[\"'`]|{_COMMAND}))"
_CLOSE = r"[*_$)}\]\"'`]|\\\)|\\\]|\\right"


@dataclass(frozen=True)
class ChoiceGrader:
    r"""The answer is the letter of one choice; the last accepted form in the counted text decides.

    Accepted: `Answer: C`, `**Answer:** C`, "the correct option is (C)", `\boxed{C}`,
    `\boxed{\text{C}}`, a last line that is only `C`. A bare letter must be a capital; `A` followed
    by more words is an article, not an answer. An answer that names several letters is wrong.

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
            reason = f"sample has no order of choices, and gold {problem.gold!r} is no letter"
            return make_grade(self.digest, sample, GRADER_ERROR, None, reason)
        letters = LETTERS[: max(len(problem.choices), LETTERS.index(right) + 1, 4)]
        text = counted_text(sample, self.reasoning_end)
        if text is None:
            reason = "the reasoning never ended"
            return make_grade(self.digest, sample, NO_ANSWER, None, reason, {"strict": 0.0})
        strict = {"strict": float(strict_letter(text, letters) == right)}
        answer = last_letters(text, letters)
        if answer is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, "no letter was found", strict)
        outcome = CORRECT if answer == right else WRONG
        return make_grade(self.digest, sample, outcome, answer, f"the right one is {right}", strict)


def right_letter(problem: Problem, sample: Sample) -> str | None:
    """The letter under which the right choice was shown; None where nothing says so."""
    if sample.choice_order:
        return LETTERS[sample.choice_order.index(0)] if 0 in sample.choice_order else None
    gold = problem.gold.strip().strip("()").upper()
    return gold if len(gold) == 1 and gold in LETTERS else None


def strict_letter(text: str, letters: str) -> str | None:
    """The letter by simple-evals' rule: the first `Answer: X`, in either case, `$` allowed."""
    pattern = rf"(?i)Answer[ \t]*:[ \t]*\$?([{letters[0]}-{letters[-1]}])\$?"
    match = re.search(pattern, text)
    return match.group(1).upper() if match else None


def last_letters(text: str, letters: str) -> str | None:
    """The letter that the last accepted form names (several, as "B, C", where it names several).

    "Answer" and a box decide; "option" and "choice" only where there is neither, because a reply
    that has answered may go on to say why another option fails.
    """
    deciding, mentioning = _patterns(letters)
    return (
        _last_named(deciding, text)
        or _last_named(mentioning, text)
        or _last_line_letter(text, letters)
    )


def _last_named(patterns: tuple[re.Pattern[str], ...], text: str) -> str | None:
    found = [
        (match.start("letter"), answer)
        for pattern in patterns
        for match in pattern.finditer(text)
        if (answer := _named(match))
    ]
    return max(found)[1] if found else None


@lru_cache(maxsize=8)
def _patterns(letters: str) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """(deciding, mentioning) forms with their groups `open` (what wraps the letter), `letter`,
    `more` (letters after)."""
    span = f"{letters[0]}-{letters[-1]}"
    letter = rf"(?P<letter>[{span}{span.lower()}])(?![A-Za-z0-9])(?P<close>(?:{_CLOSE}){{0,4}})"
    joint = r"\s{0,3}(?:,|/|&|\band\b|\bor\b)\s{0,3}[({*]{0,3}"
    more = rf"(?P<more>(?:{joint}[{span}]\b){{0,8}})"
    verb = r"\b[*_]{0,3}(?:[ \t]+is\b)?[ \t]*[:=]?[*_]{0,3}[:]?\s{0,3}"
    rest = rf"(?P<open>{_OPEN}{{0,8}})[ \t]*{letter}{more}"
    box = re.compile(rf"(?P<open>\\(?:boxed|fbox)[ ]?{{{_OPEN}{{0,6}})[ ]?{letter}{more}")
    return (
        (re.compile(rf"(?i:\banswer{verb}){rest}"), box),
        (re.compile(rf"(?i:\b(?:option|choice){verb}){rest}"),),
    )


def _named(match: re.Match[str]) -> str | None:
    wrapped = bool(match["open"].strip())
    letter = match["letter"]
    if not wrapped and (letter.islower() or _is_article(match)):
        return None
    return ", ".join([letter.upper(), *re.findall(r"[A-Z]\b", match["more"])])


_AFTER_ARTICLE = re.compile(r"[ \t]+(?!because\b|since\b|as\b|due\b|\()[A-Za-z]")


def _is_article(match: re.Match[str]) -> bool:
    """Whether an unwrapped `A` (or `I`) begins a phrase: `Answer: A proton`."""
    follows = _AFTER_ARTICLE.match(match.string, match.end())
    stands_alone = match["close"] or match["more"] or follows is None
    return match["letter"] in "AI" and not stands_alone


def _last_line_letter(text: str, letters: str) -> str | None:
    """The letter that is the whole last line, capital or in brackets."""
    line = text.rstrip()[-60:].rpartition("\n")[2].strip()
    span = f"{letters[0]}-{letters[-1]}"
    match = re.fullmatch(rf"[*_$]*(?:([{span}])|\(([{span}{span.lower()}])\))[*_$.)]*", line)
    return (match[1] or match[2]).upper() if match else None
