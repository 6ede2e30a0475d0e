"""Values that pass between a program and its judge, and bytes from a hostile one."""

from __future__ import annotations

import math
import struct
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimbench.sandbox.codec import MAX_BYTES, MAX_DEPTH, decode, encode
from claimbench.sandbox.plain import NotPlain, Opaque
from claimbench.sandbox.shortened import shortened

PLAIN = [
    None, True, False, 0, -1, 127, 128, -128, -129, 2**63, -(2**63), 10**5000, 0.0, -0.0, 1.5,
    math.inf, -math.inf, 1 + 2j, "", "é\ud800😀\0", b"", b"\xff\0", [], (), set(), frozenset(), {},
    [1] * 20, [2**70] * 20, [1.5] * 20, [True] * 20, [1, 1.0] * 20, ["a", None, (1, [2, {3: {4}}])],
    {(1, 2): [3], None: frozenset({1})}, int, list, bool, object,
    Decimal("0.5"), Decimal("-1E+9"), Decimal("Infinity"), Fraction(-1, 3), [Fraction(7)],
]  # fmt: skip


def same(a: Any, b: Any) -> bool:
    """Equal, of the same types all the way down."""
    if type(a) is not type(b) or a != b:
        return False
    if isinstance(a, list | tuple):
        return all(map(same, a, b))
    if isinstance(a, dict):
        return all(map(same, a.items(), b.items()))
    return not isinstance(a, float) or math.copysign(1, a) == math.copysign(1, b)


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: shortened(value, 30))
def test_plain_values_come_back(value: Any) -> None:
    assert same(decode(encode(value)), value)


def test_nan_comes_back_and_equals_nothing() -> None:
    found = decode(encode([math.nan] * 12))
    assert all(map(math.isnan, found))
    assert found != [math.nan] * 12


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(VALUES)
def test_what_was_encoded_comes_back(value: Any) -> None:
    assert same(decode(encode(value)), value)


class TestOtherValues:
    def test_numbers_of_too_many_digits_are_words(self) -> None:
        for value in (Decimal("1" * 5000), Decimal("sNaN"), Fraction(1, 1 << 5000)):
            assert isinstance(decode(encode(value)), Opaque)

    def test_subclasses_pass_as_what_they_are_below(self) -> None:
        class Loud(str):
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = str.__hash__

        class Level(IntEnum):
            LOW = 1

        point = namedtuple("point", "x y")
        for value, plain in (
            (Loud("x"), "x"), (Level.LOW, 1), (point(1, 2), (1, 2)), (Counter("aa"), {"a": 2}),
            (defaultdict(int, {1: 2}), {1: 2}), (OrderedDict(a=1), {"a": 1}),
            (np.int64(3), 3), (np.float64(0.5), 0.5), (np.bool_(True), True), (np.str_("x"), "x"),
        ):  # fmt: skip
            assert same(decode(encode(value)), plain)

    def test_anything_else_is_only_a_name_that_equals_nothing(self) -> None:
        class Equal:
            __hash__ = None  # type: ignore[assignment]

            def __eq__(self, other: object) -> bool:
                return True

        for value in (Equal(), deque([1]), range(3), np.array([1, 2]), iter([]), len, Equal):
            found = decode(encode([value]))
            assert isinstance(found[0], Opaque)
            assert found != [found[0].kind]
            assert not found[0] == found[0]  # noqa: SIM201 (its ==)

    def test_too_deep_and_too_large(self) -> None:
        deep: list[Any] = []
        for _ in range(MAX_DEPTH + 2):
            deep = [deep]
        itself: list[Any] = []
        itself.append(itself)
        for value in (deep, itself, ["x" * 2**20] * 20):
            with pytest.raises(NotPlain):
                encode(value)
        assert decode(encode(deep[0][0])) == deep[0][0]


def count(number: int) -> bytes:
    return struct.pack("<I", number)


HOSTILE = {
    "nothing": b"",
    "an unknown tag": b"?",
    "a tag alone": b"i",
    "half a count": b"l\1\0",
    "half a float": b"f" + bytes(7),
    "half a complex": b"c" + bytes(15),
    "a text that ends early": b"s" + count(5) + b"abc",
    "a huge text": b"s" + count(2**32 - 1) + b"abc",
    "a huge list": b"l" + count(2**32 - 1) + b"N" * 100,
    "a huge packed list": b"q" + count(2**32 - 1) + bytes(800),
    "a huge packed list of floats": b"d" + count(2**31) + bytes(800),
    "a huge dict": b"m" + count(2**32 - 1) + b"NN" * 100,
    "a huge set": b"e" + count(2**32 - 1) + b"N" * 100,
    "a packed list that ends early": b"q" + count(3) + bytes(20),
    "a list that ends early": b"l" + count(3) + b"NN",
    "a dict without its last value": b"m" + count(1) + b"N",
    "something behind": b"NN",
    "a text that is no UTF-8": b"s" + count(1) + b"\xff",
    "a list in a set": b"e" + count(1) + b"l" + count(0),
    "a list as a key": b"m" + count(1) + b"l" + count(0) + b"N",
    "an object as a key": b"m" + count(1) + b"o" + count(1) + b"x" + b"N",
    "a set in a set": b"e" + count(1) + b"e" + count(0),
    "a type that is none": b"y" + count(4) + b"eval",
    "a type with dots": b"y" + count(8) + b"os.PathL",
    "deep nesting": (b"l" + count(1)) * 100_000 + b"N",
    "deep nesting of tuples": (b"t" + count(1)) * (MAX_DEPTH + 3) + b"N",
    "deep nesting of keys": (b"m" + count(1)) * 5000 + b"N",
    "too many bytes": b"s" + count(MAX_BYTES) + bytes(MAX_BYTES),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_cheaply(name: str) -> None:
    data = HOSTILE[name]
    tracemalloc.start()
    with pytest.raises(NotPlain):
        decode(data)
    assert tracemalloc.get_traced_memory()[1] < 2 * len(data) + 2**20
    tracemalloc.stop()


def test_a_value_cut_anywhere_is_refused() -> None:
    for value in PLAIN:
        data = encode(value)[:200]
        for end in range(len(data) - 1):
            with pytest.raises(NotPlain):
                decode(data[:end])


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except NotPlain:
        return
    shortened(value)


def test_shortened_is_short_for_anything() -> None:
    huge: list[Any] = [
        ["x" * 10**6] * 1000,
        10**100_000,
        {"k" * 10**6: [[[[1]]]]},
        -(2**999),
        object,
    ]
    for value in (*huge, huge, Opaque("x" * 50)):
        assert len(shortened(value, 80)) <= 80
