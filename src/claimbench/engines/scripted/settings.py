"""A kind of engine whose replies come from a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from claimbench.config import DType, ModelConfig
from claimbench.engines.base import Engine, Log
from claimbench.engines.transformers.settings import TransformersSettings


def scripted_kind(engine: Callable[[], Engine]) -> type[TransformersSettings]:
    """A kind to put into `ENGINES`: it takes the keys of the default engine, so that any run file
    can be run with it, and its engine is what `engine` gives."""

    class ScriptedSettings(TransformersSettings):
        packages: ClassVar[tuple[str, ...]] = ()

        def identity(self) -> dict[str, str]:
            return {"name": "scripted", "version": "1"}

        def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
            return engine()

        def fallback(self, models: Sequence[ModelConfig]) -> DType | None:
            return None

    return ScriptedSettings
