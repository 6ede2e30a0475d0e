"""Sample and Grade as one JSON line and as one fixed-width index record."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from claimbench.errors import StoreError
from claimbench.records import Grade, Sample

Row = TypeVar("Row", Sample, Grade)
Index = npt.NDArray[np.void]

FINISH_CODES = {"stop": 0, "length": 1, "unknown": 2}
"""`finish` in a sample's index record."""

UNKNOWN_TOKENS = 2**32 - 1
"""The tokens of a sample that does not tell them, in its index record."""

OUTCOME_BYTES = 24
_U32 = 2**32
_STRUCT_CODES = {"V16": "16s", "<u8": "Q", "<u4": "I", "u1": "B", "<f8": "d", "S24": "24s"}
_PLACE = (("offset", "<u8"), ("length", "<u4"), ("part", "<u4"))

# Pure ASCII: a lone surrogate in a model's text survives as its escape, and no reader takes
# U+2028 or U+0085 for the end of a line. A raw NUL can then only come from a power cut.
_encode_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class DamagedLine(ValueError):
    """Why a stored line cannot be read."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a value must be, in words and as a test; `of_type` where that hangs on its type alone,
    not on which value of the type it is."""

    words: str
    holds: Callable[[Any], bool]
    of_type: bool = False


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bytes.fromhex(value).hex() == value and len(value) == 32
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_wholes(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_whole, value))


def _is_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_outcome(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= OUTCOME_BYTES


ID = Check("an id of 32 hex digits", _is_id)
TEXT = Check("a text", lambda value: isinstance(value, str), of_type=True)
MAYBE_TEXT = Check(
    "a text or null", lambda value: value is None or isinstance(value, str), of_type=True
)
MAYBE_WHOLE = Check(
    "a whole number or null", lambda value: value is None or _is_whole(value), of_type=True
)
COUNT = Check("a whole number from 0 up", lambda value: _is_whole(value) and 0 <= value < _U32)
MAYBE_COUNT = Check(
    "a whole number from 0 up or null",
    lambda value: value is None or (_is_whole(value) and 0 <= value < UNKNOWN_TOKENS),
)
MAYBE_NUMBER = Check(
    "a number or null", lambda value: value is None or _is_number(value), of_type=True
)
WHOLES = Check("a list of whole numbers", _is_wholes)
NUMBERS = Check("a mapping to numbers", _is_numbers)
FINISH = Check(
    "one of " + ", ".join(map(repr, FINISH_CODES)),
    lambda value: isinstance(value, str) and value in FINISH_CODES,
)
OUTCOME = Check(f"an ASCII word of at most {OUTCOME_BYTES} letters", _is_outcome)


@lru_cache(maxsize=1 << 16)
def text_key(text: str) -> int:
    """The 64-bit key under which the index keeps a problem id or a grader digest. Among 10,000
    problems the chance of any two sharing one is below 1e-11."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@dataclass(frozen=True)
class RowKind(Generic[Row]):
    """How one kind of row is stored: `checks` per JSON key; the `columns` of its index record and
    what of a row's values is `indexed` there (before the row's place: offset, length, part)."""

    folder: str
    noun: str
    redone: str
    record: type[Row]
    checks: Mapping[str, Check]
    columns: tuple[tuple[str, str], ...]
    indexed: Callable[[Mapping[str, Any]], tuple[Any, ...]]

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        return np.dtype([*self.columns, *_PLACE])

    @cached_property
    def _struct(self) -> struct.Struct:
        columns = (*self.columns, *_PLACE)
        return struct.Struct("<" + "".join(_STRUCT_CODES[code] for _, code in columns))

    @cached_property
    def _required(self) -> frozenset[str]:
        return frozenset(
            f.name
            for f in fields(self.record)
            if f.default is MISSING and f.default_factory is MISSING
        )

    def pack(self, row: Row, offset: int, length: int) -> bytes:
        """The index record of `row`, whose line is `length` bytes at `offset` of its part."""
        return self.pack_values(self._values_of(row), offset, length)

    def pack_values(self, values: Mapping[str, Any], offset: int, length: int) -> bytes:
        """The same from the row's values by key."""
        return self._struct.pack(*self.indexed(values), offset, length, 0)

    def _values_of(self, row: Row) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.checks}

    def encode(self, row: Row) -> bytes:
        """`row` as one line. Raises StoreError for a row that could not be read back."""
        values = self._values_of(row)
        if "metrics" in values:
            values["metrics"] = dict(values["metrics"])
        if wrong := self._wrong(values):
            raise StoreError(f"A {self.noun} cannot be stored: {wrong}; this is a bug, report it.")
        return _encode_json(values).encode("ascii") + b"\n"

    def decode(self, line: bytes) -> Row:
        """The row of one line. Raises DamagedLine with the reason."""
        return self.record(**self.values(line))

    def values(self, line: bytes) -> dict[str, Any]:
        """What `decode` makes the row of, by key. Raises DamagedLine with the reason."""
        values = json_object(line)
        if missing := self._required - values.keys():
            raise DamagedLine(f"the key '{min(missing)}' is missing")
        if unknown := values.keys() - self.checks.keys():
            raise DamagedLine(f"the key {min(unknown)!r} is unknown")
        if wrong := self._wrong(values):
            raise DamagedLine(wrong)
        return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}

    def _wrong(self, values: Mapping[str, Any]) -> str:
        """What is wrong with the first wrong value, or nothing."""
        for name, value in values.items():
            if not self.checks[name].holds(value):
                return f"the key '{name}' is not {self.checks[name].words}"
        return ""


def json_object(line: bytes) -> dict[str, Any]:
    """The JSON object of one line. Raises DamagedLine."""
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedLine("it is not JSON") from error
    if not isinstance(value, dict):
        raise DamagedLine("it is not a JSON object")
    return value


def json_line(value: Mapping[str, Any]) -> str:
    """`value` as one line of ASCII JSON."""
    return _encode_json(dict(value)) + "\n"


def _tokens(count: int | None) -> int:
    return UNKNOWN_TOKENS if count is None else count


OPENING = 800
"""Characters, about 200 tokens: replies that are equal so far, and at least so long, are copies."""


def opening_key(reasoning: str | None, text: str) -> int:
    """The key of how a reply opens: equal for equal openings, odd where the reply is as long as
    OPENING; shorter replies may well be equal by chance."""
    reply = (reasoning or "") + text
    opening = reply[:OPENING].encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(opening, digest_size=8).digest()
    return int.from_bytes(digest, "little") & ~1 | (len(reply) >= OPENING)


SAMPLES: RowKind[Sample] = RowKind(
    folder="samples",
    noun="sample",
    redone="asked",
    record=Sample,
    checks={
        "id": ID,
        "model": TEXT,
        "benchmark": TEXT,
        "problem_id": TEXT,
        "sample_index": COUNT,
        "text": TEXT,
        "finish_reason": FINISH,
        "prompt_tokens": MAYBE_COUNT,
        "completion_tokens": MAYBE_COUNT,
        "seconds": MAYBE_NUMBER,
        "seed": MAYBE_WHOLE,
        "choice_order": WHOLES,
        "reasoning": MAYBE_TEXT,
    },
    columns=(
        ("id", "V16"),
        ("problem", "<u8"),
        ("sample_index", "<u4"),
        ("completion_tokens", "<u4"),
        ("prompt_tokens", "<u4"),
        ("finish", "u1"),
        ("opening", "<u8"),
    ),
    indexed=lambda row: (
        bytes.fromhex(row["id"]),
        text_key(row["problem_id"]),
        row["sample_index"],
        _tokens(row["completion_tokens"]),
        _tokens(row["prompt_tokens"]),
        FINISH_CODES[row["finish_reason"]],
        opening_key(row["reasoning"], row["text"]),
    ),
)

GRADES: RowKind[Grade] = RowKind(
    folder="grades",
    noun="grade",
    redone="graded",
    record=Grade,
    checks={
        "sample_id": ID,
        "grader": TEXT,
        "outcome": OUTCOME,
        "value": MAYBE_NUMBER,
        "answer": MAYBE_TEXT,
        "reason": TEXT,
        "metrics": NUMBERS,
    },
    columns=(("id", "V16"), ("grader", "<u8"), ("value", "<f8"), ("outcome", "S24")),
    indexed=lambda row: (
        bytes.fromhex(row["sample_id"]),
        text_key(row["grader"]),
        math.nan if row["value"] is None else row["value"],
        row["outcome"].encode("ascii"),
    ),
)
