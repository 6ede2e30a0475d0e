"""How many of a run's samples are draws of their own.

A server that ignores the seed, a cache, or a file imported twice gives the same reply again. A copy
adds nothing to what is known, so the error must rest on the effective number of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from claimbench.statistics.comparison import Floats

SHARE_KEPT = 0.8
"""Below this share of effective samples copies are no accident: visible ones mean hidden ones."""

PROBLEMS_THAT_DIFFER = 10
"""With so many problems whose replies differ, no honest run has all multiplicities in common."""


@dataclass(frozen=True, slots=True)
class Draws:
    """`distinct` of `samples` are draws of their own. `effective` is n_i = (Σc)²/Σc² per problem,
    c the copies of each distinct draw; `times` is g where every draw is there exactly g times, else
    1; `spoilt` says whether copies are so many, and so irregular, that no error can be given."""

    samples: int
    distinct: int
    effective: tuple[float, ...]
    times: int
    spoilt: bool


def count_draws(replies: Sequence[Sequence[tuple[Hashable, bool]]]) -> Draws:
    """The draws among the `replies` of N problems, each (key, telling): equal keys are replies that
    are equal as far as is known, and `telling` ones are so long that no two draws would be equal by
    chance.

    Equal short replies are ordinary. Of them the only sign is the whole run: that all
    multiplicities have a common divisor, with at least ten problems whose replies differ.
    """
    problems = [Counter(found) for found in replies]
    total = sum(len(found) for found in replies)
    times = _times(problems)
    effective = np.array([_effective(found, times) for found in problems])
    counts = np.array([len(found) for found in replies], float)
    kept = counts > 0
    fewer = bool(kept.any()) and _harmonic(effective[kept]) < SHARE_KEPT * _harmonic(counts[kept])
    return Draws(
        samples=total,
        distinct=sum(_distinct(found, times) for found in problems),
        effective=tuple(float(n) for n in effective),
        times=times,
        spoilt=fewer and times == 1,
    )


def _times(problems: Sequence[Counter[tuple[Hashable, bool]]]) -> int:
    """g where every reply of the run is there a multiple of g times, and that is no accident."""
    found = gcd(*(count for problem in problems for count in problem.values()))
    differ = sum(len(problem) > 1 for problem in problems)
    telling = all(key[1] for problem in problems for key in problem)
    return found if found > 1 and (telling or differ >= PROBLEMS_THAT_DIFFER) else 1


def _effective(problem: Counter[tuple[Hashable, bool]], times: int) -> float:
    count = sum(problem.values())
    if times > 1:
        return count / times
    # A short reply stands for itself, however often it comes.
    squares = sum(c**2 if telling else c for (_, telling), c in problem.items())
    return count**2 / squares if squares else 0.0


def _distinct(problem: Counter[tuple[Hashable, bool]], times: int) -> int:
    if times > 1:
        return sum(problem.values()) // times
    return sum(1 if telling else c for (_, telling), c in problem.items())


def _harmonic(counts: Floats) -> float:
    return len(counts) / float((1 / counts).sum())
