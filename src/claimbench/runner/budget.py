"""How much a run folder may spend on tokens, over all its sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain

from claimbench.config.engines import Price
from claimbench.engines.base import Answer, Engine, closing_answers
from claimbench.errors import CapReached, ConfigError
from claimbench.records import CellName, Completion, Request
from claimbench.records.plain import JsonObject
from claimbench.store import RunStore
from claimbench.store.checks import UNKNOWN_TOKENS
from claimbench.store.sessions import read_sessions

_TURN_TOKENS = 64
"""What a chat template may add to its turns, when a prompt is priced at its worst."""

Ask = Callable[[Engine, Iterable[Request]], None]
"""Asks an engine for requests, and stores what comes."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be spent: `cost` in the currency of the price list, `tokens` of prompts and
    completions together; None: no limit."""

    cost: float | None = None
    tokens: int | None = None

    def __bool__(self) -> bool:
        return self.cost is not None or self.tokens is not None


NO_CAP = Cap()


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that were asked for, or may be."""

    prompt: int = 0
    completion: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(self.prompt + other.prompt, self.completion + other.completion)

    @property
    def total(self) -> int:
        return self.prompt + self.completion


def cap_of(store: RunStore, asked: Cap) -> Cap:
    """The cap that holds: the one asked for, else that of the last session that had one."""
    if asked:
        return asked
    caps = [Cap(**entry["cap"]) for entry in read_sessions(store) if entry.get("cap")]
    return caps[-1] if caps else asked


def cap_facts(cap: Cap) -> dict[str, object]:
    """What a session records of its cap."""
    return {"cap": asdict(cap)} if cap else {}


class Budget:
    """What was spent so far and what open requests may still cost. `price` is the server's.

    Raises ConfigError for a cap in money without a price.
    """

    def __init__(self, cap: Cap, price: Price | None, spent: Tokens) -> None:
        if cap.cost is not None and price is None:
            raise ConfigError(
                "--max-cost needs the server's prices: set engine.endpoint.price (input, output "
                "per million tokens, date), or cap the tokens with --max-tokens-total"
            )
        self._cap, self._price = cap, price
        self._spent = spent
        self._open: dict[str, Tokens] = {}
        self._held: Request | None = None

    def spend(self, engine: Engine, requests: Iterable[Request], ask: Ask) -> None:
        """Ask for all requests, as far as the cap goes. Raises CapReached before it is passed.

        An open request counts with the most that it may cost. Where that leaves no room for
        another, the round ends; what its replies have not used is room for the next.
        """
        if not self._cap:
            ask(engine, requests)
            return
        source, metered = iter(requests), _Metered(engine, self)
        while True:
            ask(metered, source)
            self._open.clear()
            if self._held is None:
                break
            if not self._fits(self._held, engine):
                self._spent += _unused(engine)
                raise CapReached(self._words())
            source, self._held = chain([self._held], source), None
        self._spent += _unused(engine)

    def affordable(self, requests: Iterable[Request], engine: Engine) -> Iterator[Request]:
        """The requests up to the first that might pass the cap, which is held back."""
        for request in requests:
            if not self._fits(request, engine):
                self._held = request
                return
            self._open[request.id] = _worst(request)
            yield request

    def note(self, answer: Answer) -> None:
        """An answer came: what it used is spent."""
        self._open.pop(answer.request_id, None)
        if isinstance(answer, Completion):
            self._spent += Tokens(answer.prompt_tokens, answer.completion_tokens)

    def summary(self) -> str:
        """What was spent, in words; empty without a cap."""
        return f"{self._amount()} spent so far" if self._cap else ""

    def _fits(self, request: Request, engine: Engine) -> bool:
        most = self._spent + _unused(engine) + _worst(request)
        for tokens in self._open.values():
            most += tokens
        limit, cost = self._cap.tokens, self._cap.cost
        affordable = cost is None or self._cost(most) <= cost
        return affordable and (limit is None or most.total <= limit)

    def _cost(self, tokens: Tokens) -> float:
        assert self._price is not None
        spent = tokens.prompt * self._price.input + tokens.completion * self._price.output
        return spent / 1e6

    def _amount(self) -> str:
        tokens = f"{self._spent.total:,} tokens"
        if self._price is None:
            return tokens
        money = f"{self._cost(self._spent):.4g} {self._price.currency}"
        return f"{money} (prices of {self._price.date}; {tokens})"

    def _words(self) -> str:
        if self._cap.cost is not None and self._price is not None:
            cap = f"{self._cap.cost:g} {self._price.currency} (--max-cost)"
        else:
            cap = f"{self._cap.tokens:,} tokens (--max-tokens-total)"
        return (
            f"the cap of {cap} leaves no room for another request: {self._amount()} spent; what "
            f"was finished is kept: to go on, run the same command with a higher cap"
        )


class _Metered(Engine):
    """An engine whose requests and answers pass a budget."""

    def __init__(self, engine: Engine, budget: Budget) -> None:
        self._engine, self._budget = engine, budget

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        affordable = self._budget.affordable(requests, self._engine)
        with closing_answers(self._engine.generate(affordable)) as answers:
            for answer in answers:
                self._budget.note(answer)
                yield answer


def spent_in(store: RunStore, cells: Iterable[CellName]) -> Tokens:
    """What the stored samples of a run folder took, and the replies of its sessions that could not
    be used."""
    total = Tokens()
    for cell in cells:
        index = store.sample_index(cell)
        counts = [index[key] for key in ("prompt_tokens", "completion_tokens")]
        total += Tokens(*(int(c[c != UNKNOWN_TOKENS].astype(int).sum()) for c in counts))
    for entry in read_sessions(store):
        for interval in entry.get("generating", []):
            total += _tokens_in(interval.get("server") or {})
    return total


def _worst(request: Request) -> Tokens:
    """The most that a request may take: no token is shorter than a byte."""
    prompt = len(request.prompt_ids)
    if request.messages and not prompt:
        prompt = sum(len(turn.content.encode()) + _TURN_TOKENS for turn in request.messages)
    return Tokens(prompt, request.sampling.max_tokens)


def _unused(engine: Engine) -> Tokens:
    return _tokens_in(engine.server())


def _tokens_in(server: JsonObject) -> Tokens:
    return Tokens(**server.get("unused_tokens", {}))
