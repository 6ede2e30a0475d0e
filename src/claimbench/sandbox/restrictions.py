"""Locking a child: limits first, then Landlock, then the system call filter. None of it can be
undone from inside."""

from __future__ import annotations

import _ctypes
import _signal  # type: ignore[import-not-found]
import math
import os
import resource
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from claimbench.sandbox import landlock
from claimbench.sandbox.protocol import Isolation, Limits
from claimbench.sandbox.seccomp import install_call
from claimbench.sandbox.syscalls import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    Call,
    limit_call,
    prctl,
    prctl_call,
    timer_calls,
    unblock_call,
)


class Restrictions(NamedTuple):
    """What a zygote prepares once and each of its children puts on, in this order.

    `files` is Landlock's restriction, which needs the ruleset's descriptor; `calls` the filter;
    `last` the filter that follows under `seccomp` once the modules are imported.
    """

    files: tuple[Call, ...] = ()
    calls: tuple[Call, ...] = ()
    last: tuple[Call, ...] = ()


def make_restrictions(isolation: Isolation, folders: list[str]) -> Restrictions:
    """The restrictions of an isolation; OSError where this kernel cannot do it. From here on, this
    process and its children can gain no privileges, which they need."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if isolation in ("namespaces", "landlock"):
        ruleset = landlock.make_ruleset(folders)
        return Restrictions((landlock.restrict_call(ruleset),), (install_call(opens=True),))
    if isolation == "seccomp":
        first = install_call(opens=True, tightens=True)
        return Restrictions((), (first,), (install_call(opens=False),))
    return Restrictions()


def readable_folders(installed: bool) -> list[str]:
    """What a program may read: Python's standard library, and the `installed` packages that were
    imported, with their libraries."""
    # `sysconfig` would say so, too, but what it imports would stay in this process.
    paths = {os.path.dirname(module.__file__ or "") for module in (os, _ctypes)}
    if installed:
        paths |= set(_installed())
    return [path for path in sorted(paths) if os.path.exists(path)]


def _installed() -> Iterator[str]:
    """Of each imported package that was installed: its folder (or file), and its libraries'."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        folder, base = os.path.split(file)
        if "." in name or name == "claimbench" or "-packages" not in folder:
            continue
        package = folder if base.startswith("__init__.") else file
        yield from (package, f"{package}.libs")


@lru_cache(maxsize=64)
def limit_calls(limits: Limits) -> tuple[Call, ...]:
    """What a child makes first: it dies with its parent, has its limits, and hears of its end.

    CPU time is limited by a timer, exact, and by the kernel's limit, which no program can turn off
    and which counts in ticks, so that it needs room: at most a third too much was seen. Nothing of
    it is counted from before these calls but the fork itself.
    """
    wanted = ((_CPU, math.ceil(2 * limits.cpu_s)), (_AS, limits.memory), (_FSIZE, limits.output))
    return (
        prctl_call(PR_SET_PDEATHSIG, int(_signal.SIGKILL)),
        *(limit_call(which, min(value, _HARD[which])) for which, value in wanted),
        *timer_calls(int(_signal.SIGPROF), limits.cpu_s),
        unblock_call(int(_signal.SIGCHLD)),
    )


def limit_all(files: int) -> None:
    """What is the same for all of a zygote's children, and does not hinder itself: no core dumps,
    few open files."""
    for which, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, files)):
        resource.setrlimit(which, (min(value, _hard_limit(which)),) * 2)


def _hard_limit(which: int) -> int:
    hard = resource.getrlimit(which)[1]
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


_CPU, _AS, _FSIZE = resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE
_HARD: Final = {which: _hard_limit(which) for which in (_CPU, _AS, _FSIZE)}
"""How far a child's limits may go, which does not change while a zygote lives."""
