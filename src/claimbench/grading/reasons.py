"""Why a grade is what it is, as data: the names of the reasons, and the values their words take.

The words are in the catalogues of report/messages, under `grade-NAME`; a reason may hold another
one. A failure of a library, and what a program under test raised, stay as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.messages import Message, Value

REASONS: Mapping[str, tuple[str, ...]] = {
    # Of every reply.
    "never-ended": (),
    "no-answer": (),
    "no-letter": (),
    "no-program": (),
    "right-letter": ("right",),
    "their-label": (),
    # Of answers that are compared; `where` is one of those below.
    "equals-exactly": ("where",),
    "differs-exactly": ("where",),
    "equals-math-verify": ("where",),
    "differs-math-verify": ("where",),
    "too-long": ("where", "most"),
    "not-evaluated": ("where", "failure"),
    "where-box": (),
    "where-stated": (),
    "where-hashes": (),
    "where-phrase": (),
    "where-conclusion": (),
    "where-last-number": (),
    # Of problems that cannot be graded.
    "no-order": ("gold",),
    "no-label": (),
    "no-gold": ("problem",),
    "gold-not-number": ("gold", "problem"),
    "gold-not-integer": ("gold", "problem"),
    "gold-not-evaluated": ("failure",),
    "failed": ("failure",),
    # Of workers.
    "worker-time": ("seconds",),
    "worker-clock": ("seconds",),
    "worker-memory": ("mib",),
    "worker-signal": ("signal",),
    "worker-status": ("status",),
    # Of lm-eval's metrics.
    "metric": ("metric", "value"),
    "metric-neither": ("metric", "value"),
    "filter-nothing": ("filter",),
    # Of programs; `what` and `how` are others of these, or what the program raised.
    "program": ("what", "isolation"),
    "passes": ("count",),
    "passes-all": (),
    "test": ("test", "count", "how"),
    "outside-tests": ("how",),
    "for-input": ("what", "input"),
    "value": ("got", "expected"),
    "line": ("line", "got", "expected"),
    "lines": ("lines", "wanted", "got", "expected"),
    "too-much": ("bytes",),
    "unreadable": ("why",),
    "assert": ("what",),
    "in-call": ("call", "how"),
    "no-memory": (),
    "overdue": ("wall", "cpu"),
    "slow": ("cpu",),
    "threads": ("most",),
    "died": ("signal",),
    "exited": ("status",),
    "no-program-of-theirs": (),
}
"""The names of the values by the name of the reason."""


def reason(name: str, **values: Value) -> Message:
    """The reason `name` of `REASONS`. Raises KeyError or ValueError for one that has no words."""
    if values.keys() != set(REASONS[name]):
        raise ValueError(f"the reason {name} takes {', '.join(REASONS[name]) or 'no values'}")
    return Message(f"grade-{name}", values)


def where(rule: str) -> Message:
    """Where in a reply the rule `rule` finds the answer."""
    return reason(f"where-{rule.replace('_', '-')}")


NEVER_ENDED = reason("never-ended")
NO_ANSWER_FOUND = reason("no-answer")
