"""The words that stand beside a number: units, scaling words, and words that change what is said.

Units and counted nouns are an open class (eggs, bags of rice), so everything is a unit that holds
none of the words of a closed class: numerals, denials, comparisons, operations, conjunctions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MAX_UNIT_WORDS = 9

SCALES: Mapping[str, int] = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "quadrillion": 10**15,
    "lakh": 10**5,
    "crore": 10**7,
}
"""`5 million` is 5,000,000: a word that scales is a factor, not a unit."""

_NUMERALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "half halves third thirds fourth fourths fifth fifths sixth sixths seventh sevenths eighth "
    "eighths ninth ninths tenth tenths hundredth hundredths thousandth thousandths millionth "
    "millionths bn mn"
)
_DENIALS = (
    "not no never nor neither nothing none isn't isnt aren't wasn't don't doesn't cannot can't "
    "won't wrong incorrect false invalid impossible undefined except without but unless"
)
_STATEMENTS = "is are was were be been has have had does do equals equal"
_COMPARISONS = "than least most under over above below between exceeds exceeding"
_OPERATIONS = (
    "plus minus negative twice double doubled triple tripled quadruple halved factorial reciprocal "
    "inverse root logarithm modulo remainder base squares tens ones"
)
_CONJUNCTIONS = "and or to or/and through until versus"
CHANGING = frozenset(
    " ".join((_NUMERALS, _DENIALS, _STATEMENTS, _COMPARISONS, _OPERATIONS, _CONJUNCTIONS)).split()
) | {word + ending for word in SCALES for ending in ("", "s")}

POWERS = frozenset(("squared", "cubed"))
"""`3 squared` is 9, but `3 metres squared` is an area: they change the number they follow."""

VARIABLES = frozenset("bcknpqruvwxyz")
"""Single letters that are no units, not even within a text."""

_SHORT_UNITS = (
    "mm cm dm km kg mg ml dl cl ft yd mi in lb lbs oz hr hrs min mins sec secs ms ns nm gb mb kb "
    "tb am pm mph kph kmh rpm rad deg sr hz khz mhz kw kwh mw wh kj kcal cal mol pa kpa atm ev kev "
    "mev usd eur gbp au ly pc"
)
SHORT_UNITS = frozenset(_SHORT_UNITS.split())
"""Units of two or three letters, which without spaces could be products of variables."""

UNIT_LETTERS = frozenset("mgLlshdtNJWVAKFCT")
"""Single letters that are units where a text command marks them as text."""

APART_LETTERS = frozenset("mgL")
"""Single letters that are units by standing apart from the number: `5 m`."""

_NAMES = "the a answer final total sum result value remainder only just"
NAMES = frozenset(_NAMES.split())
"""Words that before a number only name it: `remainder 204`."""

_CURRENCIES = "usd eur gbp inr rs rupees cad aud cny rmb jpy krw chf"
CURRENCIES = frozenset(_CURRENCIES.split())

_LEFT_OVER = re.compile(r"\bleft[ -]?over\b")
_WORDS = re.compile(r"[A-Za-z][A-Za-z'’]*")
_NO_UNIT = re.compile(r"[\d=<>\\^_{}|]")


def is_unit(phrase: str) -> bool:
    """Whether `phrase`, a text after a number, leaves the number as it is."""
    phrase = _LEFT_OVER.sub("left", phrase)
    words = [word.lower().replace("’", "'") for word in _WORDS.findall(phrase)]
    if not words or len(words) > MAX_UNIT_WORDS or _NO_UNIT.search(phrase):
        return False
    if not VARIABLES.isdisjoint(_WORDS.findall(phrase)):
        return False
    return words[0] not in POWERS and CHANGING.isdisjoint(words)


def names_a_number(phrase: str) -> bool:
    """Whether `phrase`, the words before a number, only name it or its currency."""
    words = [word.lower() for word in _WORDS.findall(phrase)]
    return bool(words) and NAMES.union(CURRENCIES).issuperset(words)


def is_plain_unit(phrase: str, apart: bool) -> bool:
    """Whether words without a text command are a unit; `apart`: a space stands before them.

    Letters that could be a product of variables are none: `5x`, `5ab`, `3 xyz`.
    """
    stripped = phrase.strip(" .")
    first = re.match(r"[A-Za-z]+", stripped)
    if first is None or not is_unit(stripped):
        return False
    word = first.group()
    if len(word) == 1:
        return apart and word in APART_LETTERS
    if word.lower() in SHORT_UNITS:
        return True
    readable = re.search(r"[aeiouyAEIOUY]", word) is not None
    return readable and len(word) > (2 if apart else 3)
