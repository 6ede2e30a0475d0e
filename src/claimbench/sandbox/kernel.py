"""The Linux calls that Python has no function for, through ctypes."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_CAPBSET_DROP: Final = 24
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38

_CAPABILITY_VERSION_3: Final = 0x20080522
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_TIMER_CREATE: Final = {"x86_64": 222, "aarch64": 107}
_TIMER_SETTIME: Final = {"x86_64": 223, "aarch64": 110}
_CLOCK_PROCESS_CPUTIME: Final = 2


def call(number: int, *arguments: object) -> int:
    """A system call; OSError where it fails. Whole numbers are passed as 64-bit words."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, *arguments: object) -> None:
    """prctl(2); OSError where it fails."""
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    words += [ctypes.c_ulong(0)] * (4 - len(words))
    if _libc.prctl(ctypes.c_int(option), *words) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def signal_after_cpu_time(number: int, seconds: float) -> None:
    """Send this process a signal once it has had so much CPU time; a fork does not inherit it.

    Of a POSIX timer, because ITIMER_PROF counts the clock's ticks that met the process: beside
    others it was seen to fire at two thirds and at twice of the time.
    """
    machine = os.uname().machine
    # struct sigevent: sigev_value, sigev_signo, sigev_notify (SIGEV_SIGNAL), padding to 64 bytes.
    event = (ctypes.c_int32 * 16)(0, 0, number, 0)
    timer = ctypes.c_int32()
    create, settime = _TIMER_CREATE[machine], _TIMER_SETTIME[machine]
    call(create, _CLOCK_PROCESS_CPUTIME, ctypes.byref(event), ctypes.byref(timer))
    whole = int(seconds)
    # struct itimerspec: no interval; seconds and nanoseconds until it fires.
    once = (ctypes.c_int64 * 4)(0, 0, whole, int((seconds - whole) * 1e9))
    call(settime, timer.value, 0, ctypes.byref(once), None)


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
