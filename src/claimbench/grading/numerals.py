"""Numbers as people write them at the end of a solution, read exactly as fractions."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from claimbench.grading.words import LETTER, is_plain_unit

CURRENCY_SIGNS = "¢£¤¥฿₡₢₣₤₥₦₧₨₩₪₫€₭₮₱₲₴₵₸₹₺₽₿"
_MONEY = rf"[${CURRENCY_SIGNS}]?"

NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.)\]}}])-?{_MONEY}(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)"
    r"|\d{1,9},\d\d(?=[ ]?(?:€|EUR\b|Euro\b))|\d{1,300})(?:\.\d{1,300})?(?:/\d{1,300})?"
    rf"|(?<![A-Za-z0-9_.)\]}}])-?{_MONEY}\.\d{{1,300}}"
    r"|(?<=[-)\]}])\d{1,300}(?:\.\d{1,300})?"
)
"""A number in running text. A minus sign counts unless something it could subtract from stands
before it: `10-3` ends in 3, not -3. Letters of scripts that write no spaces may stand before it."""

MAX_CHARACTERS = 600

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d{1,3}(?:'\d{3})+|\d+)(?:\.\d+)?|\.\d+"
"""Thousands by commas, as in India (1,00,000), or by Swiss apostrophes."""
_DECIMAL_COMMA = re.compile(
    r"(?<![\d.,])(?:(\d{1,3}(?:\.\d{3})+),(\d+)|(\d+),(\d\d?)|(0),(\d+))(?![\d,.])"
)
"""A comma that cannot group thousands is decimal."""
_PLAIN = re.compile(
    rf"(?P<sign>[-+]?)\$?(?P<minus>-?)(?P<top>{_DIGITS})(?:/(?P<bottom>\d+(?:\.\d+)?))?"
    rf"(?P<unit>[ ]?[{LETTER}°%$][^\d=,;:<>+*()]*(?:\^\{{?\d\}}?)?)?[.。]?"
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


def to_fraction(text: str, decimal_comma: bool = False) -> Fraction | None:
    """The number that `text` is, exactly; None where it is not one number.

    Thousands' commas, currency signs, LaTeX spacing and text commands, a leading `x =`, and a
    trailing unit, degree or percent sign are read past (20% is 20: a unit, not a factor). A word
    that scales (`5 million`, `80k`), denies or compares is no unit, nor is a variable (`5x`).
    Simple fractions are read, arithmetic is not done. `decimal_comma`: a comma that cannot group
    thousands is decimal (36,50), and no comma of a list.
    """
    if len(text) > MAX_CHARACTERS or _RELATION.search(text):
        return None
    left, _, plain = map(str.strip, _plain_text(text, decimal_comma).rpartition("="))
    if _ANOTHER.search(left):
        return None
    match = _PLAIN.fullmatch(plain) or _FRACTION.fullmatch(plain)
    if match is None or not _is_unit(match["unit"]):
        return None
    try:
        return _value(match)
    except (ValueError, ZeroDivisionError):
        return None


def _plain_text(text: str, decimal_comma: bool) -> str:
    """`text` without marks that do not change a number: invisible characters, LaTeX spacing,
    text commands, Markdown stars."""
    text = unicodedata.normalize("NFKC", write_scripts(text).translate(_SIGNS))
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = text.replace("{,}", ",").replace("\\!", "").replace("\\$", "$").replace("\\%", "%")
    text = CURRENCY_COMMAND.sub("$", _DOLLARS.sub("", text))
    text = _DECIMAL_COMMA.sub(_with_point, text) if decimal_comma else text
    text = text.replace("\\left", "").replace("\\right", "").replace("*", "")
    text = _TEXT_COMMAND.sub(r" \1", _DEGREES.sub("", text))
    return _SPACES.sub(" ", text).strip().strip("$").strip()


_SIGNS = str.maketrans(dict.fromkeys("\u2212\u2013", "-") | dict.fromkeys(CURRENCY_SIGNS, "$"))
CURRENCY_COMMAND = re.compile(
    r"\\(?:text(?:dollar|euro|sterling|yen|cent|won)|dollar|euro|pounds|yen)(?![A-Za-z])\s?(?:\{\})?"
)
_DOLLARS = re.compile(r"\b[A-Z]{1,3}(?=\$\s?\d)")
"""Which dollar: `US$`, `R$`."""
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₋₊", "0123456789-+")
_RAISED = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+")
_LOWERED = re.compile(r"[₀₁₂₃₄₅₆₇₈₉₋₊]+")


def write_scripts(text: str) -> str:
    """`10⁴` and `73₁₀` as `10^{4}` and `73_{10}`: compatibility forms would make 104 and 7310."""
    if text.isascii():
        return text
    text = _RAISED.sub(lambda match: f"^{{{match.group().translate(_SUPERSCRIPTS)}}}", text)
    return _LOWERED.sub(lambda match: f"_{{{match.group().translate(_SUBSCRIPTS)}}}", text)


def _with_point(match: re.Match[str]) -> str:
    whole, part = match[1] or match[3] or match[5], match[2] or match[4] or match[6]
    return f"{whole.replace('.', '')}.{part}"


_SIGN_FIRST = re.compile(r"[°%$]+")


def _is_unit(text: str | None) -> bool:
    """Whether the text after a number leaves it as it is."""
    if text is None:
        return True
    words = _POWER.sub("", _SIGN_FIRST.sub("", text)).rstrip(" .。$")
    return not words.strip() or is_plain_unit(words, text.startswith(" "))


def _value(match: re.Match[str]) -> Fraction:
    parts = match.groupdict()
    top = Fraction((parts["top"] or parts["t"]).replace(",", "").replace("'", "").rstrip("."))
    bottom = Fraction((parts["bottom"] or parts.get("b") or "1").replace(",", ""))
    negative = (parts["sign"] == "-") != (parts.get("minus") == "-")
    return (-top if negative else top) / bottom
