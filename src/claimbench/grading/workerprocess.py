"""The pool's handle on one worker process: start it, hand it a batch, hear from it, end it."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from claimbench.grading.question import Question, Verdict, allowance
from claimbench.grading.reasons import reason
from claimbench.grading.worker import OUT_OF_MEMORY, READY
from claimbench.records.runs import Reason


@dataclass
class Limits:
    """Per question: seconds of CPU time, seconds of wall time, bytes of address space."""

    cpu_s: float
    wall_s: float
    memory_bytes: int


class WorkerProcess:
    """A worker process and its pipes.

    It is a fresh interpreter, not a fork: the parent may have threads (torch) or a `__main__`
    without a guard. The hash seed is fixed, because sympy's order of arguments follows hashes.
    """

    def __init__(self, limits: Limits, prepare: Callable[[], object]) -> None:
        self.limits = limits
        self.ready = False
        self.served = 0
        self.batch: list[Question] = []
        self._batch_started = 0.0
        self._patience = 1.0
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed in end)
        with tempfile.TemporaryFile() as marker:
            marker.truncate(8)
            self._marker = mmap.mmap(marker.fileno(), 8)
            self._start(marker.fileno())
        with contextlib.suppress(BrokenPipeError):
            self._tasks.send_bytes(pickle.dumps(prepare))

    def _start(self, marker_fd: int) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        theirs_alive, self._alive_fd = os.pipe()
        inherited = (theirs_in, theirs_out, theirs_alive, marker_fd)
        arguments = [*map(str, inherited), str(self.limits.memory_bytes)]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "claimbench.grading.worker", *arguments],
            pass_fds=inherited,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            process_group=0,  # Ctrl-C is for the parent
        )
        for descriptor in (theirs_in, theirs_out, theirs_alive):
            os.close(descriptor)
        self._tasks, self.results = Connection(ours_out), Connection(ours_in)

    def send(self, batch: list[Question], cpu_limit_s: float) -> None:
        """Hand over a batch. The worker is waiting for it, so this does not block for long; where
        the worker has died meanwhile, its results pipe says so."""
        self.batch = batch
        self._batch_started = time.monotonic()
        self._patience = cpu_limit_s / self.limits.cpu_s
        self._marker[:8] = bytes(8)
        with contextlib.suppress(BrokenPipeError):
            self._tasks.send_bytes(pickle.dumps((cpu_limit_s, batch)))

    def receive(self) -> list[tuple[Question, Verdict]]:
        """What it has decided since it was last heard; EOFError where it has died."""
        message = self.results.recv_bytes()
        if message == READY:
            self.ready = True
            return []
        self.served += len(self.batch)
        batch, self.batch = self.batch, []
        return list(zip(batch, pickle.loads(message), strict=True))

    @property
    def at_fault(self) -> int:
        """The place in the batch of the question it was at."""
        place = int.from_bytes(self._marker[:8], "little")
        return min(place, len(self.batch) - 1)

    @property
    def overdue(self) -> bool:
        """Whether its batch takes so long by the clock that it must be stuck. With more CPU time it
        has as many times longer."""
        wall_s = self._patience * self.limits.wall_s
        allowed = sum(max(wall_s, allowance(q).wall_s) for q in self.batch)
        return bool(self.batch) and time.monotonic() - self._batch_started > allowed

    def end(self) -> Death:
        """Kill it where it still runs, free what it held, and say why it ended."""
        overdue = self.overdue
        self._process.kill()
        status = self._process.wait()
        for connection in (self._tasks, self.results):
            connection.close()
        os.close(self._alive_fd)
        self._marker.close()
        why = _why(status, self.limits, overdue)
        return Death(why, self._last_complaint() or f"exit status {status}")

    def _last_complaint(self) -> str:
        with self._complaints as file:
            file.seek(0)
            lines = file.read().decode("utf-8", "replace").splitlines()
        return lines[-1] if lines else ""


class Death(NamedTuple):
    """Why a worker ended, and the last line of what it complained of."""

    why: Reason
    complaint: str


def _why(status: int, limits: Limits, overdue: bool) -> Reason:
    if status == -signal.SIGPROF:
        return reason("worker-time", seconds=f"{limits.cpu_s:g}")
    if status == -signal.SIGKILL and overdue:
        return reason("worker-clock", seconds=f"{limits.wall_s:g}")
    if status == OUT_OF_MEMORY:
        return reason("worker-memory", mib=f"{limits.memory_bytes / 2**20:.0f}")
    if status < 0:
        return reason("worker-signal", signal=signal.Signals(-status).name)
    return reason("worker-status", status=status)


def environment() -> dict[str, str]:
    """The environment of a process that runs a module of claimbench, however this one finds it."""
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
