"""Hands requests out as replicas have room, and again when one is lost."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from claimbench.engines.base import Answer, Log
from claimbench.engines.ray.cluster import Needs, places
from claimbench.engines.ray.replica import BEAT_SECONDS, News, Replica
from claimbench.errors import ClaimbenchError, EngineDied, InputError, ModelError
from claimbench.records import Request


@dataclass(eq=False)
class _Post:
    """A replica as the driver sees it: the actor that is it now, and what it was handed and has
    not answered. `over`: it knows that no more will come for now."""

    number: int
    restarts_left: int
    actor: Any = None
    open: dict[str, Request] = field(default_factory=dict)
    over: bool = True
    idle: bool = False


class Dispatcher:
    """One job for replicas. `make` makes an engine on a replica; `window` is about how many
    requests it keeps open; `log` takes what replicas were lost."""

    def __init__(
        self,
        make: Callable[[], object],
        needs: Needs,
        *,
        replicas: int,
        restarts: int,
        window: int,
        log: Log,
    ) -> None:
        self._make, self._needs, self._log = make, needs, log
        self._count = replicas
        self._posts = [_Post(number, restarts) for number in range(1, replicas + 1)]
        self._ahead = replicas * window
        self._pool: deque[Request] = deque()
        self._source: Iterator[Request] | None = None
        self._calls: dict[object, _Post] = {}

    def work(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """The answers to all requests, each once, in finishing order. Raises EngineDied when no
        replica is left."""
        import ray

        self._source = iter(requests)
        for post in self._posts:
            self._start(post)
        while self._owes():
            self._wake()
            ready, _ = ray.wait(list(self._calls), timeout=2 * BEAT_SECONDS)
            for call in ready:
                yield from self._hear(self._calls.pop(call), call)
            if not ready:
                self._check_room()

    def dismiss(self) -> None:
        """End all replicas."""
        for post in self._posts:
            self._kill(post)

    def _owes(self) -> bool:
        self._fill()
        return bool(self._pool) or any(post.open for post in self._posts)

    def _fill(self) -> None:
        """Pull ahead of the replicas, so that the end of the work is seen before it is reached."""
        if self._source is not None and len(self._pool) < self._ahead:
            missing = self._ahead - len(self._pool)
            pulled = list(islice(self._source, missing))
            self._pool.extend(pulled)
            if len(pulled) < missing:
                self._source = None

    # --- what replicas say ------------------------------------------------------------------

    def _hear(self, post: _Post, call: object) -> Iterator[Answer]:
        import ray

        try:
            news: News = ray.get(call)
        except ray.exceptions.RayError as error:
            self._lost(post, (str(error).strip().splitlines() or [type(error).__name__])[0])
            return
        for answer in news.answers:
            if post.open.pop(answer.request_id, None) is not None:
                yield answer
        if news.failure:
            self._failed(post, *news.failure)
        else:
            self._hand(post, news)

    def _failed(self, post: _Post, kind: type[ClaimbenchError], sentence: str) -> None:
        """The engine of a replica failed: what would fail anywhere ends the run."""
        if issubclass(kind, InputError | ModelError):
            raise kind(sentence)
        self._lost(post, sentence)

    def _lost(self, post: _Post, why: str) -> None:
        """Take back what the replica was handed, and start it again while it may be."""
        self._kill(post)
        self._pool.extendleft(reversed(post.open.values()))
        taken, post.open = len(post.open), {}
        if post.restarts_left:
            post.restarts_left -= 1
            self._start(post)
        else:
            self._posts.remove(post)
        if not self._posts:
            raise EngineDied(
                f"No replica of the engine is left; of the last: {why} Mend that, or let "
                f"engine.restarts start replicas again, and run the same command again"
            )
        self._log(
            f"replica {post.number} was lost ({why}); {taken} requests are handed out again, "
            f"{len(self._posts)} of {self._count} replicas go on"
        )

    def _check_room(self) -> None:
        """Nothing was heard for long: a replica may wait for a node that is gone."""
        import ray

        if places(ray.nodes(), self._needs) == 0:
            raise EngineDied(
                f"no node of the Ray cluster is left that has room for a replica ({self._needs}); "
                f"start nodes, and run the same command again"
            )

    # --- what replicas are sent -------------------------------------------------------------

    def _start(self, post: _Post) -> None:
        import ray

        actor = ray.remote(Replica).options(
            num_cpus=self._needs.cpus, num_gpus=self._needs.gpus, max_restarts=0, max_concurrency=2
        )
        post.actor, post.over, post.idle = actor.remote(self._make), True, False
        self._call(post, [])

    def _hand(self, post: _Post, news: News) -> None:
        """Give a replica its share. With less than it has room for, none is left for now: its
        engine then ends what is open without waiting for more."""
        share = self._share(post, news.wants) if news.wants else []
        if news.wants:
            post.over = len(share) < news.wants
        post.idle = news.resting and not share
        if not post.idle:
            self._call(post, share)

    def _share(self, post: _Post, wants: int) -> list[Request]:
        """At the end of the work a replica gets its fair part, so that the first to be loaded does
        not take all while the others load."""
        self._fill()
        room = wants
        if self._source is None:
            left = len(self._pool) + sum(len(other.open) for other in self._posts)
            room = min(wants, math.ceil(left / len(self._posts)) - len(post.open))
        return [self._pool.popleft() for _ in range(min(room, len(self._pool)))]

    def _call(self, post: _Post, requests: list[Request]) -> None:
        post.open.update((request.id, request) for request in requests)
        self._calls[post.actor.exchange.remote(requests, post.over)] = post

    def _wake(self) -> None:
        """Ask resting replicas again where there is work."""
        for post in self._posts:
            if post.idle and self._pool:
                post.idle = False
                self._call(post, [])

    def _kill(self, post: _Post) -> None:
        import ray

        self._calls = {call: other for call, other in self._calls.items() if other is not post}
        if post.actor is not None:
            ray.kill(post.actor)
            post.actor = None
