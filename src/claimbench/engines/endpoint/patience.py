"""Asking again and again while faults pass, and saying once what is waited for."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from claimbench.engines.base import Log
from claimbench.engines.endpoint.faults import Backoff, Fault, Malformed, Silent, Unreachable

_QUIET_SECONDS = 60.0
"""Between two outages that are logged: a server that comes and goes is no news."""

_SILENT_SECONDS = 7200.0
"""For how long a request that the server does not answer in time is tried: an attempt may take an
hour by itself."""

_T = TypeVar("_T")


class Patience:
    """Tries what it is given as often as `backoff` says, for all requests to the server `host`.

    A server that was never reached is given up much sooner: its address is wrong, or it is not up.
    `log` takes one line when a wait begins, and one when it is over: of whatever goes wrong before
    the first answer, later of a server that cannot be reached. `check` is called at each fault, and
    raises EngineDied where no server is left that could be waited for.
    """

    def __init__(
        self,
        backoff: Backoff,
        host: str,
        log: Log,
        seed: int | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._log, self._check = log, check
        self.retries = 0
        self._backoff, self._host, self._rng = backoff, host, random.Random(seed)
        self._reached = self._answered = self._waiting = False
        self._logged = -math.inf

    async def ask(
        self, once: Callable[[], Awaitable[_T]], most: int | None = None, *, reply: bool = True
    ) -> _T:
        """What `once` gives, tried at most `most` times where that is given. Raises its last Fault,
        with the number of attempts in it; a first `reply` that cannot be read at once."""
        began = time.monotonic()
        for attempt in itertools.count(1):
            try:
                answer = await once()
            except Fault as fault:
                self._check()
                self._reached |= not isinstance(fault, Unreachable)
                fault.attempts = attempt
                pause = self._backoff.wait(attempt, fault, self._rng)
                late = time.monotonic() - began + pause > self._seconds_for(fault)
                if late or self._is_last(attempt, fault, most) or self._is_hopeless(fault):
                    raise
                self._begin_to_wait(fault)
                self.retries += 1
                await asyncio.sleep(pause)
            else:
                self._go_on(reply)
                return answer
        raise AssertionError

    @property
    def _seconds(self) -> float:
        """For how long an attempt is followed by another."""
        return math.inf if self._reached else self._backoff.start

    def _seconds_for(self, fault: Fault) -> float:
        return min(self._seconds, _SILENT_SECONDS if isinstance(fault, Silent) else math.inf)

    def _is_last(self, attempt: int, fault: Fault, most: int | None) -> bool:
        return attempt >= (most or fault.most or self._backoff.attempts)

    def _is_hopeless(self, fault: Fault) -> bool:
        """A server that has never given a readable answer will not give one for the asking."""
        return isinstance(fault, Malformed) and not fault.passing and not self._answered

    def _begin_to_wait(self, fault: Fault) -> None:
        now = time.monotonic()
        if self._waiting or now - self._logged < _QUIET_SECONDS:
            return
        if isinstance(fault, Unreachable) or not self._answered:
            self._waiting, self._logged = True, now
            seconds = min(self._backoff.most_waited, self._seconds)
            self._log(f"{self._host}: {fault}; trying again for up to {seconds:.0f} seconds")

    def _go_on(self, reply: bool) -> None:
        self._reached = True
        self._answered |= reply
        if self._waiting:
            self._waiting = False
            self._log(f"{self._host} answers")
