"""The answer in text, for Markdown and terminals: what the page says first, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from claimbench.messages import Message, Value
from claimbench.report import strips
from claimbench.report.answers import Answer, answers
from claimbench.report.document import Document
from claimbench.report.matrix import matrix_of, matrix_rows
from claimbench.report.messages import Words
from claimbench.report.tables import Table, escape, to_markdown
from claimbench.report.verdict_sum import verdict_sum


def spoken(one: Answer) -> Iterator[Message]:
    """The answer's sentences: scores and verdict, what they rest on, how sure it is."""
    yield one.scores
    if one.word is not None:
        values: dict[str, Value] = {"word": one.word, "finding": one.finding}
        yield Message("answer-verdict", values)
    if one.basis is not None:
        yield one.basis
    yield one.certainty


def what_could_change(
    one: Answer, words: Words, shown: Callable[[str], str] = str
) -> Iterator[str]:
    """Its caveats in one line, the gravest first, each `shown` as its reader needs it; nothing
    where it has none."""
    labels = [words.render(chip.label) for chip in one.chips if not chip.beside]
    if labels:
        yield f"{words.say('answer-change')}: {'; '.join(map(shown, labels))}."


def legend_in_letters(found: Sequence[Answer], words: Words) -> list[str]:
    """What each of the letters of these strips stands for; nothing where none is drawn."""
    kinds = dict(kind for one in found if one.strip for kind in strips.legend(one.strip))
    return [f"{strips.LETTERS[k]} {words.render(kinds[k])}" for k in strips.LETTERS if k in kinds]


def answer_markdown(document: Document, words: Words) -> Iterator[str]:
    """The first section of report.md."""
    found = answers(document)
    yield f"## {words.say('page-answer')}\n"
    for one in found:
        yield from _one(one, words, named=len(document.runs) > 1)
    if legend := legend_in_letters(found, words):
        yield f"`{'   '.join(legend)}`\n"
    if matrix := matrix_of(document):
        total = len(document.verdicts)
        yield f"{words.say('page-answers-many', count=total)} {_sum(document, words)}\n"
        columns = ("model", *matrix.benchmarks)
        yield to_markdown(Table("matrix", columns, tuple(matrix_rows(matrix))), words, named=True)
    elif len(document.verdicts) > 1:
        yield f"{_sum(document, words)}\n"


def _sum(document: Document, words: Words) -> str:
    return escape(words.render(verdict_sum(document.verdicts)))


def _one(one: Answer, words: Words, named: bool) -> Iterator[str]:
    first, *rest = [escape(words.render(message)) for message in spoken(one)]
    run = f" ({escape(one.run)})" if named and one.run else ""
    yield f"**{first}**{run}\n"
    if one.word is not None:
        yield f"{rest.pop(0)}\n"
    if one.strip is not None:
        yield f"```text\n{strips.in_letters(one.strip)}\n```\n"
    yield from (f"{line}\n" for line in rest)
    yield from (f"{line}\n" for line in what_could_change(one, words, escape))
