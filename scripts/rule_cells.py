"""The rules around a verdict, each where the plain test would err: runs are drawn and judged by
claimbench.verdicts as those of a run folder are, and the verdicts counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from growing_runs import APART, EQUAL, Design, simulate
from scipy.stats import binom
from simulation import LEVEL, Row, at_mean, exact_bounds, percent, quantile_set

from claimbench import statistics as stats
from claimbench.records import Draws, Measurement, PublishedResult, Source, Verdict
from claimbench.verdicts.cases import Case
from claimbench.verdicts.published import judge_family

BENCHMARKS = {30: "aime24", 198: "gpqa_diamond", 279: "livecodebench", 500: "math500"}
SIZE = 1.2
"""Of the beta distribution of problems: a mean p(1−p) of 0.13 at a mean of 55 %."""
RATE_BAR, LOOKS_BAR, LAB_SPREAD = 0.055, 0.057, 0.013

Bar = Literal["at most", "at least", "no rule"]


@dataclass(frozen=True)
class Rate:
    """How many of `runs` showed what is counted, in one cell, beside its bar (a fraction)."""

    what: str
    counted: str
    problems: int
    samples: str
    hits: int
    runs: int
    kind: Bar = "at most"
    bar: float = RATE_BAR

    @property
    def share(self) -> float:
        return self.hits / self.runs

    @property
    def row(self) -> Row:
        low, high = exact_bounds(self.hits, self.runs)
        bounds = f"{100 * low:.2f} to {100 * high:.2f}"
        bar = "a limit" if self.kind == "no rule" else f"{self.kind} {percent(self.bar)}"
        place = (self.what, str(self.problems), self.samples, self.counted)
        return (*place, f"{100 * self.share:.2f}", bounds, f"{self.runs:,}", bar)


def missing(rates: list[Rate]) -> list[Rate]:
    """Those that an exact one-sided binomial test, Holm over all with a bar, finds beyond it."""
    barred = [rate for rate in rates if rate.kind != "no rule"]
    p = stats.holm([_p_beyond(rate) for rate in barred])
    return [rate for rate, one in zip(barred, p, strict=True) if one <= LEVEL]


def _p_beyond(rate: Rate) -> float:
    if rate.kind == "at most":
        return float(binom.sf(rate.hits - 1, rate.runs, rate.bar))
    return float(binom.cdf(rate.hits, rate.runs, rate.bar))


# --- one run beside a published score -----------------------------------------------------------


def measured(
    right: np.ndarray, n: int, greedy: bool = False, draws: Draws | None = None,
    suspects: int | None = None,
) -> Measurement:  # fmt: skip
    """A finished run in which `right` (N,) of n samples of each problem are right."""
    count = len(right)
    return Measurement(
        model="model", benchmark=BENCHMARKS[count], asked=n * count, received=n * count,
        graded=n * count, problems=count, samples_per_problem=n,
        pass_at_1=float(right.mean()) / n, sampling_se=0.0, problem_se=0.0, truncated_share=0.0,
        no_answer_share=0.0, grader_error_share=0.0, tokens_mean=None, tokens_p95=None,
        greedy=greedy, protocol={}, problem_ids=tuple(map(str, range(count))),
        right=tuple(right.tolist()), counted=(n,) * count, draws=draws, suspects=suspects,
    )  # fmt: skip


def published(right: np.ndarray, m: int, count: int, greedy: bool = False) -> PublishedResult:
    """The score of a model with `right` of m samples of each problem, rounded to 0.1 points."""
    return PublishedResult(
        id="figure", table="table", subject="model", benchmark=BENCHMARKS[count], metric="pass@1",
        value=round(100 * float(right.mean()) / m, 1), tier="D", source=Source("simulated"),
        samples=m, greedy=greedy, problems=count,
    )  # fmt: skip


def verdict(theirs: PublishedResult, ours: Measurement, **more: object) -> Verdict:
    (found,) = judge_family([Case(theirs, ours, **more)])  # type: ignore[arg-type]
    return found


def apart(found: Verdict) -> bool:
    return found.verdict in ("lower", "higher")


def counted(once: Callable[[], bool], runs: int) -> int:
    return sum(once() for _ in range(runs))


def problems(count: int, mean: float = 0.55) -> np.ndarray:
    return quantile_set(count, mean, SIZE)


# --- the cells ----------------------------------------------------------------------------------


def rates(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Every cell. Those that need no verdict of their own take ten times the runs."""
    yield from copies(runs, rng)
    yield from greedy(runs, rng)
    yield from looks(10 * runs, rng)
    yield from laboratories(runs, rng)
    yield from missed_answers(runs, rng)
    yield from halves(runs, rng)


def copies(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Each draw of ours four times, and one draw in ten twice; the published model is equal."""
    for count in (30, 198):
        p = problems(count)
        for n in (16, 64):
            yield Rate(
                "each draw 4 times", "lower or higher", count, f"{n}, published 64",
                counted(lambda n=n, p=p: _copied(p, n, rng), runs), runs,
            )  # fmt: skip
        yield Rate(
            "a draw in ten twice", "lower or higher", count, "16, published 64",
            counted(lambda p=p: _doubled(p, 16, rng), runs), runs,
        )  # fmt: skip


def _copied(p: np.ndarray, n: int, rng: np.random.Generator) -> bool:
    count, own = len(p), n // 4
    draws = Draws(own * count, (float(own),) * count, times=4)
    ours = measured(4 * rng.binomial(own, p), n, draws=draws)
    return apart(verdict(published(rng.binomial(64, p), 64, count), ours))


def _doubled(p: np.ndarray, n: int, rng: np.random.Generator) -> bool:
    twice = rng.binomial(n // 2, 0.1, len(p))
    right = rng.binomial(n - 2 * twice, p) + 2 * rng.binomial(twice, p)
    draws = Draws(int((n - twice).sum()), tuple((n**2 / (n + 2 * twice)).tolist()))
    return apart(
        verdict(published(rng.binomial(64, p), 64, len(p)), measured(right, n, draws=draws))
    )


def greedy(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """One reply of each problem, right with p, on one side; 64 samples on the other."""
    for count in (30, 198, 279):
        p = problems(count)
        for side in ("published", "measured"):
            yield Rate(
                f"greedy {side}, the other sampled", "lower or higher", count, "64",
                counted(lambda p=p, side=side: _greedy(p, side, rng), runs), runs,
            )  # fmt: skip


def _greedy(p: np.ndarray, side: str, rng: np.random.Generator) -> bool:
    once, often, count = rng.binomial(1, p), rng.binomial(64, p), len(p)
    if side == "published":
        return apart(verdict(published(once, 1, count, greedy=True), measured(often, 64)))
    return apart(verdict(published(often, 64, count), measured(once, 1, greedy=True)))


def looks(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Looks at 4, 16 and 64 samples (docs/looks.md has all designs)."""
    for count, margin in ((30, 0.03), (198, 0.02), (500, 0.02)):
        p = problems(count)
        for gap, false, word in ((0.0, APART, "lower or higher"), (margin, EQUAL, "reproduced")):
            design = Design(p, at_mean(p, 0.55 + gap), 64, margin, (4, 16, 64))
            declared, later, fixed, _ = simulate(design, runs, rng).rates(false)
            for name, share, bar in (
                ("looks at 4, 16, 64, declared", declared, LOOKS_BAR),
                ("looks at 4, 16, 64, undeclared", later, LOOKS_BAR),
                ("the same, fixed at 64", fixed, RATE_BAR),
            ):
                hits = round(share * runs)
                yield Rate(name, word, count, "64, published 64", hits, runs, bar=bar)


def laboratories(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """Every laboratory's truth strays by 1.3 points, and the published one's; no other difference.
    All have 64 samples."""
    for others in (4, 7):
        p = problems(30)
        made = [_strayed(p, others, rng) for _ in range(runs)]
        what = f"1.3 points between laboratories, {others} others"
        place = (30, "64, published 64")
        unusual = sum(
            found.laboratories is not None and found.laboratories.unusual for found in made
        )
        yield Rate(what, "called unusual", *place, unusual, runs)
        yield Rate(what, "lower or higher", *place, sum(map(apart, made)), runs, "no rule")


def _strayed(p: np.ndarray, others: int, rng: np.random.Generator) -> Verdict:
    weights = p * (1 - p) / (p * (1 - p)).mean()  # Log-odds that move alike, to first order.
    truths = np.clip(p + rng.normal(0, LAB_SPREAD, (others + 2, 1)) * weights, 0, 1)
    ours, theirs, *third = rng.binomial(64, truths)
    spread = stats.laboratory_spread([100 * one.mean() / 64 for one in third], [])
    return verdict(published(theirs, 64, len(p)), measured(ours, 64), laboratories=spread)


def missed_answers(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """2 % of the right answers are graded wrong, and the looser reading finds 90 % of them. Beside
    it an honest grader, of whose wrong grades the looser reading takes a few for right: of the 94
    in results/ it took none."""
    for mean in (0.92, 0.6):
        p, where = problems(500, mean), f"mean {100 * mean:g} %"
        place = (500, "16, published 16")
        false = [found for _ in range(runs) if apart(found := _missed(p, rng))]
        what = f"2 % of the right answers missed, {where}"
        yield Rate(what, "lower or higher", *place, len(false), runs, "no rule")
        named = sum(map(_fragile, false))
        yield Rate(what, "of these called fragile", *place, named, len(false), "at least", 0.75)
        for share, kind in ((0.005, "at most"), (0.01, "no rule")):
            hits = counted(lambda p=p, share=share: _fragile(_honest(p, share, rng)), runs)
            what = f"none missed, {100 * share:g} % of the wrong look right, {where}"
            yield Rate(what, "called fragile", *place, hits, runs, kind, 0.08)


def _missed(p: np.ndarray, rng: np.random.Generator) -> Verdict:
    right = rng.binomial(16, p)
    lost = rng.binomial(right, 0.02)
    ours = measured(right - lost, 16, suspects=int(rng.binomial(int(lost.sum()), 0.9)))
    return verdict(published(rng.binomial(16, p), 16, len(p)), ours)


def _honest(p: np.ndarray, share: float, rng: np.random.Generator) -> Verdict:
    right = rng.binomial(16, p)
    wrong = 16 * len(p) - int(right.sum())
    ours = measured(right, 16, suspects=int(rng.binomial(wrong, share)))
    return verdict(published(rng.binomial(16, p), 16, len(p)), ours)


def _fragile(found: Verdict) -> bool:
    return found.fragility is not None and bool(found.fragility.fragile)


def halves(runs: int, rng: np.random.Generator) -> Iterator[Rate]:
    """The published score is that of a random half of the problems, and its source does not say
    so: no rule can know."""
    for count in (30, 198):
        p = problems(count)
        hits = counted(lambda p=p: _half(p, rng), runs)
        yield Rate(
            "published on a random half", "lower or higher", count, "64, published 64", hits, runs,
            "no rule",
        )  # fmt: skip


def _half(p: np.ndarray, rng: np.random.Generator) -> bool:
    kept = rng.permutation(len(p))[: len(p) // 2]
    theirs = published(rng.binomial(64, p[kept]), 64, len(p))
    return apart(verdict(theirs, measured(rng.binomial(64, p), 64)))
