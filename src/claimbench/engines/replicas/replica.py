"""A replica: an engine that works through what it is handed, and the contract of the workers that
hold one.

An engine pulls its requests, and must never wait for one while it could step. So the replica keeps
a few requests ahead of it, asks for more whenever fewer are left, and is told when none will come:
then the engine finishes its open ones, and the replica rests until it is handed new ones.
"""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.models import ModelConfig
from claimbench.engines.base import Answer, Engine, closing_answers
from claimbench.errors import ClaimbenchError, ConfigError, EngineDied, ModelError
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings

AHEAD = 16
"""Requests that wait at a replica beyond those its engine has pulled."""
BEAT_SECONDS = 5.0
"""How long a call waits for news at most."""


@dataclass(frozen=True, slots=True)
class News:
    """What a replica answers: finished requests, how many more it has room for, whether it rests,
    and how its engine failed (the error, its sentence)."""

    answers: tuple[Answer, ...]
    wants: int
    resting: bool
    failure: tuple[type[ClaimbenchError], str] | None = None


class Replica:
    """An engine of its own, in a thread of its own; `make` makes it. Called by one caller."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._changed = threading.Condition()
        self._inbox: deque[Request] = deque()
        self._outbox: list[Answer] = []
        self._over = self._loading = True
        self._resting = False
        self._failure: tuple[type[ClaimbenchError], str] | None = None
        threading.Thread(target=self._work, daemon=True).start()

    def exchange(self, requests: list[Request], over: bool) -> News:
        """Take `requests`, the last for now if `over`; return as soon as there are news."""
        with self._changed:
            if requests:
                self._inbox.extend(requests)
                self._resting = False
            self._over = over
            self._changed.notify_all()
            self._changed.wait_for(self._has_news, BEAT_SECONDS)
            answers, self._outbox = tuple(self._outbox), []
            return News(answers, self._wants(), self._resting, self._failure)

    def _has_news(self) -> bool:
        return bool(self._outbox or self._failure or self._wants() or self._resting)

    def _wants(self) -> int:
        if self._loading or (self._over and not self._resting):
            return 0
        return max(AHEAD - len(self._inbox), 0)

    def _work(self) -> None:
        try:
            engine = self._make()
            engine.load()
            self._rest()
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._inbox)
                with closing_answers(engine.generate(self._feed())) as answers:
                    for answer in answers:
                        self._put(answer)
                self._rest()
        except ClaimbenchError as error:
            self._fail(type(error), str(error))
        except BaseException as error:
            reason = (str(error).strip().splitlines() or [""])[0][:300]
            self._fail(EngineDied, f"The engine failed: {type(error).__name__}: {reason}")

    def _feed(self) -> Iterator[Request]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._inbox or self._over)
                if not self._inbox:
                    return
                request = self._inbox.popleft()
                self._changed.notify_all()
            yield request

    def _put(self, answer: Answer) -> None:
        with self._changed:
            self._outbox.append(answer)
            self._changed.notify_all()

    def _rest(self) -> None:
        with self._changed:
            self._loading, self._resting = False, True
            self._changed.notify_all()

    def _fail(self, kind: type[ClaimbenchError], sentence: str) -> None:
        with self._changed:
            self._failure = kind, sentence
            self._changed.notify_all()


# --- who holds it: processes and Ray keep this contract -----------------------------------------


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


# --- what it needs ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Equipment:
    """What a replica needs to make the driver's engine on its own node, and to notice where it
    would be another one."""

    model: ModelConfig
    checkpoint: Path
    files: Mapping[str, int]
    settings: LocalSettings
    identity: Mapping[str, str]

    def make(self) -> Engine:
        """Raises ModelError where the checkpoint is missing or another one, ConfigError where the
        engine is of another version."""
        node = _node()
        _check_files(self.checkpoint, self.files, node)
        if (found := self.settings.identity()) != dict(self.identity):
            raise ConfigError(
                f"node {node} has engine {' '.join(found.values())}, and this machine "
                f"{' '.join(self.identity.values())}: install the same versions on all nodes"
            )
        return self.settings.make(self.model, self.checkpoint, _silent)


def equip(model: ModelConfig, checkpoint: Path | None, settings: LocalSettings) -> Equipment:
    """What the replicas of this machine's engine need."""
    assert checkpoint is not None
    sizes = _file_sizes(checkpoint)
    return Equipment(model, checkpoint, sizes, settings, settings.identity())


def _file_sizes(checkpoint: Path) -> dict[str, int]:
    """Name and size in bytes of every file of a checkpoint folder."""
    return {p.name: p.stat().st_size for p in sorted(checkpoint.iterdir()) if p.is_file()}


def _check_files(checkpoint: Path, files: Mapping[str, int], node: str) -> None:
    try:
        found = _file_sizes(checkpoint)
    except OSError:
        raise ModelError(
            f"node {node} cannot read the checkpoint {checkpoint}: put it on a file system that "
            f"all nodes have under this path"
        ) from None
    differing = sorted(name for name, size in files.items() if found.get(name) != size)
    if differing:
        raise ModelError(
            f"node {node} has another checkpoint in {checkpoint} ({differing[0]} differs): copy "
            f"it there again"
        )


def _node() -> str:
    return socket.gethostname()


def _silent(_: str) -> None:
    """A replica has no user to write to; what ends it is reported by the driver."""
