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
from typing import Final

STARVED_FACTOR: Final = 10
"""However busy the machine: nothing takes longer than so many times what it may."""
_LOOK_S: Final = 1.0
"""Between two looks at the clock; of a standstill no more than that counts."""


class Backstop:
    """Counts the time of children that began just now and may take `wall_s` seconds.

    `proc`: a descriptor of /proc; level A's zygote has none in its own view of the machine.
    """

    def __init__(self, wall_s: float, proc: int) -> None:
        self._proc = proc
        self._allowed = wall_s
        self._most = STARVED_FACTOR * wall_s
        self._look = min(_LOOK_S, wall_s / 10)
        self._passed = 0.0
        self._waits: dict[str, int] = {}

    def shorten(self, rest_s: float) -> None:
        """Allow no more than `rest_s` from now on."""
        self._allowed = min(self._allowed, self._passed - self._waited + rest_s)

    def wait(self) -> None:
        """Sleep until a child may have ended, or for a while."""
        begun = time.monotonic()
        if _signal.sigtimedwait([_signal.SIGCHLD], self._look) is None:
            self._waits |= waits(self._proc)
        # More than that went by only where this process stood still, too.
        self._passed += min(time.monotonic() - begun, self._look)

    @property
    def is_over(self) -> bool:
        return self._passed - self._waited >= self._allowed or self.is_starved

    @property
    def is_starved(self) -> bool:
        """Whether the machine was too busy to tell a slow program from one that hangs."""
        return self._passed >= self._most

    @property
    def _waited(self) -> float:
        """The sum over threads, gone ones too: Python's threads take turns, and so do a solution
        and the tests that call it."""
        return sum(self._waits.values()) / 1e9


def waits(proc: int) -> dict[str, int]:
    """How long each thread of this process's children has waited for a core, in ns; {} where this
    kernel does not say."""
    found = {}
    with contextlib.suppress(OSError):
        for pid in _read("thread-self/children", proc).split():
            for thread in _threads(pid, proc):
                # It may end meanwhile. The second number of Linux's
                # Documentation/scheduler/sched-stats.rst.
                with contextlib.suppress(OSError, ValueError, IndexError):
                    found[thread] = int(_read(f"{thread}/schedstat", proc).split()[1])
    return found


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
