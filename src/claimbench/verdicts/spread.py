"""How far laboratories lie apart that measured the same model on the same benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from claimbench import statistics
from claimbench.records import PublishedResult

Cell = tuple[str, str, str]
"""Model, benchmark and metric."""


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Cochran's Q on `df` degrees of freedom; `p` is small where the values differ by more than
    their errors. `expected_sd` (points) is what the errors alone would give, `error_df` the degrees
    of freedom that they were estimated with (None: not estimated)."""

    q: float
    df: int
    p: float
    expected_sd: float
    error_df: int | None = None


@dataclass(frozen=True, slots=True)
class SeedShare:
    """How much of the bound on the sampling variance seeds show, and on how many degrees of
    freedom."""

    share: float
    df: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Third parties' figures of one cell, in points, and their standard deviation `sd`.

    `at_most` tests them against the largest sampling errors that their scores allow: a small p is
    then the more certain. `likely` uses the errors that one laboratory's seeds show on this
    benchmark, None where no one has published such. `vendor` is the vendor's own figure, which is
    never part of the spread.
    """

    subject: str
    benchmark: str
    metric: str
    values: tuple[tuple[str, float], ...]
    mean: float
    sd: float
    at_most: Heterogeneity
    likely: Heterogeneity | None = None
    vendor: float | None = None


def heterogeneity(
    values: ArrayLike, variances: ArrayLike, error_df: int | None = None
) -> Heterogeneity:
    """Cochran's test that K independent values (K,) with variances (K,) estimate one thing.

    Q = Σ w_i (x_i − x̄_w)² with w_i = 1/v_i and x̄_w the weighted mean; where they do, Q is χ² with
    K − 1 degrees of freedom (Cochran 1954, Biometrics 10). Variances that are upper bounds make Q
    too small. Variances that share one estimated factor make Q/(K − 1) follow F with K − 1 and
    `error_df` degrees of freedom. `expected_sd` is √ of the mean variance.
    """
    x, v = np.asarray(values, float), np.asarray(variances, float)
    mean = (x / v).sum() / (1 / v).sum()
    q, df = float(((x - mean) ** 2 / v).sum()), len(x) - 1
    return Heterogeneity(q, df, _upper_tail(q, df, error_df), float(np.sqrt(v.mean())), error_df)


def pooled(parts: Iterable[Heterogeneity]) -> Heterogeneity:
    """Several cells together: a sum of independent χ² is χ², with the sum of their degrees.

    Cells whose variances were estimated must share the estimate (one benchmark). Raises ValueError
    for cells that do not, and for none.
    """
    found = tuple(parts)
    if len({one.error_df for one in found}) != 1:
        raise ValueError("only cells that share one estimate of their errors are pooled")
    q, df, error_df = sum(one.q for one in found), sum(one.df for one in found), found[0].error_df
    expected = float(np.sqrt(np.mean([one.expected_sd**2 for one in found])))
    return Heterogeneity(q, df, _upper_tail(q, df, error_df), expected, error_df)


def _upper_tail(q: float, df: int, error_df: int | None) -> float:
    from scipy.special import chdtrc, fdtrc

    return float(chdtrc(df, q) if error_df is None else fdtrc(df, error_df, q / df))


def together(found: Iterable[Spread]) -> dict[str, Heterogeneity]:
    """All cells against the largest errors possible, under "all"; and by benchmark against the
    likely ones."""
    cells = tuple(found)
    likely: dict[str, list[Heterogeneity]] = {}
    for cell in cells:
        if cell.likely:
            likely.setdefault(cell.benchmark, []).append(cell.likely)
    most = {"all": pooled(cell.at_most for cell in cells)} if cells else {}
    return most | {benchmark: pooled(parts) for benchmark, parts in sorted(likely.items())}


def spreads(
    third: Sequence[PublishedResult], own: Mapping[Cell, PublishedResult]
) -> tuple[Spread, ...]:
    """The spread of every cell that two laboratories or more have measured by pass@1."""
    shares = seed_shares(third)
    cells: dict[Cell, list[PublishedResult]] = {}
    for result in third:
        if result.metric == "pass@1" and result.problems:
            cells.setdefault((result.subject, result.benchmark, result.metric), []).append(result)
    return tuple(
        _spread(cell, found, shares.get(cell[1]), own.get(cell))
        for cell, found in sorted(cells.items())
        if len(found) > 1
    )


def _spread(
    cell: Cell,
    results: Sequence[PublishedResult],
    share: SeedShare | None,
    vendor: PublishedResult | None,
) -> Spread:
    values = [r.value for r in results]
    bounds = np.array([_bound(r, r.samples or r.samples_min) for r in results])
    rounding = np.array([1e4 * statistics.rounding_variance(r.decimals) for r in results])
    likely = None
    if share is not None:
        likely = heterogeneity(values, share.share * bounds + rounding, share.df)
    return Spread(
        *cell,
        values=tuple((r.table.partition("/")[0], r.value) for r in results),
        mean=float(np.mean(values)),
        sd=float(np.std(values, ddof=1)),
        at_most=heterogeneity(values, bounds + rounding),
        likely=likely,
        vendor=vendor.value if vendor else None,
    )


def _bound(result: PublishedResult, samples: int) -> float:
    """The largest sampling variance that the score allows, in points²."""
    assert result.problems is not None  # `spreads` takes no others
    return 1e4 * float(statistics.bound_variance(result.value / 100, result.problems, samples))


def seed_shares(results: Iterable[PublishedResult]) -> dict[str, SeedShare]:
    """By benchmark, the share of the bound that the sampling variance really has: Σ(r−1)s² over
    Σ(r−1)·bound of one sample per problem, over the models with a standard deviation s over r
    seeds. A model finds some problems easier than others, so it is under 1."""
    sums: dict[str, tuple[float, float, int]] = {}
    for r in results:
        if r.sd is not None and r.runs is not None and r.problems:
            seen, most, degrees = sums.get(r.benchmark, (0.0, 0.0, 0))
            df = r.runs - 1
            sums[r.benchmark] = seen + df * r.sd**2, most + df * _bound(r, 1), degrees + df
    return {
        name: SeedShare(seen / most, df) for name, (seen, most, df) in sums.items() if seen and most
    }
