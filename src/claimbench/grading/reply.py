"""Which part of a reply counts."""

from __future__ import annotations

import re

from claimbench.grading.phrases import STATED
from claimbench.records.runs import Sample

_PLACED = re.compile(r"\\boxed|\\fbox|####|\banswer\b", re.IGNORECASE)
"""What says where in a text the answer stands."""


_OPENED = re.compile(r"\s*<think>")
"""How a reply begins that shows its reasoning, whatever is known of its model."""
_ENDED = "</think>"


def counted_text(sample: Sample, reasoning_end: str | None, as_marked: bool = True) -> str | None:
    """The part of a reply in which an answer counts; None where the reasoning never ended.

    The split is on the end tag alone, because chat templates prefill the start tag and the reply
    then holds only the end (lighteval and inspect looked for both, and graded answers inside the
    reasoning). The last end tag decides: text between two of them may be reasoning again. A server
    that has split the reply itself (`sample.reasoning` is set) leaves only the answer in `text`,
    and nothing where the reasoning never ended.
    Without a `reasoning_end` the whole reply counts, cut off or not, except where it opens with
    `<think>` (`as_marked`): then it is split as a reasoning model's. Where imported outputs state
    the answer themselves, it is what counts.
    """
    if sample.stated_answer is not None:
        return sample.stated_answer
    return counted_part(sample.text, sample.reasoning, reasoning_end, as_marked)


def counted_formula(sample: Sample, reasoning_end: str | None) -> str | None:
    """`counted_text` for graders that look for a formula: a stated answer is one, in its box, if it
    does not say itself where it stands."""
    text = counted_text(sample, reasoning_end)
    if not text or sample.stated_answer is None or is_placed(text):
        return text
    return rf"\boxed{{{text}}}"


def is_placed(text: str) -> bool:
    """Whether a text says itself where in it the answer stands."""
    return bool(_PLACED.search(text) or STATED.search(text))


def counted_letter(sample: Sample, reasoning_end: str | None) -> str | None:
    """`counted_text` for a grader that looks for a letter: a stated answer is one."""
    text = counted_text(sample, reasoning_end)
    if not text or sample.stated_answer is None or is_placed(text):
        return text
    return f"Answer: {text}"


def counted_part(
    text: str, reasoning: str | None, reasoning_end: str | None, as_marked: bool = True
) -> str | None:
    """`counted_text` of a sample's text and of the reasoning that came apart from it."""
    if reasoning_end is None and as_marked and _OPENED.match(text):
        reasoning_end = _ENDED
    if reasoning_end is None:
        return text
    _, tag, after = text.rpartition(reasoning_end)
    ended = bool(tag) or bool(reasoning is not None and after.strip())
    return after if ended else None
