"""The resolved config of a plan: what `run.yaml` records, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from claimbench.benchmarks.loading import content_digest
from claimbench.config.canonical import plain
from claimbench.config.models import ModelConfig
from claimbench.config.prompting import prompt_rules
from claimbench.config.runs import Experiment
from claimbench.engines.base import EngineSettings
from claimbench.messages import Message, as_data
from claimbench.models import quantized
from claimbench.models.checkpoints import Checkpoint
from claimbench.planning.cells import Cell
from claimbench.planning.exposure import exposure
from claimbench.records.plain import JsonDict


def resolved_config(
    experiment: Experiment,
    chosen: EngineSettings,
    engine: Mapping[str, str],
    found: Mapping[str, Checkpoint],
    cells: Sequence[Cell],
) -> dict[str, object]:
    """Everything that a run was asked with: `engine` is the identity of its engine, `found` its
    checkpoints by model."""
    run = experiment.run
    return {
        "run": {**plain(run), "engine": plain(chosen)},
        "models": {m.name: plain(m) for m in experiment.models},
        "benchmarks": {b.name: plain(b) for b in experiment.benchmarks},
        "engine": dict(engine),
        "checkpoints": {name: checkpoint.identity for name, checkpoint in found.items()},
        "departures": _departures(experiment, chosen, found),
        "graders": {b.name: plain(b.grader) for b in experiment.benchmarks},
        "reasoning_end": _reasoning_ends(experiment),
        "judging": {
            "published": list(run.published),
            "margins": dict(run.margins),
            "problems": {b.name: b.dataset.rows for b in experiment.benchmarks},
            **({"claimed": dict(run.claimed)} if run.claimed else {}),
        },
        "cells": {str(cell.name): _described(cell, experiment) for cell in cells},
        "exposure": {str(c.name): exposure(c.model, c.benchmark) for c in cells},
    }


def with_samples(
    experiment: Experiment,
    resolved: Mapping[str, object],
    cells: Iterable[Cell],
    counts: Mapping[str, int],
) -> dict[str, object]:
    """The resolved config, had it asked for `counts` samples per problem."""
    asked = {
        str(cell.name): _described(cell.first(counts[str(cell.name)]), experiment) for cell in cells
    }
    return {**resolved, "cells": asked}


def _reasoning_ends(experiment: Experiment) -> dict[str, str | None]:
    """By model; by model/benchmark where the benchmark has a prompt variant of its own."""
    ends = {m.name: m.prompt.reasoning_end for m in experiment.models}
    for benchmark in experiment.benchmarks:
        for model in experiment.models if benchmark.prompt_variant else ():
            rules = prompt_rules(model, benchmark)
            ends[f"{model.name}/{benchmark.name}"] = rules.reasoning_end
    return ends


def _departures(
    experiment: Experiment, chosen: EngineSettings, found: Mapping[str, Checkpoint]
) -> JsonDict:
    """In what each model's weights and prompts depart from the pinned checkpoint and its rules, as
    data of messages."""
    departures = {}
    for model in experiment.models:
        if model.name not in found:
            continue
        parts = [found[model.name].departure, *_drafted(model, experiment)]
        dtype = chosen.chosen_dtype
        if dtype is not None and dtype != model.dtype:
            dtypes = {"dtype": dtype, "checkpoint": model.dtype}
            parts.append(Message("weights-dtype", dtypes))
        if chosen.served is None:
            parts += quantized.departures(model, found[model.name].path)
        if known := tuple(part for part in parts if part):
            departures[model.name] = as_data(Message("weights-departures", {"parts": known}))
    return departures


def _drafted(model: ModelConfig, experiment: Experiment) -> Iterator[Message]:
    """What a run names by its path: no person has read what was made of it."""
    if model.drafted:
        yield Message("prompt-drafted")
    if drafted := [b.name for b in experiment.benchmarks if b.drafted]:
        yield Message("benchmark-drafted", {"benchmarks": ", ".join(drafted)})


def _described(cell: Cell, experiment: Experiment) -> dict[str, object]:
    looks = [
        {"samples": count, "samples_digest": _digest(cell.first(count))}
        for count in experiment.looks_of(cell.benchmark.name, cell.samples)
    ]
    return {
        "model": cell.model.name,
        "benchmark": cell.benchmark.name,
        "problems": len(cell.problems),
        "samples": cell.samples,
        "problems_digest": content_digest(list(cell.problems)),
        "samples_digest": _digest(cell),
        **({"looks": looks} if looks else {}),
    }


def _digest(cell: Cell) -> str:
    return hashlib.sha256("".join(cell.ids).encode()).hexdigest()
