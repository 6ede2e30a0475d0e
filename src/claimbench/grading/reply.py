"""Which part of a reply counts."""

from __future__ import annotations

import re

from claimbench.records import Sample

_PLACED = re.compile(r"\\boxed|\\fbox|####|\banswer\b", re.IGNORECASE)
"""What says where in a text the answer stands."""


def counted_text(sample: Sample, reasoning_end: str | None) -> str | None:
    """The part of a reply in which an answer counts; None where the reasoning never ended.

    The split is on the end tag alone, because chat templates prefill the start tag and the reply
    then holds only the end (lighteval and inspect looked for both, and graded answers inside the
    reasoning). The last end tag decides: text between two of them may be reasoning again. A server
    that has split the reply itself (`sample.reasoning` is set) leaves only the answer in `text`,
    and nothing where the reasoning never ended.
    Without a `reasoning_end` the whole reply counts, cut off or not. Where imported outputs state
    the answer themselves, it is what counts.
    """
    if sample.stated_answer is not None:
        return sample.stated_answer
    return counted_part(sample.text, sample.reasoning, reasoning_end)


def counted_formula(sample: Sample, reasoning_end: str | None) -> str | None:
    """`counted_text` for graders that look for a formula: a stated answer is one, in its box, if it
    does not say itself where it stands."""
    text = counted_text(sample, reasoning_end)
    if not text or sample.stated_answer is None or _PLACED.search(text):
        return text
    return rf"\boxed{{{text}}}"


def counted_letter(sample: Sample, reasoning_end: str | None) -> str | None:
    """`counted_text` for a grader that looks for a letter: a stated answer is one."""
    text = counted_text(sample, reasoning_end)
    if not text or sample.stated_answer is None or _PLACED.search(text):
        return text
    return f"Answer: {text}"


def counted_part(text: str, reasoning: str | None, reasoning_end: str | None) -> str | None:
    """`counted_text` of a sample's text and of the reasoning that came apart from it."""
    if reasoning_end is None:
        return text
    _, tag, after = text.rpartition(reasoning_end)
    ended = bool(tag) or bool(reasoning is not None and after.strip())
    return after if ended else None
