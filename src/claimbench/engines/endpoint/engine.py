"""The engine: requests out, completions back, at most `concurrency` of them open.

Requests are asked in an event loop on a thread of its own; the stages see a plain iterator.
"""

from __future__ import annotations

import itertools
import queue
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
    Unusable,
    gone,
    safe_words,
)
from claimbench.engines.endpoint.llamacpp import Decode
from claimbench.engines.endpoint.loop import Submit, end_tasks, event_loop
from claimbench.engines.endpoint.patience import Patience
from claimbench.engines.endpoint.pending import Pending, problem_of
from claimbench.engines.endpoint.probe import Probe, short
from claimbench.engines.endpoint.proxies import proxy_words
from claimbench.engines.endpoint.replies import completion_of
from claimbench.engines.endpoint.scheme import other_scheme
from claimbench.engines.endpoint.server import Server
from claimbench.engines.endpoint.unanswered import MOST_PROBLEMS, Unanswered
from claimbench.engines.endpoint.usage import tokens_of
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, Request, RequestFailure

_MOST_IN_A_ROW = 3
"""Requests given up one after another before the server is probed."""
_PAID = ("prompt", "completion")
"""Tokens that were paid for and are in no completion: of probes, and of replies without use."""


@dataclass(frozen=True, slots=True)
class _GivenUp:
    """A request without an answer; `late`: in the last round, `soon`: before all attempts."""

    request: Request
    failure: RequestFailure
    late: bool
    soon: bool = False


_Done = queue.SimpleQueue[Future[Answer | _GivenUp]]


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
        self._probe = Probe(
            self._host,
            proxy_words(settings.base_url),
            self._server,
            self._exchange,
            self._patience,
            self._ask,
            self._examine_fault,
        )
        self._examiner, self._seeds = Examiner(reasoning_end, log), SeedCheck()
        self._unanswered = Unanswered(self._key)
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
            with event_loop() as submit, self._connected(submit, first, pending) as client:
                yield from self._work(submit, client, pending)
        finally:
            if complaint := self._examiner.complaint() or self._examiner.remark():
                self._log(f"{complaint}.")

    def _work(self, submit: Submit, client: Client, pending: Pending) -> Iterator[Answer]:
        done: _Done = queue.SimpleQueue()
        try:
            yield from self._ask_all(submit, client, pending, done)
        except EngineDied:
            yield from _completions(done)
            raise

    def _ask_all(
        self, submit: Submit, client: Client, pending: Pending, done: _Done
    ) -> Iterator[Answer]:
        opened: dict[str, Request] = {}
        while True:
            while len(opened) < self._settings.concurrency and (request := pending.take()):
                most = pending.attempts(request)
                asked = self._answer(client, request, pending.last_round, most)
                submit(asked).add_done_callback(done.put)
                opened[request.id] = request
            if not opened:
                return
            answer = done.get().result()
            if isinstance(answer, _GivenUp):
                del opened[answer.request.id]
                if failure := pending.give_up(
                    answer.request, answer.failure, answer.late, answer.soon
                ):
                    yield failure
                else:
                    self._patience.retries += 1
                continue
            yield answer
            self._examine(opened.pop(answer.request_id), answer)

    @contextmanager
    def _connected(self, submit: Submit, first: Request, pending: Pending) -> Iterator[Client]:
        client = Client(self._settings, self._key)
        try:
            self._first = submit(self._probe(client, first, pending)).result()
            yield client
        finally:
            # What is open is cancelled first: its connection closes, and the server stops.
            submit(end_tasks()).result()
            submit(client.close()).result()

    async def _answer(
        self, client: Client, request: Request, late: bool, most: int | None
    ) -> Answer | _GivenUp:
        """The completion, or why there is none after all attempts, of which there are at most
        `most`. `late`: in the last round."""
        soon = False
        try:
            completion = await self._patience.ask(lambda: self._ask(client, request), most)
        except NoAnswer as reason:
            self._give_up(request, reason, late)
            return RequestFailure(request.id, str(reason))
        except Refused as refused:
            if not refused.of_a_prompt:
                raise
            self._give_up(request, refused, late)
            said = f"the server refused it (HTTP {refused.status}: {refused.words})"
        except Fault as fault:
            soon = fault.most is not None
            self._give_up(request, fault, late)
            if not (isinstance(fault, Unusable) and self._unanswered.is_new):
                await self._check_alive(client, fault, late)
            said = f"{fault}, {fault.attempts} times" if fault.attempts > 1 else str(fault)
        else:
            self._keep(request, completion)
            return completion
        return _GivenUp(request, RequestFailure(request.id, said), late, soon)

    def _keep(self, request: Request, completion: Completion) -> None:
        """Note a reply that can be used: its tokens are not among those paid in vain."""
        self._unanswered.end()
        self._answered = request
        kept = completion.prompt_tokens, completion.completion_tokens
        self._paid.subtract(dict(zip(_PAID, kept, strict=True)))

    def _give_up(self, request: Request, reason: Fault | Refused | NoAnswer, late: bool) -> None:
        """Raises EngineDied where it is no prompt's fault."""
        self._unanswered.add(problem_of(request))
        if isinstance(reason, Unusable | Refused | NoAnswer):
            self._unanswered.check(reason, late)

    async def _check_alive(self, client: Client, fault: Fault, late: bool) -> None:
        """Raises EngineDied where it is the server, not a prompt, that does not answer: after some
        requests in a row it is asked for one token of one that it has answered before."""
        if len(self._unanswered) < _MOST_IN_A_ROW:
            return
        if self._unanswered.problems >= MOST_PROBLEMS and not late:
            raise EngineDied(gone(fault))
        try:
            with suppress(NoAnswer, Refused):  # whoever refuses is there
                known = self._answered or self._first
                assert known is not None
                known = short(known)
                await self._patience.ask(lambda: self._ask(client, known), 1)
        except Fault:
            raise EngineDied(gone(fault)) from None
        if not self._skipping:
            self._skipping = True
            self._log(
                f"{self._host} answers, but not every problem ({fault}); those are asked last"
            )

    async def _ask(self, client: Client, request: Request) -> Completion:
        try:
            return await self._ask_once(client, request)
        except (Malformed, NoAnswer) as fault:
            fault.args = (safe_words(str(fault), self._key),)  # it may quote what the server said
            if isinstance(fault, Unusable) and self._unanswered.is_new and not fault.passing:
                fault.most = 1  # each is paid for, and none was of use yet: another problem first
            raise

    async def _ask_once(self, client: Client, request: Request) -> Completion:
        started = time.monotonic()
        answer = await self._exchange.ask(client, request)
        self._paid.update(dict(zip(_PAID, tokens_of(answer), strict=True)))
        self._server.check(answer)
        took = time.monotonic() - started
        own = self._settings.finish_reasons
        found, used = completion_of(request, answer, self._stop_ids, took, own)
        hidden = self._settings.reasoning == "hidden"
        return settled(found, used, self._reasoning_end, hidden)

    def _examine(self, request: Request, answer: Answer) -> None:
        """See what the first replies say of the server, once they are stored."""
        if isinstance(answer, Completion) and self._settings.examine:
            self._examiner.add(answer)
            self._seeds.add(request, answer)


def _completions(done: _Done) -> Iterator[Completion]:
    """What had come, and been paid for, when the run was stopped by another answer."""
    while not done.empty():
        future = done.get()
        answer = None if future.cancelled() or future.exception() else future.result()
        if isinstance(answer, Completion):
            yield answer
