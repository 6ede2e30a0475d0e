"""A run folder → what a report shows of it. Texts are read only of replies that were cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from claimbench.bridge.lm_eval.totals import read_totals
from claimbench.claims import load_published
from claimbench.dossier.efficiency import Efficiency
from claimbench.evidence import gather
from claimbench.lengths import cap_curve, lengths
from claimbench.loops import looped_ids
from claimbench.measure import Scores, load_scores, measure
from claimbench.programs import program_lines, program_metrics
from claimbench.records import Measurement, Verdict
from claimbench.report.document import CellView, Document, RunView
from claimbench.report.samples import Source
from claimbench.runfolder import PROMPT_ASSERTIONS, StoredCell
from claimbench.store import RunStore


def view_cell(store: RunStore, cell: StoredCell) -> tuple[Measurement, CellView]:
    """What was measured of a cell, and how its score depends on the length of its replies."""
    scores = load_scores(
        store, cell.model, cell.benchmark, cell.problem_ids, cell.samples, cell.grader.digest
    )
    measured = measure(scores, cell.model, cell.benchmark, cell.problem_ids, cell.protocol)
    looped = len(looped_ids(store, cell.model, cell.benchmark)) / max(measured.received, 1)
    programs = program_metrics(store, cell, scores)
    more = {"looped_share": looped, **read_totals(store, cell), **programs}
    measured = replace(measured, metrics={**measured.metrics, **more})
    return measured, _cell_view(scores, measured, cell.reasoning_end)


def _cell_view(scores: Scores, measured: Measurement, reasoning_end: str | None) -> CellView:
    longest = int(scores.tokens.max(initial=1))
    limit = max(int(measured.protocol.get("max_tokens", longest)), longest)
    return CellView(
        model=measured.model,
        benchmark=measured.benchmark,
        lengths=lengths(scores, limit),
        curve=cap_curve(scores, limit, greedy=measured.greedy, exact=reasoning_end is not None),
    )


def view_run(
    store: RunStore,
    measured: Sequence[tuple[Measurement, CellView]],
    verdicts: Sequence[Verdict],
    spent: Sequence[Efficiency],
    partial: bool,
) -> RunView:
    """The run of a folder."""
    return RunView(
        name=store.root.resolve().name,
        title=store.config["run"]["title"],
        measurements=tuple(m for m, _ in measured),
        verdicts=tuple(verdicts),
        cells=tuple(cell for _, cell in measured),
        efficiency=tuple(spent),
        about=(*_about(store.config), *program_lines(m for m, _ in measured)),
        partial=partial,
    )


def document(runs: Sequence[RunView], gpu_hour: float | None = None) -> Document:
    """A report over `runs`, with everything published about what they measured."""
    published = load_published()
    judged = {v.claim for run in runs for v in run.verdicts}
    return Document(
        title=runs[0].title if len(runs) == 1 else f"{len(runs)} runs",
        runs=tuple(runs),
        evidence=tuple(gather([(r.name, m) for r in runs for m in r.measurements], published)),
        sources={result.id: result for result in published if result.id in judged},
        gpu_hour=gpu_hour,
    )


def sources(store: RunStore, cells: Sequence[StoredCell]) -> list[Source]:
    """The samples of a run, for a report that embeds them."""
    return [
        Source(
            run=store.root.resolve().name,
            store=store,
            cell=cell,
            reasoning_end=cell.reasoning_end,
            looped=looped_ids(store, cell.model, cell.benchmark),
        )
        for cell in cells
    ]


def _about(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    run = config["run"]
    endpoint = run["engine"].get("endpoint")
    sampling = ", ".join(f"{k} {v}" for k, v in run["sampling"].items())
    return [
        ("Sampling", sampling),
        ("Seed", str(run["seed"])),
        ("Engine", " ".join(str(v) for v in config["engine"].values())),
        *([("Prompts", PROMPT_ASSERTIONS[endpoint["prompt"]])] if endpoint else []),
        *(("Checkpoint of " + k, v) for k, v in config["checkpoints"].items()),
        *(("Departure of " + k, v) for k, v in config["departures"].items()),
    ]
