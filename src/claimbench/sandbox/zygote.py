"""The warm interpreter: forks a locked child per program, waits for it, kills it when it is late.

Started by `box` as `python zygote.py SOCKET PROC LEVEL WARMTH`, an interpreter of its own with a
clean environment. It never sees an expected output and never runs a line of a program itself. A
child cannot fork, so killing it ends everything it did; it also dies with the zygote, and the
zygote with its parent.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import contextlib
import gc
import importlib
import json
import os
import re
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final, NoReturn

if __name__ == "__main__":
    sys.path.insert(0, os.path.abspath(f"{__file__}/../../.."))

from claimbench.sandbox import harness
from claimbench.sandbox.backstop import Backstop
from claimbench.sandbox.harness import NO_SHELF
from claimbench.sandbox.job import ALONE, LEAN, LEAN_MODULES, NUMPY, Job, Texts
from claimbench.sandbox.kernel import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_PDEATHSIG,
    Call,
    drop_capabilities,
    fork,
    make_all,
    place_calls,
    prctl,
    say_calls,
)
from claimbench.sandbox.lock import Lock, limit_all, limit_calls, make_lock, readable_folders
from claimbench.sandbox.program import THREAD_STACK
from claimbench.sandbox.rehearsal import rehearse

_PACKAGES: Final = os.path.abspath(f"{__file__}/../../..")
WIDE_MODULES: Final = (
    *("array", "bz2", "cmath", "dataclasses", "datetime", "decimal", "fractions", "hashlib"),
    *("inspect", "lzma", "numbers", "pprint", "queue", "random", "resource", "statistics"),
    *("textwrap", "traceback", "unicodedata", "zlib"),
)
"""What fewer programs import, and what needs the system's libraries, which a child may not open."""
LEVEL_C_MODULES: Final = (
    *("encodings.idna", "encodings.latin_1", "encodings.ascii", "linecache"),
    *("_strptime", "concurrent.futures.thread"),
)
"""What other modules import only when it is needed, which is too late at level C."""
MAX_REQUEST: Final = 4096
_STARTED: Final = b"s"
_CHILD_ENDED: Final = [int(_signal.SIGCHLD)]
_INT: Final = struct.Struct("i")
_FREE: Final = 9
"""A child has fewer descriptors than this."""
_MOST_FILES: Final = 64
_LAST_WORDS_S: Final = 2.0
_End = tuple[int, float, float, bool, bool, bool]
"""Of a child: exit code, CPU seconds, wall seconds, overdue, starved, crowded."""
_IMPORT: Final = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w., \t]+)", re.M)
_NEVER_IMPORTED_FIRST: Final = ("antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3")


def main() -> None:
    connection = _socket.socket(fileno=int(sys.argv[1]))
    proc, level, warmth = int(sys.argv[2]), sys.argv[3], sys.argv[4]
    prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    run = _prepare(level, warmth, proc)
    lock = make_lock(level, readable_folders(warmth == NUMPY))  # type: ignore[arg-type]
    drop_capabilities()
    limit_all(_MOST_FILES)
    server = Server(lock, run, proc)
    connection.sendall(b"ready")
    while request := _receive(connection):
        connection.sendall(server.serve(*request))


Run = Callable[[Job, int], None]
"""What a child does, once it is locked."""


def _prepare(level: str, warmth: str, proc: int) -> Run:
    """Import, then freeze: what is warm here is warm in every child."""
    others = WIDE_MODULES if warmth != LEAN else ()
    for name in (*LEAN_MODULES, *others, *(LEVEL_C_MODULES if level == "C" else ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if warmth == NUMPY:
        importlib.import_module("numpy")
    run = _runner(warmth)
    packages = ("site-packages", "dist-packages")
    sys.path[:] = [p for p in sys.path if p and p != _PACKAGES and not p.endswith(packages)]
    sys.argv[:] = ["main.py"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "claimbench"]:
        del sys.modules[name]
    threading.stack_size(THREAD_STACK)
    _go_first(proc)
    _signal.pthread_sigmask(_signal.SIG_BLOCK, _CHILD_ENDED)
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    rehearse(run, functional=warmth != LEAN)
    gc.collect()
    gc.freeze()
    return run


def _runner(warmth: str) -> Run:
    """Each page of memory that a zygote holds makes every child dearer, so the lean one has only
    what a `stdin` job needs."""
    if warmth == LEAN:
        return harness.run
    from claimbench.sandbox import examiner

    return examiner.run


def _go_first(proc: int) -> None:
    """When memory runs out, programs are ended before anything else is."""
    with contextlib.suppress(OSError):
        file = os.open("self/oom_score_adj", os.O_WRONLY, dir_fd=proc)
        os.write(file, b"1000")
        os.close(file)


def _receive(connection: _socket.socket) -> tuple[bytes, list[int]] | None:
    size = _socket.CMSG_SPACE(8 * _INT.size)
    message, ancillary, _, _ = connection.recvmsg(MAX_REQUEST, size, _socket.MSG_CMSG_CLOEXEC)
    descriptors = [number for _, _, data in ancillary for (number,) in _INT.iter_unpack(data)]
    return (message, descriptors) if message else None


# --- serving -------------------------------------------------------------------------------------


class Server:
    """Runs the jobs that the trusted parent hands it.

    What this process has once read stays in its memory, and so in that of every later child, whose
    program can search it. So it reads no program, no test and no output: children and the kernel
    do, where it is needed.
    """

    def __init__(self, lock: Lock, run: Run, proc: int) -> None:
        self._lock = lock
        self._run = run
        self._proc = proc
        self._null = _occupy()
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
                return json.dumps(self._one_by_one(*jobs[0], shared, reports[0])).encode()
            return json.dumps(self._together(jobs, shared, reports)).encode()
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

    def _one_by_one(
        self, job: Job, texts: Texts, shared: list[int], report: int
    ) -> list[list[Any]]:
        """Each test of a job in a child of its own, up to the first that does not end well: how
        each ended, and the lengths of its output and its report, which then lie in the files one
        after the other."""
        inputs, given, output = shared
        own = (os.memfd_create("output"), os.memfd_create("report"))
        ends: list[list[Any]] = []
        written = 0
        try:
            for test in range(job.first, job.last):
                one = (job._replace(first=test, last=test + 1), texts)
                (end,) = self._together([one], [inputs, given, own[0]], [own[1]])
                ends.append([*end, _move(own[0], output), _move(own[1], report)])
                written += ends[-1][-2]
                if end[0] != 0 or written > job.limits.output:
                    break
        finally:
            for file in own:
                os.close(file)
        return ends

    def _together(
        self, jobs: list[tuple[Job, Texts]], shared: list[int], reports: list[int]
    ) -> list[list[Any]]:
        """A child for each job, at the same time: how each ended."""
        inputs, given, output = shared
        pipes = _pipes() if len(jobs) == 2 else [()]
        starts = [os.pipe() for _ in jobs]
        pids = []
        try:
            for job, report, own, start in zip(jobs, reports, pipes, starts, strict=True):
                files = [given, output, self._null, report, inputs, *own, start[1]]
                pids.append(self._fork(*job, files))
            for end in (end for pair in pipes for end in pair):
                os.close(end)
            endings = _wait(pids, Backstop(jobs[0][0].limits.wall_s, self._proc))
            started = [_has_started(start) for start in starts]
        finally:
            for descriptor in (end for start in starts for end in start):
                os.close(descriptor)
        if not self._lock.calls:
            _kill_orphans()
        return [[*e[:3], s, *e[3:]] for e, s in zip(endings, started, strict=True)]

    def _fork(self, job: Job, texts: Texts, files: list[int]) -> int:
        """A child for one job; its id. `files` are its descriptors 0, 1, 2, …; in the last it says
        that it has started. Then comes the shelf."""
        first = (*limit_calls(job.limits), *self._lock.files, *place_calls([*files, *self._shelf]))
        started = say_calls(len(files) - 1, _STARTED)
        shelf = len(files) if self._shelf else NO_SHELF
        used = len(files) + len(self._shelf)
        parent, pid = os.getpid(), fork()
        if pid == 0:
            try:
                make_all(first)
                job = job.with_texts(texts)
                os.closerange(used, _MOST_FILES)
                if os.getppid() == parent:  # else it has ended, and nothing would end this one
                    _live(self._lock, self._run, job, shelf, started)
            finally:
                os._exit(70)
        return pid


def _occupy() -> int:
    """Make sure that every descriptor that a child will have is in use here, so that none of those
    it is made from is among them. A descriptor of /dev/null."""
    while (descriptor := os.dup(0)) < _FREE:
        pass
    return descriptor


def _pipes() -> list[tuple[int, ...]]:
    """Two pipes between a solution and its tests: the ends of the one, the ends of the other."""
    calls, answers = os.pipe(), os.pipe()
    return [(calls[0], answers[1]), (calls[1], answers[0])]


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
    os.set_blocking(pipe[0], False)
    try:
        return os.read(pipe[0], 1) == _STARTED
    except BlockingIOError:
        return False


# --- a child --------------------------------------------------------------------------------------


def _live(lock: Lock, run: Run, job: Job, shelf: int, started: tuple[Call, ...]) -> NoReturn:
    """The rest of a child's life."""
    if lock.last:
        make_all(lock.calls)
        _import_named(f"{job.code}\n{job.check}")
    make_all((*(lock.last or lock.calls), *started))
    if "random" in job.code and "random" in sys.modules:
        sys.modules["random"].seed()  # the state is the zygote's
    run(job, shelf)
    os._exit(0)


def _import_named(source: str) -> None:
    """Level C: import the standard modules that the source names, while files can be opened."""
    for line in _IMPORT.findall(source):
        for name in re.split(r"[,\s]+", line.partition(" import ")[0]):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names and top not in _NEVER_IMPORTED_FIRST:
                # unittest.__main__ is a program, which ends with an exit.
                with contextlib.suppress(BaseException):
                    importlib.import_module(name)


# --- waiting -------------------------------------------------------------------------------------


def _wait(children: list[int], backstop: Backstop) -> list[_End]:
    """Wait for all children; who is late is killed. Once the first of two is gone, the other has
    little left to do."""
    start = time.monotonic()
    ends: dict[int, _End] = {}
    why = (False, False, False)
    while True:
        backstop.wait()
        for pid in children:
            if pid not in ends and (end := _reaped(pid, start)) is not None:
                ends[pid] = (*end, *why)
                backstop.shorten(_LAST_WORDS_S)
        late = [pid for pid in children if pid not in ends]
        if not late:
            return [ends[pid] for pid in children]
        if not any(why) and (backstop.is_over or backstop.is_crowded):
            why = (backstop.is_over, backstop.is_starved, backstop.is_crowded)
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
    """Level D: what a program forked has become this subreaper's child."""
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


if __name__ == "__main__":
    main()
