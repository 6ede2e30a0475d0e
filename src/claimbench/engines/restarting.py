"""An engine that is started again when it dies, around any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

from claimbench.errors import EngineDied
from claimbench.records import Completion, Request, RequestFailure

if TYPE_CHECKING:
    from claimbench.engines import Engine


class RestartingEngine:
    """Makes its engine anew up to `restarts` times; the requests that were open are asked again,
    first. `told` hears of every restart, with the reason."""

    def __init__(
        self, make: Callable[[], Engine], restarts: int, told: Callable[[str], None]
    ) -> None:
        self._make, self._left, self._told = make, restarts, told
        self._engine = self._started()

    def describe(self) -> Mapping[str, str]:
        """What the engine says of itself."""
        facts: Mapping[str, str] = getattr(self._engine, "describe", dict)()
        return facts

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        """See `engines.Engine`."""
        waiting: dict[str, Request] = {}
        source = _remembered(requests, waiting)
        while True:
            again = list(waiting.values())
            try:
                answers: Any = self._engine.generate(chain(again, source))
                with closing(answers):
                    for answer in answers:
                        waiting.pop(answer.request_id)
                        yield answer
                return
            except EngineDied as death:
                self._note(death)
            self.close()
            self._engine = self._started()

    def close(self) -> None:
        """Close the engine that runs now."""
        getattr(self._engine, "close", lambda: None)()

    def _started(self) -> Engine:
        while True:
            try:
                return self._make()
            except EngineDied as death:
                self._note(death)

    def _note(self, death: EngineDied) -> None:
        if not self._left:
            raise death
        self._left -= 1
        self._told(f"starting the engine again ({self._left} restarts left): {death}")


def _remembered(requests: Iterable[Request], waiting: dict[str, Request]) -> Iterator[Request]:
    for request in requests:
        waiting[request.id] = request
        yield request
