"""Stored samples and grades → measurements, verdicts, tables, figures and pages."""

from __future__ import annotations

import gc
import json
import multiprocessing
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial as bound
from itertools import chain
from pathlib import Path

from claimbench.analysis.cached import kept
from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.comparable import Measured
from claimbench.analysis.labels import agreement
from claimbench.analysis.repetition import repeating_ids
from claimbench.analysis.stored import described, spending, spending_files
from claimbench.config.canonical import plain
from claimbench.config.machine import deaf_to_interrupts, usable_cores
from claimbench.errors import ClaimbenchError, ConfigError, IncompleteRun, StageError
from claimbench.records import Measurement, Verdict
from claimbench.report import messages
from claimbench.report.document import RunView
from claimbench.report.files import report_files
from claimbench.report.sample_texts import Source
from claimbench.report.samples import pack
from claimbench.report.view import document, sources, view_cell, view_run
from claimbench.runner import registration
from claimbench.runner.comparing import compare_reports
from claimbench.store import RunStore, is_run, write_folder
from claimbench.verdicts.comparisons import Compared
from claimbench.verdicts.pairing import judge
from claimbench.verdicts.registration import concerning, with_registration

REPORT_SECONDS = 3600.0
"""How long to wait for one's turn to report: the report of a million samples takes minutes."""


@dataclass(frozen=True)
class Report:
    """What a report says, and where its files are. `comparable` are its cells as other runs are
    compared with them, where that was asked for."""

    root: Path
    runs: tuple[RunView, ...]
    gpu_hour: float | None = None
    comparisons: tuple[Compared, ...] = ()
    language: str = messages.ENGLISH
    comparable: tuple[Measured, ...] = ()

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        return tuple(m for run in self.runs for m in run.measurements)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return tuple(v for run in self.runs for v in run.verdicts)

    @property
    def partial(self) -> bool:
        return any(run.partial for run in self.runs)

    @property
    def path(self) -> Path:
        return self.root / "report.md"


def report(
    store: RunStore,
    partial: bool = False,
    samples: bool = True,
    gpu_hour: float | None = None,
    language: str = messages.ENGLISH,
    comparable: bool = False,
) -> Report:
    """Measurements, verdicts, tables, figures and pages again, from the stored samples and grades.

    Without `samples` no text of a sample or problem is in them. Raises IncompleteRun where samples
    are missing, unless `partial`: then there are no verdicts. `gpu_hour` is what an hour of one GPU
    costs, in US dollars; pages are in `language` first; `comparable` is for a report that is
    combined with others. Of several that report at once each waits for its turn.
    """
    with store.turn("report", REPORT_SECONDS), store.still(), _no_collecting():
        cells = stored_cells(store)
        made = _report(store, cells, partial, samples, gpu_hour, language)
        if comparable:
            found = described(store, cells, made.measurements, made.runs[0].efficiency)
            made = replace(made, comparable=tuple(found))
    return made


def _report(
    store: RunStore,
    cells: Sequence[StoredCell],
    partial: bool,
    samples: bool,
    gpu_hour: float | None,
    language: str,
) -> Report:
    with kept(store) as known:
        looped = repeating_ids(known, [cell.name for cell in cells])
        measured = [view_cell(known, cell, looped[cell.name]) for cell in cells]
    measurements = tuple(m for m, _ in measured)
    complete = all(m.complete for m in measurements)
    if not (complete or partial):
        raise IncompleteRun(_counts(measurements, store.root))
    judged = judge(measurements, plain(store.manifest.judging)) if complete else ()
    registered = registration.of_run(store)
    verdicts = with_registration(judged, registered)
    spent = spending(store, cells)
    labels = [found for cell in cells if (found := agreement(store, cell))]
    seen = view_run(store, measured, verdicts, spent, not complete, labels, concerning(registered))
    made = Report(store.root, (seen,), gpu_hour, language=language)
    records = {
        "measurements.json": _json([asdict(m) for m in made.measurements]),
        "verdicts.json": _json(messages.plain(made.verdicts)),
        **spending_files(spent),
        **registration.registration_files(registered),
    }
    _write_report(made, sources(store, cells, looped) if samples else None, records)
    return made


def combine(reports: Sequence[Report], root: Path, samples: bool = True) -> Report:
    """One report over several runs, in the folder `root`, which may not be a run's own."""
    if is_run(root):
        raise ConfigError(f"--out {root} is a run folder: name another one for the report")
    with ExitStack() as opened:
        opened.enter_context(_no_collecting())
        runs, first = tuple(run for one in reports for run in one.runs), reports[0]
        compared = tuple(compare_reports(reports)) if len(reports) > 1 else ()
        made = Report(root, runs, first.gpu_hour, compared, first.language)
        stored = [_opened(one.root, opened) for one in reports] if samples else []
        found = [source for one in stored for source in sources(*one)] if samples else None
        _write_report(made, found)
    return made


def _opened(root: Path, until: ExitStack) -> tuple[RunStore, list[StoredCell]]:
    """A run folder and its cells, read once, `until` the end."""
    store = until.enter_context(RunStore.existing(root))
    until.enter_context(store.still())
    return store, stored_cells(store)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Records and rows hold no cycles; looking for some among so many took a quarter of the time.
    What a library leaves in cycles is collected after the report."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _counts(measurements: tuple[Measurement, ...], root: Path) -> str:
    lacking = [m for m in measurements if not m.complete]
    counts = ", ".join(
        f"{m.model} on {m.benchmark}: {m.received} of {m.asked} samples, {m.graded} graded"
        for m in lacking
    )
    if all(m.received == m.asked for m in lacking):
        return (
            f"{root}: grades are missing, or are of an earlier grader ({counts}), so no verdict is "
            f"given; `claimbench grade {shlex.quote(str(root))}` makes them"
        )
    return (
        f"{root}: samples are missing ({counts}), so no verdict is given; finish it with the "
        f"`claimbench run` or `import` that began it, or see estimates with `claimbench report "
        f"--partial`"
    )


def _write_report(
    made: Report, found: Sequence[Source] | None, records: Mapping[str, str] | None = None
) -> None:
    """Write all files of a report, `records` (by relative path) among them; `found` are the samples
    that its page shows, if any."""
    packed = None if found is None else pack(found)
    shown = document(made.runs, made.gpu_hour, texts=found is not None)
    shown = replace(shown, comparisons=made.comparisons)
    files = chain((records or {}).items(), report_files(shown, packed, made.language))
    write_folder(made.root, ("tables", "figures"), files)


def _json(data: object) -> str:
    """Readable; in ASCII where foreign names hold lone surrogates, which no file takes."""
    text = json.dumps(data, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, indent=1) + "\n"
    return text


# --- many runs, by as many processes as there are cores ---------------------------------------

RUNS_EACH = 4
"""Runs that a process of its own is worth starting for."""


def report_each(
    roots: Sequence[Path],
    partial: bool = False,
    samples: bool = True,
    gpu_hour: float | None = None,
    language: str = messages.ENGLISH,
) -> list[Report]:
    """`report` of every run folder, in order, as if one after another.

    Raises the error of the first run that has one; runs behind it may have been reported.
    """
    one = bound(
        _of_folder,
        partial=partial,
        samples=samples,
        gpu_hour=gpu_hour,
        language=language,
        comparable=len(roots) > 1,
    )
    workers = min(usable_cores(), len(roots) // RUNS_EACH)
    if workers < 2:
        return [one(root) for root in roots]
    context = multiprocessing.get_context("spawn")  # Not by fork: this process may have threads.
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            return _made(pool, one, roots)
    except BrokenProcessPool as error:
        raise StageError(
            "a process that made a report was killed (out of memory?): give fewer run folders at"
            " once; nothing that was stored is lost"
        ) from error


def _made(
    pool: ProcessPoolExecutor, one: Callable[[Path], Report], roots: Sequence[Path]
) -> list[Report]:
    """The reports. Ctrl-C ends those that are being made: nobody waits for them. (`pool.map` would
    cancel what waits, which the pool's own thread then trips over.)"""
    try:
        with deaf_to_interrupts():
            made = [pool.submit(one, root) for root in roots]
        return [each.result() for each in made]
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    except ClaimbenchError:
        for each in made:
            each.cancel()
        raise


def _of_folder(
    root: Path,
    *,
    partial: bool,
    samples: bool,
    gpu_hour: float | None,
    language: str,
    comparable: bool,
) -> Report:
    # Estimates may be looked at beside shards at work; verdicts need the folder alone.
    beside = "report" if partial else None
    with RunStore.existing(root, writer=True, shard=beside, purpose="report") as store:
        return report(store, partial, samples, gpu_hour, language, comparable)
