"""A process for each replica on this machine, with GPUs or cores of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from claimbench.config.machine import deaf_to_interrupts
from claimbench.engines.base import Engine
from claimbench.engines.replicas.replica import Lost, News, Replica, Staff, Worker
from claimbench.errors import ConfigError, counted
from claimbench.records.runs import Request
from claimbench.store import provenance

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings

_GPUS = "CUDA_VISIBLE_DEVICES"
_JOIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """What a replica computes on: GPUs as CUDA_VISIBLE_DEVICES names them, or else CPU cores."""

    gpus: tuple[str, ...] = ()
    cores: tuple[int, ...] = ()

    def take(self) -> None:
        """Keep this process to it; before any library counts cores or GPUs."""
        if self.gpus:
            os.environ[_GPUS] = ",".join(self.gpus)
        else:
            os.sched_setaffinity(0, self.cores)


def places(settings: LocalSettings) -> list[Place]:
    """A place for each replica. Raises ConfigError where this machine has too few GPUs or cores."""
    gpus, cores, count = visible_gpus(), sorted(os.sched_getaffinity(0)), settings.replicas
    on_gpus = bool(gpus) if settings.on_gpus is None else settings.on_gpus
    each = settings.gpus if on_gpus else max(1, len(cores) // count)
    room = (len(gpus) if on_gpus else len(cores)) // each
    if room < count:
        has = counted(len(gpus), "GPU") if on_gpus else counted(len(cores), "core")
        raise ConfigError(
            f"engine.replicas is {count}, and this machine has room for {room} ({has}, {each} for "
            f"a replica): lower it, or name a Ray cluster (engine.ray_address)"
        )
    parts = [slice(number * each, (number + 1) * each) for number in range(count)]
    if on_gpus:
        return [Place(gpus=tuple(gpus[part])) for part in parts]
    return [Place(cores=tuple(cores[part])) for part in parts]


def visible_gpus() -> list[str]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    if (named := os.environ.get(_GPUS)) is not None:
        return [name.strip() for name in named.split(",") if name.strip() not in {"", "-1"}]
    return [str(number) for number in range(len(provenance.gpus()))]


class Processes(Staff):
    """Replicas as processes; `make` makes the engine of each, at one of the `places`."""

    def __init__(self, make: Callable[[], Engine], places: Sequence[Place]) -> None:
        self._make, self._places = make, places

    def start(self, number: int) -> _Process:
        return _Process(number, self._make, self._places[number - 1])

    def wait(self, workers: Sequence[Worker], seconds: float) -> list[Worker]:
        pipes = {worker.pipe: worker for worker in workers if isinstance(worker, _Process)}
        ready = wait(list(pipes), seconds)
        return [worker for pipe, worker in pipes.items() if pipe in ready]


class _Process(Worker):
    def __init__(self, number: int, make: Callable[[], Engine], place: Place) -> None:
        # Not by fork: this process may have threads, and CUDA.
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        name = f"claimbench replica {number}"
        # Not a daemon: those may not have processes of their own, and vLLM's engine is one.
        self._process = context.Process(target=_serve, args=(theirs, make, place), name=name)
        with deaf_to_interrupts():
            self._process.start()
        theirs.close()

    def send(self, requests: list[Request], over: bool) -> None:
        try:
            self.pipe.send((requests, over))
        except OSError:  # it is gone: `receive` says so
            return

    def receive(self) -> News:
        try:
            news: News = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join(_JOIN_SECONDS)
            raise Lost(_how(self._process.exitcode)) from None
        return news

    def kill(self) -> None:
        self._process.kill()
        self._process.join(_JOIN_SECONDS)
        self.pipe.close()


def _how(code: int | None) -> str:
    """How a process ended, in words."""
    if code is not None and code < 0:
        return f"its process was killed by {signal.Signals(-code).name}"
    return f"its process ended with exit code {code}"


def _serve(pipe: Connection, make: Callable[[], Engine], place: Place) -> None:
    """The process of a replica: in turns with the driver, until that hangs up or is gone."""
    place.take()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to answer
    replica = Replica(make)
    try:
        while True:
            requests, over = pipe.recv()
            pipe.send(replica.exchange(requests, over))
    except (EOFError, OSError):
        # The engine's thread may be in a long product: nobody waits for it.
        os._exit(0)
