"""The first questions to a server: what it lists, and one token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from claimbench.engines.endpoint.client import Client
from claimbench.engines.endpoint.exchange import OTHER_LIMIT, Exchange
from claimbench.engines.endpoint.faults import (
    Fault,
    Malformed,
    NoAnswer,
    Refused,
    Unreachable,
    unreachable,
)
from claimbench.engines.endpoint.patience import Patience
from claimbench.engines.endpoint.pending import Pending
from claimbench.engines.endpoint.server import Server
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, Request

_FEW_ATTEMPTS = 2
_TOO_SHORT = ("output limit was reached", "minimum", "at least", "greater than or equal")


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks `server` before the first sample: which model answers is known then, and a wrong key,
    name or parameter at once. `ask` asks for a completion, `examine_fault` raises EngineDied where
    no server is left, `proxy` says which variable catches the address."""

    host: str
    proxy: str
    server: Server
    exchange: Exchange
    patience: Patience
    ask: Callable[[Client, Request], Awaitable[Completion]]
    examine_fault: Callable[[], None]

    async def __call__(self, client: Client, request: Request, pending: Pending) -> Request:
        """The request whose prompt the server took: `request`, or another of those pending. Raises
        EngineDied with one sentence where it took none."""
        try:
            self.server.read_list(await self._models(client))
            await self.exchange.check_vocabulary(client, request, self.patience)
            return await self._accepted(client, request, pending)
        except Refused as refused:
            self.examine_fault()
            raise EngineDied(f"{refused}{self.proxy}") from None
        except Unreachable as fault:
            raise EngineDied(unreachable(self.host, fault) + self.proxy) from None
        except Malformed as fault:
            raise EngineDied(
                f"The server's first answer cannot be used: {fault}{self.proxy}. Check "
                f"engine.endpoint.base_url (it ends in /v1, or in what stands for it there)."
            ) from None
        except Fault as fault:
            raise EngineDied(
                f"The server of engine.endpoint.base_url does not serve requests ({fault}; "
                f"{fault.attempts} attempts){self.proxy}; check the address and that the server "
                f"is up, and run the same command again."
            ) from None

    async def _models(self, client: Client) -> object:
        """What the server lists; None where it does not: requests will show whether it serves."""
        try:
            return await self.patience.ask(client.models, _FEW_ATTEMPTS, reply=False)
        except Unreachable:
            raise
        except Fault:
            return None

    async def _accepted(self, client: Client, request: Request, pending: Pending) -> Request:
        """Ask for one token of the first prompt, or of another problem's where the server does not
        take that one: one prompt must not hold up all others."""
        try:
            await self._first_token(client, request)
        except (Refused, Fault) as fault:
            other = pending.other_than(request) if _of_a_prompt(fault) else None
            if other is None:
                raise
            with suppress(Refused, Fault):
                await self._first_token(client, other, _FEW_ATTEMPTS)
                return other
            raise
        return request

    async def _first_token(self, client: Client, request: Request, most: int | None = None) -> None:
        """Ask for one token, under the name of max_tokens that the server takes."""
        try:
            with suppress(NoAnswer):
                await self.patience.ask(lambda: self.ask(client, short(request)), most)
        except Refused as refused:
            if _is_too_short(refused):  # the request itself will be none
                return
            if OTHER_LIMIT not in refused.words or self.exchange.limit == OTHER_LIMIT:
                raise
            self.exchange.limit = OTHER_LIMIT
            await self._first_token(client, request, most)


def short(request: Request) -> Request:
    """The same for one token."""
    return replace(request, sampling=replace(request.sampling, max_tokens=1))


def _of_a_prompt(fault: Refused | Fault) -> bool:
    """Whether the server may take another prompt."""
    if isinstance(fault, Refused):
        return fault.of_a_prompt
    return not isinstance(fault, Unreachable | Malformed)


def _is_too_short(refused: Refused) -> bool:
    """Whether one token is what the server refuses: OpenAI's reasoning models want more."""
    words = refused.words.lower()
    return refused.status == 400 and any(part in words for part in _TOO_SHORT)
