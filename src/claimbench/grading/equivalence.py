r"""Whether two LaTeX answers are equal, by math-verify: slow, and only in worker processes.

math-verify 0.9.0 takes the gold first and is not symmetric. Its own timeout rests on SIGALRM, which
does not work in threads, so it is switched off here and the pool's workers are killed instead. Both
sides are handed over as `\boxed{…}`: then math-verify's extraction sees exactly the answer.

Four of its "equal" are not believed, because they are known to hold of different answers:

- it drops everything from the first `\text{…}` on as a unit: `3 \text{ h } 40 \text{ min}` is 3;
- it drops a letter at the end as a unit: `2 \sin x + 3t` is `2 \sin x + 3`;
- two equations without a solution have the same solutions: `x^2 = -1` is `x^2 = -4`;
- it compares numbers to six decimal places, however small they are: `\frac{\sin 1}{10^9}` is 0.

Two of its "different" are not either: its letters may be negative or complex, so `\sqrt{1/n}` is
not `1/\sqrt{n}` (where the gold is real for positive letters only, they are compared there), and i
may be a variable: `e^{i\pi}` is not -1.

math-verify and sympy are imported inside the functions: they take about a second.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Expr, Symbol
    from sympy.core.relational import Relational

PACKAGES = ("math-verify", "latex2sympy2_extended", "sympy", "antlr4-python3-runtime")

_TEXT = re.compile(r"\\(?:text(?:bf|it|rm)?|mbox|math(?:rm|bf|it))\s?\{([^{}]*)\}")
_CONJUNCTION = re.compile(r"\s*,?\s*(?:and|or)\s*")
_EXPONENT = re.compile(r"\^\d|\^\{\d\}")
_LAST_LETTERS = re.compile(r"[\d}]([A-Za-z]{1,2})$")


_TYPICAL = (
    (r"\frac{1}{2}", r"x+\frac{2\sqrt{3}}{4} \pi"),
    (r"x^2+y=1", r"x=\sin{y}-3"),
    (r"(-\infty,2) \cup [3,7]", r"x \in (1, -\sqrt{2}]"),
    (r"\begin{pmatrix} 1 & 2 \\ 3/5 & 4 \end{pmatrix}", r"\{1 \pm 2, -3\}"),
    (r"2 < x \le 3", r"\text{even}, 52_8, 3!"),
)


def warm_up() -> None:
    """Import math-verify, and let it parse what is typical: its parser builds its tables as it
    goes, which makes a first look at each kind of formula ten times as slow as the next."""
    for gold, answer in _TYPICAL:
        latex_equal(gold, answer)


@lru_cache(maxsize=4096)
def latex_equal(gold: str, answer: str) -> bool:
    """Whether math-verify finds `answer` equal to `gold`, and can be believed.

    Raises MemoryError where memory runs out, and whatever sympy raises outside math-verify's care.
    """
    from math_verify import verify

    _silence()
    if _loses_a_variable(gold, answer) or _loses_digits(gold) or _loses_digits(answer):
        return False
    gold_parsed, answer_parsed = _parse_gold(gold), _parse(answer)
    if not gold_parsed or not answer_parsed:
        return False
    if verify(gold_parsed, answer_parsed, timeout_seconds=None):
        return not _vacuous(gold_parsed, answer_parsed) and not _apart(gold_parsed, answer_parsed)
    return _equal_where_meant(gold_parsed[0], answer_parsed[0])


def _loses_digits(text: str) -> bool:
    """Whether math-verify would drop a number together with a unit."""
    for unit in _TEXT.finditer(text):
        if _CONJUNCTION.fullmatch(unit[1]) is None:
            rest = _EXPONENT.sub("", text[unit.end() :])
            before = text[: unit.start()].strip()
            return bool(before and text.rstrip()[-1:] in "}123456789" and re.search(r"\d", rest))
    return False


def _loses_a_variable(gold: str, answer: str) -> bool:
    """Whether the gold ends in letters after a number, and the answer has none of them."""
    last = _LAST_LETTERS.search(gold.rstrip(" $"))
    letters = _TEXT.sub("", answer).lower()
    return last is not None and not any(letter in letters for letter in last[1].lower())


def _vacuous(gold_parsed: list[object], answer_parsed: list[object]) -> bool:
    """Whether both are equations, neither the same nor with a solution."""
    from sympy import Eq, solve

    gold, answer = gold_parsed[0], answer_parsed[0]
    if not (isinstance(gold, Eq) and isinstance(answer, Eq)) or gold == answer:
        return False
    return not _same_sides(gold, answer) and not solve(gold, gold.free_symbols)


APART = 1e-4
"""Relative difference that no rounding to six places explains, where numbers are small."""


def _apart(gold_parsed: list[object], answer_parsed: list[object]) -> bool:
    """Whether both are numbers below one that differ in their leading digits."""
    gold, answer = _number(gold_parsed[0]), _number(answer_parsed[0])
    if gold is None or answer is None or gold == answer:
        return False
    return bool(abs(gold) < 1 and abs(gold - answer) > APART * max(abs(gold), abs(answer)))


def _number(expression: object) -> Expr | None:
    """The value to 20 digits of an expression without letters; None where it has none."""
    from sympy import Expr

    if not isinstance(expression, Expr) or expression.free_symbols:
        return None
    value = expression.evalf(20)
    return value if value.is_number and value.is_finite else None


REAL_POINTS = (("0.37", "1.21"), ("1.83", "0.44"), ("2.6", "3.7"))
"""Where expressions in positive letters are compared."""


def _equal_where_meant(gold: object, answer: object) -> bool:
    """Whether the two are equal as they are meant: i imaginary, letters under a root positive."""
    from sympy import Expr, I

    if not (isinstance(gold, Expr) and isinstance(answer, Expr)):
        return False
    letters = gold.free_symbols | answer.free_symbols
    if letters and all(str(letter) == "i" for letter in letters):
        return _agree(gold, answer, dict.fromkeys(letters, I))
    return gold.has(_half()) and _equal_where_real(gold, answer)


def _half() -> object:
    from sympy import S

    return S.Half


def _equal_where_real(gold: Expr, answer: Expr) -> bool:
    """Whether two expressions agree for positive letters, without which the gold is not real."""
    from sympy import Rational

    letters = sorted(gold.free_symbols, key=str)
    if not 1 <= len(letters) <= 2 or answer.free_symbols != gold.free_symbols:
        return False
    signs = product((-1.3, 1.3), repeat=len(letters))
    if all(
        gold.subs(dict(zip(letters, s, strict=True))).evalf(20).is_real is not False for s in signs
    ):
        return False
    points = [map(Rational, point) for point in REAL_POINTS]
    return all(_agree(gold, answer, dict(zip(letters, point, strict=False))) for point in points)


def _agree(gold: Expr, answer: Expr, at: dict[Symbol, Expr]) -> bool:
    ours, theirs = gold.subs(at).evalf(30), answer.subs(at).evalf(30)
    both = ours.is_number and theirs.is_number and ours.is_finite and theirs.is_finite
    return bool(both and abs(ours - theirs) <= 1e-20 * (abs(ours) + abs(theirs)))


def _same_sides(gold: Relational, answer: Relational) -> bool:
    from sympy import simplify

    left, right = gold.lhs - gold.rhs, answer.lhs - answer.rhs
    return bool(simplify(left - right) == 0 or simplify(left + right) == 0)


@lru_cache(maxsize=1024)
def _parse_gold(gold: str) -> list[object]:
    return _parse(gold)


def _parse(answer: str) -> list[object]:
    from math_verify import parse

    parsed: list[object] = parse(f"\\boxed{{{answer}}}", parsing_timeout=None)
    return parsed


@lru_cache(maxsize=1)
def _silence() -> None:
    """math-verify warns on every call that its timeout is off; the pool knows."""
    for name in ("math_verify", "latex2sympy2_extended"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
