"""What `claimbench show` prints: one sample, read whole, whatever is in it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from claimbench.cli.terminal import inert
from claimbench.interop.samples import Shown
from claimbench.records import Sample
from claimbench.report.grade_reasons import in_words
from claimbench.report.tables import clean
from claimbench.store.tokens import unpack_ids

WIDTH = 72
"""Of a rule and of a line of token ids, where the terminal is as wide."""


def lines(shown: Shown, ids: bool = False) -> Iterator[str]:
    """The sample under headings; with its token `ids`, if asked for."""
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 0)).columns)
    yield "─" * width
    yield from _facts(shown)
    for title, text in (
        ("question", shown.question),
        ("gold", shown.gold),
        ("reasoning", shown.reasoning),
        ("reply", shown.reply),
        ("token ids", _ids(shown.sample, width) if ids else ""),
    ):
        if text:
            yield from ("", f"── {title} ".ljust(width, "─"), *inert(text))
    yield ""


def _ids(sample: Sample, width: int) -> str:
    """The ids of the reply's tokens, with spaces between them."""
    if sample.packed_ids is None:
        return "not stored: the engine did not know them"
    try:
        ids = unpack_ids(sample.packed_ids)
    except ValueError:
        return "damaged: claimbench verify names the place"
    return textwrap.fill(" ".join(map(str, ids)), width)


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
