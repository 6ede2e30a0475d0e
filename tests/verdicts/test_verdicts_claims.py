"""Article claims: the relation on each benchmark, and the composition under a quantifier."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimbench import statistics as stats
from claimbench.records import Measurement, PublishedResult, Source
from claimbench.report.messages import english
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.claims import NoTest, claim_message, compare_scores, outcomes_of
from claimbench.verdicts.composition import (
    COMPOSITION,
    Outcome,
    Quantifier,
    Relation,
    compose,
    relation_p,
)


def said(relation: Relation, quantifier: Quantifier, pairs: list[Pair]) -> tuple[str, str]:
    """The status of a claim on these pairs, and its English sentence, as the articles' claims are
    judged (verdicts/articles/benchmark_claims)."""
    status, seen = compose(quantifier, outcomes_of(pairs, relation))
    return status, english(claim_message(status, relation, pairs, seen))


def score(subject: str, benchmark: str, value: float, problems: int | None) -> PublishedResult:
    return PublishedResult(
        id=f"{subject}/{benchmark}",
        table="deepseek-r1",
        subject=subject,
        benchmark=benchmark,
        metric="pass@1",
        value=value,
        tier="D",
        source=Source("README.md"),
        samples=64 if subject == "deepseek-r1" else None,
        problems=problems,
        greedy=False,
    )


def run(right: tuple[int, ...]) -> Measurement:
    counts = {"asked": 12, "received": 12, "graded": 12, "problems": 3, "samples_per_problem": 4}
    shares = {"truncated_share": 0.0, "no_answer_share": 0.0, "grader_error_share": 0.0}
    return Measurement(
        model="m",
        benchmark="aime-2024",
        pass_at_1=sum(right) / 12,
        sampling_se=0.0,
        problem_se=0.0,
        tokens_mean=0.0,
        tokens_p95=0.0,
        greedy=False,
        protocol={},
        problem_ids=("a", "b", "c"),
        right=right,
        counted=(4, 4, 4),
        **counts,
        **shares,
    )


def pair(benchmark: str, ours: float, theirs: float, problems: int | None) -> Pair:
    return Pair(
        benchmark,
        score("deepseek-r1", benchmark, ours, problems),
        score("o1", benchmark, theirs, problems),
    )


AIME = pair("aime-2024", 79.8, 79.2, 30)
MATH = pair("math-500", 97.3, 96.4, 500)
GPQA = pair("gpqa-diamond", 71.5, 75.7, 198)


class TestScores:
    def test_r1_against_o1_on_the_test(self) -> None:
        # R1 0.798·0.202/1920 = 8.40e-5; o1 with one sample: q = (23.76 + 2)/34 = 0.757647,
        # 0.757647·0.242353/30 = 0.00612058; V = 0.0062048 (+ 1.7e-7), SE 7.877 points, d = 0.6
        found = compare_scores(AIME)
        assert found.difference == pytest.approx(0.6)
        assert found.se == pytest.approx(7.877, abs=2e-3)

    def test_r1_against_o1_as_ability(self) -> None:
        # 0.798·0.202/29 + 0.792·0.208/29 = 0.00555848 + 0.00568055 = 0.01123903, SE 10.6014 points
        assert compare_scores(AIME, "ability").se == pytest.approx(10.6014, abs=1e-3)

    def test_votes_are_one_sample_per_problem(self) -> None:
        # cons@64 86.7 against 80.0 of 30: q = (26.01 + 2)/34 = 0.823824, q(1−q)/30 = 0.00483795
        # q = (24 + 2)/34 = 0.764706, 0.764706·0.235294/30 = 0.00599769; + 2·8.3e-8
        # V = 0.01083581, SE 10.4095 points
        first = replace(score("deepseek-r1", "aime-2024", 86.7, 30), metric="cons@64")
        second = replace(score("o1", "aime-2024", 80.0, 30), metric="maj@64")
        found = compare_scores(Pair("aime-2024", first, second))
        assert found.se == pytest.approx(10.4095, abs=1e-3)

    def test_metrics_do_not_mix(self) -> None:
        vote = replace(score("o1", "aime-2024", 80.0, 30), metric="cons@64")
        with pytest.raises(NoTest, match="reason-metrics-differ"):
            compare_scores(Pair("aime-2024", score("deepseek-r1", "aime-2024", 79.8, 30), vote))
        rating = replace(score("o1", "x", 1189.0, 30), metric="rating")
        with pytest.raises(NoTest, match="reason-no-error-for"):
            compare_scores(Pair("x", rating, rating))

    def test_ability_is_paired_where_problems_are_known(self) -> None:
        # shares 4/4 2/4 3/4 against 2/4 2/4 1/4: gaps 0.5 0 0.5, mean 1/3 = 33.3 points
        # Σ(d − 1/3)² = 1/36 + 1/9 + 1/36 = 1/6; SE = √(1/6/6) = 1/6 = 16.667 points
        first, second = run((4, 2, 3)), run((2, 2, 1))
        found = compare_scores(Pair("aime-2024", first, second), "ability")
        assert (found.difference, found.se) == (
            pytest.approx(33.333, abs=1e-3),
            pytest.approx(16.667, abs=1e-3),
        )
        assert found.df == 2

    def test_pairs_without_error_fall_back_or_say_so(self) -> None:
        # every gap is 1/4: pairing leaves no error, so the problem errors of both stand: of shares
        # 3/4 2/4 3/4 it is Σ(p − 2/3)² = 2/144 + 4/144 = 1/24, /6 = 1/144; √(2/144) = 0.1179
        found = compare_scores(Pair("x", run((4, 3, 4)), run((3, 2, 3))), "ability")
        assert (found.difference, found.se) == (
            pytest.approx(25.0),
            pytest.approx(11.785, abs=1e-3),
        )
        one = replace(run((4,)), problems=1, counted=(4,), problem_ids=("a",))
        with pytest.raises(NoTest, match="reason-one-problem"):
            compare_scores(Pair("x", one, replace(one, right=(2,))), "ability")
        greedy = replace(run((4, 2, 3)), greedy=True)
        with pytest.raises(NoTest, match="reason-no-chance"):
            compare_scores(Pair("x", greedy, greedy))

    def test_unknown_number_of_problems(self) -> None:
        with pytest.raises(NoTest, match="reason-problems-unknown"):
            compare_scores(pair("mmlu", 90.8, 91.8, None))


class TestWords:
    def test_untested_is_what_nobody_measured(self) -> None:
        rating = replace(score("o1", "contest", 1189.0, 30), metric="rating")
        pairs = [
            AIME,
            Pair("contest", rating, rating),
            Pair("contest-2", None, rating),
            pair("mmlu", 90.8, 91.8, None),
            Pair("math-500", score("deepseek-r1", "m", 97.3, 500), score("o1", "m", 96.4, 5000)),
            Pair("gpqa-diamond", score("deepseek-r1", "g", 71.5, 198), None),
        ]
        _, told = said("at least", "listed", pairs)
        assert told.partition(": ")[2] == (
            "inconclusive; open on aime-2024; untested on gpqa-diamond; not comparable on math-500;"
            " no error is known on contest, contest-2, mmlu; its figure is the better one on"
            " 1 of 1, the worse one on 0"
        )


class TestRelation:
    def p(self, relation: Relation, difference: float) -> tuple[float, float]:
        return relation_p(relation, stats.compare(difference, 1.0), 2.0)

    def test_ahead(self) -> None:
        # d = 3: two-sided 2(1 − Φ(3)) = 0.00269980; fails (d < 2): Φ(1) = 0.841345
        assert self.p("ahead", 3.0) == pytest.approx((0.0026998, 0.841345), abs=1e-6)
        # d = −3: cannot hold; fails: Φ(−5) = 2.9e-7
        assert self.p("ahead", -3.0) == pytest.approx((1.0, 2.867e-7), abs=1e-9)

    def test_on_par(self) -> None:
        # d = 0: both edges 2 away, 1 − Φ(2) = 0.0227501; difference p = 1
        assert self.p("on par", 0.0) == pytest.approx((0.0227501, 1.0), abs=1e-6)

    def test_at_least(self) -> None:
        # d = 0: above −2, 1 − Φ(2); fails only below 0
        assert self.p("at least", 0.0) == pytest.approx((0.0227501, 1.0), abs=1e-6)
        # d = −3: 1 − Φ(−1) = 0.841345; two-sided 0.0026998
        assert self.p("at least", -3.0) == pytest.approx((0.841345, 0.0026998), abs=1e-6)


def outcomes(*states: str) -> list[Outcome]:
    p = {"holds": (1e-6, 1.0), "fails": (1.0, 1e-6), "open": (0.5, 0.5)}
    return [Outcome(f"b{i}", *p[state]) for i, state in enumerate(states)]


class TestComposition:
    def test_the_table_is_complete(self) -> None:
        states = ("holds", "fails", "open")
        patterns = {frozenset(c) for size in (1, 2, 3) for c in combinations(states, size)}
        assert all(set(table) == patterns for table in COMPOSITION.values())
        assert set(COMPOSITION) == {"some", "all", "listed"}

    @pytest.mark.parametrize(
        ("quantifier", "states", "status"),
        [
            ("some", ("holds", "fails"), "supported"),
            ("some", ("fails", "fails"), "contradicted"),
            ("some", ("fails", "open"), "inconclusive"),
            ("all", ("holds", "holds"), "supported"),
            ("all", ("holds", "fails"), "contradicted"),
            ("all", ("holds", "open"), "inconclusive"),
            ("listed", ("holds", "fails", "open"), "mixed"),
            ("listed", ("fails", "open"), "contradicted"),
            ("listed", ("open",), "inconclusive"),
        ],
    )
    def test_status(self, quantifier: Quantifier, states: tuple[str, ...], status: str) -> None:
        assert compose(quantifier, outcomes(*states))[0] == status

    def test_all_needs_no_correction_some_does(self) -> None:
        # 0.03 on each of two: unanimous, so supported; beside an open one, 0.03·2 = 0.06 is open
        both = [Outcome("x", 0.03, 1.0), Outcome("y", 0.03, 1.0)]
        assert compose("all", both)[0] == "supported"
        one = [Outcome("x", 0.03, 1.0), Outcome("y", 0.5, 1.0)]
        assert compose("some", one)[0] == "inconclusive"
        assert compose("some", one[:1])[0] == "supported"

    def test_one_chance_failure_among_many_contradicts_nothing(self) -> None:
        # 0.03·10 = 0.3
        many = [Outcome("x", 1.0, 0.03)] + [Outcome(f"y{i}", 0.5, 1.0) for i in range(9)]
        assert compose("all", many)[0] == "inconclusive"

    def test_an_untested_benchmark_keeps_all_open(self) -> None:
        assert compose("all", [*outcomes("holds"), Outcome("x")])[0] == "inconclusive"

    def test_nothing_to_compose(self) -> None:
        with pytest.raises(ValueError, match="untested"):
            compose("all", [])


RANK = {"contradicted": 0, "mixed": 1, "inconclusive": 1, "supported": 2}
"""*mixed* and *inconclusive* leave a claim between its ends, each in its own way."""

DIFFERENCES = st.lists(
    st.tuples(
        st.floats(-12, 12), st.floats(0.05, 6), st.floats(0.5, 4), st.sampled_from([7.0, math.inf])
    ),
    min_size=1,
    max_size=8,
)
"""A family: difference, SE and margin in points, and degrees of freedom of each benchmark."""

STRONGER: list[tuple[Relation, Relation]] = [("on par", "at least"), ("ahead", "at least")]


def family(
    relation: Relation, differences: list[tuple[float, float, float, float]]
) -> list[Outcome]:
    found = [(stats.compare(d, se**2, None, df), margin) for d, se, margin, df in differences]
    return [Outcome(f"b{i}", *relation_p(relation, c, m)) for i, (c, m) in enumerate(found)]


class TestMonotone:
    """A weaker claim never fares worse than the stronger one that implies it."""

    @pytest.mark.parametrize(("strong", "weak"), STRONGER)
    @given(differences=DIFFERENCES)
    def test_what_holds_for_the_stronger_holds_for_the_weaker(
        self, strong: Relation, weak: Relation, differences: list[tuple[float, float, float, float]]
    ) -> None:
        for one, other in zip(family(strong, differences), family(weak, differences), strict=True):
            assert one.p_holds is not None and other.p_holds is not None
            assert one.p_fails is not None and other.p_fails is not None
            assert other.p_holds <= one.p_holds
            assert other.p_fails >= one.p_fails

    @pytest.mark.parametrize("quantifier", ["some", "all", "listed"])
    @given(differences=DIFFERENCES)
    def test_at_least_is_never_worse_than_on_par(
        self, quantifier: Quantifier, differences: list[tuple[float, float, float, float]]
    ) -> None:
        strong = compose(quantifier, family("on par", differences))[0]
        weak = compose(quantifier, family("at least", differences))[0]
        assert RANK[weak] >= RANK[strong]
        if strong != "contradicted":
            assert weak != "contradicted"
        if strong == "inconclusive":
            assert weak != "mixed"

    @pytest.mark.parametrize("quantifier", ["some", "all", "listed"])
    @given(differences=DIFFERENCES)
    def test_at_least_is_never_worse_than_ahead(
        self, quantifier: Quantifier, differences: list[tuple[float, float, float, float]]
    ) -> None:
        strong = compose(quantifier, family("ahead", differences))[0]
        weak = compose(quantifier, family("at least", differences))[0]
        assert RANK[weak] >= RANK[strong]


class TestClaims:
    def test_r1_ahead_of_o1(self) -> None:
        status, sentence = said("ahead", "some", [AIME, MATH])
        assert status == "inconclusive"
        assert sentence.endswith("open on aime-2024, math-500")

    def test_at_least_a_weaker_model(self) -> None:
        # AIME 79.8 against 9.3: 70 points, SE at most 10: shown
        assert said("ahead", "all", [pair("aime-2024", 79.8, 9.3, 30)]) == (
            "supported",
            "deepseek-r1 ahead of o1 on these tests: supported; holds on aime-2024",
        )

    def test_mixed_list(self) -> None:
        pairs = [pair("aime-2024", 79.8, 9.3, 30), pair("gpqa-diamond", 9.3, 79.8, 198)]
        assert said("ahead", "listed", pairs)[0] == "mixed"

    def test_unknown_scores_stay_open_and_say_why(self) -> None:
        pairs = [GPQA, Pair("swe", None, None)]
        assert said("on par", "all", pairs)[0] == "inconclusive"
        unknown = outcomes_of(pairs, "on par")[1]
        assert (unknown.state, unknown.standing) == ("open", "untested")
        assert english(unknown.reason) == "one of the two scores is unknown"
