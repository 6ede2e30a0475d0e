"""The four outcomes of a grade, and the one place where a Grade is made.

A truncated reply has no outcome of its own: truncation is a flag of the sample (its finish reason).
"""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.records import Grade, Sample

CORRECT = "correct"
WRONG = "wrong"
NO_ANSWER = "no_answer"
GRADER_ERROR = "grader_error"

VALUES: Mapping[str, float | None] = {
    CORRECT: 1.0,
    WRONG: 0.0,
    NO_ANSWER: 0.0,
    GRADER_ERROR: None,
}

SHOWN_CHARACTERS = 200


def shown(answer: str) -> str:
    """The extracted answer as it is stored: short, and writable as UTF-8 (a model can emit lone
    surrogates, which no file takes)."""
    clean = answer.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[: SHOWN_CHARACTERS - 1] + "…"


def make_grade(
    digest: str,
    sample: Sample,
    outcome: str,
    answer: str | None,
    reason: str,
    metrics: Mapping[str, float] | None = None,
) -> Grade:
    """The Grade of `sample`; `value` follows from `outcome` (1.0, 0.0, or None for our error)."""
    return Grade(
        sample_id=sample.id,
        grader=digest,
        outcome=outcome,
        value=VALUES[outcome],
        answer=None if answer is None else shown(answer),
        reason=reason,
        metrics=metrics or {},
    )
