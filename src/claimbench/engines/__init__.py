"""Engines turn Requests into Completions. One file (or folder) per engine, heavy imports inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from claimbench.records import Completion, Request, RequestFailure


class Engine(Protocol):
    """What every engine offers."""

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        """Yield a Completion or RequestFailure for every request, in finishing order.

        Requests are pulled lazily, so that at most a window of them is open. Closing the iterator
        aborts the open ones. Raises `errors.EngineDied` when the engine cannot go on.
        """
        ...
