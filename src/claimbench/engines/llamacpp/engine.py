"""The engine: a llama-server, and the endpoint engine that asks it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.engine import EndpointEngine
from claimbench.engines.llamacpp.process import ServerProcess
from claimbench.engines.llamacpp.remote import ServerFacts, ask_server
from claimbench.engines.tokenizer import decoder
from claimbench.errors import ConfigError
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from claimbench.engines.llamacpp.settings import LlamacppSettings

_PAGE = 256
"""llama.cpp rounds the context of a slot up to this."""
_SPARE = 2
"""It ends a reply when the last place of its context would be taken."""
_MOST_OPEN = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a server: requests of at most `longest` tokens with their replies, to a
    model with the tokenizer in `checkpoint`, these stop tokens and this end of its reasoning."""

    longest: int
    checkpoint: Path
    stop_ids: Collection[int]
    reasoning_end: str | None
    log: Log


class _Asking(EndpointEngine):
    """Asks a server of which `check` raises EngineDied where it has ended."""

    def __init__(
        self, url: str, said: ServerFacts, asked: Asked, check: Callable[[], None]
    ) -> None:
        # Some more than the server takes together, so that a freed slot never waits for us.
        most = min(_MOST_OPEN, said.slots + math.ceil(said.slots / 4))
        config = EndpointConfig(base_url=f"{url}/v1", model=said.name, concurrency=most)
        super().__init__(
            config,
            said.name,
            asked.stop_ids,
            log=asked.log,
            reasoning_end=asked.reasoning_end,
            decode=decoder(asked.checkpoint),
        )
        self._check = check

    def check_server(self) -> None:
        self._check()


class JoinedEngine(Engine):
    """A llama-server that is running at `url`. Raises ConfigError, when it is loaded, where it has
    no room for the longest request."""

    def __init__(self, url: str, asked: Asked) -> None:
        self._url, self._asked = url, asked
        self._asking: _Asking | None = None
        self._said: ServerFacts | None = None

    def load(self) -> _Asking:
        if self._asking is None:
            self._said = ask_server(self._url)
            self._check_room(self._said)
            self._asking = _Asking(self._url, self._said, self._asked, self._check)
        return self._asking

    def describe(self) -> Mapping[str, str]:
        self.load()
        assert self._said is not None
        return _described(self._said)

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        yield from self.load().generate(requests)

    def server(self) -> JsonDict:
        return self.load().server()

    def expect(self, server: JsonObject) -> None:
        self.load().expect(server)

    def _check_room(self, said: ServerFacts) -> None:
        need = self._asked.longest + _SPARE
        if said.context < need:
            raise ConfigError(
                f"the server {self._url} (engine.url) has room for {said.context} tokens of a "
                f"request, where the run's longest needs {need}: start it with a larger -c (it is "
                f"shared out among the {said.slots} of -np)"
            )

    def _check(self) -> None:
        """A server of somebody else is waited for, as any other."""


class LlamacppEngine(JoinedEngine):
    """A llama-server of our own on the GGUF file `file`, under the model's name."""

    def __init__(self, settings: LlamacppSettings, name: str, file: Path, asked: Asked) -> None:
        super().__init__("", asked)
        self._arguments = arguments(settings, name, file, asked.longest)
        self._process: ServerProcess | None = None

    def load(self) -> _Asking:
        if self._process is None:
            self._process = ServerProcess(self._arguments)
            self._process.wait()
            self._url = self._process.url
        return super().load()

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.close()

    def _check(self) -> None:
        assert self._process is not None
        self._process.check()


def arguments(settings: LlamacppSettings, name: str, file: Path, longest: int) -> list[str]:
    """The options of llama-server: none that builds of 2025 do not know."""
    slots = settings.together
    context = slots * _PAGE * math.ceil((longest + _SPARE) / _PAGE)
    found = ["--model", str(file), "--alias", name, "--no-webui"]
    found += ["--parallel", str(slots), "--ctx-size", str(context)]
    found += ["--threads", str(settings.threads)] if settings.threads else []
    return [*found, *settings.args]


def _described(said: ServerFacts) -> dict[str, str]:
    return {
        "name": "llama.cpp",
        "version": f"llama.cpp {said.build}",
        "quantization": said.quantization,
        "parameters": f"{said.parameters:.0f}",
        "context": str(said.context),
        "slots": str(said.slots),
    }
