"""The order of the stages: plan → prompts → engine → samples → grades → the report, which a caller
makes of the run folder before others may write it. What a stage does is its own business."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from claimbench.analysis.cells import StoredCell, stopped, stored_cells
from claimbench.analysis.lm_eval_totals import write_totals
from claimbench.config.canonical import plain
from claimbench.config.models import ModelConfig
from claimbench.engines.base import Engine
from claimbench.errors import IncompleteRun
from claimbench.grading import default_workers, idle_workers, make_pool, runs_programs
from claimbench.interop import imports
from claimbench.planning.plan import Plan
from claimbench.records import Request
from claimbench.runner import looks, shards
from claimbench.runner.budget import NO_CAP, Budget, Cap, Tokens, cap_facts, cap_of, spent_in
from claimbench.runner.generate import (
    GradeDesk,
    Progress,
    Watch,
    generate,
    grade_stored,
    store_imported,
)
from claimbench.runner.preparing import Log
from claimbench.sandbox.protocol import Isolation
from claimbench.store import RunStore, provenance
from claimbench.store.problems import problem_files, write_problems
from claimbench.store.prompts import write_prompts
from claimbench.store.sessions import Session

Made = TypeVar("Made")
Reporter = Callable[[RunStore], Made]
"""What a caller makes of a run folder that is filled."""


def run(
    plan: Plan,
    root: Path,
    report: Reporter[Made],
    watch: Watch,
    log: Log,
    patience: float = 0.0,
    cap: Cap = NO_CAP,
) -> Made:
    """The whole run; called again on the same folder it resumes. `patience` is how many seconds
    another writer of the folder may take to end; `cap` is the most that the folder may spend."""
    with opened(plan, root, patience=patience) as store:
        _fill(plan, store, watch, log, cap_of(store, cap))
        return report(store)


def fill(plan: Plan, part: Plan, root: Path, watch: Watch, log: Log) -> None:
    """The samples and grades of a part of a plan, in the run folder of the whole."""
    with opened(plan, root) as store:
        _fill(part, store, watch, log, NO_CAP)


def run_shard(
    plan: Plan, shard: shards.Shard, root: Path, report: Reporter[Made], watch: Watch, log: Log
) -> Made | Progress:
    """The samples and grades of one shard; the report, too, where they complete the run. Else how
    far the run is."""
    own = shards.part(plan, shard)
    with opened(plan, root, shard=shard.name) as store:
        shards.refuse_other_counts(store, shard)
        _fill(own, store, watch, log, NO_CAP)
        progress = shards.standing(store)
        progress.next_look = looks.waiting(store)
        return report(store) if shards.complete(progress) else progress


def import_outputs(
    imported: imports.Import,
    root: Path,
    workers: int | None,
    report: Reporter[Made],
    watch: Watch,
    log: Log,
) -> Made:
    """Others' outputs into a run folder, graded and reported; called again it resumes."""
    with RunStore.open(
        root,
        resolved=imported.resolved,
        digest=imported.digest,
        files=problem_files({imported.benchmark: imported.problems}),
    ) as store:
        imports.write_inputs(imported, store)
        session = Session(store, provenance.collect(imports.provenance_of(imported)))
        with _grading(store, workers or idle_workers(imported.asked), imported.asked) as desk:
            log("importing")
            samples = imports.samples_of(imported)
            store_imported(samples, imported.cell, store, desk, watch)
            _grade_missing(store, None, desk, watch, log)
        session.end()
        return report(store)


def grade(store: RunStore, workers: int | None, watch: Watch, log: Log) -> None:
    """Grade stored samples that lack a grade of the current grader."""
    asked = sum(cell.asked for cell in stored_cells(store))
    with _grading(store, workers or idle_workers(asked), asked) as desk:
        _grade_missing(store, None, desk, watch, log)


@contextmanager
def opened(
    plan: Plan, root: Path, shard: str | None = None, patience: float = 0.0
) -> Iterator[RunStore]:
    """The run folder of a plan, created where it is not there, with its problems and prompts."""
    problems = {cell.benchmark.name: cell.problems for cell in plan.cells}
    with RunStore.open(
        root,
        resolved=plan.resolved,
        digest=plan.digest,
        files=problem_files(problems),
        shard=shard,
        patience=patience,
        at=plan.resolved_at,
    ) as store:
        write_problems(store, problems)
        for cell in plan.cells:
            write_prompts(store, cell.name, cell.sent())
        yield store


# --- the stages of a run --------------------------------------------------------------------


def _fill(plan: Plan, store: RunStore, watch: Watch, log: Log, cap: Cap) -> None:
    """Generate and grade what a plan, a whole run's or a shard's, asks for and the store lacks."""
    spent = spent_in(store, [cell.name for cell in plan.cells]) if cap else Tokens()
    budget = Budget(cap, plan.engine.price, spent)
    session = Session(store, {**_provenance(plan), **cap_facts(cap)})
    settings = plan.experiment.run.grading
    with _grading(store, settings.workers, plan.asked, settings.min_isolation) as desk:
        _generate_missing(plan, store, desk, session, budget, watch, log)
        _grade_missing(store, plan, desk, watch, log)
    session.end()
    if spent_words := budget.summary():
        log(spent_words)
    _check_complete(desk.progress)


@contextmanager
def _grading(
    store: RunStore, workers: int | None, asked: int, min_isolation: Isolation | None = None
) -> Iterator[GradeDesk]:
    """Raises GradingError, before anything is generated, where this machine cannot grade."""
    cells = {cell.name: cell for cell in stored_cells(store, min_isolation)}
    judged = [
        (cell.grader, next(iter(cell.problems.values())))
        for cell in cells.values()
        if not (runs_programs(cell.grader) and _is_graded(store, cell))
    ]
    with make_pool(workers or default_workers(judged), judged) as pool:
        yield GradeDesk(store, cells, pool, Progress(asked))


def _generate_missing(
    plan: Plan,
    store: RunStore,
    desk: GradeDesk,
    session: Session,
    budget: Budget,
    watch: Watch,
    log: Log,
) -> None:
    """The samples of each model in turn."""
    desk.progress.asked = looks.needed(plan, store).asked
    desk.progress.on_failure = session.failed
    for model in plan.experiment.models:
        own = replace(plan, cells=tuple(cell for cell in plan.cells if cell.model is model))
        _generate_own(own, model, store, desk, session, budget, watch, log)
        # The next model needs the memory: nothing here may keep this one.
        gc.collect()
    desk.cells = {name: stopped(store, cell) for name, cell in desk.cells.items()}


def _generate_own(
    plan: Plan,
    model: ModelConfig,
    store: RunStore,
    desk: GradeDesk,
    session: Session,
    budget: Budget,
    watch: Watch,
    log: Log,
) -> None:
    """Load the engine of a model that lacks samples and ask for them: as many as are due for the
    next look, and so on to the last."""
    progress, present = desk.progress, shards.present_ids(plan, store)
    progress.stored += _have(plan, present)
    watch(progress)

    def ask(engine: Engine, requests: Iterable[Request]) -> None:
        generate(engine, requests, store, desk, progress, watch)

    with ExitStack() as opened:
        engine: Engine | None = None
        while True:
            due = looks.due(plan, store)
            if _have(due, present) < due.asked:
                engine = engine or opened.enter_context(_ready(plan, model, session, log))
                log(f"generating with {model.name}")
                with session.generating(model.name, progress.made, engine.server):
                    budget.spend(engine, _missing(due, present), ask)
                if looks.waiting(store) is None:  # Nothing more is asked: its memory is let go.
                    opened.close()
                    engine = None
                log("grading")
                desk.drain()
            if not _looked(due, store, desk, watch, log):
                break
            progress.asked -= plan.asked - looks.needed(plan, store).asked
            plan, present = looks.needed(plan, store), shards.present_ids(plan, store)


def _have(plan: Plan, present: shards.Present) -> int:
    """How many samples of a plan are stored."""
    return sum(sample in present[cell.name] for cell in plan.cells for sample in cell.ids)


def _missing(plan: Plan, present: shards.Present) -> Iterator[Request]:
    for cell in plan.cells:
        yield from cell.missing(present[cell.name])


def _looked(due: Plan, store: RunStore, desk: GradeDesk, watch: Watch, log: Log) -> bool:
    """Make the looks that can be made; whether any was."""
    if looks.waiting(store) is None:
        return False
    for cell in due.cells:  # What a session that was killed left ungraded.
        stored = desk.cells[cell.name]
        grade_stored(store, stored, desk, lambda: watch(desk.progress), set(cell.ids))
    return looks.take(store, log)


@contextmanager
def _ready(plan: Plan, model: ModelConfig, session: Session, log: Log) -> Iterator[Engine]:
    """The model's engine, loaded and known to the session; closed at the end: its processes would
    keep the GPU's memory."""
    log(f"loading {model.name}")
    longest = max(cell.longest for cell in plan.cells if cell.model is model)
    engine = plan.engine.start(model, plan.checkpoints[model.name].path, longest, log)
    try:
        engine.load()
        session.loaded(model.name, engine.describe())
        if facts := session.earlier_server(model.name):
            engine.expect(facts)
        yield engine
    finally:
        engine.close()


def _grade_missing(
    store: RunStore, plan: Plan | None, desk: GradeDesk, watch: Watch, log: Log
) -> None:
    """Grade the stored samples that the plan asks for; without one, all."""
    own = None if plan is None else {c.name: set(c.ids) for c in plan.cells}
    for cell in desk.cells.values():
        log(f"grading {cell.model} on {cell.benchmark}")
        among = None if own is None else own[cell.name]
        grade_stored(store, cell, desk, lambda: watch(desk.progress), among)
        # Of a cell that shards share, only who finds the last grade makes them.
        if _is_graded(store, cell):
            write_totals(store, cell, desk.pool)


def _is_graded(store: RunStore, cell: StoredCell) -> bool:
    return len(store.graded_ids(cell.name, cell.judge)) == cell.asked


def _check_complete(progress: Progress) -> None:
    if progress.failures:
        first = progress.failures[0]
        raise IncompleteRun(
            f"{len(progress.failures)} of {progress.asked} samples could not be generated (first: "
            f"{first.reason}); what was finished is kept: run the same command again"
        )


def _provenance(plan: Plan) -> dict[str, object]:
    """What one session says of itself: a resumed run may change machines."""
    return provenance.collect(
        {
            "checkpoints": {name: c.identity for name, c in plan.checkpoints.items()},
            "datasets": dict(plan.origins),
            "engine": plain(plan.engine),
            "grading": plan.experiment.run.grading.model_dump(mode="json"),
        }
    )
