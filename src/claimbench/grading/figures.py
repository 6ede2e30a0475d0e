r"""How numbers are written: grouped thousands, repeating decimals, mixed numbers, scaling words."""

from __future__ import annotations

import re
from decimal import Decimal
from math import prod

from claimbench.grading.words import EASTERN_SCALE, EASTERN_SCALES, SCALES

_GAP = r"(?:\\[,;: ]|~|\\ |\{\s?\\[,;:]\s?\}|\\thinspace\s?|\{\\thinspace\})"
_SPACED = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:\s?{_GAP}\s?\d{{3}})+(?![\d])")
_BRACED_COMMA = re.compile(
    r"(?<=\d)\s?(?:\{,\}|\{,\\?!?\}|\\!\s?,\s?\\!|,\s?\\!)\s?(?=\d{3}(?!\d))"
)
_BRACED_COLON = re.compile(r"(?<![A-Za-z])\{\s?:\s?\}|\\colon(?![A-Za-z])")


def ungroup(text: str) -> str:
    r"""`12\,345` and `12{,}345` as `12345` and `12,345`; `10{:}45` as `10:45`."""
    if ":" in text or "\\colon" in text:
        text = _BRACED_COLON.sub(":", text)
    if "\\" in text or "~" in text:
        text = _SPACED.sub(lambda match: re.sub(r"\D", "", match.group()), text)
    return _BRACED_COMMA.sub(",", text) if "{," in text or "\\!" in text else text


_GAPS = re.compile(r"-?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_POWER_OF_TEN = re.compile(r"(-?\s?\d{1,30}(?:\.\d{1,30})?)[eE]\s?\+?(-?)\s?(\d{1,3})")


def close_gaps(text: str) -> str:
    """`12 345 678` as `12345678`, where it is the whole answer."""
    return text.replace(" ", "") if " " in text and _GAPS.fullmatch(text) else text


def write_power(text: str) -> str | None:
    r"""`1.5e6` as `1.5 \cdot 10^{6}`, where it is the whole answer; None for anything else."""
    written = _POWER_OF_TEN.fullmatch(text)
    return written.expand(r"\1 \\cdot 10^{\2\3}") if written else None


# --- maths without backslashes -------------------------------------------------------------------

_ROOT_CALL = re.compile(r"(?<![A-Za-z])\\?sqrt\s?\(([^()]*)\)")
_ROOT_BARE = re.compile(r"(?<![A-Za-z\\])sqrt\s?(\d+|[A-Za-z](?![A-Za-z]))?")
_PI = re.compile(r"(?<![A-Za-z\\{])pi(?![A-Za-z])")
_INFINITY = re.compile(r"(?<![A-Za-z\\])(?:infinity|infty|oo)(?![A-Za-z])")
_STAR = re.compile(r"\s?\*\s?")
_FUNCTION = re.compile(r"(?<![A-Za-z\\{])(sin|cos|tan|cot|sec|csc|ln|log|exp)(?=[\s(\\^_\d])")


def as_latex(text: str) -> str:
    """Maths as people type it, in LaTeX."""
    if "sqrt" in text:
        text = _ROOT_CALL.sub(r"\\sqrt{\1}", text)
        text = _ROOT_BARE.sub(lambda m: rf"\sqrt{{{m[1]}}}" if m[1] else r"\sqrt", text)
    if "*" in text:
        text = _STAR.sub(r" \\cdot ", text.replace("**", "^"))
    text = _PI.sub(r"\\pi ", text)
    text = _INFINITY.sub(r"\\infty ", text)
    return _FUNCTION.sub(r"\\\1", text)


# --- decimals ------------------------------------------------------------------------------------

MAX_PERIOD = 30
_REPEATING = re.compile(
    rf"(\d{{0,{MAX_PERIOD}}})\.(\d{{0,{MAX_PERIOD}}})"
    rf"\\(?:overline|bar|dot|overbar)\s?(?:\{{(\d{{1,{MAX_PERIOD}}})\}}|(\d))"
)
_DOTTED = re.compile(
    rf"(\d{{0,{MAX_PERIOD}}}\.\d{{0,{MAX_PERIOD}}})"
    rf"\\dot\s?\{{?(\d)\}}?(\d{{0,{MAX_PERIOD}}})\\dot\s?\{{?(\d)\}}?"
)
_GOES_ON = re.compile(
    rf"(\d{{0,{MAX_PERIOD}}}\.\d{{0,6}}?)(?:(\d)\2{{2,}}|(\d{{2,{MAX_PERIOD}}}?)\3+)"
    r"\s?(?:\.{3}|…|\\[lc]?dots(?![A-Za-z])(?:\{\})?)"
)
"""Digits that plainly repeat before the dots: one at least three times, a longer period twice."""
_IN_BRACKETS = re.compile(
    rf"(-?\d{{1,{MAX_PERIOD}}}\.\d{{0,{MAX_PERIOD}}})\((\d{{1,{MAX_PERIOD}}})\)"
)
_MIXED = re.compile(r"(?<![\d./^_])(\d{1,9})\s+(\d{1,9})\s?/\s?(\d{1,9})(?![\d.^])")
_MIXED_SPACE = re.compile(r"(?<![\d./])(\d+)\s+(?=\\frac)")


def write_period(text: str) -> str:
    r"""`0.1666\ldots` and `0.\dot{1}2\dot{3}` as `0.1\overline{6}` and `0.\overline{123}`."""
    if "." not in text:
        return text
    if text.endswith(")") and (whole := _IN_BRACKETS.fullmatch(text)):
        return rf"{whole[1]}\overline{{{whole[2]}}}"
    if not ("dot" in text or "..." in text):
        return text
    text = _DOTTED.sub(r"\1\\overline{\2\3\4}", text)
    return _GOES_ON.sub(lambda m: rf"{m[1]}\overline{{{m[2] or m[3]}}}", text)


def as_fractions(text: str) -> str:
    r"""`0.1\overline{6}` as `\frac{15}{90}`, `7 1/4` as `7\frac{1}{4}`."""
    if "\\" in text:
        text = _MIXED_SPACE.sub(r"\1", _REPEATING.sub(_repeating, text))
    return _MIXED.sub(r"\1\\frac{\2}{\3}", text)


def _repeating(match: re.Match[str]) -> str:
    """With w whole, f fixed and p repeating digits: (wfp - wf) / (99…900…0)."""
    whole, fixed, period = match[1] or "0", match[2], match[3] or match[4]
    above = int(whole + fixed + period) - int(whole + fixed)
    return rf"\frac{{{above}}}{{{'9' * len(period)}{'0' * len(fixed)}}}"


_BASE_TEN = re.compile(
    r"(?<=[\d)])\s?_\s?(?:\{\s?(?:10|\\text\{\s?ten\s?\}|ten)\s?\}|\\text\{\s?ten\s?\})"
)
_ORDINAL = re.compile(
    r"(?<=\d)\s?(?:\^\s?)?(?:\{\s?)?(?:\\text\{\s?)?(?:st|nd|rd|th)(?![A-Za-z])\.?"
    r"(?:\s?\})?(?:\s?\})?"
)
_MODULUS = re.compile(
    r"\s*(?:(?:\(\s?(?:\\text\{\s?|\\[bp]?)?|\\text\{\s?\(\s?)mod\b[^()]*\)|\\[pb]?mod(?![A-Za-z])\s?(?:\{[^{}]*\}|\d+|\w)"
    r"|\\pod\s?\{[^{}]*\}|\\text\{\s?mod\s?\}\s?\d+|(?<=\d) mod \d+)\s*$"
)


def drop_base_ten(text: str) -> str:
    return _BASE_TEN.sub("", text) if "_" in text else text


def drop_ordinal(text: str) -> str:
    match = _ORDINAL.search(text)
    if match is None or text[: match.end()].count("{") != text[: match.end()].count("}"):
        return text
    return text[: match.start()] + text[match.end() :]


def without_modulus(text: str) -> str:
    r"""`x \equiv 214 \pmod{1000}` as `x = 214`: which residue, not modulo what."""
    return _MODULUS.sub("", text).replace("\\equiv", "=")


_HALF_DAY = re.compile(r"(?<=\d)\s*(?:\\text\{\s*)?([AaPp])\.?\s?[Mm](?![A-Za-z])\.?\s*\}?")

_HALVES = ("am", "pm", ".m", "a m", "p m")


def write_half_day(text: str) -> str:
    r"""`6:00 PM` and `6 \text{ p.m.}` as `6:00 \text{p.m.}` and `6 \text{p.m.}`."""
    if "m" not in text and "M" not in text:
        return text
    lower = text.lower()
    if not any(half in lower for half in _HALVES):
        return text
    return _HALF_DAY.sub(lambda match: rf" \text{{{match[1].lower()}.m.}}", text)


def without_half_day(text: str) -> str:
    return text.replace(r" \text{a.m.}", "").replace(r" \text{p.m.}", "")


# --- scaling words -------------------------------------------------------------------------------

_WORD = (
    rf"(?P<word>(?:(?:hundred|thousand)\s(?=[a-z]*(?:thousand|million|billion)))?"
    rf"(?:{'|'.join(SCALES)})s?(?![^\W\d_])|{EASTERN_SCALE}{{1,3}})"
)
_BEHIND = rf"\s?(?:\\text\{{\s?)?{_WORD}\.?\s?(?P<rest>[^{{}}\d]*\}}?)$"
_SCALED = re.compile(
    rf"(?<![\d.,}}A-Za-z])(?P<number>-?\d[\d,]{{0,30}}(?:\.\d{{1,30}})?){_BEHIND}", re.IGNORECASE
)
_SCALED_FRACTION = re.compile(
    rf"(?P<whole>(?<![\d.,])\d{{1,9}})?\s?\\frac\s?(?:\{{(?P<a>\d{{1,9}})\}}|(?P<a1>\d))\s?"
    rf"(?:\{{(?P<b>\d{{1,9}})\}}|(?P<b1>\d)){_BEHIND}",
    re.IGNORECASE,
)


def scale(text: str) -> str:
    r"""`5 \text{ million dollars}` as `5000000 \text{dollars}`, `\frac12 \text{ million}` as
    `\frac{1000000}{2}`, 5万 as 50000."""
    if text[-1:].isdigit() or not _may_scale(text):
        return text
    if match := _SCALED_FRACTION.search(text):
        below = int(match["b"] or match["b1"])
        above = int(match["whole"] or 0) * below + int(match["a"] or match["a1"])
        value = rf"\frac{{{above * _factor(match['word'])}}}{{{below}}}"
    elif match := _SCALED.search(text):
        number = Decimal(match["number"].replace(",", ""))
        value = format((number * _factor(match["word"])).normalize(), "f")
    else:
        return text
    rest = match["rest"].strip("{} ")
    return text[: match.start()] + value + (rf" \text{{{rest}}}" if rest else "")


_HINTS = sorted({word[:3] for word in SCALES})


def _may_scale(text: str) -> bool:
    """Whether a look for scaling words is worth its time: most answers have none."""
    lower = text.lower()
    return not text.isascii() or any(hint in lower for hint in _HINTS)


def _factor(word: str) -> int:
    """What a scaling word or signs (백만) multiply by."""
    if word[0] in EASTERN_SCALES:
        return prod(EASTERN_SCALES[sign] for sign in word)
    *first, word = word.lower().split()
    if first:  # hundred thousand
        return SCALES[first[0]] * _factor(word)
    return SCALES.get(word) or SCALES[word.removesuffix("s")]
