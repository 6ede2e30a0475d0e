"""Settings of the engines that load weights themselves, alone or as replicas."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field

from claimbench.config.models import DType, ModelConfig
from claimbench.engines.base import Engine, EngineSettings, Log


class LocalSettings(EngineSettings):
    """Settings of an engine that loads weights, alone or as replicas (docs/clusters.md): processes
    on this machine, or actors on a Ray cluster.

    The address of a Ray cluster is kept in no file.
    """

    dtype: DType | None = None
    slots: int | None = Field(default=None, gt=0, description="requests generated together")
    restarts: int = Field(default=0, ge=0, description="of an engine that died")
    replicas: int = Field(default=1, gt=0, description="of the engine")
    ray_address: str | None = Field(default=None, min_length=1, exclude=True)

    @property
    def chosen_dtype(self) -> DType | None:
        return self.dtype

    @property
    def gpus(self) -> int:
        """GPUs of one replica, where it runs on GPUs."""
        return 1

    @property
    def cpus(self) -> int:
        """CPU cores to reserve for one replica."""
        return 1

    @property
    def on_gpus(self) -> bool | None:
        """Whether it runs on GPUs; None: where there are some."""
        return None

    def sized(self, longest: int) -> Self:
        """These settings with room for `longest` tokens."""
        return self

    def start(self, model: ModelConfig, checkpoint: Path | None, longest: int, log: Log) -> Engine:
        from claimbench.engines.restarting import RestartingEngine

        chosen = self.sized(longest)
        if self.ray_address is not None:
            from claimbench.engines.ray.engine import on_ray

            return on_ray(model, checkpoint, chosen, log)
        if self.replicas > 1:
            from claimbench.engines.replicas.engine import in_processes

            return in_processes(model, checkpoint, chosen, log)

        def make() -> Engine:
            return chosen.make(model, checkpoint, log)

        return RestartingEngine(make, self.restarts, log) if self.restarts else make()
