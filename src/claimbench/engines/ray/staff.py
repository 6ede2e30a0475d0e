"""Replicas as actors on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from claimbench.engines.base import Engine
from claimbench.engines.ray.cluster import Needs, places
from claimbench.engines.replicas.replica import Lost, News, Replica, Staff, Worker
from claimbench.errors import EngineDied
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from ray import ObjectRef


class Actors(Staff):
    """`make` makes the engine of each; `needs` is what Ray reserves for one."""

    def __init__(self, make: Callable[[], Engine], needs: Needs) -> None:
        self._make, self._needs = make, needs

    def start(self, number: int) -> _Actor:
        return _Actor(self._make, self._needs)

    def wait(self, workers: Sequence[Worker], seconds: float) -> list[Worker]:
        import ray

        calls = {worker.call: worker for worker in workers if isinstance(worker, _Actor)}
        ready, _ = ray.wait(list(calls), timeout=seconds)
        return [calls[call] for call in ready]

    def check_room(self) -> None:
        """A replica may wait for a node that is gone."""
        import ray

        if places(ray.nodes(), self._needs) == 0:
            raise EngineDied(
                f"no node of the Ray cluster is left that has room for a replica ({self._needs}); "
                f"start nodes, and run the same command again"
            )


class _Actor(Worker):
    def __init__(self, make: Callable[[], Engine], needs: Needs) -> None:
        import ray

        options = {"num_cpus": needs.cpus, "num_gpus": needs.gpus}
        actor = ray.remote(Replica).options(**options, max_restarts=0, max_concurrency=2)
        self._actor = actor.remote(make)
        self.call: ObjectRef | None = None

    def send(self, requests: list[Request], over: bool) -> None:
        self.call = self._actor.exchange.remote(requests, over)

    def receive(self) -> News:
        import ray

        try:
            news: News = ray.get(self.call)
        except ray.exceptions.RayError as error:
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise Lost(why) from error
        return news

    def kill(self) -> None:
        import ray

        ray.kill(self._actor)
