"""LiveCodeBench's rules of comparison, exactly: lines, blanks, decimals, returned values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimbench.grading.code.compare import output_difference, value_difference
from claimbench.report.messages import english
from claimbench.sandbox.plain import Opaque

RIGHT = [
    ("5", "5"), ("5\n", "5"), ("5", "5\n\n\n"), ("\n\n  5  \n", "5"), ("\t5\r\n", "5"),
    ("1 \n 2", "1\n2"), ("1\r\n2\r\n", "1\n2"), ("", ""), ("  \n ", ""),
    ("1\n\n2", "1\n \n2"), ("YES", "YES"),
    ("1.0", "1"), ("007", "7"), ("+7", "7"), ("1e3", "1000"), ("1E-1", "0.1"), ("-0", "0"),
    (".5", "0.5"), ("5.", "5"), ("1_000", "1000"), ("１", "1"), ("Infinity", "inf"),
    ("1  2\t3", "1 2 3"), ("1.50 2", "1.5 2.0"),
    ("100000000000000000000000000000.0", "100000000000000000000000000000"),
    ("9" * 6000, "9" * 6000 + ".0"),
]  # fmt: skip
WRONG = [
    ("5", "6"), ("", "5"), ("5", ""), ("yes", "YES"), ("a b", "a  b"), ("a  b", "a b"),
    ("1\n2", "1 2"), ("1 2", "1\n2"), ("1\n\n2", "1\n2"), ("1\n2\n3", "1\n2"), ("1\n2", "1\n2\n3"),
    ("0.30000000000000004", "0.3"), ("1.0000001", "1"), ("1.0 x", "1 x"), ("YES 1.0", "YES 1"),
    ("50000000000000001", "50000000000000000"), ("1 2 3", "1 2"), ("1,0", "1"), ("0x10", "16"),
    ("nan", "NaN"), ("nan 1", "nan 1.0"), ("snan", "SNAN"), ("True", "1"), ("1\v2", "1\n2"),
    ("1e99999999999999999999", "1e99999999999999999999.0"), ("1\x852", "1\n2"),
]  # fmt: skip


@pytest.mark.parametrize(("output", "expected"), RIGHT)
def test_right_outputs(output: str, expected: str) -> None:
    assert output_difference(output, expected) is None
    assert output_difference(expected, output) is None


@pytest.mark.parametrize(("output", "expected"), WRONG)
def test_wrong_outputs(output: str, expected: str) -> None:
    assert output_difference(output, expected)


def test_the_words_name_the_line_and_stay_short() -> None:
    assert english(output_difference("1\n2\n9", "1\n2\n3")) == "line 3: '9' instead of '3'"
    assert english(output_difference("1", "1\n2")) == "1 line instead of 2: '1' instead of '1\\n2'"
    assert len(english(output_difference("x" * 10**6, "y" * 10**6))) < 300


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_compared_as_decimals(numbers: list[Decimal]) -> None:
    line = " ".join(map(str, numbers))
    longer = " ".join(f"{n:f}" for n in numbers if abs(n.adjusted()) < 1000)
    if len(longer.split()) == len(numbers):
        assert output_difference(line, longer) is None
    assert output_difference(f"{line} 1", line)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1), (1.0, 1), (True, 1), ("a", "a"), ([1, 2], [1, 2]), ((1, 2), [1, 2]), ((), []),
        ([1.0, True], [1, 1]), ({"a": 1}, {"a": 1.0}), (None, None), ([[1], []], [[1], []]),
        (Decimal("0.5"), 0.5), ([Fraction(1, 2), Decimal(2)], [0.5, 2]), (Fraction(4, 2), 2),
    ],
)  # fmt: skip
def test_right_values(value: Any, expected: Any) -> None:
    assert value_difference(value, expected) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 2), (1, "1"), ("1", 1), ([1, 2], [2, 1]), ([(1, 2)], [[1, 2]]), ({1, 2}, [1, 2]),
        (None, False), ([], None), (0.30000000000000004, 0.3), ({"1": 1}, {1: 1}),
        (float("nan"), float("nan")), (Opaque("E"), "E"), ([Opaque("E")], ["E"]),
        ({"a": Opaque("E")}, {"a": 1}), (Decimal("0.1"), 0.1), (Fraction(1, 3), 1 / 3),
        (Decimal("NaN"), float("nan")),
    ],
)  # fmt: skip
def test_wrong_values(value: Any, expected: Any) -> None:
    assert value_difference(value, expected)
