"""What `claimbench show` prints: one sample, read whole, whatever is in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from claimbench.interop.samples import Shown
from claimbench.report.grade_reasons import in_words
from claimbench.report.tables import clean

RULE = "─" * 72
TAB = "    "


def lines(shown: Shown) -> Iterator[str]:
    """The sample under headings."""
    yield RULE
    yield from _facts(shown)
    for title, text in (
        ("question", shown.question),
        ("gold", shown.gold),
        ("reasoning", shown.reasoning),
        ("reply", shown.reply),
    ):
        if text:
            yield from ("", f"── {title} {RULE[len(title) + 4 :]}", *inert(text))
    yield ""


def _facts(shown: Shown) -> Iterator[str]:
    sample, grade = shown.sample, shown.grade
    number = f"sample {sample.sample_index} of {shown.samples}"
    yield clean(f"{sample.model} on {sample.benchmark}, problem {sample.problem_id}, {number}")
    tokens = "unknown" if sample.completion_tokens is None else str(sample.completion_tokens)
    yield f"finish reason {sample.finish_reason}, tokens {tokens}"
    if grade is None:
        yield "not graded"
        return
    yield clean(f"{grade.outcome}: {in_words(grade.reason)}", 600)
    answer = "none" if grade.answer is None else clean(grade.answer, 600)
    yield f"answer: {answer}"


def inert(text: str) -> list[str]:
    """The lines of a hostile text as a terminal may have them: no escape sequence, no override of
    the reading order, no surrogate; their indentation stays."""
    return [_line(line) for line in text.replace("\r\n", "\n").split("\n")]


def _line(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(
        TAB
        if c == "\t"
        else c
        if unicodedata.category(c)[0] not in "C" and c.isprintable()
        else "�"
        for c in line
    )
