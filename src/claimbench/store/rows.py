"""Sample and Grade as one JSON line and as one fixed-width index record."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from operator import mul
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from claimbench.errors import StoreError
from claimbench.messages import as_data, from_data
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.records.runs import Grade, Sample
from claimbench.store.checks import (
    COUNT,
    DIGEST,
    FINISH,
    FINISH_CODES,
    ID,
    MAYBE_COUNT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    MAYBE_WHOLE,
    NUMBERS,
    OUTCOME,
    REASON,
    TEXT,
    UNKNOWN_TOKENS,
    VERDICT,
    WHOLES,
    Check,
)
from claimbench.store.digests import hex_digest, opening_key, reply_digest, text_key

Row = TypeVar("Row", Sample, Grade)
Index = npt.NDArray[np.void]
Columns = Mapping[str, Sequence[Any]]
"""The values of many rows by key."""

_STRUCT_CODES = {"V16": "16s", "<u8": "Q", "<u4": "I", "<f8": "d", "S24": "24s"}
_PLACE = (("offset", "<u8"), ("length", "<u4"), ("part", "<u4"))
_CHECK = ("check", "<u8")

CHECK_START = 0x9E3779B97F4A7C15
"""What the check of a record of NULs is not: a power cut can leave those."""

# Pure ASCII: a lone surrogate in a model's text survives as its escape, and no reader takes
# U+2028 or U+0085 for the end of a line. A raw NUL can then only come from a power cut.
_encode_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class DamagedLine(ValueError):
    """Why a stored line cannot be read."""


@dataclass(frozen=True)
class RowKind(Generic[Row]):
    """How one kind of row is stored: `checks` per JSON key; the `columns` of its index record and
    what of a row's values is `indexed` there, before the row's place (offset, length, part) and
    the record's own check; `indexed_together` is the same of many rows, by column, where one by
    one takes long."""

    folder: str
    noun: str
    redone: str
    record: type[Row]
    checks: Mapping[str, Check]
    columns: tuple[tuple[str, str], ...]
    indexed: Callable[[JsonObject], tuple[object, ...]]
    indexed_together: Callable[[Columns], Mapping[str, npt.NDArray[Any]]] | None = None

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        return np.dtype([*self.columns, *_PLACE, _CHECK])

    @cached_property
    def _struct(self) -> struct.Struct:
        columns = (*self.columns, *_PLACE)
        return struct.Struct("<" + "".join(_STRUCT_CODES[code] for _, code in columns))

    @cached_property
    def _factors(self) -> tuple[int, ...]:
        return check_factors(self._struct.size // 8)

    @cached_property
    def _required(self) -> frozenset[str]:
        plain = (
            f.name
            for f in fields(self.record)
            if f.default is MISSING and f.default_factory is MISSING
        )
        return frozenset(plain) | {name for name, check in self.checks.items() if check is DIGEST}

    def pack(self, row: Row, offset: int, length: int) -> bytes:
        """The index record of `row`, whose line is `length` bytes at `offset` of its part."""
        return self.pack_values(self.values_of(row), offset, length)

    def pack_values(self, values: JsonObject, offset: int, length: int) -> bytes:
        """The same from the row's values by key."""
        body = self.body(values, offset, length)
        words = struct.unpack(f"<{len(body) // 8}Q", body)
        check = CHECK_START + sum(map(mul, words, self._factors))
        return body + int(check % 2**64).to_bytes(8, "little")

    def body(self, values: JsonObject, offset: int, length: int) -> bytes:
        """The record without its check."""
        return self._struct.pack(*self.indexed(values), offset, length, 0)

    def sound(self, records: Index) -> npt.NDArray[np.bool_]:
        """Which records are as they were packed: one with a flipped bit is not."""
        words = np.ascontiguousarray(records).view("<u8").reshape(len(records), -1)
        sums: npt.NDArray[np.uint64] = words[:, :-1] @ np.array(self._factors, dtype=np.uint64)
        found: npt.NDArray[np.bool_] = sums + np.uint64(CHECK_START) == words[:, -1]
        return found

    def values_of(self, row: Row) -> JsonDict:
        return {name: getattr(row, name) for name in self.checks}

    def encode(self, row: Row) -> bytes:
        """`row` as one line. Raises StoreError for a row that could not be read back."""
        values = self.values_of(row)
        if "metrics" in values:
            values["metrics"] = dict(values["metrics"])
        if "reason" in values:
            values["reason"] = as_data(values["reason"])
        if wrong := self._wrong(values):
            raise StoreError(f"A {self.noun} cannot be stored: {wrong}; this is a bug, report it.")
        return _encode_json(values).encode("ascii") + b"\n"

    def decode(self, line: bytes) -> Row:
        """The row of one line. Raises DamagedLine with the reason."""
        return self.made(self.values(line))

    def made(self, values: JsonObject) -> Row:
        """The row with these values, as `values` gives them."""
        if "reason" in values:
            values = {**values, "reason": from_data(values["reason"])}
        return self.record(**values)

    def values(self, line: bytes) -> JsonDict:
        """What `decode` makes the row of, by key. Raises DamagedLine with the reason."""
        values = json_object(line)
        if missing := self._required - values.keys():
            raise DamagedLine(f"the key '{min(missing)}' is missing")
        if unknown := values.keys() - self.checks.keys():
            raise DamagedLine(f"the key {min(unknown)!r} is unknown")
        if wrong := self._wrong(values):
            raise DamagedLine(wrong)
        return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}

    def _wrong(self, values: JsonObject) -> str:
        """What is wrong with the first wrong value, or nothing."""
        for name, value in values.items():
            if not self.checks[name].holds(value):
                return f"the key '{name}' is not {self.checks[name].words}"
        return ""


def check_factors(count: int) -> tuple[int, ...]:
    """Odd factors, one for each word of 64 bits: modulo 2**64 no flipped bit of a word, times an
    odd number, leaves their sum as it was."""
    rng = random.Random(count)
    return tuple(rng.getrandbits(64) | 1 for _ in range(count))


def json_object(line: bytes) -> JsonDict:
    """The JSON object of one line. Raises DamagedLine."""
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedLine("it is not JSON") from error
    if not isinstance(value, dict):
        raise DamagedLine("it is not a JSON object")
    return value


def json_line(value: JsonObject) -> str:
    """`value` as one line of ASCII JSON."""
    return _encode_json(dict(value)) + "\n"


def _tokens(count: int | None) -> int:
    return UNKNOWN_TOKENS if count is None else count


AnyKind: TypeAlias = "RowKind[Any]"
"""Samples or grades, whichever."""

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
        "stated_answer": MAYBE_TEXT,
        "packed_ids": MAYBE_TEXT,
    },
    columns=(
        ("id", "V16"),
        ("problem", "<u8"),
        ("digest", "<u8"),
        ("sample_index", "<u4"),
        ("completion_tokens", "<u4"),
        ("prompt_tokens", "<u4"),
        ("finish", "<u4"),
        ("opening", "<u8"),
    ),
    indexed=lambda row: (
        bytes.fromhex(row["id"]),
        text_key(row["problem_id"]),
        reply_digest(row),
        row["sample_index"],
        _tokens(row["completion_tokens"]),
        _tokens(row["prompt_tokens"]),
        FINISH_CODES[row["finish_reason"]],
        opening_key(row.get("reasoning"), row["text"]),
    ),
)


def _indexed_grades(columns: Columns) -> Mapping[str, npt.NDArray[Any]]:
    """`GRADES.indexed` of many rows."""

    def hexed(name: str, dtype: str) -> npt.NDArray[Any]:
        return np.frombuffer(bytes.fromhex("".join(columns[name])), dtype)

    keys = {name: text_key(name) for name in set(columns["grader"])}
    return {
        "id": hexed("sample_id", "V16"),
        "grader": np.array([keys[name] for name in columns["grader"]], dtype="<u8"),
        "value": np.array(columns["value"], dtype="<f8"),  # None is nan.
        "outcome": np.array(columns["outcome"], dtype="S24"),
        "sample_digest": hexed("sample_digest", ">u8").astype("<u8"),
        "problem_digest": hexed("problem_digest", ">u8").astype("<u8"),
    }


GRADES: RowKind[Grade] = RowKind(
    folder="grades",
    noun="grade",
    redone="graded",
    record=Grade,
    checks={
        "sample_id": ID,
        "grader": TEXT,
        "outcome": OUTCOME,
        "value": VERDICT,
        "answer": MAYBE_TEXT,
        "reason": REASON,
        "metrics": NUMBERS,
        "sample_digest": DIGEST,
        "problem_digest": DIGEST,
    },
    columns=(
        ("id", "V16"),
        ("grader", "<u8"),
        ("value", "<f8"),
        ("outcome", "S24"),
        ("sample_digest", "<u8"),
        ("problem_digest", "<u8"),
    ),
    indexed=lambda row: (
        bytes.fromhex(row["sample_id"]),
        text_key(row["grader"]),
        math.nan if row["value"] is None else row["value"],
        row["outcome"].encode("ascii"),
        int(row["sample_digest"], 16),
        int(row["problem_digest"], 16),
    ),
    indexed_together=_indexed_grades,
)


def sample_digest(sample: Sample) -> str:
    """`reply_digest` of a sample, as its grade names it."""
    return hex_digest(reply_digest(SAMPLES.values_of(sample)))
