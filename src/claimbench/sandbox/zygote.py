"""The warm interpreter: forks a locked child per program, waits for it, kills it when it is late.

Started by `box` as `python zygote.py SOCKET PROC LEVEL NUMPY`, an interpreter of its own with a
clean environment. It never sees an expected output and never runs a line of a program itself. A
child cannot fork, so killing it ends everything it did; it also dies with the zygote, and the
zygote with its parent.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import array
import contextlib
import gc
import importlib
import json
import os
import random
import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final, NoReturn

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from claimbench.sandbox import examiner, harness
from claimbench.sandbox.backstop import Backstop
from claimbench.sandbox.job import Job, Limits
from claimbench.sandbox.kernel import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_PDEATHSIG,
    drop_capabilities,
    fork,
    prctl,
)
from claimbench.sandbox.lock import Lock, limit_all, make_lock, readable_folders, ready_limits
from claimbench.sandbox.program import THREAD_STACK
from claimbench.sandbox.rehearsal import rehearse

PRELOADED: Final = (
    *("bisect", "collections", "copy", "cmath", "dataclasses", "datetime", "decimal", "enum"),
    *(
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "inspect",
        "itertools",
        "json",
        "math",
        "numbers",
    ),
    *("operator", "queue", "random", "re", "statistics", "string", "textwrap", "traceback"),
    *("typing", "zlib", "bz2", "lzma", "array", "pprint", "resource", "types", "unicodedata"),
)
"""What programs import most, and what needs the system's libraries, which a child may not open."""
LEVEL_C_MODULES: Final = (
    *("encodings.idna", "encodings.latin_1", "encodings.ascii", "linecache"),
    *("_strptime", "concurrent.futures.thread"),
)
"""What other modules import only when it is needed, which is too late at level C."""
MAX_REQUEST: Final = 4096
_STARTED: Final = b"s"
_CHILD_ENDED: Final = [int(signal.SIGCHLD)]
_LAST_WORDS_S: Final = 2.0
_End = tuple[int, float, float, bool, bool, bool]
"""Of a child: exit code, CPU seconds, wall seconds, overdue, starved, crowded."""
_IMPORT: Final = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w., \t]+)", re.M)
_NEVER_IMPORTED_FIRST: Final = ("antigravity", "this", "idlelib", "turtledemo", "test", "lib2to3")


def main() -> None:
    connection = socket.socket(fileno=int(sys.argv[1]))
    proc, level, numpy = int(sys.argv[2]), sys.argv[3], sys.argv[4] == "1"
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    _prepare(level, numpy, proc)
    lock = make_lock(level, readable_folders(numpy))  # type: ignore[arg-type]
    drop_capabilities()
    limit_all()
    connection.sendall(b"ready")
    while request := _receive(connection):
        message, descriptors = request
        reply = _serve(lock, json.loads(message), descriptors, proc)
        if level == "D":
            _kill_orphans()
        connection.sendall(reply)


def _prepare(level: str, numpy: bool, proc: int) -> None:
    """Import, then freeze: what is warm here is warm in every child."""
    for name in PRELOADED + (LEVEL_C_MODULES if level == "C" else ()):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if numpy:
        importlib.import_module("numpy")
    packages = ("site-packages", "dist-packages")
    own = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [p for p in sys.path if p and p != own and not p.endswith(packages)]
    sys.argv[:] = ["main.py"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "claimbench"]:
        del sys.modules[name]
    threading.stack_size(THREAD_STACK)
    _go_first(proc)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    rehearse()
    gc.collect()
    gc.freeze()


def _go_first(proc: int) -> None:
    """When memory runs out, programs are ended before anything else is."""
    with contextlib.suppress(OSError):
        file = os.open("self/oom_score_adj", os.O_WRONLY, dir_fd=proc)
        os.write(file, b"1000")
        os.close(file)


def _receive(connection: socket.socket) -> tuple[bytes, list[int]] | None:
    size = socket.CMSG_SPACE(8 * array.array("i").itemsize)
    message, ancillary, _, _ = connection.recvmsg(MAX_REQUEST, size, socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for _, _, data in ancillary:
        descriptors.frombytes(data)
    return (message, list(descriptors)) if message else None


def _serve(lock: Lock, request: dict[str, Any], files: list[int], proc: int) -> bytes:
    """Run one job's children (one per report), and say how each ended. `files`: a job for each,
    inputs, stdin, stdout, a report for each."""
    limits = Limits(*request["limits"])
    count = (len(files) - 3) // 2
    jobs, (inputs, given, output), reports = files[:count], files[count:-count], files[-count:]
    pipes = _pipes() if count == 2 else [()]
    starts = [os.pipe() for _ in range(count)]
    pids = []
    try:
        for place in range(count):
            own = (inputs, given, output, reports[place], *pipes[place])
            pids.append(_fork(lock, jobs[place], own, starts[place][1]))
        for end in (end for pair in pipes for end in pair):
            os.close(end)
        endings = _wait(pids, Backstop(limits.wall_s, proc))
        started = [_has_started(start) for start in starts]
    finally:
        for descriptor in (*files, *(end for start in starts for end in start)):
            os.close(descriptor)
    return json.dumps([[*e[:3], s, *e[3:]] for e, s in zip(endings, started, strict=True)]).encode()


def _pipes() -> list[tuple[int, ...]]:
    """Two pipes between a solution and its tests: the ends of the one, the ends of the other."""
    calls, answers = os.pipe(), os.pipe()
    return [(calls[0], answers[1]), (calls[1], answers[0])]


def _has_started(pipe: tuple[int, int]) -> bool:
    os.set_blocking(pipe[0], False)
    try:
        return os.read(pipe[0], 1) == _STARTED
    except BlockingIOError:
        return False


def _fork(lock: Lock, file: int, files: tuple[int, ...], start: int) -> int:
    """A child for the job in `file`; its id. `files`: inputs, stdin, stdout, report, and maybe pipe
    ends."""
    # Read here and not in each child, as far as it is no secret.
    job, texts = Job.without_texts(file)
    parent, limit = os.getpid(), ready_limits(job.limits)
    pid = fork()
    if pid == 0:
        try:
            limit(parent)
            job.read_texts(texts)
            _live(lock, job, files, start)
        finally:
            os._exit(70)
    return pid


def _live(lock: Lock, job: Job, files: tuple[int, ...], start: int) -> NoReturn:
    """A child's whole life."""
    inputs, given, output, report, *pipes = files
    lock.restrict_files()
    start = _place([given, output, os.dup(0), report, inputs, *pipes, start])
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _CHILD_ENDED)  # `signal` makes enums of it
    lock.restrict_calls()
    if lock.loose is not None:
        _import_named(f"{job.code}\n{job.check}")
        lock.tighten()
    if "random" in job.code:
        random.seed()  # the state is the zygote's
    os.write(start, _STARTED)
    os.close(start)
    examiner.examine(job) if job.kind == "examine" else harness.run(job)
    os._exit(0)


def _place(files: list[int]) -> int:
    """Make `files` the descriptors 0, 1, 2, …, and close all others. The last one."""
    moved = [os.dup2(file, 32 + place) for place, file in enumerate(files)]
    for place, file in enumerate(moved):
        os.dup2(file, place)
    os.closerange(len(files), 1024)
    return len(files) - 1


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
                os.kill(pid, signal.SIGKILL)
        backstop.wait()


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
            text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        except OSError:
            return
        if not (pids := [int(word) for word in text.split()]):
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
