"""How many grades would have to be wrong for a verdict to be another one.

A grader that misses 2 % of the right answers turns most verdicts near a ceiling, and no interval
shows it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tipping:
    """`grades`: how many, changed one way, move the difference over the nearest boundary of its
    verdict; `upwards`: how many wrong ones would have to be right, None where no number changes it.
    """

    grades: int
    upwards: int | None


def tipping_point(
    difference: float, margin: float, equal_error: float, apart_error: float, samples: int
) -> Tipping:
    """The tipping point ⌈N·n·distance⌉ of a difference, its standard error held.

    *Reproduced* is |d| ≤ δ − `equal_error` (z·SE of the equivalence test), *lower* and *higher* are
    |d| beyond that and `apart_error` (z·SE of the test of a difference); fractions throughout.
    `samples` is N·n.
    """
    reach = margin - equal_error
    ends = {reach, max(reach, apart_error)} if reach > 0 else {apart_error}
    boundaries = [side * end for end in ends for side in (-1, 1)]
    nearest = min(abs(b - difference) for b in boundaries)
    above = [b - difference for b in boundaries if b > difference]
    return Tipping(
        grades=_grades(nearest, samples), upwards=_grades(min(above), samples) if above else None
    )


def _grades(distance: float, samples: int) -> int:
    return max(1, math.ceil(distance * samples - 1e-9))


def miss_rate(grades: int, right: int) -> float:
    """The share of the right answers that a grader misses, where `grades` of them were missed and
    `right` found."""
    return grades / (right + grades)
