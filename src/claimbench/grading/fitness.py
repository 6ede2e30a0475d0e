"""Whether a grader can apply to a benchmark at all: asked before anything is generated."""

from __future__ import annotations

from collections.abc import Sequence

from claimbench.grading.outcomes import ERRORS
from claimbench.grading.question import Grader
from claimbench.records.runs import Problem, Sample

_LACKS = {
    "choice": "is no letter, and the problem has no choices",
    "integer": "is not an integer",
    "number": "is not a number",
    "latex": "is empty",
}
"""Graders that judge an empty reply at once, and what a gold lacks where they cannot."""


def cannot_apply(grader: Grader, problems: Sequence[Problem]) -> str:
    """Why the grader could judge no reply to any of the problems; "" where it can."""
    kind = getattr(grader, "kind", "")
    if kind not in _LACKS or not problems:
        return ""
    if any(grader.grade(p, _empty_reply(p)).outcome not in ERRORS for p in problems):
        return ""
    first = problems[0]
    return f"{first.id}: the gold answer {first.gold!r} {_LACKS[kind]}"


def _empty_reply(problem: Problem) -> Sample:
    order = tuple(range(len(problem.choices)))
    return Sample("", "", problem.benchmark, problem.id, 0, "", "stop", 0, 0, 0.0, 0, order)
