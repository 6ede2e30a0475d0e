"""The order of the stages: plan → prompts → engine → samples → grades → measurements → verdicts →
report. What a stage does is its own business."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from claimbench import engines
from claimbench.analysis.agreement import agreement
from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.cost import spending, spending_files
from claimbench.analysis.lm_eval_totals import write_totals
from claimbench.analysis.repetition import looped_ids
from claimbench.config import Experiment, ModelConfig, RunConfig, plain
from claimbench.engines import Engine
from claimbench.errors import ConfigError, IncompleteRun, Missing
from claimbench.grading import default_workers, idle_workers, make_pool, runs_programs
from claimbench.interop import imports
from claimbench.interop.imports import Import
from claimbench.models import checkpoints
from claimbench.planning.plan import Plan, make_plan
from claimbench.records import Measurement, Request, Verdict
from claimbench.report import RunView, Source, messages, pack, report_files
from claimbench.report.view import document, sources, view_cell, view_run
from claimbench.runner import shards
from claimbench.runner.budget import (
    NO_CAP,
    Budget,
    Cap,
    Tokens,
    cap_facts,
    cap_of,
    spent_in,
)
from claimbench.runner.comparing import compare_reports
from claimbench.runner.generate import (
    GradeDesk,
    Progress,
    Watch,
    generate,
    grade_stored,
    store_imported,
)
from claimbench.runner.shards import Shard
from claimbench.sandbox.restrictions import Isolation
from claimbench.store import RunStore, is_run, provenance, write_folder
from claimbench.store.manifest import read_manifest
from claimbench.store.problems import write_problems
from claimbench.store.sessions import Session
from claimbench.verdicts.comparisons import Compared
from claimbench.verdicts.pairing import judge

Told = Callable[[str], None]

REPORT_SECONDS = 3600.0
"""How long to wait for one's turn to report: the report of a million samples takes minutes."""


@dataclass(frozen=True)
class Report:
    """What a report says, and where its files are."""

    root: Path
    runs: tuple[RunView, ...]
    gpu_hour: float | None = None
    comparisons: tuple[Compared, ...] = ()

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


def plan(
    experiment: Experiment,
    data_dir: Path | None,
    online: bool,
    told: Told,
    weights: bool = True,
    root: Path | None = None,
) -> Plan:
    """What a run, into the folder `root`, would ask for. Without `weights` the plan is for reading
    only: a tokenizer is enough, and the engine need not be installed."""
    experiment = _in_what_precision(experiment, root, told)
    settings = engines.settings(experiment.run.engine)
    try:
        engine = settings.identity()
    except Missing:
        if weights:
            raise
        engine = {"name": settings.kind, "version": "not installed here"}
    return make_plan(experiment, engine, data_dir, online, weights=weights, told=told)


def _in_what_precision(experiment: Experiment, root: Path | None, told: Told) -> Experiment:
    """The experiment with the dtype that this machine computes in, where the run leaves it open. A
    run that has begun in one goes on in it, on whatever machine."""
    settings = engines.settings(experiment.run.engine)
    if settings.served or settings.chosen_dtype is not None:
        return experiment
    begun = read_manifest(root) if root is not None and is_run(root) else None
    if begun is None:
        dtype = settings.fallback(experiment.models)
    else:
        stored = None
        if isinstance(begun.run, RunConfig):
            stored = engines.settings(begun.run.engine).chosen_dtype
        # Only what a machine falls back to: any other dtype was the run's own, and is missed.
        dtype = stored if stored == "float32" else None
    if dtype is None:
        return experiment
    why = "as this CPU has no bfloat16" if begun is None else "as this run was begun"
    told(f"computing in {dtype}, {why}; the run names no engine.dtype")
    engine = experiment.run.engine.model_copy(update={"dtype": dtype})
    return experiment.model_copy(
        update={"run": experiment.run.model_copy(update={"engine": engine})}
    )


def dry_plan(
    experiment: Experiment, data_dir: Path | None, online: bool, told: Told
) -> tuple[Plan | None, str]:
    """What a run would ask for, else None and what is missing on this machine."""
    try:
        return plan(experiment, data_dir, online, told, weights=False), ""
    except Missing as missing:
        return None, str(missing)


def run(
    plan: Plan, root: Path, watch: Watch, told: Told, patience: float = 0.0, cap: Cap = NO_CAP
) -> Report:
    """The whole journey; called again on the same folder it resumes. `patience` is how many seconds
    another writer of the folder may take to end; `cap` is the most that the folder may spend."""
    with RunStore.open(
        root, resolved=plan.resolved, digest=plan.digest, patience=patience
    ) as store:
        write_plan_problems(store, plan)
        _fill(plan, store, watch, told, cap_of(store, cap))
        return report(store)


def run_shard(plan: Plan, shard: Shard, root: Path, watch: Watch, told: Told) -> Report | Progress:
    """The samples and grades of one shard; the report, too, where they complete the run. Else how
    far the run is."""
    own = shards.part(plan, shard)
    with RunStore.open(root, resolved=plan.resolved, digest=plan.digest, shard=shard.name) as store:
        shards.refuse_other_counts(store, shard)
        write_plan_problems(store, plan)
        _fill(own, store, watch, told, NO_CAP)
        progress = shards.standing(store)
        return report(store) if shards.complete(progress) else progress


def import_outputs(
    imported: Import, root: Path, workers: int | None, watch: Watch, told: Told
) -> Report:
    """Others' outputs into a run folder, graded and reported; called again it resumes."""
    with RunStore.open(root, resolved=imported.resolved, digest=imported.digest) as store:
        imports.write_inputs(imported, store)
        session = Session(store, provenance.collect(imports.provenance_of(imported)))
        with _grading(store, workers or idle_workers(imported.asked), imported.asked) as desk:
            told("importing")
            samples = imports.samples_of(imported)
            store_imported(samples, imported.cell, store, desk, watch)
            _grade_missing(store, None, desk, watch, told)
        session.end()
        return report(store)


def grade(store: RunStore, workers: int | None, watch: Watch, told: Told) -> Report:
    """Grade stored samples that lack a grade of the current grader, and report again."""
    asked = sum(cell.asked for cell in stored_cells(store))
    with _grading(store, workers or idle_workers(asked), asked) as desk:
        _grade_missing(store, None, desk, watch, told)
    return report(store, partial=True)


def report(
    store: RunStore, partial: bool = False, samples: bool = True, gpu_hour: float | None = None
) -> Report:
    """Measurements, verdicts, tables, figures and pages again, from the stored samples and grades.

    Without `samples` no text of a sample or problem is in them. Raises IncompleteRun where samples
    are missing, unless `partial`: then there are no verdicts. `gpu_hour` is what an hour of one GPU
    costs, in US dollars. Of several that report at once each waits for its turn.
    """
    with store.turn("report", REPORT_SECONDS):
        return _report(store, partial, samples, gpu_hour)


def _report(store: RunStore, partial: bool, samples: bool, gpu_hour: float | None) -> Report:
    cells = stored_cells(store)
    looped = looped_ids(store, [cell.name for cell in cells])
    measured = [view_cell(store, cell, looped[cell.name]) for cell in cells]
    measurements = tuple(m for m, _ in measured)
    complete = all(m.complete for m in measurements)
    if not (complete or partial):
        raise IncompleteRun(_counts(measurements, store.root))
    verdicts = judge(measurements, plain(store.manifest.judging)) if complete else ()
    spent = spending(store, cells)
    labels = [found for cell in cells if (found := agreement(store, cell))]
    seen = view_run(store, measured, verdicts, spent, not complete, labels)
    made = Report(store.root, (seen,), gpu_hour)
    records = {
        "measurements.json": _json([asdict(m) for m in made.measurements]),
        "verdicts.json": _json(messages.plain(made.verdicts)),
        **spending_files(spent),
    }
    _write_report(made, sources(store, cells, looped) if samples else None, records)
    return made


def combine(reports: Sequence[Report], root: Path, samples: bool = True) -> Report:
    """One report over several runs, in the folder `root`, which may not be a run's own."""
    if is_run(root):
        raise ConfigError(f"--out {root} is a run folder: name another one for the report")
    runs = tuple(run for one in reports for run in one.runs)
    compared = tuple(compare_reports(reports)) if len(reports) > 1 else ()
    made = Report(root, runs, reports[0].gpu_hour, compared)
    with ExitStack() as opened:
        found: list[Source] = []
        for one in reports if samples else ():
            store = opened.enter_context(RunStore.existing(one.root))
            found += sources(store, stored_cells(store))
        _write_report(made, found if samples else None)
    return made


def write_plan_problems(store: RunStore, plan: Plan) -> None:
    """Keep the problems of every benchmark of the plan."""
    for cell in plan.cells:
        write_problems(store, cell.benchmark.name, cell.problems)


# --- the stages of a run --------------------------------------------------------------------


def _fill(plan: Plan, store: RunStore, watch: Watch, told: Told, cap: Cap) -> None:
    """Generate and grade what a plan, a whole run's or a shard's, asks for and the store lacks."""
    spent = spent_in(store, [cell.name for cell in plan.cells]) if cap else Tokens()
    budget = Budget(cap, plan.engine.price, spent)
    session = Session(store, {**_provenance(plan), **cap_facts(cap)})
    settings = plan.experiment.run.grading
    with _grading(store, settings.workers, plan.asked, settings.min_isolation) as desk:
        _generate_missing(plan, store, desk, session, budget, watch, told)
        _grade_missing(store, plan, desk, watch, told)
    session.end()
    if spent_words := budget.summary():
        told(spent_words)
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
    told: Told,
) -> None:
    """Load the engine of each model that owes samples, and ask for them."""
    progress = desk.progress
    for model in plan.experiment.models:
        cells = [cell for cell in plan.cells if cell.model is model]
        present = {cell.name: store.present_ids(cell.name) for cell in cells}
        have = sum(sample in present[cell.name] for cell in cells for sample in cell.ids)
        progress.stored += have
        watch(progress)
        if have == sum(cell.asked for cell in cells):
            continue

        def missing(cells: Any = cells, present: Any = present) -> Iterator[Request]:
            for cell in cells:
                yield from cell.missing(present[cell.name])

        def ask(engine: Engine, requests: Iterable[Request]) -> None:
            generate(engine, requests, store, desk, progress, watch)

        with _loaded(plan, model, told) as engine:
            session.loaded(model.name, engine.describe())
            if facts := session.earlier_server(model.name):
                engine.expect(facts)
            told(f"generating with {model.name}")
            with session.generating(model.name, progress.made, engine.server):
                budget.spend(engine, missing(), ask)
        # The next model needs the memory: nothing here may keep this one.
        del engine
        gc.collect()
        told("grading")
        desk.drain()


@contextmanager
def _loaded(plan: Plan, model: ModelConfig, told: Told) -> Iterator[Engine]:
    """The model's engine, closed at the end: its processes would keep the GPU's memory."""
    told(f"loading {model.name}")
    longest = max(cell.longest for cell in plan.cells if cell.model is model)
    engine = plan.engine.start(model, plan.checkpoints[model.name].path, longest, told)
    try:
        engine.load()
        yield engine
    finally:
        engine.close()


def _grade_missing(
    store: RunStore, plan: Plan | None, desk: GradeDesk, watch: Watch, told: Told
) -> None:
    """Grade the stored samples that the plan asks for; without one, all."""
    own = None if plan is None else {c.name: set(c.ids) for c in plan.cells}
    for cell in desk.cells.values():
        told(f"grading {cell.model} on {cell.benchmark}")
        among = None if own is None else own[cell.name]
        grade_stored(store, cell, desk, lambda: watch(desk.progress), among)
        # Of a cell that shards share, only who finds the last grade makes them.
        if _is_graded(store, cell):
            write_totals(store, cell, desk.pool)


def _is_graded(store: RunStore, cell: StoredCell) -> bool:
    return len(store.graded_ids(cell.name, cell.grader.digest)) == cell.asked


def _check_complete(progress: Progress) -> None:
    if progress.failures:
        first = progress.failures[0]
        raise IncompleteRun(
            f"{len(progress.failures)} of {progress.asked} samples could not be generated (first: "
            f"{first.reason}); what was finished is kept: run the same command again"
        )


def _counts(measurements: tuple[Measurement, ...], root: Path) -> str:
    lacking = [m for m in measurements if not m.complete]
    counts = ", ".join(
        f"{m.model} on {m.benchmark}: {m.received} of {m.asked} samples, {m.graded} graded"
        for m in lacking
    )
    return (
        f"{root}: samples are missing ({counts}), so no verdict is given; finish it with the "
        f"`claimbench run` or `import` that began it, or see estimates with `claimbench report "
        f"--partial`"
    )


# --- files ----------------------------------------------------------------------------------


def _write_report(
    made: Report, found: Sequence[Source] | None, records: Mapping[str, str] | None = None
) -> None:
    """Write all files of a report, `records` (by relative path) among them; `found` are the samples
    that its page shows, if any."""
    packed = None if found is None else pack(found)
    shown = document(made.runs, made.gpu_hour, texts=found is not None)
    shown = replace(shown, comparisons=made.comparisons)
    files = chain((records or {}).items(), report_files(shown, packed))
    write_folder(made.root, ("tables", "figures"), files)


def _provenance(plan: Plan) -> dict[str, Any]:
    """What one session says of itself: a resumed run may change machines."""
    return provenance.collect(
        {
            "checkpoints": {name: c.identity for name, c in plan.checkpoints.items()},
            "datasets": dict(plan.origins),
            "engine": plain(plan.engine),
            "grading": plan.experiment.run.grading.model_dump(mode="json"),
        }
    )


def _json(data: Any) -> str:
    """Readable; in ASCII where foreign names hold lone surrogates, which no file takes."""
    text = json.dumps(data, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, indent=1) + "\n"
    return text


def fetch(experiment: Experiment, data_dir: Path | None, online: bool, told: Told) -> list[str]:
    """Download what a run needs, ahead of it. Returns one line per thing that is now here."""
    from claimbench.benchmarks.loading import load_fewshot, load_problems, resolve

    experiment = resolve(experiment, data_dir)
    served = engines.settings(experiment.run.engine).served
    lines = []
    for model in experiment.models:
        told(f"model {model.name}")
        found = (
            checkpoints.served(model, served, online) if served else checkpoints.find(model, online)
        )
        lines.append(f"model {model.name}: {found.identity}")
    for benchmark in experiment.benchmarks:
        told(f"benchmark {benchmark.name}")
        count = len(load_problems(benchmark, data_dir))
        load_fewshot(benchmark, data_dir)
        lines.append(f"benchmark {benchmark.name}: {count} problems")
    return lines
