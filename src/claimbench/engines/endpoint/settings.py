"""What a run may say of a server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from claimbench.config.engines import Price
from claimbench.config.models import ModelConfig
from claimbench.engines.base import (
    Engine,
    EngineSettings,
    Log,
    Served,
    stop_token_ids,
)
from claimbench.engines.endpoint.config import NO_EFFECT, EndpointConfig
from claimbench.engines.tokenizer import decoder
from claimbench.records.runs import NEUTRAL


class EndpointSettings(EngineSettings):
    """All is said under the key `endpoint`; the model's precision is the server's."""

    packages: ClassVar[tuple[str, ...]] = ("openai", "transformers")
    extra: ClassVar[str] = "endpoint"
    instead: ClassVar[Mapping[str, str]] = {
        "replicas": "a server's replicas are its own business; remove the key",
        "slots": "set engine.endpoint.concurrency",
    }

    endpoint: EndpointConfig

    def identity(self) -> dict[str, str]:
        prompt = "token ids" if self.endpoint.prompt == "token_ids" else "chat"
        found = {"name": "claimbench-endpoint", "version": "1", "prompt": prompt}
        if not_sent := sorted(set(self.endpoint.unsupported) - NO_EFFECT):
            found["not_sent"] = ", ".join(not_sent)
        if self.endpoint.reasoning == "hidden":
            found["reasoning"] = "hidden"
        return found

    def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
        from claimbench.engines.endpoint.engine import EndpointEngine

        by_ids = checkpoint is not None and self.endpoint.prompt == "token_ids"
        stop_ids = stop_token_ids(checkpoint, model) if checkpoint is not None and by_ids else []
        name = self.endpoint.model or model.hub
        return EndpointEngine(
            self.endpoint,
            name,
            stop_ids,
            log=log,
            reasoning_end=model.reasoning_end,
            decode=decoder(checkpoint) if checkpoint is not None and by_ids else None,
        )

    @property
    def lacking(self) -> frozenset[str]:
        return frozenset(NEUTRAL) & frozenset(self.endpoint.unsupported)

    @property
    def price(self) -> Price | None:
        return self.endpoint.price

    @property
    def served(self) -> Served:
        return Served(self.endpoint.model, self.endpoint.alias, self.endpoint.prompt)
