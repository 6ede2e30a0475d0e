"""The cells of a run folder with their problems and graders, without model or dataset.

Everything right of the samples works from here, so that grading, statistics and reports can be
done again on a laptop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from claimbench.analysis.protocol import protocol
from claimbench.analysis.servers import quantizations, with_quantization
from claimbench.config.runs import RunConfig
from claimbench.grading import Grader, make_grader
from claimbench.records import CellName, Looks, Problem, Tier
from claimbench.records.plain import JsonObject
from claimbench.sandbox.protocol import Isolation
from claimbench.store.current import Judge
from claimbench.store.looks import stops
from claimbench.store.manifest import CellEntry, RunManifest
from claimbench.store.problems import StoredProblems, read_problems
from claimbench.store.run import RunStore
from claimbench.store.sessions import read_sessions


@dataclass(frozen=True)
class StoredCell:
    """One model on one benchmark, as a run folder describes it.

    `asked` is how many samples it should hold: those of an import are as many as were there, those
    of a cell that stopped at a declared look as many as that had.
    """

    name: CellName
    samples: int
    problems: Mapping[str, Problem]
    problem_digests: Mapping[str, str]
    grader: Grader
    protocol: JsonObject
    asked: int
    tier: Tier = "A"
    reasoning_end: str | None = None
    looks: Looks | None = None

    def first(self, samples: int) -> StoredCell:
        """The cell with so many samples of each problem."""
        return replace(self, samples=samples, asked=len(self.problems) * samples)

    @property
    def model(self) -> str:
        return self.name.model

    @property
    def benchmark(self) -> str:
        return self.name.benchmark

    @cached_property
    def judge(self) -> Judge:
        """Which grades count: those of this grader, on the problems as they are stored."""
        return Judge(self.grader.digest, self.problem_digests)

    @cached_property
    def problem_ids(self) -> list[str]:
        return list(self.problems)


def stored_cells(store: RunStore, min_isolation: Isolation | None = None) -> list[StoredCell]:
    """The cells of a run folder; programs are run with `min_isolation` or better, else the
    folder's own. Raises WrongRunFolder where the problems are missing."""
    manifest = store.manifest
    if min_isolation is None and isinstance(manifest.run, RunConfig):
        min_isolation = manifest.run.grading.min_isolation
    problems: dict[str, StoredProblems] = {}
    for entry in manifest.cells.values():
        if entry.benchmark not in problems:
            problems[entry.benchmark] = read_problems(store, entry.benchmark)
    said = quantizations(read_sessions(store))
    return [
        stopped(store, _cell(manifest, entry, problems[entry.benchmark], min_isolation, said))
        for entry in manifest.cells.values()
    ]


def stopped(store: RunStore, cell: StoredCell) -> StoredCell:
    """The cell with the samples at which it stopped, where it did at a look that was declared."""
    if cell.looks is None or not cell.looks.declared:
        return cell
    samples = stops(store.root).get(cell.name)
    return cell if samples is None else cell.first(samples)


def _cell(
    manifest: RunManifest,
    entry: CellEntry,
    stored: StoredProblems,
    min_isolation: Isolation | None,
    quantized: Mapping[str, str],
) -> StoredCell:
    grader = manifest.benchmarks[entry.benchmark].grader
    reasoning_end = manifest.reasoning_end_of(entry.name)
    found = protocol(manifest, entry.name)
    said = quantized.get(entry.model)
    if said and manifest.checkpoints.get(entry.model, "").startswith("endpoint:"):
        found = with_quantization(found, said)
    return StoredCell(
        name=entry.name,
        samples=entry.samples,
        problems=stored.problems,
        problem_digests=stored.digests,
        grader=make_grader(grader.kind, grader.options, reasoning_end, min_isolation),
        protocol=found,
        asked=len(stored.problems) * entry.samples if entry.asked is None else entry.asked,
        tier=entry.tier,
        reasoning_end=reasoning_end,
        looks=manifest.looks_of(entry.name),
    )
