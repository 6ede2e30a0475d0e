"""The names that claims and published tables may use, and refusals that name file, line and key."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from claimbench.config.folders import names
from claimbench.config.paths import seeds_dir
from claimbench.config.yamlfile import Key, Marks, Strict, load_yaml, nearest, parse, place_of
from claimbench.errors import ConfigError

CATALOGUE_FILE = "_names.yaml"
Unit = Literal["points", "rating", "percentile"]
RANGES: dict[Unit, tuple[float, float]] = {
    "points": (0.0, 100.0),
    "percentile": (0.0, 100.0),
    "rating": (0.0, 5000.0),
}


class Metric(Strict):
    """A metric and the unit its values are published in."""

    unit: Unit
    title: str


class Benchmark(Strict):
    """A benchmark; `metrics[0]` is meant where none is named. `whole` says that every laboratory
    scores all of the `problems`, so that a figure's last digits show how many samples it needs.
    `tasks` are what else asks its problems, each in its own way: prompt, shots, filter and metric
    are the task's, which stands among a verdict's departures."""

    title: str
    metrics: tuple[str, ...] = Field(min_length=1)
    problems: int | None = Field(default=None, gt=0)
    whole: bool = False
    tasks: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _whole_sets_are_counted(self) -> Benchmark:
        if self.whole and self.problems is None:
            raise ValueError("whole needs problems")
        return self


class KnownModel(Strict):
    """A model that claims or tables speak of. `proxy_of` names the model that a distilled
    checkpoint stands beside, never in its place; `setting_of` the model of which this is one
    setting (an effort), a reference of its own."""

    title: str
    open: bool
    proxy_of: str | None = None
    setting_of: str | None = None
    note: str = ""


class Catalogue(Strict):
    """seeds/published/_names.yaml."""

    models: dict[str, KnownModel]
    benchmarks: dict[str, Benchmark]
    metrics: dict[str, Metric]

    @model_validator(mode="after")
    def _metrics_are_defined(self) -> Catalogue:
        for name, benchmark in self.benchmarks.items():
            for metric in benchmark.metrics:
                if metric not in self.metrics:
                    raise ValueError(f"benchmark {name} has metric {metric}, which is not defined")
        return self

    def split(self, named: str) -> tuple[str, str]:
        """(benchmark, metric) of `benchmark` or `benchmark/metric`; ValueError if not defined."""
        name, _, metric = named.partition("/")
        if name not in self.benchmarks:
            raise ValueError(f"benchmark {name} is not defined{nearest(name, self.benchmarks)}")
        known = self.benchmarks[name].metrics
        if metric and metric not in known:
            raise ValueError(f"{name} has no metric {metric}{nearest(metric, known)}")
        return name, metric or known[0]

    def range_of(self, metric: str) -> tuple[float, float]:
        """The smallest and largest value that a metric can have."""
        return RANGES[self.metrics[metric].unit]


def load_catalogue(published: Path | None = None) -> Catalogue:
    """The catalogue of a folder of published tables, with the names of configs/ added."""
    path = (published or seeds_dir() / "published") / CATALOGUE_FILE
    data, marks = load_yaml(path)
    catalogue = parse(Catalogue, data, path, marks)
    models = {n: KnownModel(title=n, open=True) for n in names("models")}
    benchmarks = {n: Benchmark(title=n, metrics=("pass@1",)) for n in names("benchmarks")}
    return Catalogue(
        models=models | catalogue.models,
        benchmarks=benchmarks | catalogue.benchmarks,
        metrics=catalogue.metrics,
    )


def published_as(benchmark: str) -> str:
    """The name under which figures on a benchmark's problems are published: gsm8k for
    lm-eval:gsm8k."""
    path = seeds_dir() / "published" / CATALOGUE_FILE
    return _tasks(path, path.stat().st_mtime_ns).get(benchmark, benchmark)


@lru_cache(maxsize=4)
def _tasks(path: Path, _changed: int) -> dict[str, str]:
    known = load_catalogue(path.parent).benchmarks
    return {task: name for name, benchmark in known.items() for task in benchmark.tasks}


def refusal(path: Path, marks: Marks, key: Key, sentence: str) -> ConfigError:
    """The error for `key` of a file, with the line of the nearest enclosing key."""
    place = place_of(key, marks, path)
    return ConfigError(f"{place}: key {'.'.join(map(str, key))}: {sentence}")
