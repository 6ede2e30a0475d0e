"""Measurements for tests of verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from claimbench import statistics as stats
from claimbench.records import Measurement


def measured(right: list[int], n: int, **changes: Any) -> Measurement:
    score = stats.measure(right, [n] * len(right))
    asked = n * len(right)
    given = Measurement(
        model="r1-distill-qwen-7b",
        benchmark="aime-2024",
        asked=asked,
        received=asked,
        graded=asked,
        problems=len(right),
        samples_per_problem=n,
        pass_at_1=score.value,
        sampling_se=score.sampling_se,
        problem_se=score.problem_se,
        truncated_share=0.0,
        no_answer_share=0.0,
        grader_error_share=0.0,
        tokens_mean=0.0,
        tokens_p95=0.0,
        greedy=False,
        protocol={},
        problem_ids=tuple(map(str, range(len(right)))),
        right=tuple(right),
        counted=(n,) * len(right),
    )
    return replace(given, **changes)
