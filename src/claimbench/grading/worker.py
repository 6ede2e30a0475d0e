"""A grading worker: `python -m claimbench.grading.worker`, started and stopped by the pool.

The kernel limits it: CPU time by a timer whose signal ends the process whatever it is computing
(a signal handler in Python would wait for sympy, or for one huge power, to return),
memory by RLIMIT_AS. Where it stands in its batch is in a shared file, so that after a hard death
the pool knows which question was at fault.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from claimbench.grading.question import Question, Verdict, allowance
from claimbench.sandbox.syscalls import CpuTimer

OUT_OF_MEMORY = 77
"""Exit status of a worker that ran into its memory limit."""
READY = b"ready"
NICENESS = 10
"""Graders give way to the engine."""


def main() -> None:
    tasks_fd, results_fd, alive_fd, marker_fd, memory_limit = map(int, sys.argv[1:6])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    _leave_with_parent(alive_fd)
    tasks, results = Connection(tasks_fd), Connection(results_fd)
    prepare = pickle.loads(tasks.recv_bytes())
    prepare()
    _limit_memory(memory_limit)
    limit_cpu = _cpu_limit()
    with mmap.mmap(marker_fd, 8) as marker, contextlib.suppress(EOFError, BrokenPipeError):
        results.send_bytes(READY)
        while True:
            _serve_batch(tasks.recv_bytes(), results, marker, limit_cpu)


def _leave_with_parent(alive_fd: int) -> None:
    """End this process when the pool's end of a pipe closes, which its process's death does too.

    PR_SET_PDEATHSIG would follow the thread that started the worker, not the process.
    """

    def wait() -> None:
        poller = select.poll()
        poller.register(alive_fd, select.POLLIN | select.POLLHUP)
        poller.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _limit_memory(most: int) -> None:
    """The soft limit only: a sandbox that this worker starts has limits of its own. macOS takes no
    such limit: there the limits of time alone end a grader."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    except ValueError:
        if sys.platform != "darwin":
            raise


def _cpu_limit() -> Callable[[float], object]:
    """What ends this process after so many seconds of CPU time from its call on; 0: never."""
    try:
        return CpuTimer(signal.SIGPROF).set
    except (OSError, AttributeError):  # no Linux, or a machine whose system calls are not known
        return lambda seconds: signal.setitimer(signal.ITIMER_PROF, seconds)


def _serve_batch(
    message: bytes, results: Connection, marker: mmap.mmap, limit_cpu: Callable[[float], object]
) -> None:
    cpu_limit_s, questions = pickle.loads(message)
    verdicts = []
    for place, question in enumerate(questions):
        marker[:8] = place.to_bytes(8, "little")
        limit_cpu(max(cpu_limit_s, allowance(question).cpu_s))
        verdicts.append(_decide(question))
    limit_cpu(0)
    results.send_bytes(pickle.dumps(verdicts))


def _decide(question: Question) -> Verdict:
    """The verdict; an exception becomes a failure, lack of memory ends the process."""
    try:
        return Verdict(question.decide())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return Verdict(failure=f"{type(error).__name__}: {error}"[:300])


if __name__ == "__main__":
    main()
