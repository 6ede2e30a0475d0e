"""Samples and problems for the grading tests."""

from __future__ import annotations

from typing import Any

from claimbench.records import Problem, Sample


def reply(text: str, **changes: Any) -> Sample:
    fields: dict[str, Any] = {
        "id": "sample",
        "model": "model",
        "benchmark": "toy",
        "problem_id": "p",
        "sample_index": 0,
        "text": text,
        "finish_reason": "stop",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "seconds": 1.0,
    }
    return Sample(**{**fields, **changes})


def problem(gold: str, choices: tuple[str, ...] = ()) -> Problem:
    return Problem(benchmark="toy", id="p", gold=gold, choices=choices)
