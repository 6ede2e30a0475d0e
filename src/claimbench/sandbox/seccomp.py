"""A seccomp filter as an allow-list of system calls, assembled here for x86-64 and arm64.

Numbers: Linux's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
Instructions: include/uapi/linux/{bpf_common,filter,seccomp}.h. A call that is not listed fails with
EPERM; a call of another architecture (or x86's x32 numbers) ends the process.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable
from typing import Final, NamedTuple

from claimbench.sandbox.syscalls import PR_SET_SECCOMP, Call, prctl_call

_CALLS: Final[dict[str, tuple[int | None, int | None]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "futex": (202, 98),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "brk": (12, 214),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "close": (3, 57),
    "ftruncate": (77, 46),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "times": (100, 153),
    "getrlimit": (97, 163),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getrandom": (318, 278),
}
_PATH_CALLS: Final[dict[str, tuple[int | None, int | None]]] = {
    "open": (2, None),
    "openat": (257, 56),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
}
"""What importing a module needs. Landlock decides which files `open` may have; no call that learns
of a file by its path (stat, access, readlink) is among them, for which Landlock has no rule."""

_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)
_PRLIMIT: Final = (302, 261)
_FCNTL: Final = (72, 25)
_IOCTL: Final = (16, 29)
_PRCTL: Final = (157, 167)
_NEWFSTATAT: Final = (262, 79)
_AT_EMPTY_PATH: Final = 0x1000

_CLONE_THREAD: Final = 0x00010000
_FCNTL_COMMANDS: Final = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC: none that sends signals (F_SETOWN), seals a
file or (F_SETFL) changes one for the children that come after: to a stdin with O_APPEND, the next
one's input would be appended."""
_IOCTL_REQUESTS: Final = (0x5401, 0x5450, 0x5451)
"""TCGETS (isatty), FIONCLEX, FIOCLEX."""

_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column of the tables above, and AUDIT_ARCH_*."""
_X32_BIT: Final = 0x40000000

_LOAD, _JUMP, _JUMP_EQUAL, _JUMP_FROM, _JUMP_BITS, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets in struct seccomp_data; argument i is at 16 + 8 i, its low word first."""


class _Step(NamedTuple):
    """One instruction; `then` and `otherwise` are how many to skip where a jump is (not) taken."""

    code: int
    value: int
    then: int = 0
    otherwise: int = 0


class _SockFilter(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _SockProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_SockFilter)))


def install_call(*, opens: bool, tightens: bool = False) -> Call:
    """What puts the filter on the process that makes it and all that comes from it. It needs
    no_new_privs. OSError where this machine has none.

    `opens`: whether files may be opened (where Landlock says which). `tightens`: whether another
    filter may follow.
    """
    steps = assemble(os.uname().machine, opens=opens, tightens=tightens)
    packed = [_SockFilter(s.code, s.then, s.otherwise, s.value) for s in steps]
    program = _SockProgram(len(packed), (_SockFilter * len(packed))(*packed))
    return prctl_call(PR_SET_SECCOMP, 2, ctypes.byref(program))


def assemble(machine: str, *, opens: bool, tightens: bool = False) -> list[_Step]:
    """The filter's instructions for `machine` (x86_64 or aarch64; OSError for another)."""
    if machine not in _ARCHITECTURES:
        raise OSError(f"there is no system call filter for {machine} machines")
    column, architecture = _ARCHITECTURES[machine]
    listed = {**_CALLS, **(_PATH_CALLS if opens else {})}
    allowed = [number for call in listed.values() if (number := call[column]) is not None]
    steps = [
        _Step(_LOAD, _ARCHITECTURE),
        _Step(_JUMP_EQUAL, architecture, then=1),
        _Step(_RETURN, _KILL),
        _Step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [_Step(_JUMP_FROM, _X32_BIT, otherwise=1), _Step(_RETURN, _KILL)]
    steps += _search(allowed)
    steps += [_Step(_JUMP, 1), _Step(_RETURN, _ALLOW)]
    steps += _with_arguments(column, tightens)
    return [*steps, _Step(_RETURN, _REFUSE)]


def _search(allowed: Iterable[int]) -> list[_Step]:
    """Fall through for a number that is not `allowed`, skip one more for one that is.

    By halves: the kernel walks the whole filter for each call's number when a child puts it on
    (seccomp_cache_prepare), and at each call before 5.11.
    """
    numbers = set(allowed)
    # The numbers are allowed from each first of these edges up to the second.
    edges = sorted(
        {n for n in numbers if n - 1 not in numbers} | {n + 1 for n in numbers} - numbers
    )
    count = len(edges)
    found: list[_Step] = []

    def plan(low: int, high: int) -> int:
        """Decide among edges low to high (not included); the place of that decision."""
        if low == high:
            return count + low % 2
        middle, place = (low + high) // 2, len(found)
        found.append(_Step(_JUMP_FROM, edges[middle]))
        below, above = plan(low, middle), plan(middle + 1, high)
        step = found[place]
        found[place] = step._replace(then=above - place - 1, otherwise=below - place - 1)
        return place

    plan(0, count)
    return found


def _with_arguments(column: int, tightens: bool) -> list[_Step]:
    """The calls that are allowed for some arguments only."""
    steps = [_Step(_JUMP_EQUAL, _CLONE3[column], otherwise=1), _Step(_RETURN, _ABSENT)]
    # A new thread, never a new process. glibc turns to clone where clone3 is absent.
    thread = [_Step(_LOAD, 16), _Step(_JUMP_BITS, _CLONE_THREAD, otherwise=1)]
    steps += _guarded(_CLONE[column], thread)
    # Its own limits only, and of CPU time (the resource 0) no new one: who lowers it is killed as
    # if from outside.
    own = [
        _Step(_LOAD, 20),
        _Step(_JUMP_EQUAL, 0, otherwise=9),
        _Step(_LOAD, 16),
        _Step(_JUMP_EQUAL, 0, otherwise=7),
        _Step(_LOAD, 24),
        _Step(_JUMP_EQUAL, 0, otherwise=4),
        _Step(_LOAD, 32),
        _Step(_JUMP_EQUAL, 0, otherwise=3),
        _Step(_LOAD, 36),
        _Step(_JUMP_EQUAL, 0, otherwise=1),
    ]
    steps += _guarded(_PRLIMIT[column], own)
    # What glibc before 2.39 makes of fstat, with an empty path. No filter can read a path: a call
    # with a path and the flag still tells a file's size.
    steps += _guarded(
        _NEWFSTATAT[column], [_Step(_LOAD, 40), _Step(_JUMP_BITS, _AT_EMPTY_PATH, otherwise=1)]
    )
    steps += _guarded(_FCNTL[column], _one_of(24, _FCNTL_COMMANDS))
    steps += _guarded(_IOCTL[column], _one_of(24, _IOCTL_REQUESTS))
    if tightens:
        steps += _guarded(_PRCTL[column], _one_of(16, (PR_SET_SECCOMP,)))
    return steps


def _one_of(offset: int, values: Iterable[int]) -> list[_Step]:
    values = list(values)
    last = len(values) - 1
    tests = [
        _Step(_JUMP_EQUAL, value, then=last - place, otherwise=int(place == last))
        for place, value in enumerate(values)
    ]
    return [_Step(_LOAD, offset), *tests]


def _guarded(number: int, test: list[_Step]) -> list[_Step]:
    """Allow call `number` where `test` falls through, and refuse it where it skips one more."""
    skip = len(test) + 2
    return [
        _Step(_JUMP_EQUAL, number, otherwise=skip),
        *test,
        _Step(_RETURN, _ALLOW),
        _Step(_RETURN, _REFUSE),
    ]
