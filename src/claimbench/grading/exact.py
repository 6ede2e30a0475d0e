"""The cheap path: comparisons that need no sympy.

It decides only what it reads with certainty, and then as math-verify 0.9.0 decides (shown by
tests over gold answers, perturbations and generated formulas), save where math-verify is known to
be wrong. It calls equal, and this does not:

- numerals in different bases (math-verify drops the base): `2516_8` is not `2516_7`;
- decimals that differ in their leading digits but not in the first six places: 0.0000672 is not
  0.0000674;
- a letter at the end that is a variable, not a unit: `2+3t` is not 5;
- products that it reads as mixed numbers: `2(7)` is not 9 (but 14).

It calls different, and this does not: `n = 58,500`, which it reads as a set of two, and 58500.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from math import nan
from typing import Any

from claimbench.grading.arithmetic import letters_of, tokens_of
from claimbench.grading.reading import normalise, read
from claimbench.grading.shapes import (
    Assignment,
    Equation,
    Infinite,
    Listing,
    Matrix,
    Numeral,
    Shape,
    Union,
    Value,
    Word,
)

SAME = Decimal("1e-38")
"""Relative difference below which two values of 50 digits are the same."""
SAME_RATIO = Decimal("1e-24")
DIFFERENT = Decimal("1e-5")
"""Absolute difference above which math-verify (six decimal places, or 15 digits) sees one too."""
MILLION, HALF, TIE = Decimal(10**6), Decimal("0.5"), Decimal("1e-6")
LEADING = Decimal("1e-4")
"""Relative difference that no rounding to six places explains."""

_UNIT_APART = re.compile(r"\d\s[A-Za-z]$")


@lru_cache(maxsize=65_536)
def exact_verdict(gold: str, answer: str) -> bool | None:
    """True or False where the plain comparison is sure; None where math-verify has to look."""
    gold, answer = normalise(gold), normalise(answer)
    if gold == answer or tokens_of(gold) == tokens_of(answer):
        return True if answer else None
    variables = _variables(gold)
    gold_shape = read(gold, variables)
    if gold_shape is None:
        return None
    answer_shape = read(answer, variables)
    return None if answer_shape is None else _compare(gold_shape, answer_shape)


def _variables(gold: str) -> frozenset[str]:
    """The letters of the gold; one that stands apart after a number (`5 m`) may be a unit."""
    apart = gold[-1] if _UNIT_APART.search(gold) else ""
    return frozenset(letters_of(tokens_of(gold.removesuffix(apart))))


def _compare(gold: Shape, answer: Shape) -> bool | None:
    """Three-valued equality of shapes; the gold leads, as in math-verify."""
    if isinstance(gold, Assignment) or isinstance(answer, Assignment):
        return _compare_assignments(gold, answer)
    if type(gold) is not type(answer):
        return _compare_kinds(gold, answer)
    if isinstance(gold, Value | Listing | Union | Matrix | Equation):
        return _COMPARISONS[type(gold)](gold, answer)
    return gold == answer


def _compare_kinds(gold: Shape, answer: Shape) -> bool | None:
    """Shapes of different kinds: different where no reading could make them equal."""
    values = [shape for shape in (gold, answer) if isinstance(shape, Value)]
    other = answer if isinstance(gold, Value) else gold
    if len(values) != 1:
        return None
    if isinstance(other, Word):
        return _compare_with_word(values[0], other)
    if isinstance(other, Infinite):
        return False
    if isinstance(other, Listing):
        return False if _has_two_items(other) else None
    if isinstance(other, Numeral) and not values[0].letters:
        return None if values[0].at_points[0] == Decimal(other.digits) else False
    return None


def _compare_with_word(value: Value, word: Word) -> bool | None:
    """`\\text{(B)}` is B."""
    if value.lone:
        return value.letters == {word.text}
    return None if value.letters else False


def _has_two_items(listing: Listing) -> bool:
    """Whether it holds two things that are surely different: then it is not one value."""
    return any(_compare(listing.items[0], item) is False for item in listing.items)


def _compare_values(gold: Value, answer: Value) -> bool | None:
    pairs = _at_same_points(gold.at_points, answer.at_points)
    if all(abs(a - b) <= SAME * max(abs(a), abs(b)) for a, b in pairs):
        return None if gold.lone != answer.lone else True
    if gold.decimal or answer.decimal:
        return _compare_rounded(gold, answer)
    if any(_differ(a, b) for a, b in pairs):
        return False if gold.plain_i and answer.plain_i else None
    return None


def _compare_rounded(gold: Value, answer: Value) -> bool | None:
    """Values that are not the same, of which one is a decimal: equal to six places, as math-verify
    has it (not so for integers), but not with other leading digits."""
    a, b = gold.at_points[0], answer.at_points[0]
    if gold.letters or answer.letters or _differ(a, b) or _is_integer(gold) or _is_integer(answer):
        return False
    if any(abs(abs(value * MILLION % 1) - HALF) < TIE for value in (a, b)):
        return None  # so near to a tie, sympy's 15 digits may round it either way
    return bool(round(a, 6) == round(b, 6))


def _is_integer(value: Value) -> bool:
    return not value.decimal and value.at_points[0] % 1 == 0


def _at_same_points(
    gold: tuple[Decimal, ...], answer: tuple[Decimal, ...]
) -> list[tuple[Decimal, Decimal]]:
    """Pairs of values; one without letters is the same at every point."""
    points = max(len(gold), len(answer))
    return [(gold[place % len(gold)], answer[place % len(answer)]) for place in range(points)]


def _differ(a: Decimal, b: Decimal) -> bool:
    gap = abs(a - b)
    return gap >= DIFFERENT or gap > LEADING * max(abs(a), abs(b))


def _compare_listings(gold: Listing, answer: Listing) -> bool | None:
    if gold.brackets != answer.brackets:
        return False if _is_interval(gold) and _is_interval(answer) else None
    if gold.brackets == "{}":
        return _compare_sets(gold.items, answer.items)
    if len(gold.items) != len(answer.items):
        return False
    return _all(_compare(a, b) for a, b in zip(gold.items, answer.items, strict=True))


def _is_interval(listing: Listing) -> bool:
    """Whether it can only be an interval: two rising finite constants. At an infinite end
    math-verify takes `[` for `(`."""
    ends = [_position(item) for item in listing.items]
    return listing.brackets != "{}" and len(ends) == 2 and ends[0] < ends[1]


def is_point(shape: Shape | None) -> bool:
    """Whether it is surely a tuple: of three or more, or of two constants that do not rise."""
    if not isinstance(shape, Listing) or shape.brackets != "()":
        return False
    ends = [_position(item) for item in shape.items]
    return len(ends) > 2 or (len(ends) == 2 and ends[0] >= ends[1])


def _position(item: Shape) -> float:
    return float(item.at_points[0]) if isinstance(item, Value) and not item.letters else nan


def _compare_unions(gold: Union, answer: Union) -> bool | None:
    """Only sure where they consist of the same intervals; others might still cover the same."""
    return _compare_sets(gold.intervals, answer.intervals) or None


def _compare_equations(gold: Equation, answer: Equation) -> bool | None:
    """The same where one is a multiple of the other; of linear ones, only then."""
    pairs = _at_same_points(gold.difference.at_points, answer.difference.at_points)
    if gold.difference.letters != answer.difference.letters or any(0 in pair for pair in pairs):
        return None
    ratios = [a / b for a, b in pairs]
    if all(abs(ratio - ratios[0]) <= SAME_RATIO * abs(ratios[0]) for ratio in ratios):
        return True
    apart = any(abs(ratio / ratios[0] - 1) > LEADING for ratio in ratios)
    return False if apart and gold.linear and answer.linear else None


def _compare_sets(gold: Sequence[Shape], answer: Sequence[Shape]) -> bool | None:
    """As sets: in any order, and `1, 1` is 1."""
    table = [[_compare(a, b) for b in answer] for a in gold]
    lonely = any(all(cell is False for cell in row) for row in [*table, *zip(*table, strict=True)])
    if lonely:
        return False
    partnered = all(
        any(cell is True for cell in row) for row in [*table, *zip(*table, strict=True)]
    )
    return True if partnered else None


def _compare_matrices(gold: Matrix, answer: Matrix) -> bool | None:
    if [len(row) for row in gold.rows] != [len(row) for row in answer.rows]:
        return False
    cells = zip(sum(gold.rows, ()), sum(answer.rows, ()), strict=True)
    return _all(_compare(a, b) for a, b in cells)


def _compare_assignments(gold: Shape, answer: Shape) -> bool | None:
    """`x = 5` is 5, and is `x = 5`; what equations say in other letters needs a look."""
    if not (isinstance(gold, Assignment) and isinstance(answer, Assignment)):
        gold = gold.value if isinstance(gold, Assignment) else gold
        answer = answer.value if isinstance(answer, Assignment) else answer
        return _compare(gold, answer)
    if gold.letter != answer.letter or not _is_explicit(gold):
        return None
    equal = _compare(gold.value, answer.value)
    return equal if isinstance(gold.value, Value) and _is_explicit(answer) else equal or None


def _is_explicit(assignment: Assignment) -> bool:
    return not isinstance(assignment.value, Value) or (
        assignment.letter not in assignment.value.letters
    )


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    """True where all are, False where one is, else None."""
    known = set(verdicts)
    if False in known:
        return False
    return None if None in known else True


_COMPARISONS: Mapping[type[Shape], Callable[[Any, Any], bool | None]] = {
    Value: _compare_values,
    Listing: _compare_listings,
    Union: _compare_unions,
    Equation: _compare_equations,
    Matrix: _compare_matrices,
}
