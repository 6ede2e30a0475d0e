"""The engine that the rest of claimbench sees: replicas on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.models import ModelConfig
from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.replicas.dispatch import dispatched
from claimbench.engines.replicas.processes import Processes, places
from claimbench.engines.replicas.replica import equip
from claimbench.records.runs import Request

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings


class ReplicasEngine(Engine):
    """`settings.replicas` engines that `make` makes, each in a process of its own; they live while
    `generate` runs. `log` takes what replicas were lost. Raises ConfigError where there is no room
    for so many."""

    def __init__(self, make: Callable[[], Engine], settings: LocalSettings, log: Log) -> None:
        self._make, self._settings, self._log = make, settings, log
        self._places = places(settings)

    def describe(self) -> dict[str, str]:
        """For the provenance of a run."""
        parallel = self._settings.model_dump(include={"tensor_parallel", "pipeline_parallel"})
        return {
            "name": self._settings.kind,
            "version": self._settings.identity()["version"],
            "replicas": str(self._settings.replicas),
            **{key: str(value) for key, value in parallel.items()},
        }

    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        staff = Processes(self._make, self._places)
        return dispatched(staff, requests, self._settings, self._log)


def in_processes(
    model: ModelConfig, checkpoint: Path | None, settings: LocalSettings, log: Log
) -> ReplicasEngine:
    """The model's engine as replicas on this machine."""
    return ReplicasEngine(equip(model, checkpoint, settings).make, settings, log)
