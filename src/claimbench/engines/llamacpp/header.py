"""The header of a GGUF file: its keys and the sizes of its tensors (ggml's docs/gguf.md, versions 2
and 3). The package gguf reads all of it into objects, the vocabulary of 150,000 tokens too, which
takes seconds of every command; here arrays are passed over.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

_MAGIC = b"GGUF"
_NUMBERS = dict(enumerate("BbHhIif?")) | dict(zip((10, 11, 12), "Qqd", strict=True))
"""struct's letter for each of GGUF's kinds of numbers."""
_STRING, _ARRAY = 8, 9
_MOST = 10_000_000
"""Entries of anything: more is a damaged file."""

Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Header:
    """`keys` without arrays; `parameters` are the numbers in all tensors, `types` ggml's numbers
    for the types of those with more than one dimension."""

    keys: dict[str, Value]
    parameters: int
    types: frozenset[int] = field(default_factory=frozenset)


def read_header(path: Path) -> Header:
    """Raises ValueError for a file that is no GGUF file or is damaged, OSError."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _Cursor(data).header()
        except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
            raise ValueError(f"its header breaks off or is damaged: {error}") from error


class _Cursor:
    """A place in the bytes, which are little-endian."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def header(self) -> Header:
        if self._data[:4] != _MAGIC:
            raise ValueError("it does not begin with GGUF")
        self._at = 4
        if (version := self._number("I")) not in (2, 3):
            raise ValueError(f"GGUF version {version} is not known")
        tensors, keys = self._count(), self._count()
        found: dict[str, Value] = {}
        for _ in range(keys):
            name, value = self._string(), self._value(int(self._number("I")))
            if value is not None:
                found[name] = value
        sizes = [self._tensor() for _ in range(tensors)]
        types = frozenset(kind for _, kind, dimensions in sizes if dimensions > 1)
        return Header(found, sum(size for size, _, _ in sizes), types)

    def _tensor(self) -> tuple[int, int, int]:
        """Numbers, type and dimensions."""
        self._string()
        dimensions = int(self._number("I"))
        size = math.prod(int(self._number("Q")) for _ in range(dimensions))
        kind = int(self._number("I"))
        self._number("Q")
        return size, kind, dimensions

    def _value(self, kind: int) -> Value | None:
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._number(_NUMBERS[kind])
        inner, count = int(self._number("I")), self._count()
        if inner in _NUMBERS:
            self._at += count * struct.calcsize("<" + _NUMBERS[inner])
        else:
            for _ in range(count):
                self._value_of_array(inner)
        return None

    def _value_of_array(self, kind: int) -> None:
        if kind == _STRING:
            length = self._count()  # it moves the place, too
            self._at += length
        else:
            self._value(kind)

    def _count(self) -> int:
        count = int(self._number("Q"))
        if count > _MOST:
            raise ValueError(f"its header names {count} entries")
        return count

    def _string(self) -> str:
        length = self._count()
        text = self._data[self._at : self._at + length].decode("utf-8", "replace")
        self._at += length
        return text

    def _number(self, code: str) -> int | float | bool:
        (value,) = struct.unpack_from("<" + code, self._data, self._at)
        self._at += struct.calcsize("<" + code)
        return value if isinstance(value, (int, float)) else 0
