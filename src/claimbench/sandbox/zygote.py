"""The warm interpreter: forks a locked child per program, waits for it, kills it when it is late.

Started by `client` as `python zygote.py SOCKET PROC ISOLATION WARMTH PACKAGES`, an interpreter of
its own with a clean environment. It never sees an expected output and never runs a line of a
program itself. A child cannot fork, so killing it ends everything it did; it also dies with the
zygote, and the zygote with its parent.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import contextlib
import gc
import importlib
import importlib._bootstrap_external as external
import os
import struct
import sys
import threading
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, os.path.abspath(f"{__file__}/../../.."))

from claimbench.sandbox import child
from claimbench.sandbox.interpreter import THREAD_STACK
from claimbench.sandbox.protocol import LEAN, LEAN_MODULES, NUMPY, PACKAGES
from claimbench.sandbox.restrictions import limit_all, make_restrictions, readable_folders
from claimbench.sandbox.supervisor import MOST_FILES, Run, Supervisor
from claimbench.sandbox.syscalls import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_PDEATHSIG,
    drop_capabilities,
    prctl,
)
from claimbench.sandbox.warmup import warm_up

_PACKAGES: Final = os.path.abspath(f"{__file__}/../../..")
WIDE_MODULES: Final = (
    *("array", "bz2", "cmath", "dataclasses", "datetime", "decimal", "fractions", "hashlib"),
    *("inspect", "lzma", "numbers", "pprint", "queue", "random", "resource", "statistics"),
    *("textwrap", "traceback", "unicodedata", "zlib"),
)
"""What fewer programs import, and what needs the system's libraries, which a child may not open."""
SECCOMP_MODULES: Final = (
    *("encodings.idna", "encodings.latin_1", "encodings.ascii", "linecache"),
    *("_strptime", "concurrent.futures.thread", "_pylong"),
)
"""What other modules import only when it is needed, which is too late under `seccomp`."""
MAX_REQUEST: Final = 4096
_CHILD_ENDED: Final = [int(_signal.SIGCHLD)]
_OURS: Final = (_signal.SIGCHLD, _signal.SIGPROF, _signal.SIGINT)
"""What works only where no parent left it ignored or blocked, as a shell's `trap '' CHLD` does."""
_INT: Final = struct.Struct("i")


def main() -> None:
    connection = _socket.socket(fileno=_lowered(int(sys.argv[1])))
    proc, isolation, warmth = _lowered(int(sys.argv[2])), sys.argv[3], sys.argv[4]
    prctl(PR_SET_PDEATHSIG, _signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    run = _prepare(isolation, warmth, sys.argv[5].split(","), proc)
    restrictions = make_restrictions(isolation, readable_folders(warmth in (NUMPY, PACKAGES)))  # type: ignore[arg-type]
    drop_capabilities()
    limit_all(MOST_FILES)
    supervisor = Supervisor(restrictions, run, proc)
    connection.sendall(b"ready")
    while request := _receive(connection):
        connection.sendall(supervisor.serve(*request))


def _lowered(descriptor: int) -> int:
    """The same file under the lowest free number: those that come with this process have their
    numbers from the parent, which may have hundreds open, and children close MOST_FILES."""
    lower = os.dup(descriptor)
    os.close(descriptor)
    return lower


def _prepare(isolation: str, warmth: str, extra: list[str], proc: int) -> Run:
    """Import, then freeze: what is warm here is warm in every child."""
    others = WIDE_MODULES if warmth != LEAN else ()
    for name in (*LEAN_MODULES, *others, *(SECCOMP_MODULES if isolation == "seccomp" else ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if warmth in (NUMPY, PACKAGES):
        importlib.import_module("numpy")
    for name in extra if warmth == PACKAGES else ():
        importlib.import_module(name)
    run = _runner(warmth)
    installed = ("site-packages", "dist-packages")
    sys.path[:] = [p for p in sys.path if p and p != _PACKAGES and not p.endswith(installed)]
    sys.argv[:] = ["main.py"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "claimbench"]:
        del sys.modules[name]
    threading.stack_size(THREAD_STACK)
    external._path_stat = _stat_opened  # type: ignore[attr-defined]
    _go_first(proc)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, _CHILD_ENDED)
    for number in _OURS:
        _signal.signal(number, _signal.SIG_DFL)
    warm_up(run, functional=warmth != LEAN)
    gc.collect()
    gc.freeze()
    return run


def _stat_opened(path: str) -> os.stat_result:
    """For imports, which ask for a file by its path: of one that may be opened, its status."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.fstat(file)
    finally:
        os.close(file)


def _runner(warmth: str) -> Run:
    """Each page of memory that a zygote holds makes every child dearer, so the lean one has only
    what a `stdin` job needs."""
    if warmth == LEAN:
        return child.run
    from claimbench.sandbox import checks

    return checks.run


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


if __name__ == "__main__":
    main()
