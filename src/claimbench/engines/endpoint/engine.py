"""The engine: requests out, completions back, at most `concurrency` of them open.

Requests are asked in an event loop on a thread of its own; the stages see a plain iterator.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.endpoint.bounds import most_of
from claimbench.engines.endpoint.client import Client, import_openai, read_key
from claimbench.engines.endpoint.faults import Backoff, Fault, NoAnswer, Unreachable
from claimbench.engines.endpoint.patience import Patience
from claimbench.engines.endpoint.server import Server
from claimbench.engines.endpoint.settings import EndpointConfig
from claimbench.engines.endpoint.wire import body_of, completion_of
from claimbench.errors import EngineDied
from claimbench.records import Completion, Request, RequestFailure

_MOST_IN_A_ROW = 3
"""Requests given up one after another before the server counts as gone."""
_SECONDS_PER_TOKEN = 1.0
"""No server on which a benchmark could be run is slower."""

_Submit = Callable[[Coroutine[Any, Any, Any]], "Future[Any]"]


class EndpointEngine(Engine):
    """Asks an OpenAI-compatible server for every request.

    `name` is the model's name on the server; `stop_ids` the ids of the model's stop tokens (token
    ids only). `log` takes, from another thread, what is waited for. Raises ConfigError at once
    where the key is not in the environment.
    """

    def __init__(
        self,
        settings: EndpointConfig,
        name: str,
        stop_ids: Collection[int] = (),
        backoff: Backoff | None = None,
        seed: int | None = None,
        log: Log = lambda _: None,
    ) -> None:
        import_openai()
        self._settings, self._stop_ids = settings, frozenset(stop_ids)
        self._key = read_key(settings)
        self._server = Server(settings, name, self._key)
        self._host = urlsplit(settings.base_url).netloc
        self._patience = Patience(backoff or Backoff(), self._host, log, seed)
        self._in_a_row = 0

    def server(self) -> dict[str, Any]:
        return {**self._server.facts(), "retries": self._patience.retries}

    def expect(self, server: Mapping[str, Any]) -> None:
        self._server.expect(server.get("answers_as"))

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        source = iter(requests)
        first = next(source, None)
        if first is None:
            return
        done: queue.SimpleQueue[Future[Answer]] = queue.SimpleQueue()
        with _event_loop() as submit, self._connected(submit, first) as client:
            source, opened = itertools.chain([first], source), 0
            while True:
                for request in islice(source, self._settings.concurrency - opened):
                    submit(self._answer(client, request)).add_done_callback(done.put)
                    opened += 1
                if not opened:
                    return
                answer = done.get().result()
                opened -= 1
                yield answer

    @contextmanager
    def _connected(self, submit: _Submit, first: Request) -> Iterator[Client]:
        client = Client(self._settings, self._key)
        try:
            submit(self._probe(client, first)).result()
            yield client
        finally:
            # What is open is cancelled first: its connection closes, and the server stops.
            submit(_end_tasks()).result()
            submit(client.close()).result()

    async def _probe(self, client: Client, request: Request) -> None:
        """Read what the server lists, and ask for one token: which model answers is known before
        the first sample, and a wrong key, name or parameter at once."""
        probe = replace(request, sampling=replace(request.sampling, max_tokens=1))
        try:
            self._server.read_list(await self._patience.ask(client.models))
            with suppress(NoAnswer):
                await self._patience.ask(lambda: self._ask(client, probe))
        except Unreachable as fault:
            raise EngineDied(_unreachable(self._host, fault)) from None
        except Fault as fault:
            raise EngineDied(
                f"The server of engine.endpoint.base_url does not serve requests ({fault}; "
                f"{fault.attempts} attempts); check the address and that the server is up, "
                f"and run the same command again."
            ) from None

    async def _answer(self, client: Client, request: Request) -> Answer:
        """The completion, or why there is none after all attempts."""
        try:
            completion = await self._patience.ask(lambda: self._ask(client, request))
        except NoAnswer as reason:
            return RequestFailure(request.id, str(reason))
        except Fault as fault:
            self._in_a_row += 1
            if self._in_a_row >= _MOST_IN_A_ROW:
                raise EngineDied(_gone(fault)) from None
            return RequestFailure(request.id, f"{fault}, {fault.attempts} times")
        self._in_a_row = 0
        return completion

    async def _ask(self, client: Client, request: Request) -> Completion:
        body = body_of(request, self._settings, self._server.name, self._stop_ids)
        started = time.monotonic()
        seconds = deadline_of(request, self._settings)
        answer = await client.ask(body, most_of(request), seconds)
        self._server.check(answer)
        return completion_of(request, answer, self._stop_ids, time.monotonic() - started)


def deadline_of(request: Request, settings: EndpointConfig) -> float:
    """Seconds that one attempt at `request` may take: `deadline`, or by default the `timeout`, as a
    request may wait its turn in silence, and what its tokens take on a very slow server."""
    return settings.deadline or settings.timeout + _SECONDS_PER_TOKEN * request.sampling.max_tokens


def _unreachable(host: str, fault: Fault) -> str:
    return (
        f"The server {host} (engine.endpoint.base_url) cannot be reached: {fault}; "
        f"{fault.attempts} attempts. Check the address and that the server is up, and run the same "
        f"command again."
    )


def _gone(fault: Fault) -> str:
    return (
        f"The server does not serve requests any more ({fault}; {fault.attempts} attempts each); "
        f"look after it, and run the same command again."
    )


@contextmanager
def _event_loop() -> Iterator[_Submit]:
    """An event loop on a thread of its own; what it gives runs a coroutine there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="endpoint", daemon=True)
    thread.start()
    try:
        yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
