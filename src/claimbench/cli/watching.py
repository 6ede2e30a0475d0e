"""`claimbench watch`: how a run stands, on a terminal, while another process writes it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimbench.cli.options import AsJson, RunDir
from claimbench.errors import counted

if TYPE_CHECKING:
    from claimbench.runner.watching import CellStanding, Standing

Every = Annotated[float, typer.Option("--every", min=0.2, help="Seconds between two looks.")]
Once = Annotated[bool, typer.Option("--once", help="Look once and end.")]


def watch(run_dir: RunDir, every: Every = 2.0, once: Once = False, as_json: AsJson = False) -> None:
    """How a run stands while it runs: samples, tokens per second, the score so far, slow problems.

    Reads the folder beside whoever writes it, and ends when all samples are there and graded.

    Example: [bold]claimbench watch results/smoke[/bold]
    """
    from claimbench.analysis.cells import stored_cells
    from claimbench.runner.watching import Rate, look
    from claimbench.store import RunStore

    rate = Rate()
    with RunStore.existing(run_dir) as store:
        cells = stored_cells(store)
        if as_json:
            typer.echo(json.dumps(asdict(look(store, cells)), indent=1))
            return
        with _screen() as show:
            for _ in _until_done(once, every):
                seen = look(store, cells)
                speed = rate.add(seen.tokens, time.monotonic())
                show("\n".join(_lines(run_dir, seen, speed)), replace(seen, quiet=None))
                if seen.complete:
                    return


@contextmanager
def _screen() -> Iterator[Callable[[str, Standing], None]]:
    """Shows how a run stands: on a terminal each look in the place of the one before; in a pipe or
    a file below it, where something is new."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console()
    if console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=False) as live:
            yield lambda lines, _: live.update(Text(lines), refresh=True)
        return
    before: list[Standing] = []

    def show(lines: str, seen: Standing) -> None:
        if before != [seen]:
            before[:] = [seen]
            typer.echo(lines)

    yield show


def _until_done(once: bool, every: float) -> Iterator[None]:
    """A look now, and again after every pause."""
    yield
    while not once:
        time.sleep(every)
        yield


def _lines(root: Path, seen: Standing, speed: float | None) -> Iterator[str]:
    from claimbench.report.tables import clean

    parts = [f"{seen.stored} of {seen.asked} samples"]
    if seen.tokens:  # Imported outputs may not state theirs.
        parts.append(counted(seen.tokens, "token"))
    if speed is not None:
        parts.append(f"{speed:.0f} tokens/s")
    if seen.quiet is not None and not seen.complete:
        parts.append(f"last one {seen.quiet:.0f} s ago")
    yield clean(f"{root}: {', '.join(parts)}", 500)
    if seen.failures:
        yield clean(f"{counted(seen.failures, 'request')} failed (the first: {seen.failed})", 500)
    for cell in seen.cells:
        first, *rest = (clean(line, 500) for line in _cell(cell))
        yield from ("", first, *(f"  {line}" for line in rest))


def _cell(cell: CellStanding) -> Iterator[str]:
    yield f"{cell.name.model} on {cell.name.benchmark}: {cell.stored} of {cell.asked} samples"
    if cell.score is not None:
        yield f"score so far {100 * cell.score:.1f}% of {cell.graded} graded{_bias(cell)}"
    failures = (
        (cell.truncated, "truncated"),
        (cell.no_answer, "without an answer"),
        (cell.errors, "grader errors"),
        (cell.stored - cell.graded, "not graded yet"),
    )
    said = [f"{count} {what}" for count, what in failures if count]
    if said:
        yield ", ".join(said)
    if cell.slow:
        slow = "; ".join(
            f"{one.problem} {one.tokens:.0f} tokens"
            + (f" and {one.seconds:.0f} s" if one.seconds is not None else "")
            + " a reply"
            + (f", {one.cut} of {one.stored} cut" if one.cut else "")
            for one in cell.slow
        )
        yield f"longest: {slow}"


def _bias(cell: CellStanding) -> str:
    """In what the score so far is likely to be wrong."""
    if cell.stored == cell.asked:
        return ""
    reasons = []
    if cell.begun < cell.problems:
        has = "has" if cell.begun == 1 else "have"
        reasons.append(f"only {cell.begun} of {cell.problems} problems {has} a sample")
    if cell.short is not None and cell.long is not None and cell.short > cell.long:
        halves = f"{100 * cell.short:.0f}% of the shorter half are right, {100 * cell.long:.0f}%"
        reasons.append(f"short replies come first and {halves} of the longer: likely too high")
    return f" ({'; '.join(reasons)})" if reasons else ""
