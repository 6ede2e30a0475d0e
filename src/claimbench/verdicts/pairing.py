"""Measurements of a run + the published tables it names → verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from claimbench.claims.catalogue import published_as
from claimbench.claims.published import load_published, select_published
from claimbench.config.models import subject_of
from claimbench.records import Measurement, PublishedResult, Source, Verdict
from claimbench.records.plain import JsonObject
from claimbench.verdicts.cases import Case, default_margin
from claimbench.verdicts.laboratories import ThirdParties
from claimbench.verdicts.noise import is_vote
from claimbench.verdicts.published import judge_all

VERDICTS = ("reproduced", "lower", "higher", "inconclusive", "not comparable")


def judge(measurements: Sequence[Measurement], judging: Mapping[str, object]) -> list[Verdict]:
    """Verdicts on every figure of the named tables that the run measured.

    `judging` has the keys `published` (names of tables), `claimed` (figures of the run's own file,
    by model and benchmark) and `margins` (points by benchmark, fixed before the run; the default
    rule where a benchmark has none).
    """
    return judge_all(list(cases(measurements, judging)))


def cases(measurements: Sequence[Measurement], judging: JsonObject) -> Iterable[Case]:
    """Each measurement beside each published figure of the same model and benchmark, votes too: a
    run of too few samples for a verdict on them is told so."""
    rows = judging.get("problems", {})
    third_parties = ThirdParties(load_published())
    subjects = [
        (measured, _published(measured.model, measured.benchmark)) for measured in measurements
    ]
    for result in _figures(judging):
        for measured, of in subjects:
            if not _is_of(result, of):
                continue
            # A figure is of the whole benchmark unless its source says otherwise, so a run with a
            # `limit` is not comparable with it.
            whole = replace(
                result,
                # A variant's verdict names the variant, and it is a family of its own.
                subject=measured.model,
                benchmark=measured.benchmark,
                problems=result.problems or rows.get(result.benchmark),
            )
            margin = margin_of(judging, measured.benchmark, result)
            spread = third_parties.spread(result.subject, result.benchmark)
            yield Case(whole, measured, margin, tier=measured.tier, laboratories=spread)


def _figures(judging: JsonObject) -> list[PublishedResult]:
    return [*select_published(judging["published"]), *claimed_figures(judging)]


def _published(model: str, benchmark: str) -> tuple[str, str]:
    """The names under which figures of a measured model and benchmark are published."""
    return subject_of(model), published_as(benchmark)


def _is_of(result: PublishedResult, published: tuple[str, str]) -> bool:
    """Whether a figure gets a verdict by a measurement that is published by these names."""
    return (result.subject, result.benchmark) == published and is_judged(result.metric)


def judged_by(judging: JsonObject, model: str, benchmark: str) -> list[PublishedResult]:
    """The published figures that a measurement of the model on the benchmark is compared with."""
    of = _published(model, benchmark)
    return [result for result in _figures(judging) if _is_of(result, of)]


def margin_of(judging: JsonObject, benchmark: str, result: PublishedResult) -> float:
    """The margin in points of a figure on a benchmark of the run."""
    default = default_margin(result.benchmark, result.value)
    return float(judging["margins"].get(benchmark, default))


def is_judged(metric: str) -> bool:
    """Whether a figure of this metric gets a verdict."""
    return metric == "pass@1" or is_vote(metric)


def claimed_figures(judging: JsonObject) -> list[PublishedResult]:
    """The figures that a run's own file claims (key claimed), as its author's."""
    return [
        PublishedResult(
            id=f"claimed:{model}:{benchmark}:pass@1",
            table="claimed",
            subject=subject_of(model),
            benchmark=published_as(benchmark),
            metric="pass@1",
            value=value,
            tier="D",
            source=Source("run.yaml", "claimed"),
            decimals=max(len(f"{value:g}".partition(".")[2]), 1),
        )
        for model, figures in judging.get("claimed", {}).items()
        for benchmark, value in figures.items()
    ]


def targets(
    published: Iterable[str],
    models: Iterable[str],
    benchmarks: Iterable[str],
    claimed: Mapping[str, Mapping[str, float]] | None = None,
) -> list[PublishedResult]:
    """The published figures that a run of these models and benchmarks would be compared with, and
    those that it claims itself."""
    figures = [*select_published(published), *claimed_figures({"claimed": claimed or {}})]
    models, benchmarks = {subject_of(name) for name in models}, set(map(published_as, benchmarks))
    return [
        result
        for result in figures
        if result.subject in models and result.benchmark in benchmarks and result.metric == "pass@1"
    ]
