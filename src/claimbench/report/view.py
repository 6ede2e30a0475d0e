"""A run folder → what a report shows of it. Texts are read only of replies that were cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from claimbench import engines
from claimbench.analysis.agreement import Agreement
from claimbench.analysis.cached import Kept, kept
from claimbench.analysis.cells import StoredCell
from claimbench.analysis.doubts import doubts
from claimbench.analysis.efficiency import Efficiency
from claimbench.analysis.lengths import cap_curve, lengths
from claimbench.analysis.lm_eval_totals import read_totals
from claimbench.analysis.measure import Scores
from claimbench.analysis.problem_counts import problem_counts
from claimbench.analysis.programs import program_lines, program_metrics
from claimbench.analysis.repetition import Looped, repeating_ids
from claimbench.analysis.servers import server_lines
from claimbench.analysis.stored import measure_cell
from claimbench.analysis.suspects import with_suspects
from claimbench.analysis.votes import with_votes
from claimbench.claims.published import load_published
from claimbench.config.canonical import plain
from claimbench.config.runs import RunConfig
from claimbench.messages import Message, Value, from_data, import_source, import_title, term
from claimbench.records import (
    NOT_REGISTERED,
    Exposure,
    Measurement,
    Registration,
    Verdict,
)
from claimbench.report.document import CellView, Document, RunView
from claimbench.report.sample_texts import Source
from claimbench.store import RunStore
from claimbench.store.manifest import ImportEntry, RunManifest
from claimbench.store.prompts import read_prompts
from claimbench.store.sessions import read_sessions
from claimbench.verdicts.articles.reported import judge_reported
from claimbench.verdicts.articles.results import ClaimVerdict
from claimbench.verdicts.articles.sources import Run
from claimbench.verdicts.comparisons import Compared
from claimbench.verdicts.side_by_side import gather


def view_cell(
    known: Kept, cell: StoredCell, looped: frozenset[str]
) -> tuple[Measurement, CellView]:
    """What was measured of a cell, and how its score depends on the length of its replies; `looped`
    are the ids of those cut while they repeated themselves."""
    scores, measured = measure_whole(known, cell, looped)
    return measured, _cell_view(scores, measured, cell.reasoning_end)


def measure_whole(
    known: Kept, cell: StoredCell, looped: frozenset[str]
) -> tuple[Scores, Measurement]:
    """The scores of a cell, and all that was measured of it, votes and suspects too."""
    store = known.store
    scores, measured = measure_cell(store, cell)
    more = {**read_totals(store, cell), **program_metrics(store, cell, scores)}
    if measured.truncated_share is not None:
        more = {"looped_share": len(looped) / max(measured.received, 1), **more}
    measured = replace(
        measured,
        metrics={**measured.metrics, **more},
        public=_exposure_of(store.manifest.exposure.get(str(cell.name))),
        contrast=store.manifest.contrast_of(measured.benchmark),
    )
    return scores, with_suspects(known, cell, with_votes(known, cell, measured))


_EXPOSURES: Mapping[str, Exposure] = {"all": "all", "none": "none", "in part": "in part"}


def _exposure_of(said: str | None) -> Exposure:
    """What a run folder says; one of an earlier version, or of an import, says nothing."""
    return _EXPOSURES.get(said or "", "unknown")


def _cell_view(scores: Scores, measured: Measurement, reasoning_end: str | None) -> CellView:
    problems = problem_counts(scores, measured.problem_ids)
    if scores.unknown_tokens:
        return CellView(measured.model, measured.benchmark, None, None, problems)
    longest = int(scores.tokens.max(initial=1))
    limit = max(int(measured.protocol.get("max_tokens", longest)), longest)
    return CellView(
        model=measured.model,
        benchmark=measured.benchmark,
        lengths=lengths(scores, limit),
        curve=cap_curve(
            scores, limit, greedy=bool(measured.greedy), exact=reasoning_end is not None
        ),
        problems=problems,
    )


def view_run(
    store: RunStore,
    measured: Sequence[tuple[Measurement, CellView]],
    verdicts: Sequence[Verdict],
    spent: Sequence[Efficiency],
    partial: bool,
    agreements: Sequence[Agreement] = (),
    registration: Registration = NOT_REGISTERED,
) -> RunView:
    """The run of a folder."""
    return RunView(
        name=store.root.resolve().name,
        title=_title(store.manifest),
        measurements=tuple(m for m, _ in measured),
        verdicts=tuple(verdicts),
        cells=tuple(cell for _, cell in measured),
        efficiency=tuple(spent),
        about=(
            *_about(store.manifest),
            *server_lines(read_sessions(store)),
            *program_lines(m for m, _ in measured),
            *((Message("about-note"), note) for note in doubts(m for m, _ in measured)),
        ),
        partial=partial,
        agreements=tuple(agreements),
        titles=_titles(store.manifest),
        registration=registration,
    )


def document(
    runs: Sequence[RunView], gpu_hour: float | None = None, texts: bool = True
) -> Document:
    """A report over `runs`, with everything published about what they measured."""
    published = load_published()
    judged = {v.claim for run in runs for v in run.verdicts}
    return Document(
        title=runs[0].title if len(runs) == 1 else Message("page-runs-title", {"count": len(runs)}),
        runs=tuple(runs),
        evidence=tuple(gather([(r.name, m) for r in runs for m in r.measurements], published)),
        sources={result.id: result for result in published if result.id in judged},
        gpu_hour=gpu_hour,
        claims=_claims(runs, gpu_hour),
        texts=texts,
    )


def outline(runs: Sequence[RunView], compared: Sequence[Compared] = ()) -> Document:
    """What a terminal shows of `runs`: the answers, without what others found."""
    measured = [(r.name, m) for r in runs for m in r.measurements]
    found = tuple(gather(measured, ()))
    return Document(runs[0].title, tuple(runs), found, comparisons=tuple(compared))


def _claims(runs: Sequence[RunView], gpu_hour: float | None) -> tuple[ClaimVerdict, ...]:
    """The articles' claims; none where samples are missing, as there are no verdicts then."""
    if any(run.partial for run in runs):
        return ()
    return judge_reported([Run(r.name, r.measurements, r.efficiency) for r in runs], gpu_hour)


def sources(
    store: RunStore, cells: Sequence[StoredCell], looped: Looped | None = None
) -> list[Source]:
    """The samples of a run, for a report that embeds them; `looped` where that is known."""
    if looped is None:
        with kept(store) as known:
            looped = repeating_ids(known, [cell.name for cell in cells])
    return [
        Source(
            run=store.root.resolve().name,
            store=store,
            cell=cell,
            reasoning_end=cell.reasoning_end,
            looped=looped[cell.name],
            rule=store.manifest.graders[cell.benchmark].kind,
            prompts=read_prompts(store, cell.name),
        )
        for cell in cells
    ]


def _title(manifest: RunManifest) -> Value:
    """The run file's own words; of an import, whose outputs they are."""
    if manifest.imported is None:
        return manifest.title
    (model,), (benchmark,) = manifest.models.values(), manifest.benchmarks.values()
    entry = manifest.imported
    return import_title(import_source(entry.whose, entry.tool), model.title, benchmark.title)


def _titles(manifest: RunManifest) -> dict[str, str]:
    """The titles of models and benchmarks by name."""
    named = {**manifest.benchmarks, **manifest.models}
    return {name: one.title for name, one in named.items()}


About = tuple[Value, Value]
"""What of a run, and its value."""


def _about(manifest: RunManifest) -> list[About]:
    if manifest.imported is not None:
        return _about_import(manifest.imported)
    run = manifest.run
    assert isinstance(run, RunConfig)
    served = engines.settings(run.engine).served
    sampling = ", ".join(f"{k} {v}" for k, v in plain(run.sampling).items())
    return [
        (Message("about-sampling"), sampling),
        (Message("about-seed"), run.seed),
        (Message("about-engine"), " ".join(manifest.engine.values())),
        *([(Message("about-prompts"), term("setting", served.prompt))] if served else []),
        *((Message("about-checkpoint", {"model": k}), v) for k, v in manifest.checkpoints.items()),
        *(
            (Message("about-departure", {"model": k}), from_data(v))
            for k, v in manifest.departures.items()
        ),
    ]


_OF_INTEREST = ("temperature", "top_p", "top_k", "max_tokens", "shots", "system", "seed", "dtype")


def _about_import(entry: ImportEntry) -> list[About]:
    """Whose outputs they are, what they state, and what is not known of them."""
    unknown = tuple(key for key in _OF_INTEREST if key not in entry.protocol)
    source: Mapping[str, Value] = {
        "who": import_source(entry.whose, entry.tool),
        "tier": entry.tier,
    }
    files = tuple(file.name for file in entry.files)
    stated: tuple[Value, ...] = tuple(
        Message("stated", {"setting": k, "value": from_data(v)}) for k, v in entry.protocol.items()
    )
    return [
        (Message("about-outputs"), Message("import-outputs", source)),
        (Message("about-files"), Message("import-files", {"tool": entry.tool, "files": files})),
        (Message("about-digest"), entry.content),
        (Message("about-stated"), stated),
        (Message("about-importer"), tuple(entry.stated_by_importer) or Message("nothing")),
        (Message("about-unknown"), unknown or Message("nothing-of-protocol")),
        *((Message("about-note"), from_data(note)) for note in entry.notes),
        *((Message("about-left-out"), place) for place in entry.unmatched.examples),
    ]
