r"""Where imported outputs say themselves what the final answer is.

A row may name its answer (the mapping's key `answer`), or be nothing but one: files of extracted
answers hold `70` or `\frac{1}{2}` where a reply would hold a box. What is stated counts instead of
the reply, and no end of a reasoning is looked for.
"""

from __future__ import annotations

import re

from claimbench.grading.reply import is_placed
from claimbench.interop.readers.rows import Row

READ_BY = ("integer", "number", "latex", "choice")
"""Graders that look for an answer in a reply."""
LONGEST_BARE = 100
_COMMAND = re.compile(r"\\(?:text|mathrm|textbf|operatorname)\s?\{[^{}]*\}|\\[A-Za-z]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_POINTS = re.compile(r"<|^A:|^>\s*[*_]|。|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{6}")
"""A tag, the mark of few-shot prompts, a Markdown quotation, a sentence of a script without
spaces."""


def is_bare(reply: str) -> bool:
    """Whether a reply is nothing but an answer: one short line with one word at most, besides
    numbers, letters and LaTeX, that does not point at an answer."""
    text = reply.strip()
    if (
        not text
        or len(text) > LONGEST_BARE
        or "\n" in text
        or is_placed(text)
        or _POINTS.search(text)
    ):
        return False
    return len(_WORD.findall(_COMMAND.sub(" ", text))) <= 1


def stated_answer(row: Row, grader: str) -> str | None:
    """The answer that the row states, "" where it says that there is none; None where the grader
    is to look for it in the reply."""
    if row.answer is not None or grader not in READ_BY:
        return row.answer
    return row.response if row.response is not None and is_bare(row.response) else None
