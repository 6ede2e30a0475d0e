"""Ctrl-C and SIGTERM: both end a command with one sentence and an exit code of their own."""

from __future__ import annotations

import contextlib
import math
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from claimbench.cli.terminal import complain

TOGETHER_SECONDS = 5.0
"""SIGTERMs so close are one: long enough for a busy node to deliver both."""
AGAIN_SECONDS = 0.05
"""Until a Ctrl-C that Python dropped comes again."""
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


class Interrupt:
    """SIGTERM, with which a batch system stops a run, as Ctrl-C: what is finished is stored. It
    goes to every process of a task, and a parent passes it on: the second of two that come together
    would break off what the first has begun to put in order."""

    came = False
    """Whether it came: the exit code then says so."""

    def __init__(self) -> None:
        self._came_at = -math.inf

    def __call__(self, _signal: int, _frame: object) -> None:
        now = time.monotonic()
        if now - self._came_at > TOGETHER_SECONDS:
            self._came_at = now
            Interrupt.came = True
            raise KeyboardInterrupt


class Stopped(SystemExit):
    """The end of a command that a signal stopped, after its last words: exit code 128 and the
    number of the signal, as shells have it."""

    def __init__(self) -> None:
        super().__init__(TERMINATED if Interrupt.came else INTERRUPTED)


def ignore_interrupts() -> None:
    """From here on Ctrl-C ends nothing: the last words of a command are said once, and its exit
    code is true. Python's own end would die of the signal, without a word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Work that a signal stops, with the command that goes on with it."""
    try:
        yield
    except KeyboardInterrupt:
        ignore_interrupts()
        words = shlex.join(["claimbench", *sys.argv[1:]])
        kept = f"finished samples are in {folder}" if folder.exists() else "nothing was begun"
        complain(f"stopped; {kept}. Go on with: {words}")
        raise Stopped from None


@contextlib.contextmanager
def answered(whole_process: bool) -> Iterator[None]:
    """Signals are answered as the command line does, and afterwards as whoever called it did. Where
    the process ends with it, Ctrl-C stays ignored: Python's own end is behind it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    dropped = sys.unraisablehook
    Interrupt.came = False
    signal.signal(signal.SIGTERM, Interrupt())
    sys.unraisablehook = raise_again
    try:
        yield
    finally:
        if not whole_process:
            sys.unraisablehook = dropped
            for number, handler in before.items():
                # None: set by a library in C, which Python cannot give back.
                signal.signal(number, signal.SIG_DFL if handler is None else handler)


def raise_again(lost: sys.UnraisableHookArgs) -> None:
    """Python drops what is raised where an object is freed, with a traceback: of Ctrl-C the command
    would go on. It comes again, a moment later, when nothing is being freed."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        threading.Timer(AGAIN_SECONDS, signal.raise_signal, [signal.SIGINT]).start()
    else:
        sys.__unraisablehook__(lost)
