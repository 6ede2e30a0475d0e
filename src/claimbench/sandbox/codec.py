"""Plain values ⇄ bytes: what may pass between a program and the process that judges it.

None, bool, int of any size, float with nan and inf, complex, Decimal and Fraction of not too many
digits, str, bytes, list, tuple, set, frozenset and dict, and Python's own plain types themselves by
name; nothing else, so that no object with methods of its own ever meets an expected value. What
is decoded may come from a hostile program: sizes are checked before anything is made of them.

Each value is a tag byte and its content; counts and lengths are unsigned 32-bit, little-endian.
Lists of small whole numbers and of floats are packed, because they are what programs return most.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal, DecimalException
from fractions import Fraction
from typing import Any, Final

from claimbench.sandbox.plain import PLAIN, TYPES, NotPlain, Opaque, as_base

MAX_BYTES: Final = 16 * 2**20
"""Of one encoded value."""
MAX_SAME_HASH: Final = 64
"""Keys of a set or dict that may have the same hash."""
MAX_DEPTH: Final = 150
"""Lists in lists; Python's own recursion limit is not far above."""

MAX_DIGITS: Final = 4000
"""Of a Decimal, or of a Fraction's halves."""

_COUNT = struct.Struct("<I")
_FLOAT = struct.Struct("<d")
_SEQUENCES: Final[dict[type, bytes]] = {list: b"l", tuple: b"t", set: b"e", frozenset: b"z"}
_DAMAGED = (
    *(struct.error, IndexError, KeyError, TypeError, UnicodeError, ValueError),
    *(ArithmeticError, DecimalException),
)


Pack = Callable[[object], tuple[int, object] | None]
"""Of a value that is not plain: a number for its kind and what it is made from, or None."""
Unpack = Callable[[int, Any], Any]
"""The value of such a kind, of what it is made from. It may raise what Python raises."""


class _Out(bytearray):
    """What is written, and what packs values that are not plain."""

    pack: Pack | None = None


def encode(value: object, pack: Pack | None = None) -> bytes:
    """`value` as bytes. What is not plain passes as `pack` has it; else a subclass of a plain type
    as that type, numpy's scalars as Python's, and anything else, wherever it stands, as its type's
    name. Raises NotPlain where it nests too deep or is too large."""
    out = _Out()
    out.pack = pack
    _write(value, out, 0)
    return bytes(out)


def decode(data: bytes, unpack: Unpack | None = None, most: int | None = None) -> Any:
    """The value of `data`. Raises NotPlain for what `encode` cannot have made, and where it has
    more than `most` parts: each takes a microsecond, and a byte is enough to ask for one."""
    if len(data) > MAX_BYTES:
        raise NotPlain("it is too large")
    reader = _Reader(data, unpack, most)
    try:
        value = reader.value(0)
    except _DAMAGED as error:
        raise NotPlain("it is no value") from error
    if reader.at != len(data):
        raise NotPlain("something stands behind it")
    return value


# --- writing --------------------------------------------------------------------------------------


def _write(value: object, out: _Out, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotPlain("it nests too deep")
    if len(out) > MAX_BYTES:
        raise NotPlain("it is too large")
    kind: type = type(value)
    writer = _WRITERS.get(kind)
    if writer is not None:
        writer(value, out, depth)
    elif out.pack is not None and (packed := out.pack(value)) is not None:
        out += b"x" + _COUNT.pack(packed[0])
        _write(packed[1], out, depth + 1)
    else:
        _write_other(value, kind, out, depth)


def _write_other(value: object, kind: type, out: _Out, depth: int) -> None:
    """A value that is of no plain type."""
    if (base := next((p for p in PLAIN if issubclass(kind, p)), None)) is not None:
        _write(as_base(value, base), out, depth)
    elif isinstance(value, type) and TYPES.get(value.__name__) is value:
        _blob(b"y", getattr(value, "__name__").encode("ascii"), out)  # noqa: B009 (narrowed)
    elif any(k.__module__ == "numpy" and k.__name__ == "generic" for k in kind.__mro__):
        _write(getattr(value, "item")(), out, depth + 1)  # noqa: B009 (typed as object)
    else:
        _blob(b"o", kind.__name__[:100].encode("utf-8", "replace"), out)


def _blob(tag: bytes, content: bytes, out: _Out) -> None:
    out += tag
    out += _COUNT.pack(len(content))
    out += content


def _write_int(value: int, out: _Out, depth: int) -> None:
    _blob(b"i", value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True), out)


def _write_complex(value: complex, out: _Out, depth: int) -> None:
    out += b"c" + _FLOAT.pack(value.real) + _FLOAT.pack(value.imag)


def _write_sequence(value: Any, out: _Out, depth: int) -> None:
    kind = type(value)
    if kind is list and len(value) > 8 and (packed := _packed(value)) is not None:
        out += packed
        return
    out += _SEQUENCES[kind] + _COUNT.pack(len(value))
    for item in value:
        _write(item, out, depth + 1)


def _packed(items: list[Any]) -> bytes | None:
    """A list of nothing but small whole numbers, or nothing but floats."""
    kinds = set(map(type, items))
    try:
        if kinds == {int}:
            return b"q" + _COUNT.pack(len(items)) + array("q", items).tobytes()
        if kinds == {float}:
            return b"d" + _COUNT.pack(len(items)) + array("d", items).tobytes()
    except OverflowError:
        return None
    return None


def _write_dict(value: dict[Any, Any], out: _Out, depth: int) -> None:
    out += b"m" + _COUNT.pack(len(value))
    for key, item in value.items():
        _write(key, out, depth + 1)
        _write(item, out, depth + 1)


def _write_bool(value: bool, out: _Out, depth: int) -> None:
    out += b"T" if value else b"F"


def _write_none(value: None, out: _Out, depth: int) -> None:
    out += b"N"


def _write_float(value: float, out: _Out, depth: int) -> None:
    out += b"f" + _FLOAT.pack(value)


def _write_decimal(value: Decimal, out: _Out, depth: int) -> None:
    text = Decimal.__str__(value).encode("ascii")
    if len(text) > MAX_DIGITS or Decimal.is_snan(value):  # which raises where it is compared
        _blob(b"o", b"Decimal", out)
    else:
        _blob(b"D", text, out)


def _write_fraction(value: Fraction, out: _Out, depth: int) -> None:
    halves = (value.numerator, value.denominator)
    if max(map(int.bit_length, halves)) > MAX_DIGITS:
        _blob(b"o", b"Fraction", out)
    else:
        _blob(b"R", b"%d/%d" % halves, out)


def _write_str(value: str, out: _Out, depth: int) -> None:
    _blob(b"s", value.encode("utf-8", "surrogatepass"), out)


def _write_bytes(value: bytes, out: _Out, depth: int) -> None:
    _blob(b"b", value, out)


_WRITERS: Final[dict[type, Callable[[Any, _Out, int], None]]] = {
    type(None): _write_none,
    bool: _write_bool,
    int: _write_int,
    float: _write_float,
    complex: _write_complex,
    str: _write_str,
    bytes: _write_bytes,
    list: _write_sequence,
    tuple: _write_sequence,
    set: _write_sequence,
    frozenset: _write_sequence,
    dict: _write_dict,
    Decimal: _write_decimal,
    Fraction: _write_fraction,
}


# --- reading --------------------------------------------------------------------------------------


class _Reader:
    """Reads one value; `at` is how far it is."""

    def __init__(self, data: bytes, unpack: Unpack | None, most: int | None) -> None:
        self._data = data
        self._unpack = unpack
        self._left = len(data) if most is None else most
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise NotPlain("it nests too deep")
        self._left -= 1
        if self._left < 0:
            raise NotPlain("it has too many parts")
        tag = self._take(1)
        if tag in b"NTF":
            return {b"N": None, b"T": True, b"F": False}[tag]
        if tag == b"f":
            return _FLOAT.unpack(self._take(8))[0]
        if tag == b"c":
            return complex(*struct.unpack("<dd", self._take(16)))
        (count,) = _COUNT.unpack(self._take(4))
        return self._blob(tag, count) if tag in b"isboyDR" else self._parts(tag, count, depth)

    def _parts(self, tag: bytes, count: int, depth: int) -> Any:
        """A value that has others in it."""
        if tag in b"qd":
            numbers = array(tag.decode("ascii"))
            numbers.frombytes(self._take(8 * count))
            return numbers.tolist()
        if tag == b"x" and self._unpack is not None:
            return self._unpack(count, self.value(depth + 1))
        return self._container(tag, count, depth)

    def _blob(self, tag: bytes, count: int) -> Any:
        content = self._take(count)
        if tag == b"i":
            return int.from_bytes(content, "little", signed=True)
        if tag == b"s":
            return content.decode("utf-8", "surrogatepass")
        if tag == b"y":
            return TYPES[content.decode("ascii")]
        if tag in b"DR":
            return _number(tag, content.decode("ascii"))
        return content if tag == b"b" else Opaque(content.decode("utf-8", "replace"))

    def _container(self, tag: bytes, count: int, depth: int) -> Any:
        # Every item takes a byte at least, so a forged count cannot ask for more than is there.
        if count > len(self._data) - self.at:
            raise NotPlain("it says it holds more than it does")
        if tag == b"m":
            pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(count)]
            _check_hashes(key for key, _ in pairs)
            return dict(pairs)
        kind = {b"l": list, b"t": tuple, b"e": set, b"z": frozenset}[tag]
        items = [self.value(depth + 1) for _ in range(count)]
        if tag in b"ez":
            _check_hashes(items)
        return items if kind is list else kind(items)

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self.at:
            raise NotPlain("it ends too early")
        piece = self._data[self.at : self.at + count]
        self.at += count
        return piece


def _number(tag: bytes, text: str) -> Decimal | Fraction:
    if len(text) > MAX_DIGITS:  # a Fraction of more takes long to make
        raise NotPlain("it has too many digits")
    if tag == b"R":  # not by Fraction(text), which makes 1e999999999 a whole number
        above, below = text.split("/")
        return Fraction(int(above), int(below))
    number = Decimal(text)
    if number.is_snan():
        raise NotPlain("it is a signal")
    return number


def _check_hashes(keys: Iterable[object]) -> None:
    """Raises NotPlain where many keys share a hash, as multiples of 2**61 - 1 do: a set of n of
    them takes n * n steps to make."""
    counts = Counter(map(hash, keys))
    if counts and max(counts.values()) > MAX_SAME_HASH:
        raise NotPlain("its keys are made to have the same hash")
