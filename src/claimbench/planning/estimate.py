"""What a plan will cost and what it can show: tokens, disk, time, power."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from claimbench import statistics
from claimbench.claims import published_as
from claimbench.config import BenchmarkConfig, Experiment
from claimbench.errors import InputError
from claimbench.planning import gpus
from claimbench.planning.cells import Cell
from claimbench.planning.plan import Plan
from claimbench.records import PublishedResult
from claimbench.verdicts import default_margin, is_greedy
from claimbench.verdicts.pairing import targets

PARAMETER_TOKENS_PER_SECOND = 2.7e10
"""Parameters × generated tokens per second of the transformers engine on two CPU cores, rounded
down: 135 million parameters at 220 tokens/s behind long prompts (the second session in
results/smollm2-gsm8k/provenance.json). A GPU is far faster."""

BYTES_PER_TOKEN = 4.5
BYTES_PER_SAMPLE = 700


def describe(plan: Plan) -> dict[str, Any]:
    """The plan as plain data; token counts of completions are upper bounds."""
    run = plan.experiment.run
    return {
        "run": run.name,
        "samples": plan.asked,
        "cells": [_cell(cell) for cell in plan.cells],
        "published": [_target(result, plan) for result in comparisons(plan)],
    }


def outline(experiment: Experiment, lacking: str) -> dict[str, Any]:
    """What can be said without tokenizers or datasets: `lacking` says what is missing."""
    cells = [
        {
            "model": model.name,
            "benchmark": benchmark.name,
            "samples": _samples(experiment, benchmark),
        }
        for model in experiment.models
        for benchmark in experiment.benchmarks
    ]
    return {
        "run": experiment.run.name,
        "samples": sum(cell["samples"] for cell in cells),
        "lacking": lacking,
        "cells": cells,
        "published": [],
    }


def _samples(experiment: Experiment, benchmark: BenchmarkConfig) -> int:
    return experiment.problems_of(benchmark) * experiment.samples_of(benchmark)


def prompt_lengths(facts: Mapping[str, Any]) -> gpus.Prompts:
    """Mean and longest prompt by cell, where they were rendered."""
    return {
        (cell["model"], cell["benchmark"]): (tokens["mean"], tokens["longest"])
        for cell in facts["cells"]
        if (tokens := cell.get("prompt_tokens"))
    }


def comparisons(plan: Plan) -> list[PublishedResult]:
    """The published figures that the run's results would be compared with."""
    run = plan.experiment.run
    return targets(run.published, run.models, run.benchmarks)


def check_power(plan: Plan) -> None:
    """Refuse a run that could hardly show anything, unless its config allows it.

    A `limit` forbids comparison anyway, so such a try-out is let through.
    """
    run = plan.experiment.run
    found = [_target(result, plan) for result in comparisons(plan)]
    if not found or run.limit or run.allow_low_power:
        return
    best = max(max(t["power_of_equivalence"], t["power_of_difference"]) for t in found)
    if best < 0.5:
        raise InputError(
            f"run {run.name}: its best chance of showing equality or a difference of the size of "
            f"the margin is {100 * best:.0f} %, under 50 %; raise samples, widen margins, or set "
            f"allow_low_power: true"
        )


def _cell(cell: Cell) -> dict[str, Any]:
    prompts = [cell.prompt_of(problem) for problem in cell.problems]
    lengths = [len(prompt.ids) for prompt in prompts]
    new_tokens = cell.asked * cell.sampling.max_tokens
    rate = PARAMETER_TOKENS_PER_SECOND / (1e9 * cell.model.parameters)
    return {
        "model": cell.model.name,
        "benchmark": cell.benchmark.name,
        "problems": len(cell.problems),
        "samples_per_problem": cell.samples,
        "samples": cell.asked,
        "prompt_tokens": {"mean": round(fmean(lengths), 1), "longest": max(lengths)}
        if max(lengths)
        else None,
        "new_tokens_at_most": new_tokens,
        "disk_mib_at_most": round(
            (new_tokens * BYTES_PER_TOKEN + cell.asked * BYTES_PER_SAMPLE) / 2**20, 1
        ),
        "hours_on_two_cpu_cores_at_most": round(new_tokens / rate / 3600, 2),
        "prompt": {"text": prompts[0].text, "ids": list(prompts[0].ids)},
    }


def _target(result: PublishedResult, plan: Plan) -> dict[str, Any]:
    """What can be shown about one published figure; differences and margins in points."""
    cell = next(
        c
        for c in plan.cells
        if (c.model.subject, published_as(c.benchmark.name)) == (result.subject, result.benchmark)
    )
    share, problems = result.value / 100, len(cell.problems)
    m = result.samples or result.samples_min
    theirs = float(statistics.bound_variance(share, problems, m))
    theirs = 0.0 if is_greedy(result) else theirs
    theirs += statistics.rounding_variance(result.decimals)
    spread = 0.0 if cell.sampling.temperature == 0 else share * (1 - share)
    design = statistics.Design(problems, spread, theirs)
    margin = plan.experiment.run.margins.get(
        cell.benchmark.name, default_margin(result.benchmark, result.value)
    )
    se = 100 * design.variance(cell.samples) ** 0.5
    return {
        "figure": result.id,
        "published": result.value,
        "margin": margin,
        "se_bound": round(se, 2),
        "detectable_difference": round(statistics.detectable_difference(se), 2),
        "power_of_equivalence": round(float(statistics.power_of_equivalence(margin, se)), 3),
        "power_of_difference": round(float(statistics.power_of_difference(margin, se)), 3),
        "samples_for_the_margin": statistics.required_samples(design, margin / 100),
    }
