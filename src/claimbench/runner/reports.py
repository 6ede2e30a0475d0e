"""The reports of many runs, by as many processes as there are cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial as bound
from pathlib import Path

from claimbench.config.machine import deaf_to_interrupts, usable_cores
from claimbench.errors import ClaimbenchError, StageError
from claimbench.report.messages import ENGLISH
from claimbench.runner import reporting
from claimbench.runner.reporting import Report
from claimbench.store import RunStore

RUNS_EACH = 4
"""Runs that a process of its own is worth starting for."""


def report_each(
    roots: Sequence[Path],
    partial: bool = False,
    samples: bool = True,
    gpu_hour: float | None = None,
    language: str = ENGLISH,
) -> list[Report]:
    """`reporting.report` of every run folder, in order, as if one after another.

    Raises the error of the first run that has one; runs behind it may have been reported.
    """
    report = bound(
        _report,
        partial=partial,
        samples=samples,
        gpu_hour=gpu_hour,
        language=language,
        comparable=len(roots) > 1,
    )
    workers = min(usable_cores(), len(roots) // RUNS_EACH)
    if workers < 2:
        return [report(root) for root in roots]
    context = multiprocessing.get_context("spawn")  # Not by fork: this process may have threads.
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            return _made(pool, report, roots)
    except BrokenProcessPool as error:
        raise StageError(
            "a process that made a report was killed (out of memory?): give fewer run folders at"
            " once; nothing that was stored is lost"
        ) from error


def _made(
    pool: ProcessPoolExecutor, report: Callable[[Path], Report], roots: Sequence[Path]
) -> list[Report]:
    """The reports. Ctrl-C ends those that are being made: nobody waits for them. (`pool.map` would
    cancel what waits, which the pool's own thread then trips over.)"""
    try:
        with deaf_to_interrupts():
            made = [pool.submit(report, root) for root in roots]
        return [one.result() for one in made]
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    except ClaimbenchError:
        for one in made:
            one.cancel()
        raise


def _report(
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
        return reporting.report(store, partial, samples, gpu_hour, language, comparable)
