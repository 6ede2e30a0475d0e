"""An engine that replies from a script: for tests of everything that an engine feeds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from claimbench.config import DType, ModelConfig
from claimbench.engines.base import Engine, Log
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.errors import EngineDied
from claimbench.records import Completion, Request, RequestFailure

Reply = str | Completion | RequestFailure
Script = Callable[[Request], Reply] | Mapping[str, Reply]


class ScriptedEngine(Engine):
    """Replies to every request with what the script says.

    `script` is a function of the request, or a mapping from request id (else problem id) to the
    reply; a string becomes a completion that stopped, of one token per word and the EOS token.
    At most `window` requests are open. `shuffle` is a seed: replies leave in a shuffled order, as
    from a real engine. `dies_after` replies, EngineDied is raised. `pulled` and `delivered` count.
    """

    def __init__(
        self,
        script: Script,
        *,
        window: int = 8,
        shuffle: int | None = None,
        dies_after: int | None = None,
    ) -> None:
        self._script, self._window, self._dies_after = script, window, dies_after
        self._rng = None if shuffle is None else random.Random(shuffle)
        self.pulled = self.delivered = 0
        self.closed = False

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        source, waiting = iter(requests), list[Request]()
        delivered = 0
        try:
            while True:
                pulled = list(islice(source, self._window - len(waiting)))
                self.pulled += len(pulled)
                waiting += pulled
                if self._dies_after == delivered:
                    raise EngineDied(f"The scripted engine died after {delivered} replies.")
                if not waiting:
                    return
                request = waiting.pop(self._rng.randrange(len(waiting)) if self._rng else 0)
                delivered += 1
                self.delivered += 1
                yield self._reply(request)
        finally:
            self.closed = True

    def _reply(self, request: Request) -> Completion | RequestFailure:
        if callable(self._script):
            reply = self._script(request)
        elif request.id in self._script:
            reply = self._script[request.id]
        else:
            reply = self._script[request.problem_id]
        return completion_of(request, reply) if isinstance(reply, str) else reply


def completion_of(request: Request, text: str) -> Completion:
    """A completion of one token per word, none of which has an id; cut at max_tokens, where there
    is no EOS."""
    words = text.split(" ")
    limit = request.sampling.max_tokens
    cut = len(words) >= limit
    if len(words) > limit:
        words = words[:limit]
    return Completion(
        request_id=request.id,
        text=" ".join(words),
        token_ids=(),
        finish_reason="length" if cut else "stop",
        prompt_tokens=len(request.prompt_ids),
        completion_tokens=len(words) + (not cut),
        seconds=0.0,
    )


def scripted_kind(engine: Callable[[], Engine]) -> type[TransformersSettings]:
    """A kind to put into `ENGINES`: it takes the keys of the default engine, so that any run file
    can be run with it, and its engine is what `engine` gives."""

    class ScriptedSettings(TransformersSettings):
        packages: ClassVar[tuple[str, ...]] = ()

        def identity(self) -> dict[str, str]:
            return {"name": "scripted", "version": "1"}

        def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
            return engine()

        def fallback(self, models: Sequence[ModelConfig]) -> DType | None:
            return None

    return ScriptedSettings
