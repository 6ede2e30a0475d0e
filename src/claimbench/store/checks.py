"""What the values of a stored row must be, key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeGuard

FINISH_CODES = {"stop": 0, "length": 1, "unknown": 2}
"""`finish` in a sample's index record."""

UNKNOWN_TOKENS = 2**32 - 1
"""The tokens of a sample that does not state them, in its index record."""

OUTCOME_BYTES = 24
_U32 = 2**32


@dataclass(frozen=True, slots=True)
class Check:
    """What a value must be, in words and as a test; `of_type` where that hangs on its type alone,
    not on which value of the type it is. `of_each` is the test of many values at once, whose types
    are right, where one by one takes long."""

    words: str
    holds: Callable[[object], bool]
    of_type: bool = False
    of_each: Callable[[Collection[Any]], bool] | None = None

    def holds_for(self, values: Collection[object]) -> bool:
        """Whether it holds for each of `values`, whose types are right."""
        return self.of_type or (self.of_each or self._one_by_one)(values)

    def _one_by_one(self, values: Collection[object]) -> bool:
        return all(map(self.holds, values))


def _hex(words: str, digits: int) -> Check:
    """Hex digits, in small letters."""
    one, any_count = re.compile(f"[0-9a-f]{{{digits}}}"), re.compile("[0-9a-f]*")

    def holds(value: object) -> bool:
        return isinstance(value, str) and one.fullmatch(value) is not None

    def of_each(values: Collection[str]) -> bool:
        lengths = set(map(len, values))
        return lengths <= {digits} and any_count.fullmatch("".join(values)) is not None

    return Check(words, holds, of_each=of_each)


def _few(words: str, holds: Callable[[object], bool]) -> Check:
    """What has few different values in many rows: each is looked at once."""
    return Check(words, holds, of_each=lambda values: all(map(holds, set(values))))


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object, end: int) -> bool:
    return _is_whole(value) and 0 <= value < end


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_wholes(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_whole, value))


def _is_numbers(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_reason(value: object) -> bool:
    """A text, or a message as data."""
    if isinstance(value, dict):
        key, values = value.get("key"), value.get("values")
        return len(value) == 2 and isinstance(key, str) and isinstance(values, dict)
    return isinstance(value, str)


def _is_outcome(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= OUTCOME_BYTES


ID = _hex("an id of 32 hex digits", 32)
DIGEST = _hex("a digest of 16 hex digits", 16)
TEXT = Check("a text", lambda value: isinstance(value, str), of_type=True)
MAYBE_TEXT = Check(
    "a text or null", lambda value: value is None or isinstance(value, str), of_type=True
)
MAYBE_WHOLE = Check(
    "a whole number or null", lambda value: value is None or _is_whole(value), of_type=True
)
COUNT = _few("a whole number from 0 up", lambda value: _is_count(value, _U32))
MAYBE_COUNT = _few(
    "a whole number from 0 up or null",
    lambda value: value is None or _is_count(value, UNKNOWN_TOKENS),
)
MAYBE_NUMBER = Check(
    "a number or null", lambda value: value is None or _is_number(value), of_type=True
)
VERDICT = _few(
    "0, 1 or null", lambda value: value is None or (_is_number(value) and value in (0, 1))
)
WHOLES = Check(
    "a list of whole numbers",
    _is_wholes,
    of_each=lambda values: all(map(_is_whole, chain.from_iterable(values))),
)
NUMBERS = Check(
    "a mapping to numbers",
    _is_numbers,
    of_each=lambda values: all(map(_is_number, chain.from_iterable(map(dict.values, values)))),
)
FINISH = _few(
    "one of " + ", ".join(map(repr, FINISH_CODES)),
    lambda value: isinstance(value, str) and value in FINISH_CODES,
)
REASON = Check(
    "a text or a message",
    _is_reason,
    of_each=lambda values: all(_is_reason(one) for one in values if not isinstance(one, str)),
)
OUTCOME = _few(f"an ASCII word of at most {OUTCOME_BYTES} letters", _is_outcome)
