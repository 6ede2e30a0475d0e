"""How long children may take by the clock, on a machine that may be busy.

CPU time is what is limited; the clock only ends what hangs without computing. So time does not
count in which a child waited for a core (another program had it), nor time in which the machine
stood still (a paused container). Else the verdict on a slow program would depend on what ran beside
it.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import os
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

STARVED_FACTOR: Final = 10
"""However busy the machine: nothing takes longer than so many times what it may."""
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
        self._begun = self._ran = time.monotonic()
        self._seen: dict[str, Turns] = {}

    def shorten(self, rest_s: float) -> None:
        """Allow no more than `rest_s` from now on."""
        self._allowed = min(self._allowed, self._used + rest_s)

    def wait(self) -> None:
        """Sleep until a child may have ended, or for a while."""
        begun = time.monotonic()
        if _signal.sigtimedwait([_signal.SIGCHLD], _LOOK_S) is None:
            self._look()
        self._passed += min(time.monotonic() - begun, _STANDSTILL_S)

    def _look(self) -> None:
        seen = turns_of_children(self._proc)
        news = [
            turns.since(self._seen.get(thread, Turns(0, 0)))
            for thread, turns in seen.items()
            if turns != self._seen.get(thread)
        ]
        # The kernel counts a wait when it is over, so it may be longer than the time since a look.
        now = time.monotonic()
        self._waited = min(self._waited + waited_for_others(news) / 1e9, now - self._begun)
        # One that still lasts is known by this: none of them has run, and one of them could have.
        if any(turns.ran for turns in news) or not could_run(seen, self._proc):
            self._ran = now
        self._waiting = now - self._ran
        self._seen = seen

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

    def since(self, before: Turns) -> Turns:
        if self.ran < before.ran:  # another thread, which has the number of one that is gone
            return self
        return Turns(self.ran - before.ran, self.waited - before.waited)


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


def turns_of_children(proc: int) -> dict[str, Turns]:
    """The turns of each thread of this process's children, or of the first that are more than they
    may be; {} where this kernel does not say."""
    found: dict[str, Turns] = {}
    with contextlib.suppress(OSError):
        for pid in _read("thread-self/children", proc).split():
            for thread in islice(_threads(pid, proc), MOST_THREADS + 1):
                # It may end meanwhile. Linux's Documentation/scheduler/sched-stats.rst.
                with contextlib.suppress(OSError, ValueError, IndexError):
                    ran, waited = _read(f"{thread}/schedstat", proc).split()[:2]
                    found[thread] = Turns(int(ran), int(waited))
    return found


def could_run(threads: Iterable[str], proc: int) -> bool:
    """Whether a thread waits for a core, or for the kernel to bring its memory back (states R and D
    of proc(5))."""
    for thread in threads:
        with contextlib.suppress(OSError, IndexError):
            if _read(f"{thread}/stat", proc).rpartition(")")[2].split()[0] in "RD":
                return True
    return False


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
