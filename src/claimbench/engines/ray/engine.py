"""The engine that the rest of claimbench sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.models import ModelConfig
from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.ray.cluster import check_room, connected, needs_of
from claimbench.engines.ray.staff import Actors
from claimbench.engines.replicas.dispatch import dispatched
from claimbench.engines.replicas.replica import equip
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings


class RayEngine(Engine):
    """`settings.replicas` engines that `make` makes, each in a Ray actor; they live while
    `generate` runs. `log` takes what replicas were lost."""

    def __init__(self, make: Callable[[], Engine], settings: LocalSettings, log: Log) -> None:
        self._make, self._settings, self._log = make, settings, log

    def describe(self) -> dict[str, str]:
        """For the provenance of a run; every replica was held against the driver's versions."""
        parallel = self._settings.model_dump(include={"tensor_parallel", "pipeline_parallel"})
        return {
            "name": f"{self._settings.kind} on Ray",
            "version": f"ray {metadata.version('ray')}",
            "replicas": str(self._settings.replicas),
            **{key: str(value) for key, value in parallel.items()},
        }

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """See `Engine`. Raises ConfigError where the cluster has no room."""
        settings = self._settings
        with connected(settings.ray_address):
            import ray

            needs = needs_of(settings, ray.nodes())
            check_room(ray.nodes(), needs, settings.replicas)
            yield from dispatched(Actors(self._make, needs), requests, settings, self._log)


def on_ray(
    model: ModelConfig, checkpoint: Path | None, settings: LocalSettings, log: Log
) -> RayEngine:
    """The model's engine as replicas on Ray."""
    return RayEngine(equip(model, checkpoint, settings).make, settings, log)
