"""What a run may say of its engine."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from claimbench.config.addresses import holds_secret
from claimbench.config.models import DType
from claimbench.config.yamlfile import Strict

SamplingKey = Literal[
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
]


class EndpointConfig(Strict):
    """An OpenAI-compatible server (docs/endpoint.md).

    `model` is the model's name on the server (default: its hub id); `key_env` names the environment
    variable with the key. `prompt` says how prompts go out: as token ids, as chat turns that the
    server renders, or as chat turns whose length the server must count as we do. `alias` says that
    the name may stand for another model later. `unsupported` names the parameters that the server
    does not take: they are not sent, and stand in every report. `timeout` is in seconds of silence,
    `deadline` in seconds that one attempt at a request may take in all (default: the timeout and
    one second per token of max_tokens).
    """

    base_url: str
    model: str | None = None
    key_env: str | None = None
    prompt: Literal["token_ids", "chat", "counted_chat"] = "token_ids"
    alias: bool = False
    unsupported: tuple[SamplingKey, ...] = ()
    concurrency: int = Field(default=64, gt=0, le=1000)
    timeout: float = Field(default=3600.0, gt=0, allow_inf_nan=False)
    deadline: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    stream: bool = False

    @model_validator(mode="after")
    def _holds_no_secret(self) -> EndpointConfig:
        # Checked here, where the message does not repeat the value: it may be a key.
        if not re.fullmatch(r"https?://\S+", self.base_url) or holds_secret(self.base_url):
            raise ValueError(
                "base_url must be http(s)://HOST/PATH, without user, password or query"
            )
        if self.key_env is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.key_env):
            raise ValueError(
                "key_env must name an environment variable (capital letters), not a key"
            )
        return self


class EngineConfig(Strict):
    """Which engine and its limits. `args` go to the engine after it has checked them.

    `context` is the most tokens of a prompt and its reply together; a run sizes it from its longest
    prompt and `sampling.max_tokens` where it is not set. Several `replicas`, or the address of a
    Ray cluster, put the engine on Ray (docs/clusters.md); the address is kept in no file.
    """

    kind: str = "transformers"
    dtype: DType | None = None
    device: str = "auto"
    threads: int | None = Field(default=None, gt=0)
    slots: int | None = Field(default=None, gt=0, description="requests generated together")
    token_budget: int | None = Field(default=None, gt=0)
    context: int | None = Field(default=None, gt=0)
    tensor_parallel: int = Field(default=1, gt=0)
    pipeline_parallel: int = Field(default=1, gt=0)
    batch_invariant: bool = False
    restarts: int = Field(default=0, ge=0, description="of an engine that died")
    replicas: int = Field(default=1, gt=0, description="of the engine, on Ray")
    ray_address: str | None = Field(default=None, min_length=1, exclude=True)
    args: dict[str, Any] = Field(default_factory=dict)
    endpoint: EndpointConfig | None = None

    @property
    def on_ray(self) -> bool:
        return self.replicas > 1 or self.ray_address is not None

    @model_validator(mode="after")
    def _endpoint_goes_with_its_kind(self) -> EngineConfig:
        if (self.kind == "endpoint") != (self.endpoint is not None):
            raise ValueError("kind: endpoint and the keys under endpoint go together")
        return self

    @model_validator(mode="after")
    def _args_hold_no_secret(self) -> EngineConfig:
        if "hf_token" in self.args:
            raise ValueError(
                "args.hf_token would be written into the run folder; take it out, and set the "
                "environment variable HF_TOKEN"
            )
        return self
