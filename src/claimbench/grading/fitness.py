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
"""What a gold lacks, by the kind of the grader that cannot read it."""
_NEED_MORE = ("code", "label", "lm-eval")
"""Graders that do not judge an empty reply at once, or by something else than the gold."""


def cannot_apply(grader: Grader, problems: Sequence[Problem]) -> str:
    """Why the grader could judge no reply to any of the problems; "" where it can."""
    kind = getattr(grader, "kind", "")
    if kind in _NEED_MORE or not problems:
        return ""
    if any(grader.grade(p, _empty_reply(p)).outcome not in ERRORS for p in problems):
        return ""
    first = problems[0]
    lacks = _LACKS.get(kind, "is none that it can read")
    return f"{first.id}: the gold answer {first.gold!r} {lacks}"


def _empty_reply(problem: Problem) -> Sample:
    order = tuple(range(len(problem.choices)))
    return Sample("", "", problem.benchmark, problem.id, 0, "", "stop", 0, 0, 0.0, 0, order)
