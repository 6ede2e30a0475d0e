"""Locking a child: limits first, then Landlock, then the system call filter. None of it can be
undone from inside."""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from claimbench.sandbox import landlock
from claimbench.sandbox.job import Limits
from claimbench.sandbox.kernel import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    prctl,
    ready_cpu_timer,
    ready_prctl,
)
from claimbench.sandbox.seccomp import Filter

Level = Literal["A", "B", "C", "D"]


@dataclass(frozen=True)
class Lock:
    """What a zygote prepares once and each of its children puts on.

    `files` is Landlock's restriction; `loose` is the filter while a level C child still imports its
    modules.
    """

    files: Callable[[], int] | None
    loose: Filter | None
    tight: Filter | None

    def restrict_files(self) -> None:
        """Needs the ruleset's descriptor."""
        if self.files is not None:
            self.files()

    def restrict_calls(self) -> None:
        """For level C all but the last step."""
        first = self.loose or self.tight
        if first is not None:
            first.install()

    def tighten(self) -> None:
        """Level C's last step."""
        if self.loose is not None and self.tight is not None:
            self.tight.install()


def make_lock(level: Level, folders: list[Path]) -> Lock:
    """The lock of a level; OSError where this kernel cannot do it. From here on, this process and
    its children can gain no privileges, which the lock needs."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if level in ("A", "B"):
        ruleset = landlock.make_ruleset(folders)
        return Lock(landlock.restriction(ruleset), None, Filter(opens=True))
    if level == "C":
        return Lock(None, Filter(opens=True, tightens=True), Filter(opens=False))
    return Lock(None, None, None)


def readable_folders(numpy: bool) -> list[Path]:
    """What a program may read: Python's standard library, and numpy with its libraries."""
    paths = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    if numpy:
        package = Path(sys.modules["numpy"].__file__ or "").parent
        paths |= {str(package), str(package.with_name("numpy.libs"))}
    return [path for path in map(Path, sorted(paths)) if path.is_dir()]


_die_with_parent = ready_prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def ready_limits(limits: Limits) -> Callable[[int], None]:
    """A call, to be made in a child, that limits it; its argument is the parent's process id.

    CPU time by a timer, exact, and by the kernel's limit, which no program can turn off and
    which counts in ticks, so that it needs room: at most a third too much was seen. Nothing of it
    is counted from before this call but the fork itself.
    """
    wanted = ((_CPU, math.ceil(2 * limits.cpu_s)), (_AS, limits.memory), (_FSIZE, limits.output))
    pairs = [(which, (min(value, _HARD[which]),) * 2) for which, value in wanted]
    start_timer = ready_cpu_timer(signal.SIGPROF, limits.cpu_s)

    def limit(parent: int) -> None:
        _die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        for which, pair in pairs:
            resource.setrlimit(which, pair)
        start_timer()

    return limit


def limit_all() -> None:
    """What is the same for all of a zygote's children, and does not hinder itself: no core dumps,
    few open files."""
    for which, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(which, (min(value, _hard_limit(which)),) * 2)


def _hard_limit(which: int) -> int:
    hard = resource.getrlimit(which)[1]
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


_CPU, _AS, _FSIZE = resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE
_HARD: Final = {which: _hard_limit(which) for which in (_CPU, _AS, _FSIZE)}
"""How far a child's limits may go, which does not change while a zygote lives."""
