"""One HTTP exchange with the server through the openai package: its answer as plain data, or a
Fault, or EngineDied. The package's own retries are switched off: ours honour longer waits, end, and
can be told from a wrong answer."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
from collections.abc import Awaitable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from claimbench.engines.endpoint.bounds import (
    MOST_LISTED,
    bounded_client,
    http_package,
    most_bytes,
)
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.faults import (
    Fault,
    Malformed,
    Refused,
    Silent,
    Unreachable,
    refusal,
    safe_words,
)
from claimbench.engines.endpoint.texts import Whole
from claimbench.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from httpx import Response
    from openai import APIError, APIStatusError

_CONNECT_SECONDS = 15.0
_SHOWN_BYTES = 2000
_WHOLE = ("application/json", "text/html")
_STATUS_OF = {"invalid_api_key": 401, "insufficient_quota": 402, "model_not_found": 404}
_NO_CONNECTION = ("ConnectError", "ConnectTimeout")
"""By name: which HTTP package they are of depends on the version of openai."""


def read_key(settings: EndpointConfig) -> str | None:
    """The key, from the environment variable that the config names; None without one."""
    if settings.key_env is None:
        return None
    key = os.environ.get(settings.key_env, "").strip()
    if not key:
        raise ConfigError(
            f"engine.endpoint.key_env: the environment variable {settings.key_env} is not set; put "
            f"the server's key into it"
        )
    return key


class Client:
    """The three addresses of a server that are used."""

    def __init__(self, settings: EndpointConfig, key: str | None) -> None:
        openai = import_openai()
        self._settings, self._key = settings, key
        seconds = settings.timeout
        self._openai, self._httpx = openai, http_package(openai)
        self._client = openai.AsyncOpenAI(
            base_url=settings.base_url,
            # Never the user's OPENAI_API_KEY, organization or project: this may be any server.
            api_key=key or "none",
            default_headers={
                "Accept-Encoding": "identity",
                "OpenAI-Organization": openai.Omit(),
                "OpenAI-Project": openai.Omit(),
                **({"api-key": key} if key and settings.api_version else {}),
            },
            default_query={"api-version": v} if (v := settings.api_version) else None,
            max_retries=0,
            timeout=openai.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            http_client=bounded_client(openai),
        )

    async def close(self) -> None:
        await self._client.close()

    async def models(self) -> object:
        """What GET /models says; None where the server does not give it: many gateways do not, and
        serve requests all the same."""
        try:
            return await self._within(self._get("/models"), MOST_LISTED, self._settings.timeout)
        except (Refused, Malformed):
            return None

    async def ask(
        self, body: Mapping[str, object], most: int, seconds: float, address: str | None = None
    ) -> object:
        """The answer to one body, a chat where it holds messages, else a completion: of at most
        `most` bytes, within `seconds`. `address` is whole, of another API than OpenAI's."""
        path = address or ("/chat/completions" if "messages" in body else "/completions")
        sent = self._stream(path, body) if body.get("stream") else self._post(path, body)
        return await self._within(sent, most, seconds)

    async def _get(self, path: str) -> object:
        raw = await self._client.get(path, cast_to=object, options=_raw())
        return _json(raw.http_response)

    async def _post(self, path: str, body: Mapping[str, object]) -> object:
        raw = await self._client.post(path, body=body, cast_to=object, options=_raw())
        return self._whole(raw.http_response)

    def _whole(self, response: Response) -> object:
        """The answer in one piece, also where a stream was asked for and the server gives none."""
        answer = _json(response)
        if isinstance(answer, Mapping) and answer.get("error") and not answer.get("choices"):
            raise self._error_in(answer["error"])
        return answer

    def _error_in(self, error: object) -> Exception:
        """What an error means that a gateway sends as if it were an answer."""
        said = error if isinstance(error, Mapping) else {"message": error}
        code = said.get("code")
        number = int(str(code)) if re.fullmatch(r"[45]\d\d", str(code)) else 500
        status = _STATUS_OF.get(str(code), number)
        return refusal(status, {}, safe_words(said.get("message"), self._key), str(code))

    async def _stream(self, path: str, body: Mapping[str, object]) -> object:
        whole = Whole()
        async with await self._client.post(
            path,
            body=body,
            cast_to=object,
            stream=True,
            stream_cls=self._openai.AsyncStream[object],
        ) as chunks:
            if _is_whole(chunks.response):
                await chunks.response.aread()
                return self._whole(chunks.response)
            async for chunk in chunks:
                whole.add(chunk)
        return whole.answer()

    async def _within(self, exchange: Awaitable[object], most: int, seconds: float) -> object:
        """What the exchange gives, if it ends within `seconds`: a server that sends a byte now and
        then is never silent."""
        most_bytes.set(most)
        try:
            async with asyncio.timeout(seconds):
                return await self._explained(exchange)
        except TimeoutError:
            raise Silent(
                f"the server's answer was not complete after {seconds:g} seconds"
            ) from None

    async def _explained(self, exchange: Awaitable[object]) -> object:
        try:
            return await exchange
        except Fault as fault:
            failure: Exception = type(fault)(safe_words(str(fault), self._key))
        except (self._openai.APIError, self._httpx.RequestError) as error:
            failure = self._meaning(error)
        except (ValueError, RecursionError):
            failure = Malformed("the server's answer is not JSON")
        # Raised outside the handler: the package's error, which may hold the key in the server's
        # words, is not its context.
        raise failure

    def _meaning(self, error: APIError) -> Exception:
        openai = self._openai
        if isinstance(error, openai.APIStatusError):
            words = safe_words(_message(error), self._key)
            return refusal(error.status_code, error.response.headers, words, error.code)
        # Older versions of the package leave what cuts a stream as it is.
        if isinstance(error, (openai.APIConnectionError, self._httpx.RequestError)):
            return self._lost(error)
        return Fault(f"the server broke off: {safe_words(error.message, self._key)}")

    def _lost(self, error: Exception) -> Fault:
        """What an exchange without an answer means."""
        cause = error.__cause__ or error
        if isinstance(cause, Fault):  # Ours, met while reading; older versions wrap it.
            return type(cause)(str(cause))
        words = safe_words(f"{type(cause).__name__}: {cause}".removesuffix(": "), self._key)
        if type(cause).__name__ in _NO_CONNECTION:
            return Unreachable(f"the connection failed ({words})")
        if isinstance(error, (self._openai.APITimeoutError, self._httpx.TimeoutException)):
            return Silent(f"the server was silent for {self._settings.timeout:g} seconds")
        return Fault(f"the connection failed ({words})")


def import_openai() -> ModuleType:
    """The openai package."""
    try:
        return importlib.import_module("openai")
    except ImportError:
        raise ModelError(
            "engine endpoint needs the package openai; run pip install 'claimbench[endpoint]'"
        ) from None


def _json(response: Response) -> object:
    """The data of a response. Raises Malformed with what it is instead."""
    try:
        return json.loads(response.content)
    except UnicodeDecodeError:
        return _in_charset(response)
    except (ValueError, RecursionError):
        text = response.content[:_SHOWN_BYTES].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
    if re.match(r"\s*<(!doctype|html)", text, re.I):
        what = f"a page of HTML{f' ({title[1]})' if title else ''}, as of no API"
    elif re.match(r"(data|event|id|:)[ :]", text):
        what = "a stream, which was not asked for (engine.endpoint.stream: true asks for it)"
    else:
        what = f"not JSON ({text[:80]!r})" if text.strip() else "empty"
    raise Malformed(f"the server's answer is {what}")


def _is_whole(response: Response) -> bool:
    """Whether what was to be a stream says that it is an answer in one piece."""
    kind = response.headers.get("Content-Type", "").strip().lower()
    return kind.startswith(_WHOLE) and "event-stream" not in kind


def _in_charset(response: Response) -> object:
    """The data of a response in another encoding than JSON has, where it names that."""
    try:
        return json.loads(response.content.decode(response.charset_encoding or "utf-8"))
    except (LookupError, ValueError, RecursionError):
        raise Malformed("the server's answer is not in UTF-8") from None


def _raw() -> dict[str, object]:
    """Ask the package for the response itself: its models would hide fields that they lack."""
    from openai._constants import RAW_RESPONSE_HEADER

    return {"headers": {RAW_RESPONSE_HEADER: "true"}}


def _message(error: APIStatusError) -> object:
    """The server's own words in an error body, wherever it keeps them."""
    body = error.body
    if isinstance(body, Mapping):
        return body.get("message") or body.get("detail") or body.get("error") or ""
    return body or ""
