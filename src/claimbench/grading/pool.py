"""Grading beside the engine: worker processes with a hard kill.

An item that takes too much CPU time or memory, or takes its worker with it, is tried once more,
alone, in a fresh worker and with twice the CPU time; if that fails too its grade is
`grader_error`. CPU time is what is limited, so grades do not depend on how busy the machine is;
the clock, at many times that, only catches what hangs without computing. The others of its batch
are graded again. The second limit is twice the first, so that an item near the first is judged
alike by a worker that has its tables warm and by one that has not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING

from claimbench.errors import GradingError
from claimbench.grading.outcomes import GRADER_ERROR, make_grade
from claimbench.grading.workerprocess import Item, Limits, WorkerProcess
from claimbench.records import Grade, Problem, Sample

if TYPE_CHECKING:
    from claimbench.grading import Grader

BATCH = 16
"""Items handed over at once; a death costs at most these a second try."""
CPU_LIMIT_S = 5.0
MEMORY_LIMIT = 2 * 2**30
WALL_FACTOR = 60
"""Seconds by the clock for each second of CPU time, before a worker counts as stuck."""
MAX_FAILED_STARTS = 3


class GradingPool:
    """Grades samples in `workers` processes; what a grader's `quick` decides never goes there.

    The processes start with the first item that needs them (or with `warm_up`), and end with the
    `with` block, or with this process, however it dies. Not for use from several threads.
    `cpu_limit_s`: CPU seconds an item may take at its first try; `memory_limit`: bytes of address
    space of a worker.
    """

    def __init__(
        self,
        workers: int,
        *,
        cpu_limit_s: float = CPU_LIMIT_S,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        if workers < 1:
            raise ValueError("a grading pool needs at least one worker")
        self._size = workers
        self._limits = Limits(cpu_limit_s, WALL_FACTOR * cpu_limit_s, memory_limit)
        self._workers: list[WorkerProcess] = []
        self._queue: deque[Item] = deque()
        self._alone: deque[Item] = deque()
        self._done: list[Grade] = []
        self._failed_starts = 0

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pending(self) -> int:
        """How many submitted samples have no grade yet."""
        running = sum(len(worker.batch) for worker in self._workers)
        return len(self._queue) + len(self._alone) + running

    def warm_up(self) -> None:
        """Start the workers and wait until they are ready."""
        self._start_workers()
        while not all(worker.ready for worker in self._workers):
            self._hear(timeout=1.0)

    def submit(self, grader: Grader, problem: Problem, sample: Sample) -> None:
        """Take a sample on; its grade comes out of `poll` or `drain`."""
        grade = _quick_grade(grader, problem, sample)
        if grade is not None:
            self._done.append(grade)
            return
        self._queue.append(Item(grader, problem, sample))
        self._start_workers()
        if len(self._queue) >= BATCH:
            self._step(timeout=0)

    def poll(self) -> list[Grade]:
        """The grades that came in since the last look, in finishing order; never waits."""
        if self.pending:
            self._step(timeout=0)
        return self._take_done()

    def drain(self) -> Iterator[Grade]:
        """All outstanding grades, each as soon as it is there."""
        yield from self._take_done()
        while self.pending:
            self._step(timeout=1.0)
            yield from self._take_done()

    def close(self) -> None:
        """End the workers at once. Samples without a grade stay without one."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._queue.clear()
        self._alone.clear()

    def _take_done(self) -> list[Grade]:
        done, self._done = self._done, []
        return done

    def _step(self, timeout: float) -> None:
        self._hand_out()
        self._hear(timeout)
        self._hand_out()

    def _start_workers(self) -> None:
        while len(self._workers) < self._size:
            self._workers.append(WorkerProcess(self._limits))

    def _hand_out(self) -> None:
        """Give every waiting worker a batch. Second tries go to fresh workers: each death leaves
        one second try and one fresh worker, so one is always on its way."""
        for worker in self._workers:
            if not worker.ready or worker.batch:
                continue
            if self._alone and not worker.served:
                worker.send([self._alone.popleft()], 2 * self._limits.cpu_s)
            elif self._queue:
                worker.send(self._next_batch(), self._limits.cpu_s)

    def _next_batch(self) -> list[Item]:
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
        worker = self._workers[place]
        try:
            message = worker.receive()
        except (EOFError, OSError):
            self._bury(place)
            return
        self._failed_starts = 0
        if isinstance(message, list):
            self._done.extend(message)

    def _bury(self, place: int) -> None:
        """Replace a worker that died (or hangs), and see to the items it held."""
        worker = self._workers[place]
        batch, fault, was_ready = worker.batch, worker.at_fault, worker.ready
        why = self._replace(place)
        if not was_ready:
            self._count_failed_start(why)
        for index, item in enumerate(batch):
            if index == fault:
                self._try_again_or_give_up(item, why)
            else:
                self._queue.appendleft(item)

    def _replace(self, place: int) -> str:
        why = self._workers[place].end()
        self._workers[place] = WorkerProcess(self._limits)
        return why

    def _try_again_or_give_up(self, item: Item, why: str) -> None:
        item.failures += 1
        if item.failures == 1:
            self._alone.append(item)
            return
        reason = f"could not be graded: {why}"
        self._done.append(make_grade(item.grader.digest, item.sample, GRADER_ERROR, None, reason))

    def _count_failed_start(self, why: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= MAX_FAILED_STARTS:
            self.close()
            raise GradingError(f"the grading workers do not start: {why}")


def _quick_grade(grader: Grader, problem: Problem, sample: Sample) -> Grade | None:
    try:
        return grader.quick(problem, sample)
    except Exception as error:
        reason = f"the grader failed: {type(error).__name__}: {error}"[:300]
        return make_grade(grader.digest, sample, GRADER_ERROR, None, reason)
