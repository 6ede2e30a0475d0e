"""Runs that grow and are judged at several looks, simulated: by looks that were declared, by looks
that were not, and with the samples fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claimbench import statistics as stats

LEVEL = 0.05
Z_APART, Z_EQUAL = 1.959964, 1.644854
RATIOS = np.geomspace(1e-3, 1e3, 61)
"""V_P over W/n: what the times of looks, and so the boundaries, depend on."""
AT_ONCE = 5000
"""Runs that are drawn together."""
NONE, EQUAL, APART = 0, 1, 2


@dataclass(frozen=True)
class Simulated:
    """Runs of one design, all looks at once: verdicts (R, K) by procedure."""

    declared: np.ndarray
    later: np.ndarray
    fixed: np.ndarray

    def rates(self, false: int) -> list[float]:
        """How often a `false` verdict comes: of declared looks, of undeclared ones, with the last
        look's samples fixed, and where each look is tested at 5 %."""
        return [
            float((ended(self.declared)[0] == false).mean()),
            float((self.later == false).any(axis=1).mean()),
            float((self.fixed[:, -1] == false).mean()),
            float((self.fixed == false).any(axis=1).mean()),
        ]


@dataclass(frozen=True)
class Design:
    """`ours` and `theirs` (N,): the problems for us and for the model behind the published score of
    `m` samples; a margin and the looks, in samples per problem."""

    ours: np.ndarray
    theirs: np.ndarray
    m: int
    margin: float
    looks: tuple[int, ...]


def simulate(design: Design, runs: int, rng: np.random.Generator) -> Simulated:
    tables = heights(design.looks, LEVEL / 2), heights(design.looks, LEVEL)
    sizes = [min(AT_ONCE, runs - start) for start in range(0, runs, AT_ONCE)]
    parts = [_simulated(design, tables, size, rng) for size in sizes]
    return Simulated(
        *(np.concatenate([getattr(part, name) for part in parts])
          for name in ("declared", "later", "fixed"))
    )  # fmt: skip


def heights(looks: tuple[int, ...], level: float) -> np.ndarray:
    """Boundaries (61, K) at RATIOS for a one-sided test of `level`."""
    times = [[(1 + r) / (looks[-1] / n + r) for n in looks] for r in RATIOS]
    return np.array([stats.boundaries(row, level) for row in times])


def _simulated(
    design: Design, tables: tuple[np.ndarray, np.ndarray], runs: int, rng: np.random.Generator
) -> Simulated:
    shape, margin = (runs, len(design.ours)), design.margin
    theirs = np.round(rng.binomial(design.m, design.theirs, shape).mean(axis=1) / design.m, 3)
    made: dict[str, list[np.ndarray]] = {"declared": [], "later": [], "fixed": []}
    right, before = np.zeros(shape), 0
    for k, n in enumerate(design.looks):
        right += rng.binomial(n - before, design.ours, shape)
        before, shares = n, right / n
        tests = [_tested(design, shares, theirs, x, n) for x in (0.0, -margin, margin)]
        (apart, r0), (above, r1), (below, r2) = tests
        equal, gone = np.minimum(above, -below), np.abs(apart)
        made["declared"].append(_word(
            _crossed(above, r1, tables[1], k) & _crossed(-below, r2, tables[1], k),
            _crossed(gone, r0, tables[0], k),
        ))  # fmt: skip
        level = LEVEL if k == 0 else stats.later_level(k)
        made["later"].append(_word(
            equal > stats.quantile(1 - level), gone > stats.quantile(1 - level / 2)
        ))  # fmt: skip
        made["fixed"].append(_word(equal > Z_EQUAL, gone > Z_APART))
    return Simulated(*(np.stack(made[name], axis=1) for name in ("declared", "later", "fixed")))


def _tested(
    design: Design, shares: np.ndarray, theirs: np.ndarray, true: float, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """(d − x)/√V for a true difference x, and V_P over W at the last look, as a verdict has it."""
    count, ours = shares.shape[1], shares.mean(axis=1)
    own = stats.sampling_variance(shares, n)
    unit = stats.transferred_unit_variance(own * n, count, n)
    known = stats.published_variance(ours - true, ours, unit, count, design.m)
    known = known + stats.rounding_variance(1)
    ratio = known / (own * n / design.looks[-1])
    return (ours - theirs - true) / np.sqrt(own + known), ratio


def _crossed(z: np.ndarray, ratio: np.ndarray, table: np.ndarray, k: int) -> np.ndarray:
    return z > np.interp(np.log(ratio), np.log(RATIOS), np.minimum(table[:, k], 40))


def _word(equal: np.ndarray, apart: np.ndarray) -> np.ndarray:
    return np.where(equal, EQUAL, np.where(apart, APART, NONE))


def ended(verdicts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first verdict (R,) of a run that stops at it, and the look (R,) at which it ends."""
    found = verdicts > NONE
    place = np.where(found.any(axis=1), found.argmax(axis=1), verdicts.shape[1] - 1)
    return np.take_along_axis(verdicts, place[:, None], axis=1)[:, 0], place
