"""The engine that the rest of claimbench sees: replicas on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config import ModelConfig
from claimbench.engines.base import Answer, Engine, Log
from claimbench.engines.replicas.dispatch import Dispatcher
from claimbench.engines.replicas.processes import Processes, places
from claimbench.engines.replicas.replica import Equipment, file_sizes
from claimbench.records import Request

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings

USUAL_SLOTS = 256


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
        dispatcher = Dispatcher(
            Processes(self._make, self._places),
            replicas=self._settings.replicas,
            restarts=self._settings.restarts,
            window=self._settings.slots or USUAL_SLOTS,
            log=self._log,
        )
        try:
            with closing(dispatcher.work(requests)) as answers:  # type: ignore[type-var]
                yield from answers
        finally:
            dispatcher.dismiss()


def in_processes(
    model: ModelConfig, checkpoint: Path | None, settings: LocalSettings, log: Log
) -> ReplicasEngine:
    """The model's engine as replicas on this machine."""
    assert checkpoint is not None
    equipment = Equipment(model, checkpoint, file_sizes(checkpoint), settings, settings.identity())
    return ReplicasEngine(equipment.make, settings, log)
