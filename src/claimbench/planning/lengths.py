"""Mean lengths of completions, for estimates of time and cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.config.paths import packaged_data
from claimbench.config.yamlfile import Strict, load_yaml, parse
from claimbench.errors import ConfigError


class MeasuredLength(Strict):
    tokens: float = Field(gt=0)
    source: str


class LengthTable(Strict):
    measured: dict[str, dict[str, MeasuredLength]]
    assumed: dict[str, float]


@dataclass(frozen=True, slots=True)
class Length:
    """Mean tokens of a completion, and where the figure is from."""

    tokens: float
    source: str


class Lengths:
    """Mean completion lengths: of an earlier run, else published, else assumed."""

    def __init__(self, run_dir: Path | None = None) -> None:
        path = packaged_data("lengths.yaml")
        data, marks = load_yaml(path)
        self._table = parse(LengthTable, data, path, marks)
        self._earlier = _measured(run_dir) if run_dir else {}

    def of(self, model: ModelConfig, benchmark: BenchmarkConfig, max_tokens: int) -> Length:
        """The mean length of a completion, at most `max_tokens`."""
        found = self._earlier.get((model.name, benchmark.name)) or self._known(model, benchmark)
        if found is None:
            found = Length(max_tokens / 2, "assumed: half of sampling.max_tokens")
        return Length(min(found.tokens, max_tokens), found.source)

    def _known(self, model: ModelConfig, benchmark: BenchmarkConfig) -> Length | None:
        published = self._table.measured.get(model.subject, {}).get(benchmark.name)
        if published is not None:
            return Length(published.tokens, published.source)
        assumed = self._table.assumed.get(benchmark.name)
        if assumed is None or model.prompt.reasoning_end is None:
            return None
        return Length(assumed, "assumed for reasoning models")


def _measured(run_dir: Path) -> dict[tuple[str, str], Length]:
    """Mean completion lengths of an earlier run folder."""
    path = run_dir / "measurements.json"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        found = {
            (row["model"], row["benchmark"]): Length(
                float(row["tokens_mean"]), f"run {run_dir.name}"
            )
            for row in rows
            if row["received"] and row["tokens_mean"] is not None
        }
    except (OSError, ValueError, RecursionError, TypeError, KeyError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise ConfigError(
            f"--lengths {run_dir}: {path.name} cannot be read ({why}); name a run folder that has "
            f"a report"
        ) from None
    if not found:
        raise ConfigError(
            f"--lengths {run_dir}: it does not state how long its replies are; name another run"
        )
    return found
