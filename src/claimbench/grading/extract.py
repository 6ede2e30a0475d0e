"""Where in a text the answer stands: the finders, each a visible rule that an option can name.

Every pattern is linear in the length of the text: replies are hostile input.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from fractions import Fraction

from claimbench.grading.numerals import NUMBER, to_fraction

Finder = Callable[[str], str | None]

LINE_CHARACTERS = 300
"""How much of a line after "the answer is" is looked at."""

_BOX_TOKEN = re.compile(r"\\(?:boxed|fbox)\s{0,8}\{|\\[\s\S]|[{}]")
_BOX_COMMAND = re.compile(r"\\(?:boxed|fbox)\s{0,8}\{")
_HASHES = re.compile(r"####[ \t]*([^\n]*)")
_PHRASE = re.compile(
    r"\banswer(?:[ \t]+[a-z]{1,20}){0,6}?[ \t]+(?:is|are|equals)\b|\banswer[ \t*_]{0,4}[:=]",
    re.IGNORECASE,
)
_MATH_SPAN = re.compile(
    r"\$\$([^$]{1,300})\$\$|(?<!\\)\$((?:[^$\\\n]|\\.){1,300})\$"
    r"|\\\(((?:(?!\\\)).){1,300})\\\)|\\\[((?:(?!\\\]).){1,300})\\\]"
)


def last_box(text: str) -> str | None:
    r"""What stands in the last complete, non-empty `\boxed{…}` (or `\fbox{…}`).

    Of boxes in one another the outermost counts, without the inner commands. An empty box is
    usually the instruction quoted; a box that the token limit left open is not an answer.
    """
    first = _BOX_COMMAND.search(text)
    if first is None:
        return None
    complete = _complete_boxes(text, first.start())
    for start, end in reversed(complete):
        content = _without_inner_boxes(text[start:end]).strip()
        if content:
            return content
    return None


def _complete_boxes(text: str, position: int) -> list[tuple[int, int]]:
    """Spans of the contents of all outermost complete boxes, in order."""
    boxes: list[tuple[int, int]] = []
    open_braces: list[int] = []  # the content's start where a box was opened, else -1
    for token in _BOX_TOKEN.finditer(text, position):
        found = token.group()
        if found[-1] == "{" and found != "\\{":
            open_braces.append(token.end() if len(found) > 1 else -1)
        elif found == "}" and open_braces:
            start = open_braces.pop()
            if start >= 0:
                while boxes and boxes[-1][0] > start:
                    boxes.pop()
                boxes.append((start, token.start()))
    return boxes


def _without_inner_boxes(content: str) -> str:
    return (
        _BOX_COMMAND.sub("{", content) if "\\boxed" in content or "\\fbox" in content else content
    )


def after_hashes(text: str) -> str | None:
    """The number after the last `####` that has one to itself (a Markdown heading has not)."""
    lines = (match.group(1)[:LINE_CHARACTERS] for match in _HASHES.finditer(text))
    numbers = deque((line.strip() for line in lines if _is_number(line)), maxlen=1)
    return numbers[0] if numbers else None


def _line_after_phrase(text: str) -> str | None:
    """The rest of the line after the last "answer is" or "answer:", or the next line with text."""
    last = _last_match(_PHRASE, text)
    if last is None:
        return None
    rest = text[last.end() : last.end() + 4 * LINE_CHARACTERS]
    lines = (line.strip(" \t:*_") for line in rest.splitlines())
    line = next((line[:LINE_CHARACTERS] for line in lines if line), None)
    # "The answer is not 18" names no answer.
    return None if line and re.match(r"(?i)(?:not|never)\b", line) else line


def number_after_phrase(text: str) -> str | None:
    """The number that "the answer is …" names: after the last `=` of that line, else the first."""
    line = _line_after_phrase(text)
    if line is None:
        return None
    span = _MATH_SPAN.search(line)
    for candidate in (_span_text(span) if span else "", line):
        if _is_number(candidate):
            return candidate.rpartition("=")[2].strip(" .")
    numbers = NUMBER.search(line.rpartition("=")[2]) or NUMBER.search(line)
    return numbers.group().strip() if numbers else None


def math_after_phrase(text: str) -> str | None:
    """What "the answer is …" names: the first formula of that line, else the line itself."""
    line = _line_after_phrase(text)
    if line is None:
        return None
    span = _MATH_SPAN.search(line)
    content = _span_text(span) if span else line.rstrip(" .*_")
    return content.strip() or None


def last_number(text: str) -> str | None:
    """The last number anywhere in the text."""
    last = _last_match(NUMBER, text)
    return last.group().strip() if last else None


def _last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    newest = deque(pattern.finditer(text), maxlen=1)
    return newest[0] if newest else None


def _span_text(span: re.Match[str]) -> str:
    return next(group for group in span.groups() if group is not None)


def _is_number(text: str) -> bool:
    value: Fraction | None = to_fraction(text)
    return value is not None


NUMBER_FINDERS: Mapping[str, Finder] = {
    "box": last_box,
    "hashes": after_hashes,
    "phrase": number_after_phrase,
    "last_number": last_number,
}

LATEX_FINDERS: Mapping[str, Finder] = {
    "box": last_box,
    "phrase": math_after_phrase,
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
