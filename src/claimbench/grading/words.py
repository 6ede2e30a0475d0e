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
    "mil": 10**3,
    "mille": 10**3,
    "tausend": 10**3,
    "тысяча": 10**3,
    "тысячи": 10**3,
    "тысяч": 10**3,
    "тыс": 10**3,
    "millón": 10**6,
    "millon": 10**6,
    "millones": 10**6,
    "millionen": 10**6,
    "mio": 10**6,
    "миллион": 10**6,
    "миллиона": 10**6,
    "миллионов": 10**6,
    "млн": 10**6,
    "milliard": 10**9,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "mrd": 10**9,
    "миллиард": 10**9,
    "миллиарда": 10**9,
    "миллиардов": 10**9,
    "млрд": 10**9,
}
"""`5 million` is 5,000,000: a word that scales is a factor, not a unit."""
EASTERN_SCALES: Mapping[str, int] = {
    **dict.fromkeys("百백", 100),
    **dict.fromkeys("千천", 1000),
    **dict.fromkeys("万萬만", 10**4),
    **dict.fromkeys("億亿억", 10**8),
}
EASTERN_SCALE = r"(?:[万萬만億亿억]|[百백](?!分)|[千천](?![克米瓦卡升焦赫]))"
"""A scaling sign; 千克 is a kilogram, 百分点 a percentage point."""

LETTER = r"A-Za-zÀ-ÖØ-öø-ɏЀ-ԯ\u0590-\u0fff\u1e00-\u1eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
"""The letters of words, for a character class: Greek ones are variables."""

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
_FOREIGN = (
    "nicht kein keine falsch weniger mehr als unter über mindestens höchstens und oder bis halb "
    "hälfte zwischen pas non faux moins plus que et ou jusqu'à moitié demi falso menos más meno "
    "più mitad medio metade mezzo entre billón billones "
    "не нет или и больше меньше более менее от до половина раза плюс минус"
)
"""The same in German, French, Spanish, Portuguese, Italian and Russian."""
CHANGING = frozenset(
    " ".join(
        (_NUMERALS, _DENIALS, _STATEMENTS, _COMPARISONS, _OPERATIONS, _CONJUNCTIONS, _FOREIGN)
    ).split()
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

_VERBS = (
    "costs gives makes totals gets earns pays needs es est ist è é lautet 答案是 答案为 정답은 답은"
)
_SQUARES = "square squared cube cubed times half percent nearly almost isn't aren't wasn't"
_CURRENCIES = "usd eur gbp inr rs rupees cad aud cny rmb jpy krw chf"
CURRENCIES = frozenset(_CURRENCIES.split())

_LEFT_OVER = re.compile(r"\bleft[ -]?over\b")
_WORDS = re.compile(rf"[{LETTER}][{LETTER}'’]*")
_EASTERN_CHANGING = re.compile(
    rf"^{EASTERN_SCALE}|[不非没無无未超以至少多或与與及半割兆]|分之|[大小高低][于於]|より|ない|または|か|と"
    r"|^조(?!각)|이상|이하|미만|초과|보다|또는|아니|아닙|정도|절반|^반|및|그리고|^(?:平方|立方|제곱|세제곱)$"
)
"""Scaling, denying, comparing and joining in scripts that write no spaces, or few."""
_LONE_LETTERS = frozenset("гмлчт")
"""Single Cyrillic letters that are units; others look like variables: `5х`."""
_NO_UNIT = re.compile(r"[\d=<>\\^_{}|]")


def is_unit(phrase: str) -> bool:
    """Whether `phrase`, a text after a number, leaves the number as it is."""
    if phrase in ("a.m.", "p.m."):
        return False
    phrase = _LEFT_OVER.sub("left", phrase)
    words = [word.lower().replace("’", "'") for word in _WORDS.findall(phrase)]
    if not words or len(words) > MAX_UNIT_WORDS or _NO_UNIT.search(phrase):
        return False
    if not VARIABLES.isdisjoint(_WORDS.findall(phrase)):
        return False
    if words[0] in POWERS or not CHANGING.isdisjoint(words):
        return False
    return phrase.isascii() or _EASTERN_CHANGING.search(phrase.strip()) is None


def names_a_number(phrase: str) -> bool:
    """Whether `phrase`, the words before a number, only name it or its currency."""
    words = [word.lower() for word in _WORDS.findall(phrase)]
    return bool(words) and NAMES.union(CURRENCIES).issuperset(words)


def states_a_number(phrase: str) -> bool:
    """Whether `phrase`, the words before a number, are a sentence of which it is the end: `The
    answer is`, `She has`. "Is about", "is not" and "twice the answer is" say something else."""
    words = [word.lower() for word in _WORDS.findall(phrase)]
    if not words or len(words) > MAX_UNIT_WORDS:
        return False
    verbs = {*_STATEMENTS.split(), *_VERBS.split()}
    changing = (CHANGING - verbs) | {*_SQUARES.split()}
    return words[-1] in verbs and changing.isdisjoint(words)


def is_plain_unit(phrase: str, apart: bool) -> bool:
    """Whether words without a text command are a unit; `apart`: a space stands before them.

    Letters that could be a product of variables are none: `5x`, `5ab`, `3 xyz`.
    """
    stripped = phrase.strip(" .")
    first = re.match(rf"[{LETTER}]+", stripped)
    if first is None or not is_unit(stripped):
        return False
    word = first.group()
    if word[0] >= "\u0400":
        return len(word) > 1 or word[0] > "\u0590" or word in _LONE_LETTERS
    if len(word) == 1:
        return apart and word in APART_LETTERS
    if word.lower() in SHORT_UNITS:
        return True
    readable = not word.isascii() or re.search(r"[aeiouyAEIOUY]", word) is not None
    return readable and len(word) > (2 if apart else 3)
