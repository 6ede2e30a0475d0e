"""Hands requests out as replicas have room, and again when one is lost."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from claimbench.engines.base import Answer, Log, closing_answers
from claimbench.engines.replicas.replica import BEAT_SECONDS, Lost, News, Staff, Worker
from claimbench.errors import ClaimbenchError, EngineDied, InputError, ModelError, counted
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings

USUAL_SLOTS = 256


def dispatched(
    staff: Staff, requests: Iterable[Request], settings: LocalSettings, log: Log
) -> Iterator[Answer]:
    """The answers of `settings.replicas` replicas, which end with the last one. Raises as
    `Dispatcher.work` does."""
    dispatcher = Dispatcher(
        staff,
        replicas=settings.replicas,
        restarts=settings.restarts,
        window=settings.slots or USUAL_SLOTS,
        log=log,
    )
    try:
        with closing_answers(dispatcher.work(requests)) as answers:
            yield from answers
    finally:
        dispatcher.dismiss()


@dataclass(eq=False)
class _Post:
    """A replica as the driver sees it: the worker that is it now, and what it was handed and has
    not answered. `asked`: it was sent something and has said nothing yet. `over`: it knows that no
    more will come for now."""

    number: int
    restarts_left: int
    worker: Worker | None = None
    open: dict[str, Request] = field(default_factory=dict)
    asked: bool = False
    over: bool = True
    idle: bool = False


class Dispatcher:
    """One job for replicas, which `staff` starts; `window` is about how many requests a replica
    keeps open; `log` takes what replicas were lost."""

    def __init__(
        self,
        staff: Staff,
        *,
        replicas: int,
        restarts: int,
        window: int,
        log: Log,
    ) -> None:
        self._staff, self._log = staff, log
        self._count = replicas
        self._posts = [_Post(number, restarts) for number in range(1, replicas + 1)]
        self._ahead = replicas * window
        self._pool: deque[Request] = deque()
        self._source: Iterator[Request] | None = None

    def work(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """The answers to all requests, each once, in finishing order. Raises EngineDied when no
        replica is left."""
        self._source = iter(requests)
        for post in self._posts:
            self._start(post)
        while self._owes():
            self._wake()
            asked = {post.worker: post for post in self._posts if post.worker and post.asked}
            ready = self._staff.wait(list(asked), 2 * BEAT_SECONDS)
            for worker in ready:
                yield from self._hear(asked[worker], worker)
            if not ready:
                self._staff.check_room()

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

    def _hear(self, post: _Post, worker: Worker) -> Iterator[Answer]:
        post.asked = False
        try:
            news = worker.receive()
        except Lost as loss:
            self._lost(post, str(loss))
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
        again = counted(taken, "request is", "requests are")
        self._log(
            f"replica {post.number} was lost ({why}); {again} handed out again, "
            f"{len(self._posts)} of {self._count} replicas go on"
        )

    # --- what replicas are sent -------------------------------------------------------------

    def _start(self, post: _Post) -> None:
        post.worker, post.over, post.idle = self._staff.start(post.number), True, False
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
        post.asked = True
        assert post.worker is not None
        post.worker.send(requests, post.over)

    def _wake(self) -> None:
        """Ask resting replicas again where there is work."""
        for post in self._posts:
            if post.idle and self._pool:
                post.idle = False
                self._call(post, [])

    def _kill(self, post: _Post) -> None:
        post.asked = False
        if post.worker is not None:
            post.worker.kill()
            post.worker = None
