"""Whether a benchmark's problems were public before a checkpoint was: only then can they have been
in what it was trained on."""

from __future__ import annotations

import datetime as dt

from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.records import Exposure


def exposure(model: ModelConfig, benchmark: BenchmarkConfig) -> Exposure:
    """`all` where all were public by the day before its release, `none` where none was, else in
    part; unknown where a date is not known. A variant is its model."""
    days = _days(benchmark)
    if model.released is None or days is None:
        return "unknown"
    first, last = days
    if last < model.released.date:
        return "all"
    return "none" if first >= model.released.date else "in part"


def _days(benchmark: BenchmarkConfig) -> tuple[dt.date, dt.date] | None:
    """The days on which the first and the last problem became public; a window of dates says so
    itself."""
    if benchmark.dataset.window is not None:
        first, last = map(dt.date.fromisoformat, benchmark.dataset.window)
        return first, last
    return (benchmark.public.first, benchmark.public.last) if benchmark.public else None
