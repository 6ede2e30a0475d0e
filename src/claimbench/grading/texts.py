r"""Texts inside of formulas: `\text{…}` and its relatives, units, conjunctions."""

from __future__ import annotations

import re

from claimbench.grading.words import (
    LETTER,
    SHORT_UNITS,
    UNIT_LETTERS,
    is_plain_unit,
    is_unit,
    names_a_number,
    states_a_number,
)

_COMMAND = re.compile(
    r"\\(?:boxed|fbox|underline|mathbf|boldsymbol|bm|pmb|mathit|mathsf|mathtt|textbf|textit"
    r"|textsf|texttt|emph|mathrm|operatorname\*?|textrm|textnormal|mbox|hbox|text|unit|si)\s?\{"
)
MAX_COMMANDS = 60
"""More text commands than that are not unwrapped: each costs a look for its brace."""

_LETTERS = re.compile(r"\(?\s*[A-Za-z]\s*\)?(?:(?:\s*(?:,|;|and\b|or\b|&))+\s*\(?[A-Za-z]\)?)*\.?")
_WORD = re.compile(r"[A-Za-z]{2}")
"""`p - q` has none: it is a formula."""
_DEGREE_NAME = re.compile(r"\\(?:circ|textdegree|degree)")
_READABLE = re.compile(r"[(-]?[A-Za-z][A-Za-z .,'’():/-]*[A-Za-z.:)]|[A-Za-z]")


def unwrap(text: str) -> str:
    r"""`text` with one command for words, `\text{…}`, and none around formulas and letters."""
    for _ in range(MAX_COMMANDS):
        match = _COMMAND.search(text)
        if match is None:
            break
        end = _closing_brace(text, match.end())
        if end is None:
            break
        before, inner, after = text[: match.start()], text[match.end() : end], text[end + 1 :]
        text = before + _rewritten(before, inner, after) + after
    return text.replace("\x00", "\\text")


def without_braces(text: str) -> str:
    """`text` without braces around the whole of it."""
    text = text.strip()
    while text.startswith("{") and _closing_brace(text, 1) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for place in range(start, len(text)):
        if text[place] in "{}" and text[place - 1] != "\\":
            depth += 1 if text[place] == "{" else -1
            if depth == 0:
                return place
    return None


def _rewritten(before: str, inner: str, after: str) -> str:
    """The content without its command where it is a formula, else marked as words (`\\x00`
    stands for the command until all are seen)."""
    plain = inner.strip()
    if not plain:
        return " "
    words = _words_of(before, plain)
    if words is not None:
        return f"\x00{{{words}}}"
    if _LETTERS.fullmatch(plain):
        return f" {plain.rstrip('.')} " if before or after else plain.rstrip(".")
    return inner if _needs_no_braces(before, plain, after) else f"{{{inner}}}"


def _words_of(before: str, plain: str) -> str | None:
    """The words or the unit that the content is; None for letters and formulas."""
    if _is_unit_letter(before, plain):
        return plain
    if _LETTERS.fullmatch(plain):
        return None
    if _NUMBER_BEFORE.search(before) and _is_unit_product(plain):
        return re.sub(r"[^A-Za-z]+", " ", plain).strip()
    return plain if _READABLE.fullmatch(plain) and _WORD.search(plain) else None


def _needs_no_braces(before: str, plain: str, after: str) -> bool:
    if not re.search(r"[A-Za-z0-9]", _DEGREE_NAME.sub("", plain)):
        return True
    alone = not before.strip(" $") and not after.strip(" $")
    return alone or " " in plain or re.fullmatch(r"[\w.]+", plain) is not None


def _is_unit_letter(before: str, letter: str) -> bool:
    if re.search(r"\x00\{[^{}]*\}\s*$", before):
        return False
    number = _NUMBER_BEFORE.search(before)
    inside = before.endswith("}{") and "\x00" in before
    return len(letter) == 1 and letter in UNIT_LETTERS and bool(number or inside)


def _is_unit_product(text: str) -> bool:
    r"""`m\,s^{-1}`, `kg \cdot m/s^2`."""
    letters = re.findall(r"[A-Za-z]+", text.replace("\\cdot", " "))
    plain = _PRODUCT.fullmatch(text) is not None and not text.isalpha()
    return plain and all(one in UNIT_LETTERS or one.lower() in SHORT_UNITS for one in letters)


_NUMBER_BEFORE = re.compile(
    r"(?:[\d)}]|\\circ)\s*(?:\\[,;: ]|~|\\quad)*\s*(?:/|\\cdot|\\frac\s?\{)?\s*$"
)
_PRODUCT = re.compile(r"(?:[A-Za-z]{1,3}|\\[,;: ]|\\cdot|/|\^\{?-?\d\}?|\s){1,20}")


# --- units ---------------------------------------------------------------------------------------

_POWER = r"(?:\s?\^\s?(?:-?\d|\{\s?-?\d\s?\}))?"
_PIECE = rf"\\text\{{([^{{}}]*)\}}{_POWER}"
_RATIO = rf"\\frac\s?\{{\s?{_PIECE}\s?\}}\s?\{{\s?{_PIECE}\s?\}}"
_JOINT = r"\s*(?:\\cdot|\\times|/|\\,)?\s*"
_TEXT_UNIT = re.compile(rf"(?<=[\w)}}\]])\s*(?:(?:{_RATIO}|{_PIECE}){_JOINT}){{1,4}}\.?$")
_PLAIN_UNIT = re.compile(
    rf"(?<=[\d)}}])(?P<apart>\s*)(?P<unit>[{LETTER}][{LETTER}'’.-]*(?:[ /][{LETTER}'’.-]+){{0,8}})"
    r"(?:\^\{?\d\}?)?[.。]?$"
)
_VARIABLE = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_SIGN_OF_UNIT = re.compile(r"(?<=[\d ])\\(?:mu\s?(?=\\text\{|[a-zA-Z]$)|Omega$|AA$)")
"""Micro, ohm, ångström."""
_CONTENT = re.compile(r"\\text\{([^{}]*)\}")


def drop_unit(text: str) -> str:
    """`text` without the unit or counted noun at its end, where it has one."""
    if "\\" in text:
        text = _SIGN_OF_UNIT.sub("", text)
    match = _TEXT_UNIT.search(text) if "\\text" in text else None
    if match is not None:
        unit = all(is_unit(content) for content in _CONTENT.findall(match.group()))
        return text[: match.start()].rstrip() if unit else text
    plain = _PLAIN_UNIT.search(text)
    if plain is None or not is_plain_unit(plain["unit"], bool(plain["apart"])):
        return text
    if len(plain["unit"]) == 1 and _VARIABLE.search(text[: plain.start()]):
        return text  # Behind `k^2` one more letter is a variable.
    return text[: plain.start()].rstrip()


_BEFORE = re.compile(r"^(?:\\text\{\s*([^{}\d\\=<>]{1,60})\}|([A-Z]{2,3}|Rs)\.?)\s*(?=[-\d\\])")


def drop_name(text: str) -> str:
    r"""`\text{remainder } 204` and `\text{USD } 18` without the words before the number."""
    match = None if text[:1].isdigit() else _BEFORE.match(text)
    return text[match.end() :] if match and names_a_number(match[1] or match[2]) else text


_SENTENCE = re.compile(r"^\s*\\text\{\s*([^{}\d\\=<>]{1,60})\}\s*(?=[-\d\\$])")


_WHOLE_SENTENCE = re.compile(
    r"^\s*\\text\{\s*([^{}\d\\=<>$-]{1,60})\s\\?\$?(-?\d[\d,]{0,30}(?:\.\d{1,30})?)(?![\d\w])"
    r"\s*([^{}\d\\=<>$]{0,60}?)\.?\s*\}\.?$"
)


def without_sentence(text: str) -> str:
    r"""`\text{She has } 45 \text{ marbles}`, `\text{She has 45 marbles}` from the number on; where
    the gold is a number."""
    if (whole := _WHOLE_SENTENCE.match(text)) and states_a_number(whole[1]):
        return whole[2] + (rf" \text{{{whole[3]}}}" if whole[3] else "")
    match = _SENTENCE.match(text)
    return text[match.end() :] if match and states_a_number(match[1]) else text


# --- lists ---------------------------------------------------------------------------------------

_AND = re.compile(
    r"\s*,?\s*(?:\\text\{\s*,?\s*(?:and|or)\s*,?\s*\}|\\&|(?<![A-Za-z\\{])(?:and|or)(?![A-Za-z}])"
    r"|\\(?:land|lor|wedge|vee)(?![A-Za-z]))\s*,?\s*"
)
_RELATION = re.compile(r"[<>]|\\[lg]e(?![A-Za-z])")
_COMMA_TEXT = re.compile(r"\s*\\text\{\s*([,;])\s*\}\s*")
_CONJUNCTION = re.compile(r"and|or|\\[lvw&]")
_SAME_NAME = re.compile(r"\s*([A-Za-z](?:_\{?\w\}?)?)\s*=\s*([^=,]+)")


def join_list(text: str) -> str:
    """`text` with commas between its members, and without one name that all of them have."""
    text = _COMMA_TEXT.sub(r"\1 ", text)
    if _CONJUNCTION.search(text) and not _RELATION.search(text):
        text = _AND.sub(", ", text)
    if ";" in text and "," not in text:
        text = text.replace(";", ",")
    return _without_shared_name(text) if "=" in text and "," in text else text


def _without_shared_name(text: str) -> str:
    """`x = 1, x = -2` and `x = 1, -2` as `1, -2`; other names stay."""
    first, *others = text.split(",")
    name = _SAME_NAME.fullmatch(first)
    if name is None or not others:
        return text
    values = [name[2]]
    for other in others:
        match = _SAME_NAME.fullmatch(other)
        if (match and match[1][0] != name[1][0]) or (match is None and "=" in other):
            return text
        values.append(match[2] if match else other)
    return ", ".join(value.strip() for value in values)
