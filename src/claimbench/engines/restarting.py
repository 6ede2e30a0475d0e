"""An engine that is started again when it dies, around any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from claimbench.engines.base import Answer, Engine, Log, closing_answers
from claimbench.errors import EngineDied, counted
from claimbench.records.plain import JsonDict
from claimbench.records.runs import Request


class RestartingEngine(Engine):
    """Makes its engine anew up to `restarts` times; the requests that were open are asked again,
    first. `log` takes every restart, with the reason."""

    def __init__(self, make: Callable[[], Engine], restarts: int, log: Log) -> None:
        self._make, self._left, self._log = make, restarts, log
        self._engine = self._started()

    def describe(self) -> Mapping[str, str]:
        return self._engine.describe()

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        waiting: dict[str, Request] = {}
        source = _remembered(requests, waiting)
        while True:
            again = list(waiting.values())
            try:
                with closing_answers(self._engine.generate(chain(again, source))) as answers:
                    for answer in answers:
                        waiting.pop(answer.request_id)
                        yield answer
                return
            except EngineDied as death:
                self._note(death)
            self.close()
            self._engine = self._started()

    def server(self) -> JsonDict:
        return self._engine.server()

    def expect(self, server: Mapping[str, object]) -> None:
        self._engine.expect(server)

    def close(self) -> None:
        self._engine.close()

    def _started(self) -> Engine:
        while True:
            try:
                engine = self._make()
                engine.load()
                return engine
            except EngineDied as death:
                self._note(death)

    def _note(self, death: EngineDied) -> None:
        if not self._left:
            raise death
        self._left -= 1
        self._log(f"starting the engine again ({counted(self._left, 'restart')} left): {death}")


def _remembered(requests: Iterable[Request], waiting: dict[str, Request]) -> Iterator[Request]:
    for request in requests:
        waiting[request.id] = request
        yield request
