"""The engine: requests out, completions back, at most `concurrency` of them open.

Requests are asked in an event loop on a thread of its own; the stages see a plain iterator.
"""

from __future__ import annotations

import itertools
import queue
import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.endpoint.client import Client, import_openai, read_key
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.examine import Examiner, SeedCheck, settled
from claimbench.engines.endpoint.exchange import Exchange
from claimbench.engines.endpoint.faults import (
    Backoff,
    Fault,
    Malformed,
    NoAnswer,
    Refused,
    Unreachable,
    gone,
    safe_words,
    unreachable,
)
from claimbench.engines.endpoint.llamacpp import Decode
from claimbench.engines.endpoint.loop import Submit, end_tasks, event_loop
from claimbench.engines.endpoint.patience import Patience
from claimbench.engines.endpoint.pending import Pending, problem_of
from claimbench.engines.endpoint.proxies import proxy_words
from claimbench.engines.endpoint.replies import completion_of, tokens_of
from claimbench.engines.endpoint.scheme import other_scheme
from claimbench.engines.endpoint.server import Server
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, Request, RequestFailure

_MOST_IN_A_ROW = 3
"""Requests given up one after another before the server is probed; replies that end with the same
unknown word."""
_MOST_PROBLEMS = 8
"""Different problems given up one after another before a server that answers probes is given up."""
_PAID = ("prompt", "completion")
"""Tokens that were paid for and are in no completion: of probes, and of replies without use."""
_LATE_ATTEMPTS = _LIST_ATTEMPTS = 2
_OTHER_LIMIT = "max_completion_tokens"
_TOO_SHORT = ("output limit was reached", "minimum", "at least", "greater than or equal")


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """A request without an answer; `late`: in the last round."""

    request: Request
    failure: RequestFailure
    late: bool


class EndpointEngine(Engine):
    """Asks an OpenAI-compatible server for every request.

    `name` is the model's name on the server; `stop_ids` the ids of the model's stop tokens (token
    ids only). `log` takes, from another thread, what is waited for. Raises ConfigError at once
    where the key is not in the environment. `reasoning_end` is the tag that ends the reasoning,
    `decode` the model's own tokenizer.
    """

    def __init__(
        self,
        settings: EndpointConfig,
        name: str,
        stop_ids: Collection[int] = (),
        backoff: Backoff | None = None,
        seed: int | None = None,
        log: Log = lambda _: None,
        reasoning_end: str | None = None,
        decode: Decode | None = None,
    ) -> None:
        import_openai()
        self._settings, self._stop_ids = settings, frozenset(stop_ids)
        self._key = read_key(settings)
        self._server = Server(settings, name, self._key)
        self._exchange = Exchange(settings, self._server, self._stop_ids, decode)
        self._host = urlsplit(settings.base_url).netloc
        self._patience = Patience(backoff or Backoff(), self._host, log, seed, self._examine_fault)
        self._log, self._reasoning_end = log, reasoning_end
        self._proxy = proxy_words(settings.base_url)
        self._limit = _OTHER_LIMIT if "max_tokens" in settings.unsupported else "max_tokens"
        self._examiner, self._seeds = Examiner(reasoning_end, log), SeedCheck()
        self._unanswered: list[Hashable] = []
        self._words: Counter[tuple[str, str]] = Counter()
        self._paid: Counter[str] = Counter()
        self._first: Request | None = None
        self._answered: Request | None = None
        self._skipping = self._scheme_tried = False

    def server(self) -> dict[str, object]:
        facts = {**self._server.facts(), "retries": self._patience.retries}
        unused = {key: self._paid[key] for key in _PAID}
        return {**facts, "first_replies": self._examiner.facts(), "unused_tokens": unused}

    def expect(self, server: Mapping[str, object]) -> None:
        self._server.expect(server)

    def check_server(self) -> None:
        """Raises EngineDied where it is known that no server is left to wait for."""

    def _examine_fault(self) -> None:
        """Raises EngineDied where it makes no sense to try again: no server is left, or one that
        has not answered yet speaks the other of http and https."""
        self.check_server()
        if self._answered is None and not self._scheme_tried:
            self._scheme_tried = True
            if sentence := other_scheme(self._settings.base_url):
                raise EngineDied(sentence)

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        source = iter(requests)
        first = next(source, None)
        if first is None:
            return
        self._first = first
        pending = Pending(itertools.chain([first], source))
        try:
            with event_loop() as submit, self._connected(submit, first) as client:
                yield from self._work(submit, client, pending)
        finally:
            if complaint := self._examiner.complaint():
                self._log(f"{complaint}.")

    def _work(self, submit: Submit, client: Client, pending: Pending) -> Iterator[Answer]:
        done: queue.SimpleQueue[Future[Answer | _GivenUp]] = queue.SimpleQueue()
        opened: dict[str, Request] = {}
        while True:
            while len(opened) < self._settings.concurrency and (request := pending.take()):
                asked = self._answer(client, request, pending.last_round)
                submit(asked).add_done_callback(done.put)
                opened[request.id] = request
            if not opened:
                return
            answer = done.get().result()
            if isinstance(answer, _GivenUp):
                del opened[answer.request.id]
                if failure := pending.give_up(answer.request, answer.failure, answer.late):
                    yield failure
                continue
            yield answer
            self._examine(opened.pop(answer.request_id), answer)

    @contextmanager
    def _connected(self, submit: Submit, first: Request) -> Iterator[Client]:
        client = Client(self._settings, self._key)
        try:
            submit(self._probe(client, first)).result()
            yield client
        finally:
            # What is open is cancelled first: its connection closes, and the server stops.
            submit(end_tasks()).result()
            submit(client.close()).result()

    async def _probe(self, client: Client, request: Request) -> None:
        """Read what the server lists, and ask for one token: which model answers is known before
        the first sample, and a wrong key, name or parameter at once."""
        try:
            self._server.read_list(await self._models(client))
            await self._exchange.check_vocabulary(client, request, self._patience)
            await self._first_token(client, request)
        except Refused as refused:
            self._examine_fault()
            raise EngineDied(f"{refused}{self._proxy}") from None
        except Unreachable as fault:
            raise EngineDied(unreachable(self._host, fault) + self._proxy) from None
        except Malformed as fault:
            raise EngineDied(
                f"The server's first answer cannot be used: {fault}{self._proxy}. Check "
                f"engine.endpoint.base_url (it ends in /v1, or in what stands for it there)."
            ) from None
        except Fault as fault:
            raise EngineDied(
                f"The server of engine.endpoint.base_url does not serve requests ({fault}; "
                f"{fault.attempts} attempts){self._proxy}; check the address and that the server "
                f"is up, and run the same command again."
            ) from None

    async def _models(self, client: Client) -> object:
        """What the server lists; None where it does not: requests will show whether it serves."""
        try:
            return await self._patience.ask(client.models, _LIST_ATTEMPTS, reply=False)
        except Unreachable:
            raise
        except Fault:
            return None

    async def _first_token(self, client: Client, request: Request) -> None:
        """Ask for one token, under the name of max_tokens that the server takes."""
        try:
            with suppress(NoAnswer):
                await self._patience.ask(lambda: self._ask(client, _short(request)))
        except Refused as refused:
            if _is_too_short(refused):  # the request itself will be none
                return
            if _OTHER_LIMIT not in refused.words or self._limit == _OTHER_LIMIT:
                raise
            self._limit = _OTHER_LIMIT
            await self._first_token(client, request)

    async def _answer(self, client: Client, request: Request, late: bool) -> Answer | _GivenUp:
        """The completion, or why there is none after all attempts. `late`: in the last round, in
        which a problem that the server did not answer before is tried a few times only."""
        try:
            most = _LATE_ATTEMPTS if late else None
            completion = await self._patience.ask(lambda: self._ask(client, request), most)
        except NoAnswer as reason:
            return RequestFailure(request.id, str(reason))
        except Fault as fault:
            self._unanswered.append(problem_of(request))
            await self._check_alive(client, fault, late)
            failure = RequestFailure(request.id, f"{fault}, {fault.attempts} times")
            return _GivenUp(request, failure, late)
        self._unanswered.clear()
        self._answered = request
        kept = completion.prompt_tokens, completion.completion_tokens
        self._paid.subtract(dict(zip(_PAID, kept, strict=True)))
        return completion

    async def _check_alive(self, client: Client, fault: Fault, late: bool) -> None:
        """Raises EngineDied where it is the server, not a prompt, that does not answer: after some
        requests in a row it is asked for one token of one that it has answered before."""
        if len(self._unanswered) < _MOST_IN_A_ROW:
            return
        if len(set(self._unanswered)) >= _MOST_PROBLEMS and not late:
            raise EngineDied(gone(fault))
        try:
            with suppress(NoAnswer, Refused):  # whoever refuses is there
                known = self._answered or self._first
                assert known is not None
                known = _short(known)
                await self._patience.ask(lambda: self._ask(client, known), 1)
        except Fault:
            raise EngineDied(gone(fault)) from None
        if not self._skipping:
            self._skipping = True
            self._log(
                f"{self._host} answers, but not every problem ({fault}); those are asked last"
            )

    async def _ask(self, client: Client, request: Request) -> Completion:
        started = time.monotonic()
        answer = await self._exchange.ask(client, request, self._limit)
        self._paid.update(dict(zip(_PAID, tokens_of(answer), strict=True)))
        self._server.check(answer)
        took = time.monotonic() - started
        own = self._settings.finish_reasons
        try:
            found, used = completion_of(request, answer, self._stop_ids, took, own)
        except NoAnswer as lacking:
            self._note_word(lacking.word, "")
            raise
        except Fault as lacking:  # asked again: it counts where the same request gets it again
            self._note_word(lacking.word, request.id)
            raise
        self._words.clear()
        hidden = self._settings.reasoning == "hidden"
        return settled(found, used, self._reasoning_end, hidden)

    def _note_word(self, word: str, request: str) -> None:
        """Raises EngineDied where replies end, again and again, with a word that nobody knows."""
        self._words.update([(word, request)] if word else [])
        if self._words[word, request] >= _MOST_IN_A_ROW:
            raise EngineDied(
                f"The server ends its replies with finish_reason {safe_words(word, self._key)!r}, "
                f"of which it is not known whether they are whole; say it in engine.endpoint."
                f"finish_reasons (stop: whole, length: cut by max_tokens), and run the same "
                f"command again."
            )

    def _examine(self, request: Request, answer: Answer) -> None:
        """See what the first replies say of the server, once they are stored."""
        if isinstance(answer, Completion) and self._settings.examine:
            self._examiner.add(answer)
            self._seeds.add(request, answer)


def _short(request: Request) -> Request:
    """The same for one token."""
    return replace(request, sampling=replace(request.sampling, max_tokens=1))


def _is_too_short(refused: Refused) -> bool:
    """Whether one token is what the server refuses: OpenAI's reasoning models want more."""
    words = refused.words.lower()
    return refused.status == 400 and any(part in words for part in _TOO_SHORT)
