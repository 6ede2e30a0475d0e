"""Grading beside the engine: worker processes with a hard kill.

What a grader can settle cheaply is settled at once; its questions go to the workers, each distinct
one once. A question that takes too much CPU time or memory, or takes its worker with it, is tried
once more, alone, in a fresh worker and with twice the CPU time; if that fails too, a grader may say
what that means for its samples (`recover`), else their grade is `grader_error` (or the grader's own
`failure_outcome`). The others of its batch are asked again.

CPU time is what is limited, so that grades do not depend on how busy the machine is; the clock, at
many times that, only catches what hangs without computing. The second limit is twice the first so
that a question near the first is judged alike by a worker with warm caches and by a fresh one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from claimbench.errors import GradingError
from claimbench.grading.equivalence import warm_up
from claimbench.grading.outcomes import GRADER_ERROR, make_grade
from claimbench.grading.question import (
    AskingGrader,
    Grader,
    Question,
    RecoveringGrader,
    Verdict,
)
from claimbench.grading.reasons import reason
from claimbench.grading.workerprocess import Limits, WorkerProcess
from claimbench.records.runs import Grade, Problem, Reason, Sample

BATCH = 16
"""Questions handed over at once; a death costs at most these a second try."""
CPU_LIMIT_S = 5.0
MEMORY_LIMIT = 2 * 2**30
WALL_FACTOR = 60
"""Seconds by the clock for each second of CPU time, before a worker counts as stuck."""
MAX_FAILED_STARTS = 3
REMEMBERED = 32_768
"""How many verdicts are kept; models give the same wrong answer again and again."""


@dataclass
class _Open:
    """A question under way: who waits for its verdict, and how often it has ended a worker."""

    waiting: list[tuple[AskingGrader, Sample, Question]] = field(default_factory=list)
    failures: int = 0


class GradingPool:
    """Grades samples, with slow and dangerous judgements in `workers` processes.

    The processes start with the first question (or with `warm_up`), and end with the `with` block,
    or with this process, however it dies. Not for use from several threads.
    `cpu_limit_s`: CPU seconds a question may take at its first try; `memory_limit`: bytes of
    address space of a worker; `prepare` is called in each worker at its start, outside of the
    limits, and imports what the questions need (by default math-verify).
    """

    def __init__(
        self,
        workers: int,
        *,
        cpu_limit_s: float = CPU_LIMIT_S,
        memory_limit: int = MEMORY_LIMIT,
        prepare: Callable[[], object] = warm_up,
    ) -> None:
        if workers < 1:
            raise ValueError("a grading pool needs at least one worker")
        self._size = workers
        self._limits = Limits(cpu_limit_s, WALL_FACTOR * cpu_limit_s, memory_limit)
        self._prepare = prepare
        self._workers: list[WorkerProcess] = []
        self._queue: deque[Question] = deque()
        self._second_tries: deque[Question] = deque()
        self._open: dict[Question, _Open] = {}
        self._verdicts: dict[Question, Verdict] = {}
        self._done: list[Grade] = []
        self._failed_starts = 0

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pending(self) -> int:
        """How many submitted samples have no grade yet."""
        return sum(len(asked.waiting) for asked in self._open.values())

    def warm_up(self) -> None:
        """Start the workers and wait until they are ready."""
        self._start_workers()
        while not all(worker.ready for worker in self._workers):
            self._hear(timeout=1.0)

    def submit(self, grader: Grader, problem: Problem, sample: Sample) -> None:
        """Take a sample on; its grade comes out of `poll` or `drain`. Does not wait."""
        try:
            begun = _begin(grader, problem, sample)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"[:300]
            begun = _failed_grade(grader, sample, failure)
        if isinstance(begun, Grade):
            self._done.append(begun)
        else:
            asking, question = begun
            self._ask(asking, sample, question)

    def poll(self) -> list[Grade]:
        """The grades that came in since the last look, in finishing order; never waits."""
        if self._open:
            self._step(timeout=0)
        return self._take_done()

    def drain(self) -> Iterator[Grade]:
        """All outstanding grades, each as soon as it is there."""
        yield from self._take_done()
        while self._open:
            self._step(timeout=1.0)
            yield from self._take_done()

    def close(self) -> None:
        """End the workers at once. Samples without a grade stay without one."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._queue.clear()
        self._second_tries.clear()
        self._open.clear()

    def _take_done(self) -> list[Grade]:
        done, self._done = self._done, []
        return done

    def _ask(self, grader: AskingGrader, sample: Sample, question: Question) -> None:
        if question in self._verdicts:
            self._conclude(grader, sample, question, self._verdicts[question])
            return
        self._enqueue(grader, sample, question)
        if len(self._queue) >= BATCH:
            self._step(timeout=0)

    def _enqueue(self, grader: AskingGrader, sample: Sample, question: Question) -> None:
        if question not in self._open:
            self._open[question] = _Open()
            self._queue.append(question)
            self._start_workers()
        self._open[question].waiting.append((grader, sample, question))

    def _conclude(
        self, grader: AskingGrader, sample: Sample, question: Question, verdict: Verdict
    ) -> None:
        if verdict.failure is None:
            self._done.append(grader.conclude(sample, question, verdict.value))
        else:
            self._fail(grader, sample, question, verdict.failure)

    def _fail(self, grader: AskingGrader, sample: Sample, question: Question, why: Reason) -> None:
        """The grade of a sample whose question has no verdict, or the question that decides it.

        The follow-up only joins the queue: a step taken here would read from workers of which the
        step that is under way still believes that they have something to say.
        """
        if not isinstance(grader, RecoveringGrader):
            self._done.append(_failed_grade(grader, sample, why))
            return
        begun = grader.recover(sample, question, why)
        if isinstance(begun, Grade):
            self._done.append(begun)
        elif begun in self._verdicts:
            self._conclude(grader, sample, begun, self._verdicts[begun])
        else:
            self._enqueue(grader, sample, begun)

    def _settle(self, question: Question, verdict: Verdict) -> None:
        """Grade every sample that waits for this verdict, and remember it."""
        while len(self._verdicts) >= REMEMBERED:
            del self._verdicts[next(iter(self._verdicts))]
        self._verdicts[question] = verdict
        for grader, sample, own_question in self._open.pop(question).waiting:
            self._conclude(grader, sample, own_question, verdict)

    def _step(self, timeout: float) -> None:
        self._hand_out()
        self._hear(timeout)
        self._hand_out()

    def _start_workers(self) -> None:
        while len(self._workers) < self._size:
            self._workers.append(WorkerProcess(self._limits, self._prepare))

    def _hand_out(self) -> None:
        """Give every waiting worker a batch. Second tries go to fresh workers: each death leaves
        one second try and one fresh worker, so one is always on its way."""
        for worker in self._workers:
            if not worker.ready or worker.batch:
                continue
            if self._second_tries and not worker.served:
                worker.send([self._second_tries.popleft()], 2 * self._limits.cpu_s)
            elif self._queue:
                worker.send(self._next_batch(), self._limits.cpu_s)

    def _next_batch(self) -> list[Question]:
        share = len(self._queue) // (2 * self._size)
        return [self._queue.popleft() for _ in range(max(1, min(BATCH, share)))]

    def _hear(self, timeout: float) -> None:
        """Take in what workers have to say, waiting up to `timeout` seconds for the first word."""
        speaking = set(wait([worker.results for worker in self._workers], timeout))
        for place, worker in enumerate(self._workers):
            if worker.results in speaking:
                self._receive(place)
            elif worker.overdue:
                self._bury(place)

    def _receive(self, place: int) -> None:
        try:
            decided = self._workers[place].receive()
        except (EOFError, OSError):
            self._bury(place)
            return
        self._failed_starts = 0
        for question, verdict in decided:
            self._settle(question, verdict)

    def _bury(self, place: int) -> None:
        """Replace a worker that died (or hangs), and see to the questions it held."""
        worker = self._workers[place]
        batch, fault, was_ready = worker.batch, worker.at_fault, worker.ready
        death = worker.end()
        self._workers[place] = WorkerProcess(self._limits, self._prepare)
        if not was_ready:
            self._count_failed_start(death.complaint)
        for index, question in enumerate(batch):
            if index == fault:
                self._try_again_or_give_up(question, death.why)
            else:
                self._queue.appendleft(question)

    def _try_again_or_give_up(self, question: Question, why: Reason) -> None:
        asked = self._open[question]
        asked.failures += 1
        if asked.failures == 1:
            self._second_tries.append(question)
        else:
            self._settle(question, Verdict(failure=why))

    def _count_failed_start(self, complaint: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= MAX_FAILED_STARTS:
            self.close()
            raise GradingError(f"the grading workers do not start: {complaint}")


def _begin(
    grader: Grader, problem: Problem, sample: Sample
) -> Grade | tuple[AskingGrader, Question]:
    if not isinstance(grader, AskingGrader):
        return grader.grade(problem, sample)
    begun = grader.begin(problem, sample)
    return begun if isinstance(begun, Grade) else (grader, begun)


def _failed_grade(grader: Grader, sample: Sample, failure: Reason) -> Grade:
    outcome = getattr(grader, "failure_outcome", GRADER_ERROR)
    return make_grade(grader.digest, sample, outcome, None, reason("failed", failure=failure))
