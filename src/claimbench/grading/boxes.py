r"""The boxes of a reply: the last `\boxed{…}`, or the last few where they form one list.

Every pattern is linear in the length of the text: replies are hostile input.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\(?:boxed|fbox)\s{0,8}\{|\\[\s\S]|[{}]")
_COMMAND = re.compile(r"\\(?:boxed|fbox)\s{0,8}\{")
_BARE = re.compile(r"\\(?:boxed|fbox)\s{0,8}(-?\d[\d.,]{0,30}(?<=\d)|[A-Za-z](?![A-Za-z]))")
_ANY = re.compile(r"\\(?:boxed|fbox)")

MAX_JOINT = 80
"""Characters between two boxes of one list; a sentence is longer."""
MAX_LIST = 12

_JOINT = re.compile(
    r"(?:\s|[,;$&]|\\[()\[\],;: ]|\\q?quad|\*{1,2}|\\\\"
    r"|(?:\\text\{)?\s*(?:and|or)\b\s*\}?|[A-Za-z](?:_\{?\w\}?)?\s*="
    r"|\n[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t])*"
)

_NAME = re.compile(r"(?<![A-Za-z\\])([A-Za-z](?:_\{?\w\}?)?)\s?=\s?\$?$")
MAX_NAME = 12

Span = tuple[int, int, str]
"""Where a box begins and ends, and what it holds."""


def last_box(text: str) -> str | None:
    r"""What stands in the last complete, non-empty `\boxed{…}` (or `\fbox{…}`).

    Of boxes in one another the outermost counts, without the inner commands. An empty box is
    usually the instruction quoted; a box that the token limit left open is not an answer. Boxes
    with nothing but commas, "and" or "or" between them are one list.
    """
    span = last_boxes(text)
    return None if span is None else span[2]


def last_boxes(text: str) -> Span | None:
    """The last box, or the list that the last boxes form."""
    first = _ANY.search(text)
    if first is None:
        return None
    found = sorted([*_braced(text, first.start()), *_unbraced(text, first.start())])
    spans = [(start, end, content) for start, end, content in found if content]
    if not spans:
        return None
    members = _members(text, spans)
    return members[0][0], members[-1][1], ", ".join(dict.fromkeys(_contents(text, members)))


def _contents(text: str, members: list[Span]) -> list[str]:
    """What the boxes of a list hold, each with its name where the names differ: `x = 3, y = 4`."""
    contents = [content for _, _, content in members]
    named = [_NAME.search(text[max(0, start - MAX_NAME) : start]) for start, _, _ in members]
    names = [found[1] for found in named if found]
    if len({name[0] for name in names}) < max(2, len(members)):
        return contents
    return [f"{name} = {content}" for name, content in zip(names, contents, strict=True)]


def _members(text: str, spans: list[Span]) -> list[Span]:
    """The last boxes that nothing but a list's commas and words stands between."""
    members = [spans[-1]]
    for span in spans[-2 : -MAX_LIST - 1 : -1]:
        between = text[span[1] : members[0][0]]
        if len(between) > MAX_JOINT or not _is_joint(between):
            break
        members.insert(0, span)
    return members


def _is_joint(between: str) -> bool:
    """Whether it joins two boxes: a comma, a conjunction or a new line, in one paragraph."""
    if re.search(r"\n\s*\n", between) or not re.search(r",|;|and|or|quad|\n", between):
        return False
    return _JOINT.fullmatch(between) is not None


def _braced(text: str, position: int) -> list[Span]:
    """All outermost complete boxes with braces, in order."""
    boxes: list[tuple[int, int, int]] = []  # command, content, end
    open_braces: list[tuple[int, int]] = []  # where a box was opened, and its content; else -1
    for token in _TOKEN.finditer(text, position):
        found = token.group()
        if found[-1] == "{" and found != "\\{":
            open_braces.append((token.start(), token.end()) if len(found) > 1 else (-1, -1))
        elif found == "}" and open_braces:
            start, content = open_braces.pop()
            if start >= 0:
                while boxes and boxes[-1][0] > start:
                    boxes.pop()
                boxes.append((start, content, token.start()))
    return [(s, end + 1, _without_inner(text[content:end]).strip()) for s, content, end in boxes]


def _unbraced(text: str, position: int) -> list[Span]:
    r"""Boxes without braces, `\boxed5`: TeX takes one token, a reader the whole number."""
    return [(m.start(), m.end(), m[1]) for m in _BARE.finditer(text, position)]


def _without_inner(content: str) -> str:
    if "\\boxed" not in content and "\\fbox" not in content:
        return content
    return _COMMAND.sub("{", content)
