"""The system call filter: its numbers, and what its program answers on both architectures."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from claimbench.sandbox import landlock, seccomp, syscalls
from claimbench.sandbox.seccomp import assemble

ALLOW, KILL, REFUSE, ABSENT = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALONE: Mapping[str, tuple[int | None, int | None]] = {
    "clone": seccomp._CLONE,
    "clone3": seccomp._CLONE3,
    "prlimit64": seccomp._PRLIMIT,
    "fcntl": seccomp._FCNTL,
    "ioctl": seccomp._IOCTL,
    "prctl": seccomp._PRCTL,
}
TABLE = {**seccomp._CALLS, **seccomp._PATH_CALLS, **ALONE}
FORBIDDEN = {
    "socket": (41, 198), "connect": (42, 203), "socketpair": (53, 199), "kill": (62, 129),
    "tgkill": (234, 131), "tkill": (200, 130), "ptrace": (101, 117), "execve": (59, 221),
    "execveat": (322, 281), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
    "bpf": (321, 280), "io_uring_setup": (425, 425), "memfd_create": (319, 279),
    "pidfd_open": (434, 434), "process_vm_readv": (310, 270), "keyctl": (250, 219),
    "setitimer": (38, 103), "timer_delete": (226, 111), "timer_settime": (223, 110),
    "open_by_handle_at": (304, 265), "openat2": (437, 437), "seccomp": (317, 277),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241), "setuid": (105, 146),
    "chroot": (161, 51), "unlinkat": (263, 35), "mkdirat": (258, 34), "renameat2": (316, 276),
    "sendmsg": (46, 211), "shmget": (29, 194), "mq_open": (240, 180), "rt_sigqueueinfo": (129, 138),
}  # fmt: skip


KERNEL = {
    "capset": syscalls._CAPSET,
    "close": syscalls._CLOSE,
    "dup3": syscalls._DUP3,
    "prctl": syscalls._PRCTL,
    "prlimit64": syscalls._PRLIMIT,
    "rt_sigprocmask": syscalls._SIGPROCMASK,
    "write": syscalls._WRITE,
    "timer_create": syscalls._TIMER_CREATE,
    "timer_settime": syscalls._TIMER_SETTIME,
    "landlock_create_ruleset": dict.fromkeys(AUDIT, landlock._CREATE),
    "landlock_add_rule": dict.fromkeys(AUDIT, landlock._ADD_RULE),
    "landlock_restrict_self": dict.fromkeys(AUDIT, landlock._RESTRICT),
}
"""What the sandbox itself calls by number."""


def numbers_of(header: str) -> dict[str, int]:
    """The generic table gives some calls a number under one name and, for 64 bits, another name."""
    numbered = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header, re.M)
    known = {name: int(number) for name, number in numbered}
    for name, other in re.findall(r"^#define __NR_(\w+)\s+__NR3264_(\w+)$", header, re.M):
        if other in known:  # some are numbers of other architectures only
            known.setdefault(name, known[other])
    return known


def run_filter(machine: str, number: int, *arguments: int, audit: int = 0, **kind: bool) -> int:
    """What the filter answers: an interpreter of classic BPF, as far as seccomp has it (Linux's
    Documentation/userspace-api/seccomp_filter.rst and networking/filter.rst)."""
    words = [number, audit or AUDIT[machine], 0, 0]
    for argument in [*arguments, *[0] * (6 - len(arguments))]:
        words += [argument & 0xFFFFFFFF, argument >> 32 & 0xFFFFFFFF]
    steps = assemble(machine, **{"opens": True, **kind})
    at, held = 0, 0
    while True:
        step = steps[at]
        at += 1
        if step.code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            assert step.value % 4 == 0
            held = words[step.value // 4]
        elif step.code == 0x06:  # BPF_RET | BPF_K
            return step.value
        elif step.code == 0x05:  # BPF_JMP | BPF_JA
            at += step.value
        else:  # BPF_JEQ, BPF_JGE, BPF_JSET, against a constant
            jumps = {0x15: held == step.value, 0x35: held >= step.value, 0x45: held & step.value}
            at += step.then if jumps[step.code] else step.otherwise


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
class TestBothArchitectures:
    def test_numbers_are_the_kernels(self, machine: str) -> None:
        header = HEADERS[machine]
        if not header.is_file():
            pytest.skip(f"the kernel's headers ({header}, of linux-libc-dev) are not installed")
        known = numbers_of(header.read_text())
        ours = {n: k[COLUMN[machine]] for n, k in {**TABLE, **FORBIDDEN}.items()}
        ours |= {name: table[machine] for name, table in KERNEL.items()}
        assert {n: k for n, k in ours.items() if k is not None and known.get(n) != k} == {}
        if machine == "aarch64":
            assert {n for n, k in ours.items() if k is None} & set(known) == set()

    def test_every_jump_stays_inside_and_every_way_ends(self, machine: str) -> None:
        for opens, tightens in ((True, False), (True, True), (False, False)):
            steps = assemble(machine, opens=opens, tightens=tightens)
            assert len(steps) < 4096
            for place, step in enumerate(steps):
                assert 0 <= step.then < 256
                assert 0 <= step.otherwise < 256
                ahead = [step.value] if step.code == 0x05 else [step.then, step.otherwise]
                assert all(place + 1 + skip < len(steps) for skip in ahead if step.code != 0x06)
            assert steps[-1].code == 0x06

    def test_listed_calls_pass_and_no_others(self, machine: str) -> None:
        column = COLUMN[machine]
        for opens in (True, False):
            listed = {**seccomp._CALLS, **(seccomp._PATH_CALLS if opens else {})}
            allowed = {number for call in listed.values() if (number := call[column]) is not None}
            special = {call[column] for call in ALONE.values()}
            for number in set(range(600)) - special:
                expected = ALLOW if number in allowed else REFUSE
                assert run_filter(machine, number, opens=opens) == expected, number

    def test_what_must_never_pass(self, machine: str) -> None:
        for name, numbers in FORBIDDEN.items():
            assert run_filter(machine, numbers[COLUMN[machine]]) == REFUSE, name

    def test_threads_but_no_processes(self, machine: str) -> None:
        clone, clone3 = seccomp._CLONE[COLUMN[machine]], seccomp._CLONE3[COLUMN[machine]]
        thread = 0x00010000 | 0x00000100 | 0x00000800
        assert run_filter(machine, clone, thread) == ALLOW
        for flags in (17, 0x4000 | 0x100 | 17, 0x10000000, 0, 1 << 48):
            assert run_filter(machine, clone, flags) == REFUSE
        # glibc turns to clone, whose flags can be looked at.
        assert run_filter(machine, clone3, thread) == ABSENT

    def test_arguments(self, machine: str) -> None:
        column = COLUMN[machine]
        prlimit, fcntl, ioctl, prctl = (
            call[column]
            for call in (seccomp._PRLIMIT, seccomp._FCNTL, seccomp._IOCTL, seccomp._PRCTL)
        )
        assert run_filter(machine, prlimit, 0, 3) == ALLOW
        assert run_filter(machine, prlimit, 1, 3) == REFUSE
        assert run_filter(machine, prlimit, 1 << 32, 3) == REFUSE
        pointer, cpu = 0x7F00_0000_1000, 0
        assert run_filter(machine, prlimit, 0, 3, pointer) == ALLOW
        assert run_filter(machine, prlimit, 0, cpu, 0, pointer) == ALLOW  # asks for it
        for new in (pointer, 1 << 32, 1):
            assert run_filter(machine, prlimit, 0, cpu, new) == REFUSE
        assert [run_filter(machine, fcntl, 0, command) for command in (0, 3, 1030)] == [ALLOW] * 3
        owner, seals, lock = 8, 1033, 6
        for command in (owner, seals, lock):
            assert run_filter(machine, fcntl, 0, command) == REFUSE
        assert run_filter(machine, ioctl, 1, 0x5401) == ALLOW  # isatty
        assert run_filter(machine, ioctl, 1, 0x5412) == REFUSE  # types into a terminal
        assert run_filter(machine, prctl, 22) == REFUSE
        assert run_filter(machine, prctl, 22, tightens=True) == ALLOW
        assert run_filter(machine, prctl, 4, tightens=True) == REFUSE

    def test_another_architectures_calls_end_the_process(self, machine: str) -> None:
        i386, arm = 0x40000003, 0x40000028
        for audit in (i386, arm, *(set(AUDIT.values()) - {AUDIT[machine]})):
            assert run_filter(machine, 0, audit=audit) == KILL


def test_x32_calls_end_the_process() -> None:
    assert run_filter("x86_64", 0x40000000 + 39) == KILL
    assert run_filter("x86_64", 0xFFFFFFFF) == KILL


def test_other_machines_have_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        assemble("riscv64", opens=True)
