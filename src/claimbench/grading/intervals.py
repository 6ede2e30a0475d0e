r"""Inequalities in one variable as the intervals that they state."""

from __future__ import annotations

import re

_RELATION = re.compile(r"<|>|\\le(?![A-Za-z])|\\ge(?![A-Za-z])")
_NAME = re.compile(r"\s*([A-Za-z](?:_\{?\w\}?)?|\\(?:theta|alpha|beta|lambda))\s*")
_MEMBER = re.compile(r"\s*[A-Za-z]\s*\\in(?![A-Za-z])\s*")
_BUILDER = re.compile(
    r"\s*\\\{\s*[A-Za-z]\s*(?:\\in\s*\\mathbb\{R\}\s*)?(?:\\mid|\||:)\s*(.*?)\s*\\\}\s*"
)
_SETS = {
    r"\mathbb{R}": r"(-\infty, \infty)",
    r"\text{all real numbers}": r"(-\infty, \infty)",
    r"\mathbb{R}^+": r"(0, \infty)",
    r"\mathbb{R}^{+}": r"(0, \infty)",
    r"\mathbb{R}_{>0}": r"(0, \infty)",
}
_OUTSIDE = re.compile(
    r"\s*(?:(?:[A-Za-z]\s*\\in\s*)?\\mathbb\{R\}\s*\\(?:setminus|backslash|smallsetminus)\s*"
    r"\\\{\s*([^,{}]+?)\s*\\\}|[A-Za-z]\s*\\ne\s*([^,=<>]+?))\s*"
)
_DISTANCE = re.compile(r"\s*\|\s*[A-Za-z]\s*\|\s*(<|>|\\[lg]e)\s*(\d+(?:\.\d+)?)\s*")
_WITHIN = {"<": "(-{0}, {0})", r"\le": "[-{0}, {0}]"}
_BEYOND = {
    ">": r"(-\infty, -{0}) \cup ({0}, \infty)",
    r"\ge": r"(-\infty, -{0}] \cup [{0}, \infty)",
}
_AND = re.compile(
    r"\s*,?\s*(?:\\text\{\s*and\s*\}|(?<![A-Za-z\\])and(?![A-Za-z])|\\(?:land|wedge)(?![A-Za-z]))\s*"
)
_AND_OR_COMMA = re.compile(rf"{_AND.pattern}|\s*,\s*")
_NUMBER = r"-?\d{1,30}(?:\.\d{1,30})?"
_BOUND = rf"(?:{_NUMBER}|-?\\infty)"
_PLAIN_INTERVAL = re.compile(rf"[(\[]({_BOUND}), ({_BOUND})[)\]]")
_OR = re.compile(
    r"\s*,?\s*(?:\\text\{\s*or\s*\}|(?<![A-Za-z\\])or(?![A-Za-z])|\\lor(?![A-Za-z])|\\cup)\s*"
)


def as_interval(text: str) -> str:
    r"""`-3 \le x < 8` as `[-3, 8)`, `x < 1 \text{ or } x > 2` as a union, `x \in S` as `S`.

    What is no inequality in one variable is left as it is.
    """
    if whole := _SETS.get(text) or _all_but_one(text):
        return whole
    builder = _BUILDER.fullmatch(text)
    text = builder[1] if builder else text
    member = _MEMBER.match(text)
    if member and ("(" in text or "[" in text or "{" in text):
        return text[member.end() :]
    if not _RELATION.search(text):
        return text
    if distance := _DISTANCE.fullmatch(text):
        return (_WITHIN | _BEYOND)[distance[1]].format(distance[2])
    both = _AND.split(text)
    if len(both) == 2 or "\\ne" in text:
        return _but_one(_AND_OR_COMMA.split(text)) or _intersection(both) or text
    intervals = [_interval(part) for part in _OR.split(text)]
    known = [interval for interval in intervals if interval is not None]
    return r" \cup ".join(known) if len(known) == len(intervals) else text


def _all_but_one(text: str) -> str | None:
    r"""`x \ne 2` and `\mathbb{R} \setminus \{2\}`: what is left on both sides."""
    outside = _OUTSIDE.fullmatch(text)
    if outside is None:
        return None
    point = outside[1] or outside[2]
    return rf"(-\infty, {point}) \cup ({point}, \infty)"


def _but_one(parts: list[str]) -> str | None:
    r"""`x > 1` and `x \ne 3` as `(1, 3) \cup (3, \infty)`, where the point plainly lies inside."""
    outside = [found for part in parts if (found := _OUTSIDE.fullmatch(part)) and found[2]]
    if len(parts) != 2 or len(outside) != 1:
        return None
    interval = _interval(parts[0] if outside[0].string is parts[1] else parts[1])
    bounds = _PLAIN_INTERVAL.fullmatch(interval or "")
    point = outside[0][2]
    if bounds is None or interval is None or not re.fullmatch(_NUMBER, point):
        return None
    low, high = (float(b.replace("\\infty", "inf")) for b in bounds.groups())
    if not low < float(point) < high:
        return None
    return rf"{interval[0]}{bounds[1]}, {point}) \cup ({point}, {bounds[2]}{interval[-1]}"


def names_another(gold: str, answer: str) -> bool:
    """Whether both are statements about one variable, and not the same one."""
    one, other = _variable(gold), _variable(answer)
    return bool(one and other and one != other)


def _variable(text: str) -> str | None:
    match = _MEMBER.match(text) or re.match(rf"{_NAME.pattern}(?:{_RELATION.pattern})", text)
    return match.group().strip()[0] if match and match.group().strip()[0] != "\\" else None


def _intersection(parts: list[str]) -> str | None:
    """`x \\ge 0` and `x < 5` as `[0, 5)`."""
    if len(parts) != 2:
        return None
    halves = sorted(_interval(part) or "" for part in parts)
    upper = next((half for half in halves if half.startswith("(-\\infty, ")), None)
    lower = next((half for half in halves if half.endswith(", \\infty)")), None)
    if upper is None or lower is None:
        return None
    return lower.removesuffix("\\infty)") + upper.removeprefix("(-\\infty, ")


def _interval(text: str) -> str | None:
    parts = _RELATION.split(text)
    signs = [sign.group() for sign in _RELATION.finditer(text)]
    if len(signs) == 1:
        return _half_line(parts, signs[0])
    if len(signs) == 2 and _NAME.fullmatch(parts[1]):
        return _segment(parts, signs)
    return None


def _half_line(parts: list[str], sign: str) -> str | None:
    left, right = (part.strip() for part in parts)
    if _NAME.fullmatch(right) and not _NAME.fullmatch(left):
        left, right, sign = right, left, _turned(sign)
    if not _NAME.fullmatch(left) or not right or _contains(right, left):
        return None
    closed = "le" in sign or "ge" in sign
    if sign in (">", "\\ge"):
        return f"{'[' if closed else '('}{right}, \\infty)"
    return f"(-\\infty, {right}{']' if closed else ')'}"


def _segment(parts: list[str], signs: list[str]) -> str | None:
    low, high = parts[0].strip(), parts[2].strip()
    if {sign in ("<", "\\le") for sign in signs} == {False}:
        low, high, signs = high, low, [_turned(sign) for sign in reversed(signs)]
    if not low or not high or any(sign not in ("<", "\\le") for sign in signs):
        return None
    opening, closing = "[" if signs[0] == "\\le" else "(", "]" if signs[1] == "\\le" else ")"
    return f"{opening}{low}, {high}{closing}"


def _turned(sign: str) -> str:
    return {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le"}[sign]


def _contains(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", text) is not None
