"""What a run may say of the llamacpp engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, model_validator

from claimbench.config.addresses import is_servers
from claimbench.config.models import ModelConfig
from claimbench.engines.base import Engine, EngineSettings, Log, OwnWeights, stop_token_ids
from claimbench.engines.endpoint.llamacpp import PENALTIES
from claimbench.engines.llamacpp.files import check_parameters, facts_of, file_of
from claimbench.engines.llamacpp.process import INSTALL, PROGRAM, program_version
from claimbench.engines.llamacpp.remote import ask_server
from claimbench.errors import CheckpointMissing
from claimbench.messages import Message

_SLOTS = 8
_OURS: Mapping[str, str] = {
    **dict.fromkeys(("-m", "--model", "-mu", "--model-url", "-hf", "--hf-repo"), "engine.gguf"),
    **dict.fromkeys(("-np", "--parallel"), "engine.slots"),
    **dict.fromkeys(("-c", "--ctx-size"), "engine.context"),
    **dict.fromkeys(("-t", "--threads"), "engine.threads"),
    **dict.fromkeys(("-a", "--alias"), "models"),
    **dict.fromkeys(("--host", "--port", "--api-key", "--api-key-file"), "nothing: it is ours"),
    **dict.fromkeys(
        ("-s", "--seed", "--temp", "--temperature", "--top-k", "--top-p", "--samplers"), "sampling"
    ),
}
"""Options of llama-server that claimbench sets, and the key to use instead."""


class LlamacppSettings(EngineSettings):
    """`gguf` is the file with the weights (of each model by its name, where there are several), or
    `url` a running server, without /v1. `slots` requests are generated together, each with room for
    `context` tokens (default: what the run's longest needs). `args` are further options of
    llama-server, part of every sample's identity."""

    packages: ClassVar[tuple[str, ...]] = ("openai", "transformers", "gguf")
    extra: ClassVar[str] = "llamacpp"
    programs: ClassVar[Mapping[str, str]] = {PROGRAM: INSTALL}
    loads_own: ClassVar[bool] = True
    instead: ClassVar[Mapping[str, str]] = {
        "dtype": "the GGUF file has its precision; remove the key",
        "endpoint": "set engine.url, without /v1",
        "replicas": "one server uses all that the machine has; remove the key",
        "device": "llama-server takes the GPU that it was built for; remove the key, or set "
        "engine.args, for example ['-ngl', '0']",
        "token_budget": "set engine.slots, and engine.context",
    }

    gguf: str | dict[str, str] | None = None
    url: str | None = None
    slots: int | None = Field(default=None, gt=0, le=1000)
    context: int | None = Field(default=None, gt=0)
    threads: int | None = Field(default=None, gt=0)
    restarts: int = Field(default=0, ge=0, description="of a server that died")
    args: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_server(self) -> Self:
        if self.url is None:
            return self
        if not is_servers(self.url):
            raise ValueError("url must be http(s)://HOST:PORT, without user, password or query")
        own = ("gguf", "slots", "context", "threads", "restarts", "args")
        if given := [key for key in own if key in self.model_fields_set and getattr(self, key)]:
            raise ValueError(
                f"with url the server is there already: remove {' and '.join(given)}, or url"
            )
        return self

    @model_validator(mode="after")
    def _args_are_not_ours(self) -> Self:
        for word in self.args:
            name = word.split("=", maxsplit=1)[0]
            if name in _OURS:
                raise ValueError(f"args: {name} is set by the engine; use {_OURS[name]}")
        return self

    @property
    def server_url(self) -> str | None:
        """The running server's address without /v1."""
        return self.url and self.url.rstrip("/").removesuffix("/v1")

    @property
    def together(self) -> int:
        """Requests generated together by a server of our own."""
        return self.slots or _SLOTS

    def identity(self) -> dict[str, str]:
        found = {"name": "claimbench-llamacpp"}
        if self.server_url is not None:
            build = ask_server(self.server_url).build
            return found | {"version": f"1 (llama.cpp {build}, joined)"}
        args = {"args": " ".join(self.args)} if self.args else {}
        return found | {"version": f"1 (llama.cpp {program_version()})"} | args

    def weights(self, model: ModelConfig) -> OwnWeights:
        if self.server_url is not None:
            said = ask_server(self.server_url)
            check_parameters(model, said.parameters, f"the server {self.server_url} (engine.url)")
            size = f"{said.name}:{said.parameters:.0f}:{said.size}"
            served = Message("weights-gguf-served", {"quantization": said.quantization})
            return OwnWeights(f"gguf:{said.quantization}:{size}", served)
        facts = facts_of(model, file_of(model, self.gguf))
        read = Message("weights-gguf", {"file": facts.file, "quantization": facts.quantization})
        return OwnWeights(f"gguf:{facts.quantization}:{facts.digest}", read)

    @property
    def lacking(self) -> frozenset[str]:
        return PENALTIES

    def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
        return self.start(model, checkpoint, self.context or model.context, log)

    def start(self, model: ModelConfig, checkpoint: Path | None, longest: int, log: Log) -> Engine:
        from claimbench.engines.restarting import RestartingEngine

        def made() -> Engine:
            return self._engine(model, checkpoint, self.context or longest, log)

        return RestartingEngine(made, self.restarts, log) if self.restarts else made()

    def _engine(self, model: ModelConfig, checkpoint: Path | None, most: int, log: Log) -> Engine:
        assert checkpoint is not None
        from claimbench.engines.llamacpp.engine import Asked, JoinedEngine, LlamacppEngine

        stop_ids = stop_token_ids(checkpoint, model)
        asked = Asked(most, checkpoint, stop_ids, model.reasoning_end, log)
        if self.server_url is not None:
            return JoinedEngine(self.server_url, asked)
        return LlamacppEngine(self, model.name, file_of(model, self.gguf), asked)

    @classmethod
    def remark(cls) -> str:
        try:
            return f"llama.cpp {program_version()}"
        except CheckpointMissing:
            return ""
