"""Whether an output is the expected one, by LiveCodeBench's rules.

LiveCodeBench, lcb_runner/evaluation/testing_util.py: the text and each of its lines are stripped;
there are as many lines as expected; each line is equal exactly, or token by token as Decimal (1.0
is 1, 007 is 7). There is no tolerance for floats. A returned value is compared with ==, after an
outer tuple has become a list.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from claimbench.sandbox.codec import Opaque
from claimbench.sandbox.shortened import shortened, shortened_text

SHOWN = 80
"""Characters of an input or output in a reason."""


def output_difference(output: str, expected: str) -> str | None:
    """How the output differs, in words; None where it is right."""
    if output == expected:
        return None
    # Counted before they are made: an output may be millions of lines or of words.
    count, right = (text.strip().count("\n") + 1 for text in (output, expected))
    if count != right:
        return f"{count} lines instead of {right}: {_pair(output, expected)}"
    found, wanted = _lines(output), _lines(expected)
    for number, (ours, theirs) in enumerate(zip(found, wanted, strict=True), start=1):
        if ours != theirs and not _equal_as_numbers(ours, theirs):
            return f"line {number}: {_pair(ours, theirs)}"
    return None


def value_difference(value: object, expected: object) -> str | None:
    """How a returned value differs, in words; None where it is right. Both are plain values."""
    if type(value) is tuple:
        value = list(value)
    # The outermost container apart: list == skips __eq__ for an object that is itself.
    if not isinstance(value, Opaque) and value == expected:
        return None
    return f"{shortened(value, SHOWN)} instead of {shortened(expected, SHOWN)}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _equal_as_numbers(ours: str, right: str) -> bool:
    wanted = right.split()
    found = ours.split(maxsplit=len(wanted))
    if len(found) != len(wanted):
        return False
    try:
        return list(map(Decimal, found)) == list(map(Decimal, wanted))
    except InvalidOperation:
        return False


def _pair(output: str, expected: str) -> str:
    ours, right = (shortened_text(text.strip(), SHOWN) for text in (output, expected))
    return f"{ours!r} instead of {right!r}"
