"""Whether a grader can apply to a benchmark at all: asked before anything is generated."""

from __future__ import annotations

from collections.abc import Sequence

from claimbench.grading.outcomes import ERRORS
from claimbench.grading.question import Grader
from claimbench.records import Problem, Sample

CHEAP = ("choice", "integer", "number", "latex")
"""Graders that judge an empty reply at once, and whose errors are then the problem's."""


def cannot_apply(grader: Grader, problems: Sequence[Problem]) -> str:
    """Why the grader could judge no reply to any of the problems; "" where it can."""
    if getattr(grader, "kind", "") not in CHEAP or not problems:
        return ""
    reason = ""
    for problem in problems:
        grade = grader.grade(problem, _empty_reply(problem))
        if grade.outcome not in ERRORS:
            return ""
        reason = reason or f"{problem.id}: {grade.reason}"
    return reason


def _empty_reply(problem: Problem) -> Sample:
    order = tuple(range(len(problem.choices)))
    return Sample("", "", problem.benchmark, problem.id, 0, "", "stop", 0, 0, 0.0, 0, order)
