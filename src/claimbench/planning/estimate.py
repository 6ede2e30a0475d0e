"""What a plan will cost and what it can show: tokens, disk, time, power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from claimbench import statistics
from claimbench.claims.catalogue import published_as
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import subject_of
from claimbench.config.runs import Experiment
from claimbench.errors import InputError
from claimbench.planning import gpus
from claimbench.planning.cells import Cell
from claimbench.planning.plan import Plan
from claimbench.records import PublishedResult
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.verdicts.cases import default_margin
from claimbench.verdicts.noise import is_greedy
from claimbench.verdicts.pairing import targets

PARAMETER_TOKENS_PER_SECOND = 2.7e10
"""Parameters × generated tokens per second of the transformers engine on two CPU cores, rounded
down: 135 million parameters at 220 tokens/s behind long prompts (the second session in
results/smollm2-gsm8k/provenance.json). A GPU is far faster."""

LEAST_CHANCE = 0.5
"""A run that shows nothing in more than every second case is refused."""
MARGINS = (20, 25, 30, 35, 40, 45, 50)
"""Margins in points that a new run file may have."""

BYTES_PER_TOKEN = 4.5
BYTES_PER_SAMPLE = 700


def describe(plan: Plan, lacking: Mapping[str, str]) -> dict[str, object]:
    """The plan as plain data; token counts of completions are upper bounds. `lacking` says by model
    or benchmark what is missing: of those cells only the samples are stated."""
    known = {
        (cell.model.name, cell.benchmark.name): _cell(cell, plan.experiment) for cell in plan.cells
    }
    return _facts(plan.experiment, known, _rows(plan), lacking)


def outline(experiment: Experiment, lacking: Mapping[str, str]) -> dict[str, object]:
    """What can be stated without any tokenizer or dataset."""
    return _facts(experiment, {}, {}, lacking)


def _facts(
    experiment: Experiment,
    known: Mapping[tuple[str, str], JsonDict],
    rows: Mapping[str, int],
    lacking: Mapping[str, str],
) -> JsonDict:
    cells = [
        known.get((model.name, benchmark.name))
        or {
            "model": model.name,
            "benchmark": benchmark.name,
            "samples": _samples(experiment, benchmark, rows),
        }
        for model in experiment.models
        for benchmark in experiment.benchmarks
    ]
    counts = [cell["samples"] for cell in cells]
    found = _targets(experiment, rows)
    weak = _weakness(experiment, found)
    return {
        "run": experiment.run.name,
        "samples": None if None in counts else sum(counts),
        **({"lacking": "; ".join(dict.fromkeys(lacking.values()))} if lacking else {}),
        "cells": cells,
        "published": found,
        **({"refused": weak} if weak else {}),
    }


def _samples(
    experiment: Experiment, benchmark: BenchmarkConfig, rows: Mapping[str, int]
) -> int | None:
    """None where nothing states how many problems the benchmark has."""
    problems = rows.get(benchmark.name) or experiment.problems_of(benchmark)
    return problems * experiment.samples_of(benchmark) if problems else None


def prompt_lengths(facts: JsonObject) -> gpus.Prompts:
    """Mean and longest prompt by cell, where they were rendered."""
    return {
        (cell["model"], cell["benchmark"]): (tokens["mean"], tokens["longest"])
        for cell in facts["cells"]
        if (tokens := cell.get("prompt_tokens"))
    }


def _rows(plan: Plan) -> dict[str, int]:
    """The problems of each benchmark of a plan."""
    return {cell.benchmark.name: len(cell.problems) for cell in plan.cells}


def comparisons(experiment: Experiment) -> list[PublishedResult]:
    """The published figures that the run's results would be compared with."""
    run = experiment.run
    return targets(run.published, run.models, run.benchmarks, run.claimed)


def check_power(plan: Plan) -> None:
    """Refuse a run that could hardly show anything, unless its config allows it. A `limit` forbids
    comparison anyway, so such a try-out is let through."""
    if weak := _weakness(plan.experiment, _targets(plan.experiment, _rows(plan))):
        raise InputError(f"run {plan.experiment.run.name}: {weak}")


def _weakness(experiment: Experiment, found: Sequence[JsonObject]) -> str:
    """Why a run against these figures is refused; empty where it is not."""
    best = max(map(_chance, found), default=1.0)
    if best >= LEAST_CHANCE or experiment.run.limit or experiment.run.allow_low_power:
        return ""
    return (
        f"its best chance of showing equality or a difference of the size of the margin is "
        f"{100 * best:.0f}%, under 50%; raise samples, widen margins, or set allow_low_power: true"
    )


def fitting_margin(score: float, problems: int, samples: int) -> int | None:
    """The least margin in points, of those that people write, with which a run that holds a claimed
    score in % against so many problems is not refused; None where there is none."""
    (figure,) = targets((), ("m",), ("b",), {"m": {"b": score}})
    asked = ((margin, _Asked("b", problems, samples, False, margin, ())) for margin in MARGINS)
    fitting = (m for m, one in asked if _chance(_target(figure, one, 1)) >= LEAST_CHANCE)
    return next(fitting, None)


def _chance(target: JsonObject) -> float:
    return float(max(target["power_of_equivalence"], target["power_of_difference"]))


def _cell(cell: Cell, experiment: Experiment) -> JsonDict:
    prompts = [cell.prompt_of(problem) for problem in cell.problems]
    lengths = [len(prompt.ids) for prompt in prompts]
    new_tokens = cell.asked * cell.sampling.max_tokens
    return {
        "model": cell.model.name,
        "benchmark": cell.benchmark.name,
        "problems": len(cell.problems),
        "samples_per_problem": cell.samples,
        "samples": cell.asked,
        "looks": list(experiment.looks_of(cell.benchmark.name, cell.samples)),
        "prompt_tokens": {"mean": round(fmean(lengths), 1), "longest": max(lengths)}
        if max(lengths)
        else None,
        "new_tokens_at_most": new_tokens,
        "disk_mib_at_most": round(
            (new_tokens * BYTES_PER_TOKEN + cell.asked * BYTES_PER_SAMPLE) / 2**20, 1
        ),
        "hours_on_two_cpu_cores_at_most": _cpu_hours(new_tokens, cell.model.parameters),
        "prompt": {"text": prompts[0].text, "ids": list(prompts[0].ids)},
    }


def _cpu_hours(tokens: int, parameters: float | None) -> float | None:
    """Hours on two CPU cores; None for a model whose size is not stated."""
    if parameters is None:
        return None
    return round(tokens * 1e9 * parameters / PARAMETER_TOKENS_PER_SECOND / 3600, 2)


ASSUMED_SPREAD = (0.4, 0.6)
"""Mean p(1−p) over the problems as a share of the most that a score allows, p(1−p) of the mean:
where seeds or samples of reasoning models are published, it lies there on AIME, GPQA-Diamond and
MATH-500. The most stands beside it."""


@dataclass(frozen=True)
class _Asked:
    """What a run asks of one benchmark, as far as a comparison depends on it."""

    benchmark: str
    problems: int
    samples: int
    greedy: bool
    margin: float | None
    looks: tuple[int, ...]


def _asked(result: PublishedResult, experiment: Experiment, rows: Mapping[str, int]) -> _Asked:
    """`rows` has the problems of the benchmarks that were read; the rest the configuration says."""
    run = experiment.run
    benchmark = next(b for b in experiment.benchmarks if published_as(b.name) == result.benchmark)
    samples = experiment.samples_of(benchmark)
    return _Asked(
        benchmark=benchmark.name,
        problems=rows.get(benchmark.name) or experiment.problems_of(benchmark),
        samples=samples,
        greedy=run.sampling.temperature == 0,
        margin=run.margins.get(benchmark.name),
        looks=experiment.looks_of(benchmark.name, samples),
    )


def _targets(experiment: Experiment, rows: Mapping[str, int]) -> list[JsonDict]:
    """What can be shown about each published figure; differences and margins in points."""
    found = comparisons(experiment)
    asked = [(result, _asked(result, experiment, rows)) for result in found]
    return [_target(result, one, _family(result, found)) for result, one in asked if one.problems]


def _target(result: PublishedResult, asked: _Asked, family: int) -> dict[str, object]:
    margin = asked.margin or default_margin(result.benchmark, result.value)
    design = _design(result, asked, 1.0)
    se = 100 * design.variance(asked.samples) ** 0.5
    return {
        "figure": result.id,
        "subject": result.subject,
        "benchmark": asked.benchmark,
        "published": result.value,
        "published_samples": result.samples,
        "samples_per_problem": asked.samples,
        "margin": margin,
        "se_bound": round(se, 2),
        "detectable_difference": round(statistics.detectable_difference(se), 2),
        "power_of_equivalence": round(float(statistics.power_of_equivalence(margin, se)), 3),
        "power_of_difference": round(float(statistics.power_of_difference(margin, se)), 3),
        "samples_for_the_margin": statistics.required_samples(design, margin / 100),
        **_samples_for_power(result, asked, margin, family),
        **_samples_with_looks(result, asked, margin, family),
    }


def _family(result: PublishedResult, found: Sequence[PublishedResult]) -> int:
    """How many figures are judged together with this one."""
    family = result.table, result.subject
    return sum((other.table, other.subject) == family for other in found)


def _design(result: PublishedResult, asked: _Asked, spread: float) -> statistics.Design:
    """The comparison with a figure, `spread` being the mean p(1−p) as a share of its largest value.
    Two greedy scores draw nothing; one beside a sampled one counts as one sample per problem."""
    share, problems = result.value / 100, asked.problems
    rounding = statistics.rounding_variance(result.decimals)
    greedy = bool(is_greedy(result))
    if greedy and asked.greedy:
        return statistics.Design(problems, 0.0, rounding)
    m = 1 if greedy else result.samples or result.samples_min
    theirs = spread * float(statistics.bound_variance(share, problems, m))
    return statistics.Design(problems, spread * share * (1 - share), theirs + rounding)


def _samples_for_power(
    result: PublishedResult, asked: _Asked, margin: float, family: int
) -> dict[str, object]:
    """The n that shows equality with 80 % power for the assumed spreads: alone, and at Holm's first
    step among the figures judged together. None: no n does."""

    def needed(level: float) -> list[int | None]:
        designs = [_design(result, asked, spread) for spread in ASSUMED_SPREAD]
        return [statistics.required_samples(d, margin / 100, level=level) for d in designs]

    return {
        "samples_for_power": needed(0.05),
        "samples_for_power_in_family": needed(0.05 / family),
        "family": family,
    }


def _samples_with_looks(
    result: PublishedResult, asked: _Asked, margin: float, family: int
) -> JsonDict:
    """The mean samples per problem where declared looks may stop the run: at equal scores, and at a
    difference of two margins."""
    if not asked.looks:
        return {}
    design = _design(result, asked, fmean(ASSUMED_SPREAD))
    means = [
        statistics.mean_samples(
            design, margin / 100, (*asked.looks, asked.samples), np.random.default_rng(0),
            effect=times * margin / 100, level=0.05 / family,
        )
        for times in (0, 2)
    ]  # fmt: skip
    return {"looks": list(asked.looks), "samples_with_looks": [round(one, 1) for one in means]}


def shares_with_looks(experiment: Experiment, facts: JsonObject) -> gpus.Early:
    """What declared looks leave of each cell's samples, which goes on until its last figure is
    decided."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for model in experiment.models:
        for target in facts["published"]:
            if "looks" in target and target["subject"] == subject_of(model.name):
                key = model.name, target["benchmark"]
                planned = target["samples_per_problem"]
                equal, apart = (n / planned for n in target["samples_with_looks"])
                before = found.get(key, (0.0, 0.0))
                found[key] = max(before[0], equal), max(before[1], apart)
    return found
