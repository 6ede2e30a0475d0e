"""How long children may take by the clock, on a machine that may be busy.

CPU time is what is limited; the clock only ends what hangs without computing. So time does not
count in which a child waited for a core (another program had it, or another virtual machine), nor
time in which the machine stood still (a paused container). Else the verdict on a slow program would
depend on what ran beside it.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import os
import time
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

STARVED_FACTOR: Final = 30
"""However busy the machine: nothing takes longer than so many times what it may. With ten times,
a program that needs 0.2 s of CPU time and may take 0.9 s got no verdict beside 36 others on two
cores."""
MOST_THREADS: Final = 1000
"""Of children at once. No limit of the kernel's holds for root's threads, and all processes of the
machine share one supply of ids."""
_LOOK_S: Final = 0.1
"""Between two looks at the children."""
_STANDSTILL_S: Final = 1.0
"""Of the time between two looks no more than that counts: this process stood still, too."""


class WallClock:
    """Counts the time of children that began just now and may take `wall_s` seconds.

    `proc`: a descriptor of /proc; under bubblewrap a zygote has none in its own view of the
    machine.
    """

    def __init__(self, wall_s: float, proc: int) -> None:
        self._proc = proc
        self._allowed = wall_s
        self._most = STARVED_FACTOR * wall_s
        self._passed = 0.0
        self._waited = 0.0
        self._waiting = 0.0
        self._begun = self._looked = time.monotonic()
        self._seen: dict[str, Look] = {}

    def shorten(self, rest_s: float) -> None:
        """Allow no more than `rest_s` from now on."""
        self._allowed = min(self._allowed, self._used + rest_s)

    def wait(self) -> None:
        """Sleep until a child may have ended, or for a while."""
        begun = time.monotonic()
        # Most programs end before the first look. Of one that does not, or that is one of two, the
        # last stretch of time counts only with what it waited in it.
        if _signal.sigtimedwait([_signal.SIGCHLD], _LOOK_S) is None or self._seen:
            self._look()
        self._passed += min(time.monotonic() - begun, _STANDSTILL_S)

    def _look(self) -> None:
        now = time.monotonic()
        gap = min(now - self._looked, _STANDSTILL_S)
        before, self._looked = self._seen, now
        found = looks_at_children(self._proc)
        self._seen = {thread: look.after(before.get(thread), gap) for thread, look in found.items()}
        news = [look.since(before.get(thread)) for thread, look in self._seen.items()]
        # The kernel counts a wait when it is over, so it may be longer than the time since a look.
        waited = waited_for_others([turns for turns in news if any(turns)]) / 1e9
        self._waited = min(self._waited + waited, now - self._begun)
        self._waiting = max((look.waiting_s for look in self._seen.values()), default=0.0)

    @property
    def is_over(self) -> bool:
        return self._used >= self._allowed or self.is_starved

    @property
    def _used(self) -> float:
        """The seconds that count."""
        return self._passed - self._waited - self._waiting

    @property
    def is_starved(self) -> bool:
        """Whether the machine was too busy to tell a slow program from one that hangs."""
        return self._passed >= self._most

    @property
    def is_crowded(self) -> bool:
        """Whether children have more threads than they may."""
        return len(self._seen) > MOST_THREADS


class Turns(NamedTuple):
    """How long a thread has run, and how long it has waited for a core, in ns."""

    ran: int
    waited: int


class Look(NamedTuple):
    """A thread at one moment: its turns, how often it has gone to sleep, and whether it is `ready`:
    has a core, or waits for one or for the kernel to bring its memory back. `waiting_s`: how long
    it may have waited, at most, when it was first seen ready after a sleep; 0 once it has run."""

    turns: Turns
    sleeps: int
    ready: bool
    waiting_s: float = 0.0

    def after(self, before: Look | None, gap_s: float) -> Look:
        """With the waits that the kernel does not count, or not yet: the one that still lasts, and
        those for a core that is virtual and had no real one (steal of proc_stat(5)). Who only ran
        and waited in the `gap_s` seconds since the look before has waited whenever it did not run.
        """
        ran = self.since(before).ran
        rest = max(0.0, gap_s - ran / 1e9)
        if before is None or not self._is_of(before):
            return self._replace(waiting_s=rest * self.ready)
        stayed = before.ready and self.ready and before.sleeps == self.sleeps
        waited = max(self.turns.waited, before.turns.waited + int(rest * 1e9) * stayed)
        waiting_s = (before.waiting_s if ran == 0 else 0.0) if stayed else rest * self.ready
        return self._replace(turns=Turns(self.turns.ran, waited), waiting_s=waiting_s)

    def since(self, before: Look | None) -> Turns:
        """Its turns since the look before."""
        if before is None or not self._is_of(before):
            return self.turns
        return Turns(self.turns.ran - before.turns.ran, self.turns.waited - before.turns.waited)

    def _is_of(self, before: Look) -> bool:
        """Whether both are of one thread: ids are given again."""
        return self.turns.ran >= before.turns.ran


def waited_for_others(news: Sequence[Turns]) -> int:
    """How long children waited for what is not theirs, at least, in ns; `news` are those of their
    threads that ran or waited meanwhile.

    Threads take turns (Python's do, and so do a solution and the tests that call it), so it is the
    sum that counts; but threads that wake all at once wait for each other, and a program that
    sleeps would seem to starve. While one of them runs, each of the others waits at most as long;
    twice that leaves room for the kernel's own work between them. And what the longest waited, no
    program can stretch beyond the CPU time that it has.
    """
    longest = max((turns.waited for turns in news), default=0)
    own = 2 * (len(news) - 1) * sum(turns.ran for turns in news)
    return max(longest, sum(turns.waited for turns in news) - own)


def looks_at_children(proc: int) -> dict[str, Look]:
    """A look at each thread of this process's children, or at the first that are more than they may
    be; {} where this kernel does not say."""
    found: dict[str, Look] = {}
    with contextlib.suppress(OSError):
        for pid in _read("thread-self/children", proc).split():
            for thread in islice(_threads(pid, proc), MOST_THREADS + 1):
                # It may end meanwhile.
                with contextlib.suppress(OSError, ValueError, IndexError):
                    found[thread] = look_at(thread, proc)
    return found


def look_at(thread: str, proc: int) -> Look:
    """A look at the thread `PID/task/ID`: Linux's sched-stats.rst for schedstat, proc_pid_status(5)
    for the rest. Raises OSError, ValueError or IndexError where it has ended."""
    ran, waited = _read(f"{thread}/schedstat", proc).split()[:2]
    status = _read(f"{thread}/status", proc)
    state = status.partition("\nState:\t")[2][0]
    sleeps = status.partition("\nvoluntary_ctxt_switches:\t")[2].split()[0]
    return Look(Turns(int(ran), int(waited)), int(sleeps), state in "RD")


def _threads(pid: str, proc: int) -> list[str]:
    folder = os.open(f"{pid}/task", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
    try:
        return [f"{pid}/task/{thread}" for thread in os.listdir(folder)]  # noqa: PTH208
    finally:
        os.close(folder)


def _read(path: str, proc: int) -> str:
    file = os.open(path, os.O_RDONLY, dir_fd=proc)
    try:
        return os.read(file, 65536).decode("ascii")
    finally:
        os.close(file)
