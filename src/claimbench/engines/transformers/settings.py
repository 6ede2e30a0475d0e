"""What a run may say of the transformers engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from claimbench.config import processor
from claimbench.config.models import DType, ModelConfig
from claimbench.engines.base import Engine, Log, stop_token_ids, version_of
from claimbench.engines.local import LocalSettings
from claimbench.errors import ConfigError

_SLOTS = 64


class TransformersSettings(LocalSettings):
    """`device` is auto, cpu or cuda; `token_budget` is how many tokens are kept for all requests
    together (default: what half of the free memory holds). `deterministic`: a sample's text
    does not depend on what is computed beside it."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "transformers", "accelerate", "gguf")
    extra: ClassVar[str] = "cpu"
    instead: ClassVar[Mapping[str, str]] = {
        "context": "the transformers engine sizes itself by its requests; remove the key",
    }

    device: str = "auto"
    threads: int | None = Field(default=None, gt=0)
    token_budget: int | None = Field(default=None, gt=0)
    deterministic: bool = False

    def identity(self) -> dict[str, str]:
        version = version_of("transformers", self.extra, "transformers")
        named = {"name": "claimbench-transformers", "version": f"1 ({version})"}
        return {**named, "deterministic": "1"} if self.deterministic else named

    def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
        _refuse_quantization(model)
        assert checkpoint is not None
        from claimbench.engines.transformers.engine import TransformersEngine

        return TransformersEngine(
            checkpoint,
            dtype=self.dtype or model.dtype,
            device=self.device,
            threads=self.threads,
            slots=self.slots or _SLOTS,
            token_budget=self.token_budget,
            stop_token_ids=stop_token_ids(checkpoint, model),
            deterministic=self.deterministic,
        )

    def fallback(self, models: Sequence[ModelConfig]) -> DType | None:
        try:
            from claimbench.engines.transformers.precision import fallback
        except ImportError:  # a plan is made without torch, too
            return None
        return fallback(self.device, models)

    @classmethod
    def remark(cls) -> str:
        """By the flags alone: to load torch takes seconds."""
        flags = processor.flags()
        if not flags or processor.has_bfloat16(flags):
            return ""
        return "no bfloat16 in this CPU: models run in float32 on it"

    @property
    def cpus(self) -> int:
        return self.threads or 1

    @property
    def on_gpus(self) -> bool | None:
        return None if self.device == "auto" else self.device.startswith("cuda")


def _refuse_quantization(model: ModelConfig) -> None:
    """A key that has no effect would still stand in the samples' identity: a false one."""
    for key, value in (("quantization", model.quantization), ("kv_dtype", model.kv_dtype)):
        if value is not None:
            raise ConfigError(
                f"model {model.name}, key {key}: the transformers engine does not do it; remove "
                f"the key, or use another engine"
            )
