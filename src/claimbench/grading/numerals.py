"""Numbers as people write them at the end of a solution, read exactly as fractions."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from claimbench.grading.words import is_plain_unit

NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.)\]}])-?[$€£]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,300})(?:\.\d{1,300})?(?:/\d{1,300})?"
    r"|(?<![A-Za-z0-9_.)\]}])-?[$€£]?\.\d{1,300}"
    r"|(?<=[-)\]}])\d{1,300}(?:\.\d{1,300})?"
)
"""A number in running text. A minus sign counts unless something it could subtract from stands
before it: `10-3` ends in 3, not -3. Letters of scripts that write no spaces may stand before it."""

MAX_CHARACTERS = 600

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_PLAIN = re.compile(
    rf"(?P<sign>[-+]?)[$€£]?(?P<minus>-?)(?P<top>{_DIGITS})(?:/(?P<bottom>\d+(?:\.\d+)?))?"
    r"(?P<unit>[ ]?[A-Za-z°%][^\d=,;:<>+*()]*(?:\^\{?\d\}?)?)?\.?"
)
_FRACTION = re.compile(
    r"(?P<sign>[-+]?)\\[dtc]?frac ?(?:\{(?P<top>-?[\d,.]+)\}|(?P<t>\d)) ?"
    r"(?:\{(?P<bottom>-?[\d,.]+)\}|(?P<b>\d))(?P<unit>[ ]?[A-Za-z°%][^\d=,;:<>+*()]*)?\.?"
)
_TEXT_COMMAND = re.compile(
    r"\\(?:text(?:bf|it|rm|normal)?|math(?:rm|bf|it|sf)|mbox|bf|rm)\s?\{([^{}]*)\}"
)
_DEGREES = re.compile(r"\^\s?\{?\s?\\circ\s?\}?|\\degree")
_POWER = re.compile(r"\^\{?\d\}?$")
_SPACES = re.compile(r"\\[,!;: ]|~|\s+")


_ANOTHER = re.compile(r"=.*(?:[,;]\s*(?!\d{3})|\b(?:and|or)\b)")
"""What joins one equation with the next: `m = 2, n = 7` is more than 7."""
_RELATION = re.compile(r"\\not|\\ne|!=|[<>≠≤≥]\s?=?\s?[-\d]|\\[lg]e")


def to_fraction(text: str) -> Fraction | None:
    """The number that `text` is, exactly; None where it is not one number.

    Thousands' commas, currency signs, LaTeX spacing and text commands, a leading `x =`, and a
    trailing unit, degree or percent sign are read past (20% is 20: a unit, not a factor). A word
    that scales (`5 million`, `80k`), denies or compares is no unit, nor is a variable (`5x`).
    Simple fractions are read, arithmetic is not done.
    """
    if len(text) > MAX_CHARACTERS or _RELATION.search(text):
        return None
    left, _, plain = map(str.strip, _plain_text(text).rpartition("="))
    if _ANOTHER.search(left):
        return None
    match = _PLAIN.fullmatch(plain) or _FRACTION.fullmatch(plain)
    if match is None or not _is_unit(match["unit"]):
        return None
    try:
        return _value(match)
    except (ValueError, ZeroDivisionError):
        return None


def _plain_text(text: str) -> str:
    """`text` without marks that do not change a number: invisible characters, LaTeX spacing,
    text commands, Markdown stars."""
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2013", "-")
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = text.replace("{,}", ",").replace("\\!", "").replace("\\$", "$").replace("\\%", "%")
    text = text.replace("\\left", "").replace("\\right", "").replace("*", "")
    text = _TEXT_COMMAND.sub(r" \1", _DEGREES.sub("", text))
    return _SPACES.sub(" ", text).strip().strip("$").strip()


_SIGN_FIRST = re.compile(r"[°%]+")


def _is_unit(text: str | None) -> bool:
    """Whether the text after a number leaves it as it is."""
    if text is None:
        return True
    words = _POWER.sub("", _SIGN_FIRST.sub("", text)).rstrip(" .$")
    return not words.strip() or is_plain_unit(words, text.startswith(" "))


def _value(match: re.Match[str]) -> Fraction:
    parts = match.groupdict()
    top = Fraction((parts["top"] or parts["t"]).replace(",", "").rstrip("."))
    bottom = Fraction((parts["bottom"] or parts.get("b") or "1").replace(",", ""))
    negative = (parts["sign"] == "-") != (parts.get("minus") == "-")
    return (-top if negative else top) / bottom
