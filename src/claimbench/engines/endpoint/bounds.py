"""How much of an answer is read. A server may send without end, or so that it grows when unpacked;
whatever it sends passes here: answers, streams, lists and its words on an error."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from claimbench.engines.endpoint.faults import Malformed, Unusable
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

_PACKED = ("gzip", "x-gzip", "deflate")
_UNREAD = ("br", "zstd", "compress", "x-compress")
_AS_GET = (301, 302, 303)
"""Redirections after which a client asks again without what was asked."""

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

    Raises Unusable where there is more, also of what is compressed, unasked: a few bytes unpack to
    gigabytes. Raises Malformed for a compression that is not read, and where requests are sent on
    to elsewhere.
    """
    httpx = http_package(openai)

    class Bounded(httpx.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, stream: AsyncByteStream, packed: bool) -> None:
            self._stream = stream
            self._unpacked = Unpacked() if packed else None

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = most = most_bytes.get()
            async for chunk in self._stream:
                # One byte more than is left shows that there is more.
                plain = self._unpacked.add(chunk, left + 1) if self._unpacked else chunk
                left -= len(plain)
                if left < 0:
                    raise Unusable(f"the server's answer is longer than {most} bytes, {_TOO_MANY}")
                yield plain
            if self._unpacked and not self._unpacked.is_whole:
                raise Malformed("the server's answer is compressed, and breaks off")

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def bound(response: Response) -> None:
        _refuse_elsewhere(response)
        response.stream = Bounded(response.stream, _take_packed(response))

    return openai.DefaultAsyncHttpxClient(event_hooks={"response": [bound]})


class Unpacked:
    """Unpacks gzip or deflate piece by piece, each to a length at most: what is beyond it is never
    made."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def add(self, chunk: bytes, most: int) -> bytes:
        """Raises Malformed for what is not compressed so."""
        try:
            return self._zlib.decompress(chunk, most)
        except zlib.error:
            raise Malformed(
                "the server's answer says that it is compressed, and cannot be unpacked"
            ) from None

    @property
    def is_whole(self) -> bool:
        return self._zlib.eof


def _take_packed(response: Response) -> bool:
    """Whether a response is compressed. Takes the header away, so that the client does not unpack
    it. Raises Malformed for what is not read."""
    coding = response.headers.pop("Content-Encoding", "").strip().lower()
    if coding in _UNREAD:
        raise Malformed(f"the server's answer is compressed ({coding}), which was not asked for")
    return coding in _PACKED  # others are no compression: some servers write UTF-8 there


def _refuse_elsewhere(response: Response) -> None:
    """A request goes on to another path of its server, by 307 and 308: neither prompt nor key go to
    a host that nobody named, and after the others the client would ask for something else."""
    if not response.has_redirect_location:
        return
    request = response.request
    target = urlsplit(urljoin(str(request.url), response.headers["Location"]))
    lost = response.status_code in _AS_GET and request.method != "GET"
    here = urlsplit(str(request.url))
    safer = (here.scheme, target.scheme) == ("http", "https") and target.hostname == here.hostname
    if lost or not (safer or target.netloc == here.netloc):
        raise Malformed(
            f"the server sends requests on to {target.scheme}://{target.netloc}{target.path} "
            f"(HTTP {response.status_code}); if that is right, write it into base_url"
        )
