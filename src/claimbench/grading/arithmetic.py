r"""Small LaTeX formulas as decimal numbers of 50 digits, by recursive descent.

Only what can be read in one way is read: numbers, single letters (at the value that the caller
gives them), `+ - * /`, implicit products, integer and constant fractional powers, `\frac`, `\sqrt`,
`\pi`, `e`, small factorials, mixed numbers. Everything else raises Unreadable, and so does what
sympy might simplify under its own assumptions, such as a root of a letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal, DecimalException, Inexact, Rounded, Subnormal
from math import factorial

MAX_DEPTH = 12
MAX_POWER = 10_000
MAX_FACTORIAL = 3_000
CANCELLED = Decimal("1e-12")
"""A sum so much smaller than its parts has lost too many of its 50 digits."""
ABSORBED = Decimal("1e-30")
"""A part so much smaller than the sum leaves no trace that could be trusted."""

_TOKEN = re.compile(r"\s+|\d+(?:\.\d+)?|\.\d+|\\[a-zA-Z]+|\\.|.", re.DOTALL)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
_E = Decimal("2.71828182845904523536028747135266249775724709369995957496696763")
_TIMES = ("*", "\\cdot", "\\times")
_OVER = ("/", "\\div")
_PLAIN_FRACTION = re.compile(r"\{\d+\}\{\d+\}|\d\d(?!\d)|\d\{\d+\}")
_CALLABLE = "abckmnrxyz"
"""Letters that before a bracket are factors; others (f, g, P) may be functions."""

_context = Context(prec=50, Emax=10**8, Emin=-(10**8))
for _harmless in (Inexact, Rounded, Subnormal):
    _context.traps[_harmless] = False


class Unreadable(Exception):
    """The formula is not of the plain kind that is read here."""


def tokens_of(text: str) -> list[str]:
    """The tokens of a formula, without spaces."""
    return [token for token in _TOKEN.findall(text) if not token.isspace()]


def letters_of(tokens: list[str]) -> set[str]:
    """The letters that stand for variables, in lower case (math-verify reads them so)."""
    return {token.lower() for token in tokens if _is_variable(token)}


def _is_variable(token: str) -> bool:
    return len(token) == 1 and token.isascii() and token.isalpha() and token != "e"


def evaluate(tokens: list[str], letters: Mapping[str, Decimal]) -> Decimal:
    """The value of the formula, to about 45 digits; Unreadable where it has no plain one."""
    try:
        return _Formula(tokens, letters).value()
    except (DecimalException, ValueError, OverflowError) as error:
        raise Unreadable from error


class _Formula:
    def __init__(self, tokens: list[str], letters: Mapping[str, Decimal]) -> None:
        self._tokens = [*tokens]
        self._letters = letters
        self._at = 0
        self._depth = 0
        self._used_letter = False

    def value(self) -> Decimal:
        value = self._sum()
        if self._at != len(self._tokens):
            raise Unreadable
        return value

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> Decimal:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable
        total = self._signed_product()
        while self._peek() in ("+", "-"):
            sign = self._next()
            part = self._product()
            total = _sum_of(total, part if sign == "+" else _context.minus(part))
        self._depth -= 1
        return total

    def _signed_product(self) -> Decimal:
        if self._peek() in ("+", "-"):
            negative = self._next() == "-"
            value = self._product()
            return _context.minus(value) if negative else value
        return self._product()

    def _product(self) -> Decimal:
        value = self._first_factor()
        divided = False
        while True:
            token = self._peek()
            if token in _TIMES:
                self._next()
                value = _context.multiply(value, self._factor())
            elif token in _OVER:
                self._next()
                value = _context.divide(value, self._factor())
            elif self._begins_factor(token):
                if divided or (token == "\\frac" and self._peek(-1).isdecimal()):
                    raise Unreadable  # 1/2x: is x above the line? 2·3\frac12: a mixed number?
                value = _context.multiply(value, self._factor())
            else:
                return value
            divided = token in _OVER

    def _begins_factor(self, token: str) -> bool:
        """Whether an implicit product goes on; a number after a factor (`x2`) is unclear."""
        return token in ("(", "\\frac", "\\sqrt", "\\pi", "e") or _is_variable(token)

    def _first_factor(self) -> Decimal:
        """A factor, or a mixed number such as `1\\frac{4}{5}`."""
        if not (self._peek().isdecimal() and self._peek(1) == "\\frac"):
            return self._factor()
        whole = Decimal(self._next())
        fraction = "".join(self._tokens[self._at + 1 : self._at + 7])
        if not _PLAIN_FRACTION.match(fraction):
            raise Unreadable
        return _context.add(whole, self._factor())

    def _factor(self) -> Decimal:
        base = self._base()
        if self._peek() == "^":
            self._next()
            base = self._power(base)
        if self._peek() == "!":
            self._next()
            base = _factorial(base)
        if self._peek() in ("^", "_", "!", "'"):
            raise Unreadable
        return base

    def _power(self, base: Decimal) -> Decimal:
        used, self._used_letter = self._used_letter, False
        exponent = self._exponent()
        if self._used_letter:
            raise Unreadable
        self._used_letter = used
        whole = exponent == exponent.to_integral_value()
        if abs(exponent) > MAX_POWER or not (whole or (base > 0 and not used)):
            raise Unreadable
        return _context.power(base, exponent)

    def _exponent(self) -> Decimal:
        """As a group, but `2^10` is read as it is meant, and as math-verify reads it."""
        return Decimal(self._next()) if self._peek().isdecimal() else self._group()

    def _base(self) -> Decimal:
        token = self._next()
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            return Decimal(token)
        if token == "(":
            value = self._sum()
            self._expect(")")
            return value
        if token == "\\frac":
            above = self._group()
            return _context.divide(above, self._group())
        if token == "\\sqrt":
            return self._root()
        return self._named(token)

    def _named(self, token: str) -> Decimal:
        if token == "\\pi":
            return _PI
        if token == "e":
            return _E
        if not _is_variable(token) or self._may_be_function(token):
            raise Unreadable
        self._used_letter = True
        return self._letters[token.lower()]

    def _may_be_function(self, token: str) -> bool:
        return self._peek() == "(" and token not in _CALLABLE

    def _root(self) -> Decimal:
        degree = Decimal(2)
        if self._peek() == "[":
            self._next()
            degree = Decimal(self._next())
            self._expect("]")
        used, self._used_letter = self._used_letter, False
        inside = self._group()
        if self._used_letter or inside < 0 or not 2 <= degree <= 9:
            raise Unreadable
        self._used_letter = used
        if degree == 2:
            return _context.sqrt(inside)
        return _context.power(inside, _context.divide(Decimal(1), degree))

    def _group(self) -> Decimal:
        r"""`{…}`, or one digit or letter without braces: `\frac12`, `\sqrt3`, `x^2`."""
        token = self._peek()
        if token == "{":
            self._next()
            value = self._sum()
            self._expect("}")
            return value
        if token.isdecimal():
            return Decimal(self._take_digit(token))
        if _is_variable(token) or token == "\\pi":
            return self._named(self._next())
        raise Unreadable

    def _take_digit(self, token: str) -> str:
        r"""The first digit of a number token; more than one are clear only after `\frac`."""
        if len(token) == 1:
            self._at += 1
        elif self._peek(-1) == "\\frac":
            self._tokens[self._at] = token[1:]
        else:
            raise Unreadable
        return token[0]

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise Unreadable


def _sum_of(a: Decimal, b: Decimal) -> Decimal:
    """a + b; Unreadable where digits that matter are lost: `10^{400} + 1`, `1 - (1 - 10^{-30})`."""
    total = _context.add(a, b)
    small, large = sorted((abs(a), abs(b)))
    if total and abs(total) < CANCELLED * large:
        raise Unreadable
    if small and small < ABSORBED * large:
        raise Unreadable
    return total


def _factorial(value: Decimal) -> Decimal:
    if not 0 <= value <= MAX_FACTORIAL or value != value.to_integral_value():
        raise Unreadable
    return _context.create_decimal(factorial(int(value)))
