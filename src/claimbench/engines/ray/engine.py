"""The engine that the rest of claimbench sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

from claimbench.config import EngineConfig, ModelConfig
from claimbench.engines.ray.cluster import check_room, connected, needs_of
from claimbench.engines.ray.dispatch import Dispatcher
from claimbench.engines.ray.replica import Equipment, file_sizes
from claimbench.errors import ConfigError
from claimbench.records import Completion, Request, RequestFailure

_USUAL_SLOTS = 256


class RayEngine:
    """`settings.replicas` engines that `make` makes, each in a Ray actor; they live while
    `generate` runs. `told` hears of lost replicas."""

    def __init__(
        self, make: Callable[[], Any], settings: EngineConfig, told: Callable[[str], None]
    ) -> None:
        self._make, self._settings, self._told = make, settings, told

    def describe(self) -> dict[str, str]:
        """For the provenance of a run; every replica was held against the driver's versions."""
        return {
            "name": f"{self._settings.kind} on Ray",
            "version": f"ray {metadata.version('ray')}",
            "replicas": str(self._settings.replicas),
            "tensor_parallel": str(self._settings.tensor_parallel),
            "pipeline_parallel": str(self._settings.pipeline_parallel),
        }

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        """See `engines.Engine`. Raises ConfigError where the cluster has no room."""
        settings = self._settings
        with connected(settings.ray_address):
            import ray

            needs = needs_of(settings, ray.nodes())
            check_room(ray.nodes(), needs, settings.replicas)
            dispatcher = Dispatcher(
                self._make,
                needs,
                replicas=settings.replicas,
                restarts=settings.restarts,
                window=settings.slots or _USUAL_SLOTS,
                told=self._told,
            )
            try:
                with closing(dispatcher.work(requests)) as answers:  # type: ignore[type-var]
                    yield from answers
            finally:
                dispatcher.dismiss()


def on_ray(
    model: ModelConfig,
    checkpoint: Path | None,
    settings: EngineConfig,
    told: Callable[[str], None],
) -> RayEngine:
    """The model's engine as replicas on Ray. Raises ConfigError for an engine that has none."""
    from claimbench.engines import engine_kind

    if settings.kind == "endpoint" or checkpoint is None:
        raise ConfigError("engine.replicas: a server's replicas are its own business; remove it")
    identity = engine_kind(settings.kind).identity(settings)
    equipment = Equipment(model, checkpoint, file_sizes(checkpoint), settings, identity)
    return RayEngine(equipment.make, settings, told)
