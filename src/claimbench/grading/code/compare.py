"""Whether an output is the expected one, by LiveCodeBench's rules.

LiveCodeBench, lcb_runner/evaluation/testing_util.py: the text and each of its lines are stripped;
there are as many lines as expected; each line is equal exactly, or token by token as Decimal (1.0
is 1, 007 is 7). There is no tolerance for floats. A returned value is compared with ==, after an
outer tuple has become a list.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Final

from claimbench.grading.reasons import reason
from claimbench.records.runs import Reason
from claimbench.sandbox.codec import decode
from claimbench.sandbox.plain import NotPlain, Opaque
from claimbench.sandbox.shortened import shortened, shortened_text

SHOWN = 80
"""Characters of an input or output in a reason."""
MOST_BYTES_PER_CHARACTER: Final = 24
"""Of an encoded value, for each character of JSON that equals it: a complex number takes 17 for a
`1`."""
SPARE: Final = 4096
"""Bytes and parts of a value beside that: a short one may be a Decimal of many digits."""


def output_difference(output: str, expected: str) -> Reason | None:
    """How the output differs; None where it is right."""
    if output == expected:
        return None
    # Counted before they are made: an output may be millions of lines or of words.
    count, right = (text.strip().count("\n") + 1 for text in (output, expected))
    if count != right:
        return reason("lines", lines=count, wanted=right, **_pair(output, expected))
    found, wanted = _lines(output), _lines(expected)
    for number, (ours, theirs) in enumerate(zip(found, wanted, strict=True), start=1):
        if ours != theirs and not _equal_as_numbers(ours, theirs):
            return reason("line", line=number, **_pair(ours, theirs))
    return None


def value_difference(value: object, expected: object) -> Reason | None:
    """How a returned value differs; None where it is right. Both are plain values."""
    if type(value) is tuple:
        value = list(value)
    # The outermost container apart: list == skips __eq__ for an object that is itself.
    if not isinstance(value, Opaque) and value == expected:
        return None
    return reason("value", got=shortened(value, SHOWN), expected=shortened(expected, SHOWN))


def returned_difference(written: bytes, expected: str) -> Reason | None:
    """The same of what a function returned, encoded, and of the JSON of what it should have.

    No more is read of it than could equal that: to read a byte may take a microsecond, and a
    program can write millions in no time.
    """
    if len(written) > MOST_BYTES_PER_CHARACTER * len(expected) + SPARE:
        return reason("too-much", bytes=f"{len(written):,}")
    try:
        value = decode(written, most=len(expected) + SPARE)
    except NotPlain as error:
        return reason("unreadable", why=str(error))
    return value_difference(value, _from_json(expected))


def _from_json(text: str) -> object:
    """The value of JSON that may hold whole numbers of more digits than int() takes."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=lambda digits: int(Decimal(digits)))


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


def _pair(output: str, expected: str) -> dict[str, str]:
    ours, right = (shortened_text(text.strip(), SHOWN) for text in (output, expected))
    return {"got": repr(ours), "expected": repr(right)}
