"""Requests → stored samples and grades: grading overlaps generation.

A finished completion is written, then graded by a pool of processes while the engine goes on; the
engine never waits for a grader.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from claimbench.analysis.cells import StoredCell
from claimbench.engines.base import Engine, closing_answers
from claimbench.errors import GradingError, StoreError
from claimbench.grading import GradingPool
from claimbench.records import CellName, Completion, Grade, Request, RequestFailure, Sample
from claimbench.report.grade_reasons import in_words
from claimbench.store import RunStore
from claimbench.store.rows import sample_digest
from claimbench.store.tokens import pack_ids

Cells = Mapping[CellName, StoredCell]
"""The cells of a run by name."""

MOST_PENDING = 2000
"""Samples waiting for their grade while stored samples are graded again."""


ENOUGH_ENDED = 32
"""Samples, or a tenth of the missing ones, whose mean time says when the others will have ended."""


@dataclass
class Progress:
    """How far a run is; what a progress display reads."""

    asked: int
    stored: int = 0
    generated: int = 0
    tokens: int = 0
    graded: int = 0
    right: float = 0.0
    doing: str = ""
    next_look: int | None = None
    """Samples per problem of the next declared look, which needs all shards."""
    failures: list[RequestFailure] = field(default_factory=list)
    on_failure: Callable[[list[RequestFailure]], None] = lambda _: None
    """Called with all failures whenever there is one more."""
    started: float = field(default_factory=time.monotonic)
    before: tuple[int, int] = (0, 0)
    """Samples and tokens of this session at `started`."""

    def begin(self) -> None:
        """Start the clock: rates are those of the work that begins now. Loading an engine, grading
        what was stored before and looking through it are not part of it."""
        self.started = time.monotonic()
        self.before = self.made()

    def made(self) -> tuple[int, int]:
        """Samples and tokens generated in this session."""
        return self.generated, self.tokens

    @property
    def tokens_per_second(self) -> float:
        return (self.tokens - self.before[1]) / max(time.monotonic() - self.started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """From the mean time per sample since the clock started; None while few have ended: many
        are under way together, and the first took as long as all that end with it."""
        made = self.generated - self.before[0]
        missing = self.asked - self.stored + made
        if made < max(1, min(ENOUGH_ENDED, missing / 10)):
            return None
        elapsed = time.monotonic() - self.started
        return (self.asked - self.stored) * elapsed / made


Watch = Callable[[Progress], None]


class _Judged(NamedTuple):
    """What a grade under way judges."""

    cell: CellName
    sample_digest: str
    problem_digest: str


FIRST_GRADES = 50
"""So many grades, none of them a judgement, and no later one would be."""


class GradeDesk:
    """Hands samples to the grading pool and stores the grades that come back."""

    def __init__(
        self, store: RunStore, cells: Cells, pool: GradingPool, progress: Progress
    ) -> None:
        self._store = store
        self.cells = cells
        self.pool = pool
        self.progress = progress
        self._open: dict[str, _Judged] = {}
        self._kept = self._failed = 0

    def submit(self, sample: Sample) -> None:
        cell = self.cells[sample.cell]
        digests = sample_digest(sample), cell.problem_digests[sample.problem_id]
        self._open[sample.id] = _Judged(cell.name, *digests)
        self.pool.submit(cell.grader, cell.problems[sample.problem_id], sample)

    def collect(self) -> None:
        """Store the grades that are ready."""
        for grade in self.pool.poll():
            self._keep(grade)

    def catch_up(self) -> None:
        """Wait until the pool's queue is short, so that re-grading needs little memory."""
        self.collect()
        while self.pool.pending > MOST_PENDING:
            time.sleep(0.01)
            self.collect()

    def drain(self) -> None:
        """Wait for all grades and store them."""
        for grade in self.pool.drain():
            self._keep(grade)

    def _keep(self, grade: Grade) -> None:
        judged = self._open.pop(grade.sample_id)
        named = replace(
            grade, sample_digest=judged.sample_digest, problem_digest=judged.problem_digest
        )
        self._store.append_grade(judged.cell, named)
        self.progress.graded += 1
        self.progress.right += grade.value or 0.0
        self._kept += 1
        self._failed += grade.value is None
        if self._kept == self._failed == FIRST_GRADES:
            raise GradingError(
                f"the first {FIRST_GRADES} grades are all errors of the grader (the last: "
                f"{in_words(grade.reason) or grade.outcome}), so the run stops; its samples are "
                "kept: mend the cause and run the same command again"
            )


def generate(
    engine: Engine,
    requests: Iterable[Request],
    store: RunStore,
    desk: GradeDesk,
    progress: Progress,
    watch: Watch,
) -> None:
    """Ask the engine for every request; store and grade what comes, in finishing order."""
    progress.begin()
    waiting: dict[str, Request] = {}
    with closing_answers(engine.generate(_remembered(requests, waiting))) as answers:
        for answer in answers:
            request = waiting.pop(answer.request_id)
            if isinstance(answer, RequestFailure):
                progress.failures.append(answer)
                progress.on_failure(progress.failures)
                continue
            sample = sample_of(request, answer)
            store.append_sample(sample)
            progress.stored += 1
            progress.generated += 1
            progress.tokens += answer.completion_tokens
            desk.submit(sample)
            desk.collect()
            watch(progress)


def store_imported(
    samples: Iterable[Sample], cell: CellName, store: RunStore, desk: GradeDesk, watch: Watch
) -> None:
    """Store and grade the imported samples of a cell that are not there yet. Raises StoreError
    where those that are there do not say what the files say."""
    progress = desk.progress
    present = store.present_ids(cell)
    progress.stored += len(present)
    # Sums of digests: two million replies are compared without a table of them in memory.
    there, read = sum(store.sample_index(cell)["digest"].tolist()), 0
    for sample in samples:
        if sample.id in present:
            read += int(sample_digest(sample), 16)
            continue
        if not progress.generated:  # What is there already was passed over quickly.
            progress.begin()
        store.append_sample(sample)
        progress.stored += 1
        progress.generated += 1
        progress.tokens += sample.completion_tokens or 0
        desk.submit(sample)
        desk.catch_up()
        watch(progress)
    desk.drain()
    watch(progress)
    if there != read:
        raise StoreError(
            f"{store.root}: stored replies of {cell} were edited, and are not those of the files: "
            "give another --out and import again"
        )


def grade_stored(
    store: RunStore,
    cell: StoredCell,
    desk: GradeDesk,
    watch: Callable[[], None],
    among: Container[str] | None = None,
) -> None:
    """Grade the cell's stored samples (those `among` these ids, if given) that have no grade under
    the current grader."""
    done = store.graded_ids(cell.name, cell.judge)
    present = store.present_ids(cell.name)
    missing = [sample for sample in present if sample not in done]
    if among is not None:
        missing = [sample for sample in missing if sample in among]
    if not missing:
        return
    for sample in store.samples(cell.name, missing):
        if sample.problem_id in cell.problems:
            desk.submit(sample)
            desk.catch_up()
            watch()
    desk.drain()
    watch()


def sample_of(request: Request, completion: Completion) -> Sample:
    """The row that is stored for a finished request."""
    return Sample(
        id=request.id,
        model=request.model,
        benchmark=request.benchmark,
        problem_id=request.problem_id,
        sample_index=request.sample_index,
        text=completion.text,
        finish_reason=completion.finish_reason,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        seconds=completion.seconds,
        seed=request.seed,
        choice_order=request.choice_order,
        reasoning=completion.reasoning,
        packed_ids=_packed_ids(completion),
    )


def _packed_ids(completion: Completion) -> str | None:
    """The generated ids, where they are all there: as many as were counted, with EOS or without."""
    ids = completion.token_ids
    if not ids or completion.completion_tokens - len(ids) not in (0, 1):
        return None
    return pack_ids(ids)


def _remembered(requests: Iterable[Request], waiting: dict[str, Request]) -> Iterator[Request]:
    for request in requests:
        waiting[request.id] = request
        yield request
