"""Configurations made of what is there: a checkpoint, a data file, a text.

`claimbench new` writes them to files that a person reads once; a run that names a path
(`models: [./my-finetune]`) uses them as they are, and its report says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from claimbench.benchmarks import hub
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.load import load_experiment as _load
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment


def load_experiment(path: Path, sets: Iterable[str] = (), offline: bool = False) -> Experiment:
    """A run file with everything it names, configurations and paths. Raises ConfigError."""
    return _load(path, sets, _Drafter(offline))


class _Drafter:
    """Drafts what a run names by its path; loads what that needs only then."""

    def __init__(self, offline: bool) -> None:
        self._offline = offline

    def model(self, place: str, name: str) -> ModelConfig:
        from claimbench.drafts.models import draft_model

        hub.use(self._offline)  # Before transformers is imported, which reads it then.
        return draft_model(place, name).config

    def benchmark(self, place: str, name: str) -> BenchmarkConfig:
        from claimbench.drafts.benchmarks import draft_benchmark

        return draft_benchmark(place, name).config
