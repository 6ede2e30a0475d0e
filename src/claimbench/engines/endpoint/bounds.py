"""How much of an answer is read. A server may send without end, or so that it grows when unpacked;
whatever it sends passes here: answers, streams, lists and its words on an error."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING

from claimbench.engines.endpoint.faults import Fault
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from httpx import AsyncByteStream, AsyncClient, Response

MOST_LISTED = 2**24
"""Bytes of a list of models: long ones have some thousands."""
_ENVELOPE = 2**20
_PER_TOKEN = 4096
"""Bytes per token of the limit: in a stream each token comes in a chunk of its own with the names
of everything, some hundreds of bytes; the longest tokens have 128 characters of 6 bytes each."""
_TOO_MANY = "more than so few tokens need (sampling.max_tokens)"
_PER_PROMPT_TOKEN = 16
"""An id of the prompt, which a server may give back."""

most_bytes: ContextVar[int] = ContextVar("most_bytes", default=MOST_LISTED)
"""What the answer to this task's request may have."""


def most_of(request: Request) -> int:
    """The bytes that an answer to `request` may have, from its max_tokens."""
    prompt = _PER_PROMPT_TOKEN * len(request.prompt_ids)
    return _ENVELOPE + _PER_TOKEN * request.sampling.max_tokens + prompt


def http_package(openai: ModuleType) -> ModuleType:
    """The package that openai's own client is built on: it has moved from httpx to httpx2."""
    parents = [parent.__module__ for parent in openai.DefaultAsyncHttpxClient.__mro__]
    return importlib.import_module(next(name for name in parents if name.startswith("httpx")))


def bounded_client(openai: ModuleType) -> AsyncClient:
    """The openai package's own HTTP client (its limits, its proxies), reading at most `most_bytes`
    of anything, redirections too.

    Raises Fault where there is more, and for what is compressed: a few bytes unpack to gigabytes.
    """
    httpx = http_package(openai)

    class Bounded(httpx.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, stream: AsyncByteStream) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = most = most_bytes.get()
            async for chunk in self._stream:
                left -= len(chunk)
                if left < 0:
                    raise Fault(f"the server's answer is longer than {most} bytes, {_TOO_MANY}")
                yield chunk

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: Response) -> None:
        if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise Fault("the server's answer is compressed, which was not asked for")
        response.stream = Bounded(response.stream)

    return openai.DefaultAsyncHttpxClient(event_hooks={"response": [bound]})
