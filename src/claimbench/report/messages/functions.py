"""What a catalogue may call: figures as this project prints them, lists, English plurals and Korean
particles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from fluent.runtime.types import FluentType, fluent_number

MINUS = "−"


class Parts(FluentType):
    """A list whose parts are words already."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.parts = parts

    def format(self, locale: object) -> str:
        return ", ".join(self.parts)


def number(value: float) -> FluentType:
    """A number that prints without separators of thousands."""
    return fluent_number(value, useGrouping=False)


def fixed(value: float, digits: int = 1) -> str:
    """`FIXED($x, digits: 2)`: with so many decimals; never −0."""
    return f"{round(value, int(digits)) + 0.0:.{int(digits)}f}".replace("-", MINUS)


def signed(value: float, digits: int = 1) -> str:
    """`SIGNED($x)`: +1.2, −4.7."""
    return f"{value:+.{int(digits)}f}".replace("-", MINUS)


def short(value: float) -> str:
    """`SHORT($x)`: up to three decimals, as many as are needed: 1.525, 3."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-", MINUS)


def significant(value: float) -> str:
    """`SIGNIFICANT($x)`: four digits, large numbers whole: 0.0587, 16.67, 5,576,000."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def as_it_is(value: float | str | Parts) -> str:
    """`PLAIN($x)`: a setting's number with all of its digits, words, or a list in brackets."""
    if isinstance(value, Parts):
        return f"[{', '.join(value.parts)}]"
    return value if isinstance(value, str) else f"{value:.10g}"


def chance(p: float) -> str:
    """`CHANCE($p)`: two digits: 0.014, 4e-08."""
    return f"{p:.2g}"


def upwards(value: float) -> str:
    """`UPWARDS($x)`: one decimal, rounded up: a margin so large would indeed suffice."""
    return f"{math.ceil(value * 10 - 1e-9) / 10:.1f}"


def attached(unit: str) -> str:
    """`UNIT($unit)`: a unit behind a number: Hangul follows at once, other words after a space."""
    return unit if "가" <= unit.lstrip()[:1] <= "힣" else f" {unit.strip()}"


def joined(parts: Parts | str, by: str = ", ") -> str:
    """`LIST($xs, by: "; ")`."""
    return parts if isinstance(parts, str) else by.join(parts.parts)


def plural(count: object, one: str, many: str) -> str:
    """`PLURAL($n, "sample", "samples")`: the word that fits a count in English."""
    return one if count == 1 else many


def particle(word: object, after_consonant: str, after_vowel: str) -> str:
    """`PARTICLE($name, "이", "가")`: the particle that fits the last sound of a word in Korean."""
    return after_consonant if _ends_in_consonant(str(word)) else after_vowel


def _ends_in_consonant(word: str) -> bool:
    last = next((c for c in reversed(word.strip()) if c.isalnum()), "")
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 > 0
    # Digits and letters are read by their Korean names: 영, 일, 삼, 육, 칠, 팔; 엘, 엠, 엔, 알.
    return last in "013678" or last.lower() in {"l", "m", "n", "r"}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "FIXED": fixed,
    "SIGNED": signed,
    "SHORT": short,
    "SIGNIFICANT": significant,
    "PLAIN": as_it_is,
    "CHANCE": chance,
    "UPWARDS": upwards,
    "UNIT": attached,
    "LIST": joined,
    "PLURAL": plural,
    "PARTICLE": particle,
}
