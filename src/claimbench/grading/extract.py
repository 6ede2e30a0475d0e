"""Where in a text the answer stands: the finders, each a visible rule that an option can name.

Every pattern is linear in the length of the text: replies are hostile input.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from fractions import Fraction

from claimbench.grading.boxes import last_box, last_boxes
from claimbench.grading.numerals import NUMBER, to_fraction
from claimbench.grading.phrases import DENIED_BEHIND, DENIED_FIRST, FINAL, STATED, may_state
from claimbench.grading.words import EASTERN_SCALE, SCALES

__all__ = ["LATEX_FINDERS", "NUMBER_FINDERS", "find_answer", "last_box"]

Finder = Callable[[str], str | None]

LINE_CHARACTERS = 300
"""How much of a line after "the answer is" is looked at."""

_HASHES = re.compile(r"####[ \t]*([^\n]*)")
_BE = (
    r"(?:is|are|equals|comes?[ \t]+(?:out[ \t]+)?to"
    r"|(?:must|should|would|will|has[ \t]+to|have[ \t]+to|turns?[ \t]+out[ \t]+to)[ \t]+be)\b"
)
_ENGLISH_PHRASE = re.compile(
    rf"\banswer(?:[ \t]+[a-z]{{1,20}}){{0,6}}?[ \t]+{_BE}"
    r"|\banswer[ \t*_]{0,4}[:=：]"
    r"|^[ \t#*_]{0,12}(?:the[ \t]+)?(?:final[ \t]+)?answer[ \t#*_:]{0,12}$"
    r"|<answer>"
    r"|\b(?:giv|yield|obtain|reach|get)\w{0,4}[ \t]+(?:us[ \t]+)?(?:an|the|our)[ \t]+"
    r"(?:final[ \t]+)?answer[ \t]+of\b",
    re.IGNORECASE | re.MULTILINE,
)
_PHRASE = (_ENGLISH_PHRASE, STATED)
_ENGLISH_FINAL = re.compile(
    rf"\bfinal[ \t]+answer(?:[ \t]+[a-z]{{1,20}}){{0,6}}?[ \t]+{_BE}"
    r"|\bfinal[ \t]+answer[ \t*_]{0,4}[:=：]"
    r"|^[ \t#*_]{0,12}answer[ \t*_]{0,4}[:：]"
    r"|^[ \t#*_]{0,12}(?:final[ \t]+)?answer[ \t#*_:]{0,12}$"
    r"|<answer>",
    re.IGNORECASE | re.MULTILINE,
)
"""What states a final answer: it counts even after an earlier box."""
_FINAL = (_ENGLISH_FINAL, FINAL)
Phrases = tuple[re.Pattern[str], re.Pattern[str]]
"""In English, and in other languages."""
_MATH_SPAN = re.compile(
    r"\$\$([^$]{1,300})\$\$|(?<!\\)\$((?:[^$\\\n]|\\.){1,300})\$"
    r"|\\\(((?:(?!\\\)).){1,300})\\\)|\\\[((?:(?!\\\]).){1,300})\\\]"
)
_DISPLAY = re.compile(r"\\\[(?:(?!\\\])[\s\S]){1,300}\\\]|\$\$[^$]{1,300}\$\$")
"""A displayed formula: its delimiters may have lines to themselves."""
_AND_ANOTHER = re.compile(r"[ \t]*(?:,?[ \t]*\b(?:and|or)\b|,)[ \t]*")
_SENTENCE_END = re.compile(r"\.(?=\s+[A-Z]|\s*$)|</answer>|。|입니다|이다|です|である")
_DENIED = re.compile(rf"(?:not|never|neither|no)\b|n't\b|\\neq?\b|≠|{DENIED_FIRST}", re.IGNORECASE)
_SCALES = "|".join(word for word in SCALES if word != "dozen")
_SCALE = re.compile(rf"[ ]?(?:(?:{_SCALES})s?(?!\w)|{EASTERN_SCALE}{{1,3}})", re.IGNORECASE)
"""A word behind a number of running text that multiplies it. "That makes 7 dozen" answers how many
dozens, in GSM8K as to lm-eval."""
_OR_ANOTHER = re.compile(r"[ \t]{1,3}(?:or|oder|ou|o|или|또는|或|或者)[ \t]{1,3}\$?-?\d[\d.,/]*")
_STATED = re.compile(r"\b(?:is|are|equals|be)\b\s*:?\s*(.+)$")


def after_hashes(text: str) -> str | None:
    """The number after the last `####` that has one to itself (a Markdown heading has not)."""
    lines = (match.group(1)[:LINE_CHARACTERS] for match in _HASHES.finditer(text))
    numbers = deque((line.strip() for line in lines if _is_number(line)), maxlen=1)
    return numbers[0] if numbers else None


def _line_after_phrase(text: str, phrases: Phrases = _PHRASE) -> str | None:
    """The rest of the line after the last "answer is" or "answer:", or the next line with text."""
    english, other = phrases
    tried = (english, other) if may_state(text) else (english,)
    found = [last for phrase in tried if (last := _last_match(phrase, text))]
    last = max(found, key=lambda match: match.end(), default=None)
    if last is None:
        return None
    rest = text[last.end() : last.end() + 4 * LINE_CHARACTERS]
    rest = _DISPLAY.sub(_on_one_line, rest)
    lines = (line.strip(" \t:：*_#") for line in rest.splitlines())
    line = next((line[:LINE_CHARACTERS] for line in lines if line), None)
    # "The answer is not 18" names no answer.
    if line is None or _DENIED.match(line) or DENIED_BEHIND.search(line):
        return None
    return line.partition("</answer>")[0].strip()


def number_after_phrase(text: str, phrases: Phrases = _PHRASE) -> str | None:
    """The number that "the answer is …" names: after the last `=` of that line, else the first."""
    line = _line_after_phrase(text, phrases)
    if line is None:
        return None
    span = _MATH_SPAN.search(line)
    if span and (listed := _listed(line, span)):
        return listed
    for candidate in (_span_text(span) if span else "", line):
        if _is_number(candidate):
            return candidate.rpartition("=")[2].strip(" .")
    numbers = NUMBER.search(line.rpartition("=")[2]) or NUMBER.search(line)
    return _scaled(numbers) if numbers else None


def _scaled(number: re.Match[str]) -> str:
    """The number with what belongs to it: `2.5 million`; `204 or 205`, which is no one number."""
    if other := _OR_ANOTHER.match(number.string, number.end()):
        return number.group() + other.group()
    scale = _SCALE.match(number.string, number.end())
    return (number.group() + (scale.group() if scale else "")).strip()


def math_after_phrase(text: str, phrases: Phrases = _PHRASE) -> str | None:
    """What "the answer is …" names: the last formula of its first sentence, after "is" where that
    stands in it ("the area of $ABC$ is $12$"), else the sentence itself."""
    line = _line_after_phrase(text, phrases)
    if not line:
        return None
    first = _MATH_SPAN.match(line)
    if first is not None:
        return _listed(line, first) or _span_text(first).strip() or None
    sentence = _first_sentence(line)
    stated = _STATED.search(sentence)
    sentence = stated[1] if stated else sentence
    span = _MATH_SPAN.search(sentence)
    listed = _listed(sentence, span) if span else None
    content = _span_text(span) if span else sentence.rstrip(" .*_。")
    return listed or content.strip() or None


def _listed(line: str, span: re.Match[str]) -> str | None:
    """The formulas of a list that ends the sentence, `$3$ or $-3$`; None where there is but one, or
    more than them stands there."""
    parts, end = [_span_text(span)], span.end()
    while (joint := _AND_ANOTHER.match(line, end)) and (
        another := _MATH_SPAN.match(line, joint.end())
    ):
        parts.append(_span_text(another))
        end = another.end()
    ends = len(parts) > 1 and not _first_sentence(line[end:]).strip(" .*_")
    return ", ".join(part.strip() for part in parts) if ends else None


_FORMULA = rf"(?:{_MATH_SPAN.pattern})"
_FIGURE = r"(-?\d[\d,]{0,30}(?:\.\d{1,30})?(?:[ \t][a-z]{1,20}){0,3})"
_VALUE = rf"\**(?:{_FORMULA}\**\.?|{_FIGURE}\**\.)\**$"
"""A value that ends a sentence: a formula, or a number with a full stop (a reply that was cut off
has none)."""
_CONCLUSION = re.compile(
    r"(?:^|[.:]\s+)\**(?:thus|therefore|hence|so|consequently|in[ \t]conclusion)\b[^\n]{0,200}?"
    rf"\b{_BE}[ \t]+{_VALUE}",
    re.IGNORECASE,
)
_NAMED_BEHIND = re.compile(
    rf"^(?:[a-z]{{2,12}},?[ \t]+)?\**(?:{_FORMULA}|{_FIGURE})\**[ \t]+is[ \t]+(?:the|our|my)[ \t]+"
    r"(?:final[ \t]+|correct[ \t]+)?answer\b\**\.?\**$",
    re.IGNORECASE,
)
_BEFORE_DISPLAY = re.compile(r"\s+(?=\$\$|\\\[)")


def concluded(text: str) -> str | None:
    r"""What the last sentence of a reply concludes: `Therefore, the area is $4\pi$.`, or
    `$4\pi$ is the answer.`"""
    tail = _DISPLAY.sub(_on_one_line, text.rstrip()[-LINE_CHARACTERS:])
    line = _BEFORE_DISPLAY.sub(" ", tail).rpartition("\n")[2]
    found = _CONCLUSION.search(line) or _NAMED_BEHIND.search(line)
    return _span_text(found).strip() if found else None


def _on_one_line(display: re.Match[str]) -> str:
    return " ".join(display.group().split())


def _first_sentence(line: str) -> str:
    end = _SENTENCE_END.search(line)
    return line[: end.start()] if end else line


def last_number(text: str) -> str | None:
    """The last number anywhere in the text, unless it is denied ("not 18")."""
    last = _last_match(NUMBER, text)
    if last is None or _DENIED_BEFORE.search(text[max(0, last.start() - 12) : last.start()]):
        return None
    return _scaled(last)


_DENIED_BEFORE = re.compile(r"(?:\b(?:not|never)|n't|\\neq?|≠)\s+\$?$", re.IGNORECASE)


def _boxed_number(text: str) -> str | None:
    return _box_or_final(text, _final_number)


def _boxed_math(text: str) -> str | None:
    return _box_or_final(text, _final_math)


def _box_or_final(text: str, final: Finder) -> str | None:
    """The last box, or the final answer that is stated after it."""
    span = last_boxes(text)
    if span is None:
        return None
    behind = text[span[1] :]
    stated = final(behind) if _LETTERS.search(behind) else None
    return stated or span[2]


_LETTERS = re.compile(r"[^\W\d_]")
"""Behind most boxes there are none, and so nothing is stated."""


def _final_number(text: str) -> str | None:
    found = number_after_phrase(text, _FINAL)
    return found if found is not None and _is_number(found) else None


def _final_math(text: str) -> str | None:
    """A formula, or a number; words after a box say something about it."""
    line = _line_after_phrase(text, _FINAL)
    found = math_after_phrase(text, _FINAL)
    if line is None or found is None:
        return None
    return found if _is_number(found) or _MATH_SPAN.search(line) else None


def _last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    newest = deque(pattern.finditer(text), maxlen=1)
    return newest[0] if newest else None


def _span_text(span: re.Match[str]) -> str:
    return next(group for group in span.groups() if group is not None)


def _is_number(text: str) -> bool:
    value: Fraction | None = to_fraction(text, decimal_comma=True)
    return value is not None


NUMBER_FINDERS: Mapping[str, Finder] = {
    "box": _boxed_number,
    "hashes": after_hashes,
    "phrase": number_after_phrase,
    "conclusion": concluded,
    "last_number": last_number,
}

LATEX_FINDERS: Mapping[str, Finder] = {
    "box": _boxed_math,
    "phrase": math_after_phrase,
    "conclusion": concluded,
}


def find_answer(
    text: str, rules: tuple[str, ...], finders: Mapping[str, Finder]
) -> tuple[str, str] | None:
    """The answer and the name of the first of `rules` that finds one; None where none does."""
    for rule in rules:
        answer = finders[rule](text)
        if answer is not None:
            return answer, rule
    return None
