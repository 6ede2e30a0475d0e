"""The cheap path: comparisons that need no sympy, and that math-verify would decide alike."""

from __future__ import annotations


def exact_verdict(gold: str, answer: str) -> bool | None:
    """True or False where the plain comparison is sure; None where math-verify has to look."""
    if gold.strip() == answer.strip():
        return True
    return None
