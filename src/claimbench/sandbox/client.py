"""The trusted parent's handle on a zygote: hand it a program, get back what the program wrote."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claimbench.errors import GradingError
from claimbench.sandbox.bubblewrap import bubblewrap
from claimbench.sandbox.memory_files import Inputs, memory_files, read, write
from claimbench.sandbox.protocol import (
    ALONE,
    PACKAGES,
    TOGETHER,
    WIDE,
    End,
    Ending,
    Isolation,
    Job,
    Limits,
    Record,
    Warmth,
    ends_from_bytes,
    read_records,
)
from claimbench.sandbox.wall_clock import STARVED_FACTOR

STACK: Final = 2**30
"""Bytes of the main thread's stack; deep recursion in C needs more than the usual 8 MiB, and only a
limit that is raised before the interpreter starts counts."""
_START_S: Final = 60.0
_SLOW_START: Final = 5
"""So many times as long for a zygote that imports large packages."""
_MOST_REPORT: Final = 2**22
_MOST_ANSWER: Final = 2**16
_MOST_ALONE: Final = 256
"""Children of one request; how each of them ended takes forty bytes of the answer."""
_ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Each thread's heap would take 64 MiB of address space.
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class SandboxError(GradingError):
    """The sandbox itself failed; never a wrong answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: how each child ended, what each said, and everything that was written."""

    endings: tuple[Ending, ...]
    records: tuple[tuple[Record, ...], ...]
    output: bytes


class Zygote:
    """A warm interpreter in a process of its own. Start and use it from one thread: it ends with
    the thread that started it."""

    def __init__(
        self, isolation: Isolation, warmth: Warmth = WIDE, packages: Sequence[str] = ()
    ) -> None:
        self.isolation = isolation
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        with theirs, _big_stack(), _opened("/proc") as proc:
            self._process = subprocess.Popen(
                _command(isolation, (theirs.fileno(), proc), warmth, packages),
                pass_fds=[theirs.fileno(), proc],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                process_group=0,
            )
        self._socket = ours
        self._hear(_START_S * (_SLOW_START if warmth == PACKAGES else 1))

    def run(self, jobs: Sequence[Job], inputs: Inputs) -> Outcome:
        """Run one job, or the two of an assert-style test at once. Raises SandboxError where the
        sandbox, not the program, failed."""
        limits = jobs[0].limits
        with self._asked(TOGETHER, jobs, inputs) as (output, reports, answer):
            endings = tuple(Ending(*end[:7]) for end in answer(1))
            said = [read(report, _MOST_REPORT) for report in reports]
            tests = jobs[0].last - jobs[0].first
            records = tuple(tuple(read_records(data, tests)) for data in said)
            written = read(output, limits.output)
        _check(endings, limits)
        return Outcome(endings, records, written)

    def run_alone(self, job: Job, inputs: Inputs) -> list[Outcome]:
        """Run each test of a job in a child of its own, one after the other: the outcomes, up to
        the first that did not end well; there may be fewer where much was written or the tests are
        many, but there is one. Raises SandboxError as `run`."""
        job = job._replace(last=min(job.last, job.first + _MOST_ALONE))
        outcomes = []
        with self._asked(ALONE, [job], inputs) as (output, (report,), answer):
            ends = answer(job.last - job.first)
            written_at = reported_at = 0
            for end in ends:
                written, reported = end[7:]
                text = os.pread(output, min(written, job.limits.output), written_at)
                said = os.pread(report, min(reported, _MOST_REPORT), reported_at)
                outcomes.append(Outcome((Ending(*end[:7]),), (tuple(read_records(said, 1)),), text))
                written_at, reported_at = written_at + written, reported_at + reported
        for outcome in outcomes:
            _check(outcome.endings, job.limits)
        return outcomes

    @contextmanager
    def _asked(
        self, request: bytes, jobs: Sequence[Job], inputs: Inputs
    ) -> Iterator[tuple[int, list[int], Callable[[int], list[End]]]]:
        """The file of what is written, a report for each job, and what waits for the answer (for so
        many children in turn)."""
        with memory_files(2 * len(jobs) + 2) as files:
            given, output, *others = files
            asked, reports = others[: len(jobs)], others[len(jobs) :]
            for file, job in zip(asked, jobs, strict=True):
                write(file, job.to_bytes())
            with _as_sandbox_error("cannot be asked"):
                passed = [*asked, inputs.file, given, output, *reports]
                socket.send_fds(self._socket, [request], passed)
            most_s = STARVED_FACTOR * jobs[0].limits.wall_s
            yield (
                output,
                reports,
                lambda turns: ends_from_bytes(self._hear(turns * most_s + _START_S)),
            )

    def _hear(self, timeout: float) -> bytes:
        self._socket.settimeout(timeout)
        with _as_sandbox_error("does not answer"):
            message = self._socket.recv(_MOST_ANSWER)
        if not message:
            raise SandboxError(f"the sandbox ended{self._last_complaint()}")
        return message

    def _last_complaint(self) -> str:
        self._process.kill()
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "replace").splitlines()
        return f": {lines[-1]}" if lines else ""

    def close(self) -> None:
        """End it and whatever runs in it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()
        self._complaints.close()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check(endings: Sequence[Ending], limits: Limits) -> None:
    """Raises SandboxError for an end that no program can bring about by itself."""
    for ending in endings:
        if ending.crowded:
            continue
        if not ending.started and not ending.overdue and ending.status != -signal.SIGPROF:
            raise SandboxError(f"a program could not be started (status {ending.status})")
        if ending.starved:
            raise SandboxError(
                f"the machine is too busy: a program had {ending.cpu_s:.1f} s of CPU time "
                f"in {ending.wall_s:.0f} s"
            )
        if ending.status == -signal.SIGKILL and not ending.overdue and ending.cpu_s < limits.cpu_s:
            raise SandboxError("a program was killed from outside; is the machine out of memory?")


@contextmanager
def _as_sandbox_error(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SandboxError(f"the sandbox {what}: {error}") from error


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _big_stack() -> Iterator[None]:
    """Raise the stack limit of what is started meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


# --- the command ---------------------------------------------------------------------------------


def _command(
    isolation: Isolation, descriptors: tuple[int, int], warmth: Warmth, packages: Sequence[str]
) -> list[str]:
    script = Path(__file__).with_name("zygote.py")
    words = [*map(str, descriptors), isolation, warmth, ",".join(packages)]
    start = [sys.executable, "-P", str(script), *words]
    return [*bubblewrap(), *start] if isolation == "namespaces" else start
