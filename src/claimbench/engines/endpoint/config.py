"""The key `engine.endpoint` of a run: where a server is, and what it does and does not take."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from claimbench.config.addresses import is_servers
from claimbench.config.engines import Price, PromptForm
from claimbench.config.yamlfile import Strict

SentKey = Literal[
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
    "stop_token_ids",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "return_token_ids",
    "max_tokens",
    "n",
    "stream_options",
]
"""What is sent and may be left out. Without `max_tokens`, `max_completion_tokens` is sent."""
NO_EFFECT: frozenset[SentKey] = frozenset({"return_token_ids", "max_tokens", "n", "stream_options"})
"""Those of them that change no sample."""


class EndpointConfig(Strict):
    """An OpenAI-compatible server (docs/endpoint.md).

    `model` is the model's name on the server (default: its hub id); `key_env` names the environment
    variable with the key. `prompt` says how prompts go out: as token ids, as chat turns that the
    server renders, or as chat turns whose length the server must count as we do. `alias` says that
    the name may stand for another model later. `unsupported` names the parameters that the server
    does not take: they are not sent, and those that can change a sample stand in every report.
    `reasoning: hidden` says that the server keeps the reasoning to itself: a reply is then the
    answer. `finish_reasons` says what the server's own words for the end of a reply mean.
    `api_version` goes along in the query and the key in the header `api-key`, as Azure wants both.
    `examine: false` lets a run go on whose first replies hold no answers. `timeout` is in seconds
    of silence, `deadline` in seconds that one attempt at a request may take in all (default: the
    timeout and one second per token of max_tokens).
    """

    base_url: str
    model: str | None = None
    key_env: str | None = None
    prompt: PromptForm = "token_ids"
    alias: bool = False
    unsupported: tuple[SentKey, ...] = ()
    reasoning: Literal["shown", "hidden"] = "shown"
    finish_reasons: dict[str, Literal["stop", "length"]] = Field(default_factory=dict)
    api_version: str | None = Field(default=None, pattern=r"^[\w.-]+$")
    examine: bool = True
    price: Price | None = None
    concurrency: int = Field(default=64, gt=0, le=1000)
    timeout: float = Field(default=3600.0, gt=0, allow_inf_nan=False)
    deadline: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    stream: bool = False

    @model_validator(mode="after")
    def _holds_no_secret(self) -> EndpointConfig:
        # Checked here, where the message does not repeat the value: it may be a key.
        if not is_servers(self.base_url):
            raise ValueError(
                "base_url must be http(s)://HOST:PORT/PATH, without user, password or query (an "
                "api-version goes to api_version), its port from 1 to 65535"
            )
        if self.key_env is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.key_env):
            raise ValueError(
                "key_env must name an environment variable (capital letters), not a key"
            )
        return self
