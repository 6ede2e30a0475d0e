r"""Whether two LaTeX answers are equal, by math-verify: slow, and only in worker processes.

math-verify 0.9.0 takes the gold first and is not symmetric. Its own timeout rests on SIGALRM, which
does not work in threads, so it is switched off here and the pool's workers are killed instead. Both
sides are handed over as `\boxed{…}`: then math-verify's extraction sees exactly the answer.

math-verify and sympy are imported inside the functions: they take about a second.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

PACKAGES = ("math-verify", "latex2sympy2_extended", "sympy", "antlr4-python3-runtime")


def warm_up() -> None:
    """Import math-verify, and have it parse once: its parser builds its tables on first use."""
    latex_equal(r"\frac{1}{2}", r"x+\frac{2}{4}")


@lru_cache(maxsize=16_384)
def latex_equal(gold: str, answer: str) -> bool:
    """Whether math-verify finds `answer` equal to `gold`.

    Raises MemoryError where memory runs out, and whatever sympy raises outside math-verify's care.
    """
    from math_verify import verify

    _silence()
    return bool(verify(_parse_gold(gold), _parse(answer), timeout_seconds=None))


@lru_cache(maxsize=4096)
def _parse_gold(gold: str) -> list[Any]:
    return _parse(gold)


def _parse(answer: str) -> list[Any]:
    from math_verify import parse

    _silence()
    parsed: list[Any] = parse(f"\\boxed{{{answer}}}", parsing_timeout=None)
    return parsed


@lru_cache(maxsize=1)
def _silence() -> None:
    """math-verify warns on every call that its timeout is off; the pool knows."""
    for name in ("math_verify", "latex2sympy2_extended"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
