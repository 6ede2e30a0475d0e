"""Who starts workers and how they are reached: the contract that processes and Ray keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from claimbench.engines.replicas.replica import News
from claimbench.records import Request


class Lost(Exception):
    """A worker is gone; the text says how."""


class Worker(ABC):
    """A replica somewhere. It is sent something, says something, and so on in turns."""

    @abstractmethod
    def send(self, requests: list[Request], over: bool) -> None:
        """See `Replica.exchange`. Does not wait; a loss shows in `receive`."""

    @abstractmethod
    def receive(self) -> News:
        """What the replica says. Raises Lost."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once."""


class Staff(ABC):
    """Starts workers."""

    @abstractmethod
    def start(self, number: int) -> Worker:
        """The worker of replica `number`, from 1."""

    @abstractmethod
    def wait(self, workers: Sequence[Worker], seconds: float) -> list[Worker]:
        """Those that have something to say or are lost; none after so many seconds."""

    def check_room(self) -> None:  # noqa: B027
        """Nothing was heard for long. Raises EngineDied where no worker can be started any more."""
