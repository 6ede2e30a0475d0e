"""What runs on a node: one shard as a child process, which submitit starts, stops and requeues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

STOP_SECONDS = 45
"""What a shard gets to end after SIGTERM: submitit is warned 90 seconds before the kill."""
REQUEUE_SECONDS = 5
"""A preempted task may get SIGTERM first and the signal to requeue right after it."""


class ShardTask:
    """Runs `words`, a `claimbench run … --shard I/N`; what submitit pickles.

    In a process of its own a shard can be stopped as a user stops it, whatever its engine is doing:
    it has let go of its lock before the task is queued again.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __call__(self) -> None:
        self._start()
        assert self._child is not None
        code = self._child.wait()
        if self._stopped:
            time.sleep(REQUEUE_SECONDS)
        if code != 0:
            sys.exit(1)  # The child has written why, in one sentence.

    def checkpoint(self) -> object:
        """Called on the signal that time is up: end the shard; submitit then queues it again."""
        from submitit.helpers import DelayedSubmission

        self._end_child()
        return DelayedSubmission(ShardTask(self.words))

    def _start(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        with _requeue_held():
            self._child = subprocess.Popen(self.words)
        if self._stopped:
            self._child.terminate()

    def _stop(self, _signal: int, _frame: object) -> None:
        """SIGTERM: preemption or scancel. Slurm itself requeues what it preempts."""
        self._stopped = True
        if self._child is not None:
            self._child.terminate()

    def _end_child(self) -> None:
        if self._child is None:
            return
        self._child.terminate()
        until = time.monotonic() + STOP_SECONDS
        while not _has_ended(self._child.pid):
            if time.monotonic() > until:
                self._child.kill()  # What is stored stays; a torn line is asked for again.
            time.sleep(0.1)


@contextmanager
def _requeue_held() -> Iterator[None]:
    """Answer the signal to requeue afterwards: it comes once. A process that is started meanwhile
    does not get it at all: Slurm signals every process of a task, this one is for submitit alone,
    and who does not know it dies of it."""
    held: list[tuple[int, FrameType | None]] = []
    answer = signal.signal(signal.SIGUSR2, lambda *caught: held.append(caught))
    # The child inherits this. Here another thread may catch it all the same, hence the list.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
        signal.signal(signal.SIGUSR2, answer)
        if held and callable(answer):
            answer(*held[0])


def _has_ended(pid: int) -> bool:
    """Without Popen.wait, whose lock the call that this signal handler interrupted may hold."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
