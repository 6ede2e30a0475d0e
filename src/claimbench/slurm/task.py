"""What runs on a node: one shard as a child process, which submitit starts, stops and requeues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

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
            sys.exit(1)  # The child has said why, in one sentence.

    def checkpoint(self) -> Any:
        """Called on the signal that time is up: end the shard; submitit then queues it again."""
        from submitit.helpers import DelayedSubmission

        self._end_child()
        return DelayedSubmission(ShardTask(self.words))

    def _start(self) -> None:
        # Slurm signals every process of a task. The one to requeue is for submitit alone; a process
        # that does not know it would die of it.
        requeue = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        self._child = subprocess.Popen(self.words)
        signal.signal(signal.SIGUSR2, requeue)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _signal: int, _frame: Any) -> None:
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
                self._child.kill()  # What is stored stays; a torn line is owed again.
            time.sleep(0.1)


def _has_ended(pid: int) -> bool:
    """Without Popen.wait, whose lock the call that this signal handler interrupted may hold."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
