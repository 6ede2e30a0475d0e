"""Run folders made by hand, for the report: no engine, no tokenizer, grades included."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from claimbench.analysis.measure import Scores
from claimbench.config import (
    BenchmarkConfig,
    DatasetConfig,
    FieldsConfig,
    GraderConfig,
    ModelConfig,
    PromptRules,
    RunConfig,
    SamplingConfig,
    plain,
)
from claimbench.grading import make_grader
from claimbench.grading.outcomes import make_grade
from claimbench.records import Grade, Measurement, Reason, Sample
from claimbench.store import RunStore
from claimbench.store.problems import read_problems
from claimbench.store.rows import sample_digest

Reply = tuple[str, str, str | None, int]
"""Text, outcome, answer, tokens; a reply of `limit` tokens or more is cut."""
Replies = Callable[[str, str, int, int], Reply]
"""(model, benchmark, problem, sample index) → the reply."""

LIMIT = 4096
HOSTILE = (
    "<script>window.hacked = 1; fetch('http://attacker.invalid/x')</script>",
    "</script><script>window.hacked = 2</script>",
    "</textarea></pre><img src=x onerror='window.hacked = 3'>",
    "]]><!-- --!> &lt;b&gt; &amp;amp; <svg onload=window.hacked=4>",
    "\x1b[31mred\x1b[0m \x07 \x00 bell",
    "right-to-left \u202edesrever\u202c and \u2066isolated\u2069",
    "\ud800 lone surrogate, 한국어, 👩\u200d💻, é, \u2028 line",
    "{{ 7 * 7 }} ${7 * 7} `backtick` | pipe | =cmd()",
)
"""Replies that must stay text, whatever they are shown in."""


def write_run(  # noqa: PLR0913
    root: Path,
    cells: Iterable[tuple[str, str]],
    replies: Replies,
    *,
    problems: int = 30,
    samples: int = 4,
    published: Iterable[str] = (),
    margins: Mapping[str, float] | None = None,
    reasoning_end: str | None = "</think>",
    question: Callable[[str, int], str] = lambda benchmark, i: f"What is {i} + {i}?",
    why: Callable[[int, str], Reason] = lambda i, outcome: "compared",
    group: int = 0,
) -> Path:
    """A finished run folder: `problems` × `samples` of each (model, benchmark), the problems in
    groups of `group`, or in none; `why` gives the reason of a grade from the problem's number and
    the outcome."""
    cells = list(cells)
    config = _config(root.name, cells, problems, samples, published, margins or {}, reasoning_end)
    grader = make_grader("integer", {}, reasoning_end)
    with RunStore.open(root, resolved=config, digest=root.name) as store:
        for benchmark in dict.fromkeys(b for _, b in cells):
            rows = (_problem(benchmark, i, question, group) for i in range(problems))
            store.write_lines_once(f"problems/{benchmark}.jsonl", rows)
        for model, benchmark in cells:
            digests = read_problems(store, benchmark).digests
            for i in range(problems):
                for turn in range(samples):
                    place = model, benchmark, i, turn
                    _append(store, place, replies, grader.digest, digests[f"q{i}"], why)
    return root


def named(grade: Grade, sample: Sample, problem: str) -> Grade:
    """The grade with what it judged: the sample, and the problem of this digest."""
    return replace(grade, sample_digest=sample_digest(sample), problem_digest=problem)


def _append(
    store: RunStore,
    place: tuple[str, str, int, int],
    replies: Replies,
    digest: str,
    problem: str,
    why: Callable[[int, str], Reason],
) -> None:
    model, benchmark, i, turn = place
    text, outcome, answer, tokens = replies(model, benchmark, i, turn)
    identity = f"{store.root.name} {model} {benchmark} {i} {turn}"
    sample = Sample(
        id=hashlib.blake2b(identity.encode(), digest_size=16).hexdigest(),
        model=model,
        benchmark=benchmark,
        problem_id=f"q{i}",
        sample_index=turn,
        text=text,
        finish_reason="length" if tokens >= LIMIT else "stop",
        prompt_tokens=20,
        completion_tokens=min(tokens, LIMIT),
        seconds=tokens / 50,
        seed=2**62 + i,
    )
    store.append_sample(sample)
    graded = make_grade(digest, sample, outcome, answer, why(i, outcome))
    store.append_grade(sample.cell, named(graded, sample, problem))


def _problem(
    benchmark: str, i: int, question: Callable[[str, int], str], group: int
) -> dict[str, Any]:
    return {
        "id": f"q{i}",
        "question": question(benchmark, i),
        "gold": str(2 * i),
        "choices": [],
        "messages": None,
        "text": None,
        "details": {"group": f"passage {i // group}"} if group else {},
    }


def _config(
    name: str,
    cells: list[tuple[str, str]],
    problems: int,
    samples: int,
    published: Iterable[str],
    margins: Mapping[str, float],
    reasoning_end: str | None,
) -> dict[str, Any]:
    run = RunConfig(
        name="toy",
        title=f"Run {name}",
        models=tuple(dict.fromkeys(m for m, _ in cells)),
        benchmarks=tuple(dict.fromkeys(b for _, b in cells)),
        sampling=SamplingConfig(temperature=0.6, top_p=0.95, top_k=0, max_tokens=LIMIT),
        seed=1,
    )
    return {
        "run": plain(run),
        "models": {m: _model(m, reasoning_end) for m in run.models},
        "benchmarks": {b: _benchmark(b, samples) for b in run.benchmarks},
        "cells": {
            f"{m}/{b}": {
                "model": m,
                "benchmark": b,
                "problems": problems,
                "samples": samples,
                "problems_digest": "0" * 64,
            }
            for m, b in cells
        },
        "engine": {"name": "scripted", "version": "1"},
        "checkpoints": {m: f"hub:{m}@{'0' * 40}" for m in run.models},
        "departures": {},
        "graders": {b: {"kind": "integer", "options": {}} for b in run.benchmarks},
        "reasoning_end": dict.fromkeys(run.models, reasoning_end),
        "judging": {"published": list(published), "margins": dict(margins), "problems": {}},
    }


def _model(name: str, reasoning_end: str | None) -> dict[str, Any]:
    return plain(
        ModelConfig(
            name=name,
            title=name,
            hub=f"toys/{name}",
            revision="0" * 40,
            license="MIT",
            parameters=1,
            context=2 * LIMIT,
            prompt=PromptRules(bos="", head="", tail="", reasoning_end=reasoning_end),
            stop_tokens=("</s>",),
        )
    )


def _benchmark(name: str, samples: int) -> dict[str, Any]:
    return plain(
        BenchmarkConfig(
            name=name,
            title=name,
            source="made for tests",
            dataset=DatasetConfig(hub=f"toys/{name}", revision="0" * 40, rows=None),
            fields=FieldsConfig(question="question"),
            prompt="{question}",
            grader=GraderConfig(kind="integer"),
            samples=samples,
        )
    )


def lifelike(share: Mapping[str, float], seed: int = 0) -> Replies:
    """Replies as a reasoning model gives them: right with a chance per problem around
    `share[model]`, longer when wrong, some cut, some of those in a loop, a few hostile."""

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        rng = random.Random(f"{seed} {model} {benchmark} {i} {turn}")
        ease = random.Random(f"{seed} {benchmark} {i}").gauss(0, 0.3)
        right = rng.random() < min(1.0, max(0.0, share[model] + ease))
        tokens = int(rng.lognormvariate(6.6 if right else 7.4, 0.6))
        if tokens >= LIMIT:
            loops = rng.random() < 0.5
            text = "So the total is\n" + (
                "wait, let me check again. " * 60 if loops else _steps(rng)
            )
            return text, "no_answer", None, tokens
        if rng.random() < 0.01:
            return "Odd.</think>?", "grader_error", None, tokens
        extra = rng.choice(HOSTILE) if rng.random() < 0.1 else ""
        answer = 2 * i if right else 2 * i + rng.randint(1, 9)
        text = f"{_steps(rng)}{extra}</think>\n{extra}\nThe answer is $\\boxed{{{answer}}}$."
        return text, "correct" if right else "wrong", extra or str(answer), tokens

    return reply


def _steps(rng: random.Random) -> str:
    words = ("first", "add", "the", "numbers", "then", "carry", "one", "so", "we", "get", "check")
    lines = (" ".join(rng.choices(words, k=rng.randint(6, 24))) for _ in range(rng.randint(3, 24)))
    return "\n".join(f"{line} = {rng.randint(1, 999)}." for line in lines) + "\n"


@cache
def _paragraphs() -> list[str]:
    """A thousand paragraphs of made-up reasoning; gzip takes them to about three tenths, as it does
    the replies of reasoning models."""
    rng = random.Random(7)
    letters = "bcdfghjklmnprstvwx"
    parts = [a + b for a in letters for b in "aeiou"]
    words = ["".join(rng.choices(parts, k=rng.randint(1, 3))) for _ in range(1500)]
    common = "if so we let the sum of all terms be that which is then check again".split(" ")  # noqa: SIM905
    weights = [30 / (1 + k) for k in range(len(common))] + [1 / (8 + k) for k in range(1500)]

    def sentence() -> str:
        told = rng.choices(common + words, weights, k=rng.randint(5, 22))
        a, b = rng.randint(2, 99), rng.randint(2, 999)
        sums = (f" ${a}x + {b} = {a * b}$", f" \\frac{{{a}}}{{{b}}}", f" {a} * {b} = {a * b}", "")
        return " ".join(told).capitalize() + rng.choice(sums) + "."

    return [" ".join(sentence() for _ in range(rng.randint(3, 9))) for _ in range(1000)]


def reasoning_text(rng: random.Random, characters: int) -> str:
    """About so many characters of reasoning that compresses as a model's does. Paragraphs come
    again, but mostly farther apart than gzip looks back."""
    known, told, length = _paragraphs(), list[str](), 0
    while length < characters:
        told.append(rng.choice(known))
        length += len(told[-1]) + 2
    return "\n\n".join(told)


def scores(seed: int = 0, problems: int = 7, n: int = 5, limit: int = 100) -> Scores:
    """Right and wrong replies of random lengths up to `limit`, one of them not graded."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(1, limit + 1, (problems, n))
    value = rng.integers(0, 2, (problems, n)).astype(float)
    value[0, 0] = np.nan
    everywhere = np.ones((problems, n), dtype=bool)
    outcome = np.full((problems, n), b"correct")
    return Scores(everywhere, everywhere, value, outcome, tokens, tokens == limit)


def measurement(**changes: Any) -> Measurement:
    """Ten problems of four samples, half of them right."""
    values: dict[str, Any] = {
        "model": "m", "benchmark": "b", "asked": 40, "received": 40, "graded": 40, "problems": 10,
        "samples_per_problem": 4, "pass_at_1": 0.5, "sampling_se": 0.05, "problem_se": 0.1,
        "truncated_share": 0.0, "no_answer_share": 0.0, "grader_error_share": 0.0,
        "tokens_mean": 10.0, "tokens_p95": 20.0, "greedy": False, "protocol": {},
        "right": (2,) * 10, "counted": (4,) * 10,
    }  # fmt: skip
    return Measurement(**{**values, **changes})
