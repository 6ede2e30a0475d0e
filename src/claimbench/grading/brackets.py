r"""How brackets are written around intervals, points and numerals, and labels within a tuple."""

from __future__ import annotations

import re

_ROW_GAP = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in)\s*\]")
_REVERSED = re.compile(r"([\[\]])([^\[\]()]*[,;][^\[\]()]*)([\[\]])")
_ANGLED = re.compile(r"\\langle(?![A-Za-z])(.*)\\rangle", re.DOTALL)
_SAID_BEFORE = re.compile(r"\\text\{([A-Za-z ]{1,40})\}\s*(?=\(.*\)$)")
_POINT_WORDS = (
    "a an the is are at point points pair triple ordered vector coordinates solution vertex center "
    "centre focus"
)
_NAMES_A_POINT = frozenset(_POINT_WORDS.split())
_BASED = re.compile(r"\(\s*(\w+)\s*\)(?=_)")
_BASE_IN_BRACKETS = re.compile(r"_\s?\{\s?\(\s?(\w+|\\text\{[a-z ]+\})\s?\)\s?\}$")
_BASE_WORD = re.compile(r"_\s?\{?\s?\\text\{\s?([a-z]+)\s?\}\s?\}?$")
_NUMERALS = "two three four five six seven eight nine ten eleven twelve"
_BASE_WORDS = {name: number for number, name in enumerate(_NUMERALS.split(), start=2)}
_LABELLED = re.compile(r"\s*([A-Za-z])\s?=([^=]+)")

_BASE_SAID = re.compile(
    r"(?<=\d)\s?(?:\\text\{\s?)?\(?\s?(?:in )?base\s?\}?[ -]?"
    rf"(\d{{1,2}}|{'|'.join(_BASE_WORDS)})\s?\)?\s?\}}?$"
)


def drop_row_gaps(text: str) -> str:
    r"""`\\[2pt]` between rows as `\\`."""
    return _ROW_GAP.sub(r"\\\\ ", text) if "[" in text and "\\\\" in text else text


def write_alike(text: str) -> str:
    r"""`]0, 1]` as `(0, 1]`, `\langle 3, 4 \rangle` and `\text{the point }(3, 4)` as `(3, 4)`."""
    if "[" in text or "]" in text:
        parts = [_turned(part) for part in text.split(r"\cup")]
        text = r" \cup ".join(parts) if len(parts) > 1 else parts[0]
    if angled := _ANGLED.fullmatch(text.strip()):
        return f"({angled[1].strip()})"
    said = _SAID_BEFORE.match(text)
    if said and _NAMES_A_POINT.issuperset(said[1].lower().split()):
        return text[said.end() :]
    return text


def _turned(text: str) -> str:
    """An interval whose open ends are brackets turned outwards (ISO 80000-2, 2-7.9)."""
    found = _REVERSED.fullmatch(text.strip())
    if found is None or (found[1], found[3]) == ("[", "]"):
        return text
    opening, closing = "(" if found[1] == "]" else "[", ")" if found[3] == "[" else "]"
    return f"{opening}{found[2].replace(';', ',')}{closing}"


def write_base(text: str) -> str:
    r"""`(101)_2`, `101_{(2)}`, `101_{\text{two}}` and `101 \text{ (in base 2)}` as `101_2`."""
    if "base" in text:
        text = _BASE_SAID.sub(lambda said: f"_{{{_BASE_WORDS.get(said[1], said[1])}}}", text)
    if "_" not in text:
        return text
    text = _BASE_IN_BRACKETS.sub(r"_{\1}", _BASED.sub(r"\1", text))
    word = _BASE_WORD.search(text)
    if word and word[1] in _BASE_WORDS:
        return f"{text[: word.start()]}_{{{_BASE_WORDS[word[1]]}}}"
    return text


def without_labels(parts: list[str]) -> str | None:
    """`x = 3`, `y = 4` as the pair `(3, 4)`: coordinates stand in the order of the alphabet,
    whichever is stated first; None for anything else."""
    found = [_LABELLED.fullmatch(part) for part in parts]
    values = {match[1]: match[2].strip() for match in found if match}
    if len(values) < max(2, len(parts)):
        return None
    return f"({', '.join(values[label] for label in sorted(values))})"
