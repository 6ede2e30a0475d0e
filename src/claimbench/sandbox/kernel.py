"""The Linux calls that Python has no function for, through ctypes."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_libc = ctypes.CDLL(None, use_errno=True)
_with_gil = ctypes.PyDLL(None)
_libc.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_CAPBSET_DROP: Final = 24
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38

_CAPABILITY_VERSION_3: Final = 0x20080522
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_TIMER_CREATE: Final[dict[str, int]] = {"x86_64": 222, "aarch64": 107}
_TIMER_SETTIME: Final[dict[str, int]] = {"x86_64": 223, "aarch64": 110}
_CLOCK_PROCESS_CPUTIME: Final = 2


def call(number: int, *arguments: object) -> int:
    """A system call; OSError where it fails. Whole numbers are passed as 64-bit words."""
    return ready_call(number, *arguments)()


def ready_call(number: int, *arguments: object) -> Callable[[], int]:
    """`call`, to be made later and in a child of this process.

    What ctypes makes of the arguments is made now: a forked child copies each page of memory that
    it writes to, and making them writes to a hundred.
    """
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _ready(_libc.syscall, ctypes.c_long(number), *words)


def prctl(option: int, *arguments: object) -> None:
    """prctl(2); OSError where it fails."""
    ready_prctl(option, *arguments)()


def ready_prctl(option: int, *arguments: object) -> Callable[[], int]:
    """`prctl`, to be made later; see `ready_call`."""
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    return _ready(_libc.prctl, ctypes.c_int(option), *words)


def _ready(function: Callable[..., int], *words: object) -> Callable[[], int]:
    def make() -> int:
        result = function(*words)
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result

    return make


def fork() -> int:
    """fork(2), for a process with one thread: 0 in the child.

    Without what Python adds to it in the child, which is of use to threads only (and to the module
    `random`, which keeps the parent's state), and writes to a third of the pages that a small
    program writes to.
    """
    pid = int(_with_gil.fork())
    if pid < 0:
        raise OSError("the system cannot start another process")
    return pid


class CpuTimer:
    """Sends the process that makes it a signal once it has had so much CPU time; a fork does not
    inherit it. OSError where this machine has none.

    A POSIX timer, because ITIMER_PROF counts the clock's ticks that met the process: beside
    others it was seen to fire at two thirds and at twice of the time.
    """

    def __init__(self, number: int) -> None:
        self._create, self._timer = _ready_timer(number)
        self._create()

    def set(self, seconds: float) -> None:
        """From now on; 0 for never."""
        _ready_setting(self._timer, seconds)()


@lru_cache(maxsize=64)
def ready_cpu_timer(number: int, seconds: float) -> Callable[[], None]:
    """A timer that is made and set by a later call, in a child."""
    create, timer = _ready_timer(number)
    start = _ready_setting(timer, seconds)

    def make() -> None:
        create()
        start()

    return make


def _ready_timer(number: int) -> tuple[Callable[[], int], ctypes.c_long]:
    """What makes a timer, and where the kernel will write which it is."""
    # struct sigevent: sigev_value, sigev_signo, sigev_notify (SIGEV_SIGNAL), padding to 64 bytes.
    event = (ctypes.c_int32 * 16)(0, 0, number, 0)
    timer = ctypes.c_long(0)  # the kernel writes 32 bits of it: the low ones, on both machines
    words = (_CLOCK_PROCESS_CPUTIME, ctypes.byref(event), ctypes.byref(timer))
    return ready_call(_number_of(_TIMER_CREATE), *words), timer


def _ready_setting(timer: ctypes.c_long, seconds: float) -> Callable[[], int]:
    whole = int(seconds)
    # struct itimerspec: no interval; seconds and nanoseconds until it fires.
    once = (ctypes.c_int64 * 4)(0, 0, whole, int((seconds - whole) * 1e9))
    words = (timer, ctypes.c_long(0), ctypes.byref(once), ctypes.c_void_p(None))
    return _ready(_libc.syscall, ctypes.c_long(_number_of(_TIMER_SETTIME)), *words)


def _number_of(calls: dict[str, int]) -> int:
    """A system call's number on this machine; OSError where it is not known."""
    machine = os.uname().machine
    if machine not in calls:
        raise OSError(f"the system calls of {machine} machines are not known")
    return calls[machine]


def drop_capabilities() -> None:
    """Give up every capability, for good: root is then a user who owns root's files."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # not root, or past the last one this kernel knows
            continue
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    call(_CAPSET[os.uname().machine], ctypes.byref(header), ctypes.byref(none))
