"""The Linux calls that Python has no function for, through ctypes."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

_libc = ctypes.CDLL(None, use_errno=True)
_with_gil = ctypes.PyDLL(None)
_libc.syscall.restype = _with_gil.syscall.restype = ctypes.c_long

_MACHINE: Final = os.uname().machine

PR_SET_PDEATHSIG: Final = 1
PR_SET_SECCOMP: Final = 22
PR_CAPBSET_DROP: Final = 24
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38

_CAPABILITY_VERSION_3: Final = 0x20080522
_CAPSET: Final[dict[str, int]] = {"x86_64": 126, "aarch64": 91}
_CLOSE: Final[dict[str, int]] = {"x86_64": 3, "aarch64": 57}
_DUP3: Final[dict[str, int]] = {"x86_64": 292, "aarch64": 24}
_PRCTL: Final[dict[str, int]] = {"x86_64": 157, "aarch64": 167}
_PRLIMIT: Final[dict[str, int]] = {"x86_64": 302, "aarch64": 261}
_SIGPROCMASK: Final[dict[str, int]] = {"x86_64": 14, "aarch64": 135}
_TIMER_CREATE: Final[dict[str, int]] = {"x86_64": 222, "aarch64": 107}
_TIMER_SETTIME: Final[dict[str, int]] = {"x86_64": 223, "aarch64": 110}
_WRITE: Final[dict[str, int]] = {"x86_64": 1, "aarch64": 64}
_CLOCK_PROCESS_CPUTIME: Final = 2
_SIG_UNBLOCK: Final = 1

Call = tuple[Any, ...]
"""A system call that is made later, in a child: its number and its arguments.

Of what ctypes takes: whole numbers of 32 bits, None, and references to what was made before. A
forked child copies each page of memory that it writes to, and to make arguments writes to a
hundred; so do a function of its own for each call, errno, and Python's modules for the same.
"""


def call(number: int, *arguments: object) -> int:
    """A system call; OSError where it fails. Whole numbers are passed as 64-bit words."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def make_all(calls: Iterable[Call]) -> None:
    """Make system calls; OSError, without its reason, at the first that fails."""
    for words in calls:
        if _with_gil.syscall(*words) < 0:
            raise OSError("a system call failed")


def prctl(option: int, *arguments: object) -> None:
    """prctl(2); OSError where it fails."""
    call(*prctl_call(option, *arguments))


def prctl_call(option: int, *arguments: object) -> Call:
    """`prctl`, to be made later."""
    return (_number_of(_PRCTL), option, *arguments, *([0] * (4 - len(arguments))))


def limit_call(which: int, value: int) -> Call:
    """setrlimit(2), soft and hard, to be made later."""
    both = (ctypes.c_uint64 * 2)(value, value)
    return (_number_of(_PRLIMIT), 0, which, ctypes.byref(both), None)


def unblock_call(signal: int) -> Call:
    """To stop blocking a signal, to be made later."""
    mask = ctypes.c_uint64(1 << (signal - 1))
    return (_number_of(_SIGPROCMASK), _SIG_UNBLOCK, ctypes.byref(mask), None, 8)


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


@lru_cache(maxsize=64)
def place_calls(files: tuple[int, ...]) -> tuple[Call, ...]:
    """To make `files`, none of which is below their number, the descriptors 0, 1, 2, …; later."""
    duplicate = _number_of(_DUP3)
    return tuple((duplicate, file, place, 0) for place, file in enumerate(files))


@lru_cache(maxsize=8)
def say_calls(file: int, word: bytes) -> tuple[Call, Call]:
    """To write a word to a descriptor, and close it; later."""
    return (_number_of(_WRITE), file, word, len(word)), (_number_of(_CLOSE), file)


class CpuTimer:
    """Sends the process that makes it a signal once it has had so much CPU time; a fork does not
    inherit it. OSError where this machine has none.

    A POSIX timer, because ITIMER_PROF counts the clock's ticks that met the process: beside
    others it was seen to fire at two thirds and at twice of the time.
    """

    def __init__(self, number: int) -> None:
        create, self._timer = _timer(number)
        call(*create)

    def set(self, seconds: float) -> None:
        """From now on; 0 for never."""
        call(*_setting(self._timer, seconds))


def timer_calls(number: int, seconds: float) -> tuple[Call, Call]:
    """To make and set such a timer, later."""
    create, timer = _timer(number)
    return create, _setting(timer, seconds)


def _timer(number: int) -> tuple[Call, ctypes.c_long]:
    """What makes a timer, and where the kernel will write which it is."""
    # struct sigevent: sigev_value, sigev_signo, sigev_notify (SIGEV_SIGNAL), padding to 64 bytes.
    event = (ctypes.c_int32 * 16)(0, 0, number, 0)
    timer = ctypes.c_long(0)  # the kernel writes 32 bits of it: the low ones, on both machines
    create = (_number_of(_TIMER_CREATE), _CLOCK_PROCESS_CPUTIME)
    return (*create, ctypes.byref(event), ctypes.byref(timer)), timer


def _setting(timer: ctypes.c_long, seconds: float) -> Call:
    whole = int(seconds)
    # struct itimerspec: no interval; seconds and nanoseconds until it fires.
    once = (ctypes.c_int64 * 4)(0, 0, whole, int((seconds - whole) * 1e9))
    return (_number_of(_TIMER_SETTIME), timer, 0, ctypes.byref(once), None)


def _number_of(calls: dict[str, int]) -> int:
    """A system call's number on this machine; OSError where it is not known."""
    if _MACHINE not in calls:
        raise OSError(f"the system calls of {_MACHINE} machines are not known")
    return calls[_MACHINE]


def drop_capabilities() -> None:
    """Give up every capability, for good: root is then a user who owns root's files."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # not root, or past the last one this kernel knows
            continue
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    call(_number_of(_CAPSET), ctypes.byref(header), ctypes.byref(none))
