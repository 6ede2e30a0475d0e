"""The outcomes of a grade, and the one place where a Grade is made.

A truncated reply has no outcome of its own: truncation is a flag of the sample (its finish reason).
"""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.messages import Message, Value
from claimbench.records.runs import Grade, Reason, Sample

CORRECT = "correct"
WRONG = "wrong"
NO_ANSWER = "no_answer"
GRADER_ERROR = "grader_error"

WRONG_ANSWER = "wrong_answer"
RUNTIME_ERROR = "runtime_error"
TIME_LIMIT = "time_limit"
MEMORY_LIMIT = "memory_limit"
NO_CODE = "no_code"
SANDBOX_ERROR = "sandbox_error"

VALUES: Mapping[str, float | None] = {
    CORRECT: 1.0,
    WRONG: 0.0,
    NO_ANSWER: 0.0,
    GRADER_ERROR: None,
    # Of programs.
    WRONG_ANSWER: 0.0,
    RUNTIME_ERROR: 0.0,
    TIME_LIMIT: 0.0,
    MEMORY_LIMIT: 0.0,
    NO_CODE: 0.0,
    SANDBOX_ERROR: None,
}
NOTHING_TO_JUDGE = frozenset({NO_ANSWER, NO_CODE})
"""The reply holds no answer, or no program."""
ERRORS = frozenset(outcome for outcome, value in VALUES.items() if value is None)
"""Errors of ours: counted apart, never as wrong answers."""

NOT_EVALUATED = "not_evaluated"
"""The metric, 1, of a wrong grade whose answer could not be evaluated within the limits: wrong,
because else an answer that hangs would be better than one that is wrong."""

SHOWN_CHARACTERS = 200


def shown(answer: str) -> str:
    """The extracted answer as it is stored: short, and writable as UTF-8 (a model can emit lone
    surrogates, which no file takes)."""
    clean = writable(answer)
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[: SHOWN_CHARACTERS - 1] + "…"


def writable(text: str) -> str:
    """`text` without what no file takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _writable_reason(reason: Reason) -> Reason:
    return writable(reason) if isinstance(reason, str) else _writable_message(reason)


def _writable_message(message: Message) -> Message:
    return Message(message.key, {name: _written(v) for name, v in message.values.items()})


def _written(value: Value) -> Value:
    if isinstance(value, Message):
        return _writable_message(value)
    return writable(value) if isinstance(value, str) else value


def make_grade(
    digest: str,
    sample: Sample,
    outcome: str,
    answer: str | None,
    reason: Reason,
    metrics: Mapping[str, float] | None = None,
) -> Grade:
    """The Grade of `sample`; `value` follows from `outcome` (1.0, 0.0, or None for our error)."""
    return Grade(
        sample_id=sample.id,
        grader=digest,
        outcome=outcome,
        value=VALUES[outcome],
        answer=None if answer is None else shown(answer),
        reason=_writable_reason(reason),
        metrics=metrics or {},
    )
