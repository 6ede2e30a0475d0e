"""What is sent to a server for a request, in the API that it understands best, and its answer in
the form of OpenAI's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from claimbench.engines.endpoint import llamacpp
from claimbench.engines.endpoint.bounds import most_of
from claimbench.engines.endpoint.client import Client
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.faults import Malformed, Refused
from claimbench.engines.endpoint.patience import Patience
from claimbench.engines.endpoint.server import Server
from claimbench.engines.endpoint.wire import body_of
from claimbench.records.runs import Request

OTHER_LIMIT = "max_completion_tokens"
_SECONDS_PER_TOKEN = 1.0
"""No server on which a benchmark could be run is slower."""


class Exchange:
    """Asks `server`. `decode` is the model's own tokenizer, None where prompts go out as chats."""

    def __init__(
        self,
        settings: EndpointConfig,
        server: Server,
        stop_ids: Collection[int],
        decode: llamacpp.Decode | None,
    ) -> None:
        self._settings, self._server = settings, server
        self._stop_ids, self._decode = stop_ids, decode
        self._root = llamacpp.root_of(settings.base_url)
        self._native = not settings.stream
        self.limit = OTHER_LIMIT if "max_tokens" in settings.unsupported else "max_tokens"
        """The server's name for max_tokens."""

    async def ask(self, client: Client, request: Request) -> object:
        """The server's answer."""
        body = body_of(request, self._settings, self._server.name, self._stop_ids, self.limit)
        most, seconds = most_of(request), deadline_of(request, self._settings)
        if not self._server.is_llamacpp:
            return await client.ask(body, most, seconds)
        llamacpp.refuse_penalties(request)
        if request.messages or not self._native:
            return await client.ask(llamacpp.with_own(body, request), most, seconds)
        own = llamacpp.native_body(body, request)
        answer = await client.ask(own, most, seconds, f"{self._root}/completion")
        return llamacpp.as_openai(answer, own, request, self._stop_ids, self._decode)

    async def check_vocabulary(self, client: Client, request: Request, patience: Patience) -> None:
        """Of a llama.cpp server that is sent token ids: whether they mean there what they mean
        here, and whether its own addresses are there (a gateway may give OpenAI's only)."""
        if not self._server.is_llamacpp or request.messages or self._decode is None:
            return
        text = self._decode(request.prompt_ids)
        bodies: dict[str, Mapping[str, object]] = {
            "tokenize": {"content": text, "add_special": False, "parse_special": True},
            "detokenize": {"tokens": list(request.prompt_ids)},
        }
        try:
            answers = [
                await patience.ask(partial(self._own, client, request, path, body))
                for path, body in bodies.items()
            ]
        except (Refused, Malformed):
            self._native = False
            return
        self._server.vocabulary = llamacpp.check_vocabulary(request, self._decode, *answers)

    async def _own(
        self, client: Client, request: Request, path: str, body: Mapping[str, object]
    ) -> object:
        """What one of llama.cpp's own addresses answers."""
        most, seconds = most_of(request), self._settings.timeout
        return await client.ask(body, most, seconds, f"{self._root}/{path}")


def deadline_of(request: Request, settings: EndpointConfig) -> float:
    """Seconds that one attempt at `request` may take: `deadline`, or by default the `timeout`, as a
    request may wait its turn in silence, and what its tokens take on a very slow server."""
    return settings.deadline or settings.timeout + _SECONDS_PER_TOKEN * request.sampling.max_tokens
