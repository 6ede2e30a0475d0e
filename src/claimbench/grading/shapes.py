"""The shapes of answers that can be compared without sympy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Value:
    """A formula: its values at the sample points (one value where it has no letters).

    `lone`: it is nothing but a letter, and math-verify compares names. `plain_i`: the letter i
    stands once and linearly, if at all, so that it does not matter whether it is imaginary.
    `decimal`: it is one decimal number, which math-verify compares to six places.
    """

    at_points: tuple[Decimal, ...]
    letters: frozenset[str]
    lone: bool
    plain_i: bool
    decimal: bool


@dataclass(frozen=True)
class Infinite:
    sign: int


@dataclass(frozen=True)
class Word:
    text: str


@dataclass(frozen=True)
class Numeral:
    """Digits in a stated base: `2516_8`."""

    digits: str
    base: str


@dataclass(frozen=True)
class Listing:
    """Shapes between brackets: `()`, `(]`, `[)`, `[]`, `{}`; `3, 5, 7` without any is a set too."""

    brackets: str
    items: tuple[Shape, ...]


@dataclass(frozen=True)
class Union:
    intervals: tuple[Listing, ...]


@dataclass(frozen=True)
class Matrix:
    rows: tuple[tuple[Shape, ...], ...]


@dataclass(frozen=True)
class Assignment:
    """`x = 5`, `y = 2x + 3`, `x \\in [-2, 7]`."""

    letter: str
    value: Value | Listing | Union


@dataclass(frozen=True)
class Equation:
    """`5x - 7y = 4`, as the difference of its sides; `linear` in its letters, as far as seen."""

    difference: Value
    linear: bool


Shape = Value | Infinite | Word | Numeral | Listing | Union | Matrix | Assignment | Equation
