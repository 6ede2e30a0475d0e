"""What a person sees: live progress on a terminal, a line now and then elsewhere, then tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table as RichTable
from rich.text import Text

from claimbench.analysis.doubts import doubts
from claimbench.cli.terminal import LINE
from claimbench.messages import Message
from claimbench.report.answer import CARDS, legend_in_letters, what_could_change
from claimbench.report.answers import answers
from claimbench.report.caveats import table_of
from claimbench.report.comparisons import headline
from claimbench.report.messages import Words, words
from claimbench.report.strips import in_letters
from claimbench.report.tables import (
    Table,
    clean,
    figure_of,
    heading,
    in_terms,
    measurement_table,
    verdict_table,
)
from claimbench.report.verdict_sum import verdict_sum
from claimbench.report.view import outline
from claimbench.verdicts.registration import run_messages
from claimbench.verdicts.sentences import hangs_on_ours

if TYPE_CHECKING:
    from claimbench.records import Verdict
    from claimbench.runner.generate import Progress as RunProgress
    from claimbench.runner.reporting import Report

LINE_SECONDS = 15.0
"""Pause between two progress lines where there is no terminal to draw on."""


class Display:
    """Progress on stderr, so that stdout stays for results."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=quiet)
        self._live = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            console=self._console,
            transient=True,
        )
        self._task = self._live.add_task("", total=None, rate="")
        self._next_line = time.monotonic() + LINE_SECONDS
        self._told = ""

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def log(self, doing: str) -> None:
        """Say which step begins."""
        doing = clean(doing)
        self._live.update(self._task, description=doing)
        if not self._console.is_terminal and doing != self._told:
            self._console.print(Text(doing))
        self._told = doing

    def watch(self, progress: RunProgress) -> None:
        """Show how far the run is."""
        line = rate(progress)
        self._live.update(self._task, total=progress.asked, completed=progress.stored, rate=line)
        now = time.monotonic()
        if not self._console.is_terminal and now >= self._next_line:
            self._next_line = now + LINE_SECONDS
            stored = f"{progress.stored}/{progress.asked} samples"
            self._console.print(Text(", ".join(filter(None, (stored, line)))))


def rate(progress: RunProgress) -> str:
    """`212 tokens/s, 0:01:20 left, 31 % right of 128 graded (short replies end first)`."""
    # Imported outputs may not state their tokens.
    parts = [f"{progress.tokens_per_second:.0f} tokens/s"] if progress.tokens else []
    if progress.seconds_left is not None:
        minutes, seconds = divmod(int(progress.seconds_left), 60)
        parts.append(f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d} left")
    if progress.graded:
        share = 100 * progress.right / progress.graded
        # A reply that takes long, and is wrong more often, has no grade yet.
        so_far = " (short replies end first)" if progress.stored < progress.asked else ""
        parts.append(f"{share:.0f}% right of {progress.graded} graded{so_far}")
    if progress.failures:
        parts.append(f"{len(progress.failures)} failed")
    return ", ".join(parts)


def show_report(report: Report) -> None:
    """The tables of a report and where to read on, on stdout."""
    console, known = Console(), words(report.language)
    _print_answers(console, report, known)
    if report.partial:
        console.print(Text(known.say("page-partial")))
    columns = (*_MEASUREMENT_COLUMNS, *(["received"] if report.partial else []))
    _print(console, measurement_table(report.measurements), columns, known)
    if report.verdicts:
        _print_verdicts(console, report.verdicts, known)
    if len(report.verdicts) > 1:
        console.print(Text(known.render(verdict_sum(report.verdicts))), soft_wrap=True)
    judged = [(run.name, run.registration) for run in report.runs if run.verdicts]
    for one in run_messages(judged):
        console.print(Text(clean(known.render(one), LINE)), soft_wrap=True)
    for note in (*doubts(report.measurements), *_undecided(report.verdicts)):
        console.print(Text(clean(known.say("page-note", note=note), LINE)), soft_wrap=True)
    console.print(Text(known.say("terminal-report", path=str(report.path))), soft_wrap=True)


def _print_verdicts(console: Console, verdicts: Sequence[Verdict], known: Words) -> None:
    """The table; of several figures with whose each is."""
    table = verdict_table([replace(v, benchmark=figure_of(v)) for v in verdicts])
    if len(verdicts) == 1:
        _print(console, table, _VERDICT_COLUMNS, known)
        return
    rows = tuple((*row, table_of(v)) for row, v in zip(table.rows, verdicts, strict=True))
    by = Table(table.name, (*table.columns, _BY), rows)
    _print(console, by, (*_VERDICT_COLUMNS[:2], _BY, *_VERDICT_COLUMNS[2:]), known)


def _undecided(verdicts: Sequence[Verdict]) -> list[Message]:
    count = sum(map(hangs_on_ours, verdicts))
    return [Message("verdicts-hang-on-decoding", {"count": count})] if count else []


def _print_answers(console: Console, report: Report, known: Words) -> None:
    """The answers, each with its picture; of many there is the table of verdicts."""
    found = answers(outline(report.runs, report.comparisons))
    for one in found:
        first, *rest = [Text(clean(known.render(message), LINE)) for message in one.sentences]
        first.stylize("bold")
        lines = [first, *rest]
        if one.strip is not None:
            lines.insert(len(lines) - 1, Text(in_letters(one.strip, console.width)))
        lines += [Text(clean(line, LINE)) for line in what_could_change(one, known)]
        for line in lines:
            console.print(line)
        console.print()
    for compared in report.comparisons if len(report.comparisons) > CARDS else ():
        console.print(Text(clean(known.render(headline(compared)), LINE)), soft_wrap=True)
    if legend := legend_in_letters(found, known):
        console.print(Text("\n".join(_lines(legend, console.width))), style="dim")
        console.print()


def _lines(parts: Sequence[str], width: int) -> list[str]:
    """The parts beside one another, none of them broken."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}   {part}".strip()
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


_TITLES = {"measurements": "terminal-measurements", "verdicts": "terminal-verdicts"}
_BY = "published by"
_WORDS = frozenset({"model", "benchmark", "verdict", "received", _BY})
_VERDICT_COLUMNS = ("model", "benchmark", "published", "measured", "verdict")
_MEASUREMENT_COLUMNS = ("model", "benchmark", "pass@1", "sampling SE", "problem SE", "truncated")


_DROPPED = (_BY, "published", "truncated", "problem SE", "sampling SE", "benchmark")
"""What a narrow terminal goes without, first to last: the sentences and the report have it."""


def _print(console: Console, table: Table, columns: tuple[str, ...], known: Words) -> None:
    for name in _DROPPED:
        # Three characters part two columns, and one stands on each side.
        if sum(_least(table, column, known) + 3 for column in columns) - 1 <= console.width:
            break
        columns = tuple(column for column in columns if column != name)
    console.print(_drawn(table, columns, console.width, known))


def _widths(table: Table, columns: tuple[str, ...], width: int, known: Words) -> list[int]:
    """The columns' widths: those that fold give way, names first and the longest of them. Left to
    itself, rich goes over the width where a column has a least one, and cuts the last letters."""
    least = [_least(table, column, known) for column in columns]
    places = [table.columns.index(column) for column in columns]
    found = [
        max([one, *map(cell_len, _cells(table, place, known))])
        for one, place in zip(least, places, strict=True)
    ]
    for _ in range(sum(found) + 3 * len(found) - 1 - width):
        room = [one - other for one, other in zip(found, least, strict=True)]
        names = [n if column != "verdict" else 0 for n, column in zip(room, columns, strict=True)]
        give = names if any(names) else room
        longest = give.index(max(give))
        found[longest] = max(least[longest], found[longest] - 1)
    return found


def _least(table: Table, column: str, known: Words) -> int:
    """The narrowest that a column can be: names fold, figures do not."""
    needed = max(map(cell_len, _heading(column, known).split("\n")))
    if column in _WORDS:
        return needed
    return max([needed, *map(cell_len, _cells(table, table.columns.index(column), known))])


def _cells(table: Table, place: int, known: Words) -> list[str]:
    """What stands in a column."""
    name = table.columns[place]
    return [clean(known.render(in_terms(name, row[place], known))) for row in table.rows]


def _heading(column: str, known: Words) -> str:
    """A column's words, on two lines where that saves room."""
    return known.render(heading(column)).replace(" SE", "\nSE")


def _drawn(table: Table, columns: tuple[str, ...], width: int, known: Words) -> RichTable:
    title = known.say(_TITLES[table.name])
    drawn = RichTable(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    places = [table.columns.index(name) for name in columns]
    for name, wide in zip(columns, _widths(table, columns, width, known), strict=True):
        # Where the terminal is narrow, names fold; no heading and no figure is cut.
        folds = name in _WORDS
        side: JustifyMethod = "left" if folds else "right"
        drawn.add_column(
            Text(_heading(name, known)),
            justify=side,
            no_wrap=not folds,
            overflow="fold",
            width=wide,
        )
    for row in zip(*(_cells(table, place, known) for place in places), strict=True):
        drawn.add_row(*map(Text, row))
    return drawn
