r"""Reading LaTeX answers as shapes: a value, a word, a numeral in some base, a list, a matrix, an
assignment. `read` gives None for everything that it is not sure of.
"""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from functools import lru_cache

from claimbench.grading.arithmetic import Unreadable, evaluate, letters_of, tokens_of
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

MAX_CHARACTERS = 200
MAX_DIGITS = 30
"""With so few digits, numbers that differ do so well within the 50 digits that are computed."""
POINTS = 3

UNIT_LETTERS = frozenset("otchlsgmd")
"""Single letters that math-verify takes for a unit, and drops, at the end of an answer."""

_DROPPED = re.compile(r"\\left(?![a-zA-Z])|\\right(?![a-zA-Z])|\\!\s*|\\displaystyle|\\\$|\$")
_SPACE = re.compile(r"(?<!\\)\\[,;: ](?!\d)|\s+")
_FRACTION_NAMES = re.compile(r"\\[dtc]frac(?![a-zA-Z])")
_TEXT_NAMES = re.compile(r"\\(?:text(?:normal|bf|it|rm)?|math(?:rm|it|bf)|mbox)\s?(?=\{)")
_TEXT_UNIT = re.compile(r"(?<=[^\s])\s*\\text\{([A-Za-z .]*)\}(?:\^\d|\^\{\d\})?$")
_WORD = re.compile(r"\\text\{([A-Za-z ()]+)\}|([A-Za-z]{2,30})")
_SPECIAL_WORDS = re.compile(r"and|or|percent|pct|inf|th$|^th", re.IGNORECASE)
_DEGREES = re.compile(r"(?<=[\d}])\s?\^\s?(?:\\circ|\{\s?\\circ\s?\})$")
_COMMA_NUMBER = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_NUMERAL = re.compile(r"(\d+)_(?:\{(\d+)\}|(\d))")
_MATRIX = re.compile(r"\\begin\{([pb]?matrix)\}(.*)\\end\{\1\}")
_ASSIGNMENT = re.compile(r"([a-zA-Z])\s?(?:=|\\in(?![a-zA-Z]))([^=<>]+)")
_BRACKETS = {"(": ")", "[": "]", "\\{": "\\}"}


def normalise(text: str) -> str:
    """`text` without what never matters: sizes of brackets, thin spaces, dollar signs, names of
    fraction and text commands."""
    text = _DROPPED.sub("", text.replace("{,}", ","))
    text = _TEXT_NAMES.sub(r"\\text", _FRACTION_NAMES.sub(r"\\frac", text))
    return _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=16_384)
def read(text: str, variables: frozenset[str] = frozenset()) -> Shape | None:
    """The shape of a normalised answer, None where unsure. `variables` are letters that stand for
    variables even where math-verify would take them for a unit."""
    if not text or len(text) > MAX_CHARACTERS or sum(map(str.isdigit, text)) > MAX_DIGITS:
        return None
    if (text.find("{") < 0) != (text.find("}") < 0):
        return None
    try:
        return _read_whole(text, variables)
    except Unreadable:
        return None


def _read_whole(text: str, variables: frozenset[str]) -> Shape:
    if word := _WORD.fullmatch(text):
        return _read_word(word)
    text = _without_unit(text)
    if numeral := _NUMERAL.fullmatch(text):
        return Numeral(numeral[1].lstrip("0") or "0", numeral[2] or numeral[3])
    if matrix := _MATRIX.fullmatch(text):
        return _read_matrix(matrix[2])
    if _ends_in_unit(text, variables):
        raise Unreadable
    assignment = _ASSIGNMENT.fullmatch(text)
    if assignment and assignment[1] not in "eE":
        return Assignment(assignment[1].lower(), _read_plain(assignment[2].strip()))
    if "=" in text:
        return _read_equation(text)
    return _read_plain(text)


def _read_equation(text: str) -> Equation:
    left, _, right = text.partition("=")
    _read_value(left), _read_value(right)  # both have to be plain by themselves
    difference = _read_value(f"{left}-({right})")
    if not difference.letters:
        raise Unreadable
    return Equation(difference, _LINEAR.fullmatch(text) is not None)


_LINEAR = re.compile(r"(?:[-+=\s]|\d+(?:\.\d+)?|[A-Za-z](?!\s*[A-Za-z]))*")


def _read_plain(text: str) -> Value | Listing | Union:
    if _COMMA_NUMBER.fullmatch(text):
        return _read_value(text.replace(",", ""))
    parts = text.split("\\cup")
    if len(parts) > 1:
        return Union(tuple(_read_interval(part.strip()) for part in parts))
    return _read_listing(text)


def _read_interval(text: str) -> Listing:
    listing = _read_listing(text)
    if (
        not isinstance(listing, Listing)
        or len(listing.items) != 2
        or listing.brackets in ("", "{}")
    ):
        raise Unreadable
    return listing


def _read_word(match: re.Match[str]) -> Shape:
    text = match[1] or match[2]
    plain = re.sub(r"[ ()]", "", text).lower()
    unsure = len(plain) < 4 if match[2] else plain == "e"  # a product; Euler's number
    if not plain or unsure or _SPECIAL_WORDS.search(text):
        raise Unreadable
    return Word(plain)


def _without_unit(text: str) -> str:
    r"""`text` without one `\text{unit}` at its end, which math-verify drops as well."""
    unit = _TEXT_UNIT.search(text)
    if unit is None:
        return text
    if _SPECIAL_WORDS.search(unit[1]) or "\\text" in text[: unit.start()]:
        raise Unreadable
    return text[: unit.start()].rstrip()


def _ends_in_unit(text: str, variables: frozenset[str]) -> bool:
    last = re.search(r"[A-Za-z]+$", text)
    if last is None or last.start() == 0 or text[: last.start()].endswith("\\"):
        return False
    letters = last.group().lower()
    if variables.issuperset(letters):
        return False
    return len(letters) > 1 or letters in UNIT_LETTERS


def _read_listing(text: str) -> Value | Listing:
    brackets, inner = outer_brackets(text)
    parts = split_outside(inner, ",")
    is_set = brackets in ("", "{}")
    if len(parts) == 1 and not (is_set and "\\pm" in inner):
        return _read_value(text)
    if brackets in ("(]", "[)") and len(parts) != 2:
        raise Unreadable
    if is_set:
        parts = [sign for part in parts for sign in _both_signs(part)]
    return Listing(brackets or "{}", tuple(_read_item(part) for part in parts))


def _both_signs(text: str) -> tuple[str, ...]:
    """`1 \\pm 2` as `1 + 2` and `1 - 2`."""
    if text.count("\\pm") != 1:
        return (text,)
    return text.replace("\\pm", "+"), text.replace("\\pm", "-")


def _read_item(text: str) -> Shape:
    text = text.strip()
    if text in ("\\infty", "+\\infty", "-\\infty"):
        return Infinite(-1 if text[0] == "-" else 1)
    return _read_value(text)


def outer_brackets(text: str) -> tuple[str, str]:
    """The kind of the brackets around the whole text ("" where there are none), and the inside."""
    for opening in _BRACKETS:
        if text.startswith(opening):
            for closing in _BRACKETS.values():
                inner = text[len(opening) : -len(closing)]
                if text.endswith(closing) and _balanced(inner):
                    return opening[-1] + closing[-1], inner
    return "", text


def _balanced(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            return False
    return depth == 0


def split_outside(text: str, separator: str) -> list[str]:
    """`text` cut at the separators that stand outside of all brackets."""
    parts, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _read_matrix(inner: str) -> Matrix:
    rows = [row for row in inner.split("\\\\") if row.strip()]
    shaped = tuple(tuple(_read_value(cell) for cell in row.split("&")) for row in rows)
    if not shaped or len({len(row) for row in shaped}) != 1:
        raise Unreadable
    return Matrix(shaped)


def _read_value(text: str) -> Value:
    tokens = tokens_of(_DEGREES.sub("", text.strip()))
    if not tokens or _letter_run(tokens):
        raise Unreadable
    letters = frozenset(letters_of(tokens))
    if not letters:
        return Value(
            (evaluate(tokens, {}),), letters, lone=False, plain_i=True, decimal=_is_decimal(tokens)
        )
    points = [{letter: _sample(letter, point) for letter in letters} for point in range(POINTS)]
    return Value(
        tuple(evaluate(tokens, point) for point in points),
        letters,
        lone=len([token for token in tokens if token not in "(){}"]) == 1,
        plain_i=_has_plain_i(tokens),
        decimal=False,
    )


def _is_decimal(tokens: list[str]) -> bool:
    """Whether it is a number with a point. 0.5 is not: math-verify makes it a half."""
    return tokens[-1] not in ("0.5", ".5") and "." in tokens[-1] and len(tokens) <= 2


def _has_plain_i(tokens: list[str]) -> bool:
    count = sum(token in "iI" for token in tokens)
    return count == 0 or (count == 1 and _NOT_LINEAR.isdisjoint(tokens))


_NOT_LINEAR = frozenset(("^", "/", "\\div", "\\frac", "!", "*", "\\cdot", "\\times", "("))
_LONE = frozenset("abknpqruvwxyz")


def _letter_run(tokens: list[str]) -> bool:
    """Whether letters stand side by side that are not plainly a product: words, `dx`, `sin`."""
    run = 0
    for token in tokens:
        alone = len(token) == 1 and token.isalpha()
        run = run + 1 if alone else 0
        if run > 3 or (run > 1 and token.lower() not in _LONE):
            return True
    return False


@lru_cache(maxsize=256)
def _sample(letter: str, point: int) -> Decimal:
    """An arbitrary but fixed number between 1 and 2 for a letter."""
    digest = hashlib.sha256(f"{letter}{point}".encode()).hexdigest()
    return Decimal(f"1.{int(digest[:16], 16)}")
