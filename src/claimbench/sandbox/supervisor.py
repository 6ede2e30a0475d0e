"""A zygote's work, once it is warm: a locked child for each job, which it waits for, and kills when
it is late."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import importlib
import os
import re
import sys
import time
from collections.abc import Callable
from typing import Final, NoReturn

from claimbench.sandbox.child import NO_SHELF
from claimbench.sandbox.protocol import ALONE, End, Job, Texts, ends_to_bytes
from claimbench.sandbox.restrictions import Restrictions, limit_calls
from claimbench.sandbox.syscalls import Call, fork, make_all, place_calls, say_calls
from claimbench.sandbox.wall_clock import WallClock

MOST_FILES: Final = 64
"""Descriptors of a zygote, and of its children."""
_FREE: Final = 9
"""A child is given fewer descriptors than this."""
_STARTED: Final = b"s"
_LAST_WORDS_S: Final = 2.0
_End = tuple[int, float, float, bool, bool, bool]
"""Of a child: exit code, CPU seconds, wall seconds, overdue, starved, crowded."""
_Ended = tuple[int, float, float, bool, bool, bool, bool]
"""The same, with whether it started before the last three."""
_IMPORT: Final = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w., \t]+)", re.M)
_NEVER_IMPORTED_FIRST: Final = ("antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3")

Run = Callable[[Job, int], None]
"""What a child does, once it is locked: its job, and the descriptor of its shelf (see child)."""


class Supervisor:
    """Runs the jobs that the trusted parent hands it.

    What this process has once read stays in its memory, and so in that of every later child, whose
    program can search it. So it reads no program, no test and no output: children and the kernel
    do, where it is needed.
    """

    def __init__(self, restrictions: Restrictions, run: Run, proc: int) -> None:
        self._restrictions = restrictions
        self._run = run
        self._proc = proc
        self._null = _occupy()
        self._starts = (_start_pipe(), _start_pipe())
        self._number = 0
        self._shelf: tuple[int, ...] = ()

    def serve(self, message: bytes, files: list[int]) -> bytes:
        """Run one job's children (one per report), and say how each ended. `files`: a job for each,
        inputs, stdin, stdout, a report for each."""
        count = (len(files) - 3) // 2
        shared, reports = files[count:-count], files[-count:]
        try:
            jobs = [Job.without_texts(file) for file in files[:count]]
            self._turn_to(jobs[0][0].keep)
            if message == ALONE:
                return ends_to_bytes(self._one_by_one(*jobs[0], shared, reports[0]))
            return ends_to_bytes((*end, 0, 0) for end in self._together(jobs, shared, reports))
        finally:
            for descriptor in files:
                os.close(descriptor)

    def _turn_to(self, number: int) -> None:
        """Keep the code of this program, and forget that of another."""
        if number != self._number:
            for file in self._shelf:
                os.close(file)
            self._shelf = (os.memfd_create("code"),) if number else ()
            self._number = number

    def _one_by_one(self, job: Job, texts: Texts, shared: list[int], report: int) -> list[End]:
        """Each test of a job in a child of its own, up to the first that does not end well: how
        each ended, and the lengths of its output and its report, which then lie in the files one
        after the other."""
        inputs, given, output = shared
        own = (os.memfd_create("output"), os.memfd_create("report"))
        ends: list[End] = []
        written = 0
        try:
            for test in range(job.first, job.last):
                one = (job._replace(first=test, last=test + 1), texts)
                (end,) = self._together([one], [inputs, given, own[0]], [own[1]])
                ends.append((*end, _move(own[0], output), _move(own[1], report)))
                written += sum(ends[-1][-2:])
                if end[0] != 0 or written > job.limits.output:
                    break
        finally:
            for file in own:
                os.close(file)
        return ends

    def _together(
        self, jobs: list[tuple[Job, Texts]], shared: list[int], reports: list[int]
    ) -> list[_Ended]:
        """A child for each job, at the same time: how each ended."""
        inputs, given, output = shared
        os.lseek(inputs, 0, os.SEEK_SET)  # a program before may have left a number there
        pipes = _pipes() if len(jobs) == 2 else [()]
        pids = []
        for job, report, own, start in zip(jobs, reports, pipes, self._starts, strict=False):
            files = [given, output, self._null, report, inputs, *own, start[1]]
            pids.append(self._fork(*job, files))
        for end in (end for pair in pipes for end in pair):
            os.close(end)
        endings = _wait(pids, WallClock(jobs[0][0].limits.wall_s, self._proc))
        started = [_has_started(start) for start in self._starts[: len(jobs)]]
        if not self._restrictions.calls:
            _kill_orphans()
        return [(*e[:3], s, *e[3:]) for e, s in zip(endings, started, strict=True)]

    def _fork(self, job: Job, texts: Texts, files: list[int]) -> int:
        """A child for one job; its id. `files` are its descriptors 0, 1, 2, …; in the last it says
        that it has started. Then comes the shelf."""
        first = (
            *limit_calls(job.limits),
            *self._restrictions.files,
            *place_calls((*files, *self._shelf)),
        )
        started = say_calls(len(files) - 1, _STARTED)
        shelf = len(files) if self._shelf else NO_SHELF
        used = len(files) + len(self._shelf)
        parent, pid = os.getpid(), fork()
        if pid == 0:
            try:
                make_all(first)
                job = job.with_texts(texts)
                os.closerange(used, MOST_FILES)
                if os.getppid() == parent:  # else it has ended, and nothing would end this one
                    _live(self._restrictions, self._run, job, shelf, started)
            finally:
                os._exit(70)
        return pid


def _occupy() -> int:
    """Make sure that every descriptor that a child will have is in use here, so that none of those
    it is made from is among them. A descriptor of /dev/null."""
    while (descriptor := os.dup(0)) < _FREE:
        pass
    return descriptor


def _start_pipe() -> tuple[int, int]:
    """A pipe in which children say that they have started, before the program's first line: one
    after the other, each once, and none of them has an end of it from there on."""
    ends = os.pipe()
    os.set_blocking(ends[0], False)
    return ends


def _pipes() -> list[tuple[int, ...]]:
    """Two pipes between a solution and its tests: of each, what it reads and what it writes."""
    calls, answers = os.pipe(), os.pipe()
    return [(calls[0], answers[1]), (answers[0], calls[1])]


def _move(file: int, to: int) -> int:
    """Move all that is in a memory file to the end of another: how many bytes. The kernel does, so
    that nothing of it comes into this process."""
    size = left = os.fstat(file).st_size
    while left:
        left -= os.sendfile(to, file, size - left, left)
    os.ftruncate(file, 0)
    os.lseek(file, 0, os.SEEK_SET)
    return size


def _has_started(pipe: tuple[int, int]) -> bool:
    try:
        return os.read(pipe[0], 1) == _STARTED
    except BlockingIOError:
        return False


# --- a child --------------------------------------------------------------------------------------


def _live(
    restrictions: Restrictions, run: Run, job: Job, shelf: int, started: tuple[Call, ...]
) -> NoReturn:
    """The rest of a child's life."""
    if restrictions.last:
        make_all(restrictions.calls)
        _import_named(f"{job.code}\n{job.check}")
    make_all((*(restrictions.last or restrictions.calls), *started))
    if "random" in job.code and "random" in sys.modules:
        sys.modules["random"].seed()  # the state is the zygote's
    run(job, shelf)
    os._exit(0)


def _import_named(source: str) -> None:
    """Under `seccomp`: import the modules that the source names, while files can be opened."""
    for line in _IMPORT.findall(source):
        module, _, parts = line.partition(" import ")
        inside = [f"{module.strip()}.{part}" for part in re.split(r"[,\s]+", parts) if part]
        for name in (*re.split(r"[,\s]+", module), *inside):
            top = name.partition(".")[0]
            known = top in sys.stdlib_module_names or (top in sys.modules and top != module)
            if known and top not in _NEVER_IMPORTED_FIRST:
                # unittest.__main__ is a program, which ends with an exit.
                with contextlib.suppress(BaseException):
                    importlib.import_module(name)


# --- waiting -------------------------------------------------------------------------------------


def _wait(children: list[int], clock: WallClock) -> list[_End]:
    """Wait for all children; who is late is killed. Once the first of two is gone, the other has
    little left to do."""
    start = time.monotonic()
    ends: dict[int, _End] = {}
    why = (False, False, False)
    while True:
        clock.wait()
        for pid in children:
            if pid not in ends and (end := _reaped(pid, start)) is not None:
                ends[pid] = (*end, *why)
                clock.shorten(_LAST_WORDS_S)
        late = [pid for pid in children if pid not in ends]
        if not late:
            return [ends[pid] for pid in children]
        if not any(why) and (clock.is_over or clock.is_crowded):
            why = (clock.is_over, clock.is_starved, clock.is_crowded)
            for pid in late:
                os.kill(pid, _signal.SIGKILL)


def _reaped(pid: int, start: float) -> tuple[int, float, float] | None:
    done, status, usage = os.wait4(pid, os.WNOHANG)
    if done == 0:
        return None
    used = usage.ru_utime + usage.ru_stime
    wall = time.monotonic() - start
    return os.waitstatus_to_exitcode(status), used, wall


def _kill_orphans() -> None:
    """Under `rlimits`: what a program forked has become this subreaper's child."""
    while True:
        try:
            with open(f"/proc/self/task/{os.getpid()}/children") as children:
                text = children.read()
        except OSError:
            return
        if not (pids := [int(word) for word in text.split()]):
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, _signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
