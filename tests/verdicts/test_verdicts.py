"""Verdicts on published figures; hand-computed numbers have their arithmetic beside them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from verdict_toys import measured

from claimbench.errors import IncompleteRun
from claimbench.messages import Departure
from claimbench.records import Measurement, PublishedResult, Source, Verdict, Vote
from claimbench.report.messages import english
from claimbench.verdicts.cases import Case, default_margin
from claimbench.verdicts.noise import Evidence
from claimbench.verdicts.published import judge_all, judge_family

SOURCE = Source("README.md")


def published(value: float, **changes: Any) -> PublishedResult:
    given = {
        "id": "vendor/x",
        "table": "deepseek-r1",
        "subject": "r1-distill-qwen-7b",
        "benchmark": "aime-2024",
        "metric": "pass@1",
        "tier": "D",
        "source": SOURCE,
        "samples": 64,
        "problems": 30,
        "greedy": False,
    }
    return PublishedResult(value=value, **{**given, **changes})


def third(value: float, **changes: Any) -> PublishedResult:
    return published(value, **{"id": "o/x", "table": "open-r1", "tier": "C", **changes})


def judge_published(
    result: PublishedResult, measured: Evidence, margin: float | None = None
) -> Verdict:
    """The verdict on one figure that stands alone."""
    return judge_all([Case(result, measured, margin)])[0]


class TestAgainstThirdParties:
    def test_open_r1_qwen_7b_on_aime(self) -> None:
        # V = 0.508·0.492/1920 + 0.555·0.445/1920 + 2·0.0005²/3 = 1.30175e-4 + 1.28633e-4 + 1.7e-7
        # = 2.58975e-4, SE 1.6093; 1.959964·1.6093 = 3.154: −7.854 to −1.546
        # 4.7 + 1.644854·1.6093 = 7.347, upwards 7.4; z = 4.7/1.6093 = 2.9205, p = 0.0035
        verdict = judge_published(published(55.5), third(50.8))
        assert verdict.verdict == "lower"
        assert verdict.se == pytest.approx(1.609, abs=1e-3)
        assert verdict.difference == pytest.approx(-4.7)
        assert verdict.interval_95 == pytest.approx((-7.854, -1.546), abs=1e-3)
        assert verdict.needed_margin == pytest.approx(7.347, abs=1e-3)
        assert verdict.p_difference == pytest.approx(0.0035, abs=1e-4)
        assert verdict.tier == "C"
        assert english(verdict.sentence) == (
            "50.8 measured by open-r1 against 55.5: lower by 1.5 to 7.9 points at 95%; "
            "would count as reproduced only with a margin above 7.4"
        )

    def test_llama_8b_against_the_vendors_own_figure(self) -> None:
        # V = 0.439·0.561/1920 + 0.504·0.496/1920 + 1.7e-7 = 1.28270e-4 + 1.30200e-4 + 1.7e-7
        # = 2.58637e-4, SE 1.6082; −6.5 ± 3.1520: −9.652 to −3.348; 6.5 + 2.6453 = 9.145
        verdict = judge_published(published(50.4), third(43.9))
        assert verdict.verdict == "lower"
        assert verdict.interval_95 == pytest.approx((-9.652, -3.348), abs=1e-3)
        assert verdict.needed_margin == pytest.approx(9.145, abs=1e-3)

    def test_the_wrong_reported_column_would_have_hidden_it(self) -> None:
        # against 41.7, which the vendor never said: d = +2.2, SE = √(1.28270e-4 + 0.417·0.583/1920
        # + 1.7e-7) = √2.55056e-4 = 1.5970; z = 1.378: no difference; 2.2 + 2.627 = 4.83 > 3
        verdict = judge_published(published(41.7), third(43.9))
        assert verdict.verdict == "inconclusive"
        assert verdict.needed_margin == pytest.approx(4.827, abs=1e-3)

    def test_seeds_bring_student_and_welch(self) -> None:
        # 28.7 ± 4.8 over 10 seeds: 4.8²/10 = 2.304 points²; 28.9 of 64: 0.289·0.711/1920 = 1.0702
        # V = 2.304 + 1.0702 + 2·0.00083 = 3.3759, SE 1.8374
        # degrees of freedom 3.3759²/(2.304²/9) = 11.3967/0.589824 = 19.32
        seeds = third(28.7, sd=4.8, runs=10, samples=None, table="sober-reasoning")
        verdict = judge_published(published(28.9), seeds)
        assert verdict.verdict == "inconclusive"
        assert verdict.se == pytest.approx(1.8374, abs=1e-3)
        # t for 19.32 degrees of freedom lies between t(19) = 1.7291 and t(20) = 1.7247
        assert 0.2 + 1.7247 * 1.8373 < (verdict.needed_margin or 0) < 0.2 + 1.7291 * 1.8375

    def test_close_scores_on_many_problems_are_reproduced(self) -> None:
        # MATH-500, 94.1 against 93.9, n = 64 and 16 of 500: margin (100 − 93.9)/4 = 1.525
        # V = 0.055519/32000 + 0.057279/8000 = 1.7350e-6 + 7.1599e-6 (+ 1.7e-7) = 9.06e-6, SE 0.301
        # 0.2 + 1.645·0.301 = 0.695 < 1.525
        verdict = judge_published(
            published(93.9, benchmark="math-500", problems=500, samples=16),
            third(94.1, benchmark="math-500", problems=500),
        )
        assert verdict.verdict == "reproduced"
        assert verdict.margin == pytest.approx(1.525)
        assert verdict.needed_margin == pytest.approx(0.695, abs=2e-3)
        assert "reproduced within ±1.525 points" in english(verdict.sentence)


class TestOwnRuns:
    def test_variances_of_both_sides_come_from_our_samples(self) -> None:
        # 30 problems, n = 64: 15 at 48/64, 15 at 16/64; w = 0.75·0.25·64/63 = 0.190476 each
        # W = (5.714286 + 1/64)/900 = 0.00636656; ours 0.00636656/64 = 9.94774e-5
        # ours is 50 %, where p(1−p) is largest: rho = 1; theirs 5.714286/900/64 = 9.92064e-5 and
        # 1/(12·1920²) = 2.3e-8
        # V = 9.94774e-5 + 9.92064e-5 + 2.3e-8 + 8.3e-8 = 1.98790e-4, SE 1.40993 points
        # d = 50 − 55 = −5, needed 5 + 1.644854·1.40993 = 7.31913
        verdict = judge_published(published(55.0), measured([48] * 15 + [16] * 15, 64))
        assert verdict.verdict == "lower"
        assert verdict.se == pytest.approx(1.40993, abs=1e-5)
        assert verdict.needed_margin == pytest.approx(7.31913, abs=2e-5)
        assert verdict.tier == "A"
        assert [note.key for note in verdict.notes] == ["note-tipping-up"]

    def test_unknown_m_takes_the_smallest_allowed_and_says_so(self) -> None:
        run = measured([48] * 15 + [16] * 15, 64)
        known = judge_published(published(55.0, samples=4), run)
        unknown = judge_published(published(55.0, samples=None, samples_min=4), run)
        assert unknown.se == known.se
        assert any("4, the fewest" in english(note) for note in unknown.notes)

    def test_missing_samples_refuse_a_verdict_with_the_counts(self) -> None:
        run = replace(measured([1] * 30, 2), received=59, graded=58)
        with pytest.raises(IncompleteRun, match="60 samples asked, 59 received, 58 graded"):
            judge_published(published(55.5), run)

    def test_grader_errors_are_left_out_and_said(self) -> None:
        run = replace(measured([1] * 30, 2), counted=(2,) * 29 + (0,), right=(1,) * 29 + (0,))
        run = replace(run, grader_error_share=2 / 60, pass_at_1=0.5)
        notes = english(judge_published(published(50.0), run).notes)
        assert "2 of 60 samples could not be graded" in notes
        assert "1 of 30 problems has no graded sample" in notes

    def test_without_one_graded_reply_there_is_no_score_to_judge(self) -> None:
        nothing = {"counted": (0,) * 30, "right": (0,) * 30, "pass_at_1": math.nan}
        run = replace(measured([1] * 30, 2), grader_error_share=1.0, **nothing)
        verdict = judge_published(published(50.0), run)
        assert (verdict.verdict, verdict.measured, verdict.difference) == (
            "inconclusive",
            None,
            None,
        )
        assert "none of the replies could be graded" in english(verdict.sentence)

    def test_inconclusive_says_what_would_decide(self) -> None:
        run = measured([3] * 15 + [1] * 15, 4)
        open_one = judge_published(published(50.0), run)
        told = f"about {open_one.deciding_samples} samples per problem in a new run would decide"
        assert f"{told} with a probability of 80%" in english(open_one.sentence)
        dominated = judge_published(published(50.0, samples=4), run)
        assert dominated.deciding_samples is None
        assert "because the published figure's own error dominates" in english(dominated.sentence)

    def test_what_would_decide_by_bounds_alone_is_told_as_such(self) -> None:
        # d = 0.5, theirs 0.25/1920 + 8.3e-8 = 1.302917e-4: at n = 400 s = √(0.25/12000) = 0.45644,
        # SE √(1.302917e-4 + 2.08401e-5) = 1.22936, reach 3 − 2.02212 = 0.97788:
        # Φ(0.47788/0.45644) − Φ(−1.47788/0.45644) = Φ(1.0470) − Φ(−3.2379) = 0.8518
        found = judge_published(published(50.0), third(50.5))
        assert found.deciding_samples is not None and 300 < found.deciding_samples <= 400
        told = f"at most about {found.deciding_samples} samples per problem in a new run"
        assert told in english(found.sentence)
        none = judge_published(published(50.0, samples=4), third(51.0))
        assert none.deciding_samples is None
        assert "can decide by the bound on the published figure's error" in english(none.sentence)

    def test_another_model_or_benchmark_is_a_mistake(self) -> None:
        run = measured([1] * 30, 2)
        with pytest.raises(ValueError, match="not about r1-distill-qwen-7b"):
            judge_published(published(50.0, subject="deepseek-r1"), run)
        with pytest.raises(ValueError, match="is on math-500"):
            judge_published(published(50.0, benchmark="math-500"), run)


class TestMargin:
    @pytest.mark.parametrize(
        ("benchmark", "score", "margin"),
        [
            ("aime-2024", 55.5, 3.0),  # 44.5/4 = 11.1 is more
            ("aime-2024", 9.3, 2.325),  # 9.3/4
            ("gpqa-diamond", 49.1, 2.0),
            ("math-500", 94.3, 1.425),  # 5.7/4
            ("math-500", 97.3, 0.675),  # 2.7/4
            ("gsm8k", 1.4, 0.5),  # 0.35 is below the least
        ],
    )
    def test_default(self, benchmark: str, score: float, margin: float) -> None:
        assert default_margin(benchmark, score) == pytest.approx(margin)


class TestGreedy:
    CARD: dict[str, Any] = {  # noqa: RUF012
        "benchmark": "gsm8k",
        "problems": 1319,
        "samples": 1,
        "greedy": True,
    }

    def run(self, right: int) -> Measurement:
        return measured([1] * right + [0] * (1319 - right), 1, benchmark="gsm8k", greedy=True)

    def test_pair_without_noise(self) -> None:
        # 25/1319 = 1.895 %: 0.495 away, within 0.5; 26/1319 = 1.971 %: 0.571 away
        verdict = judge_published(published(1.4, **self.CARD), self.run(25))
        assert verdict.verdict == "reproduced"
        assert "without sampling error" in english(verdict.sentence)
        assert (verdict.se, verdict.p_difference, verdict.interval_95) == (0, None, None)
        assert judge_published(published(1.4, **self.CARD), self.run(26)).verdict == "higher"

    def test_an_engine_that_solves_nothing_reproduces_nothing(self) -> None:
        assert judge_published(published(1.4, **self.CARD), self.run(0)).verdict == "lower"

    def test_unknown_decoding_stands_only_where_both_readings_agree(self) -> None:
        unknown = published(1.4, **{**self.CARD, "greedy": None})
        # sampled reading: 0.014·0.986/1319 (with two samples more of each kind, 0.01549·0.98451
        # /1319 = 1.1562e-5), SE 0.34; 0.118 + 0.559 = 0.68 > 0.5: inconclusive, greedy: reproduced
        open_one = judge_published(unknown, self.run(20))
        assert open_one.verdict == "inconclusive"
        assert any("reproduced if it was greedy" in english(note) for note in open_one.notes)
        # 3 % is 1.6 away: 1.6/0.34 = 4.7, higher under both
        assert judge_published(unknown, self.run(40)).verdict == "higher"

    def test_readings_that_decide_differently_say_that_and_nothing_else(self) -> None:
        # 4804 of 10,000 are 1.96 below 50.0 and within 2: reproduced if both are greedy. Theirs
        # sampled 200 times, ours counts as one sample: √(0.2496/10⁴ + 0.25/2·10⁶) = 0.5009 points,
        # 1.96/0.5009 = 3.9 and 0.04/0.5009 = 0.1: lower
        card = {**self.CARD, "problems": 10_000, "samples": 200, "greedy": None}
        ours = measured([1] * 4804 + [0] * 5196, 1, benchmark="gsm8k", greedy=True)
        verdict = judge_published(published(50.0, **card), ours)
        assert verdict.verdict == "inconclusive"
        assert english(verdict.sentence).startswith(
            "48.0 measured here against 50.0: inconclusive, because how it was decoded is unknown "
            "and decides the verdict; if it was sampled, the difference is −2.9 to −1.0 points"
        )

    def test_temperature_tells(self) -> None:
        told = published(1.4, **{**self.CARD, "greedy": None, "protocol": {"temperature": 0}})
        assert judge_published(told, self.run(20)).verdict == "reproduced"

    def test_a_greedy_side_beside_a_sampled_one_counts_as_one_sample(self) -> None:
        # theirs greedy, m = 1: 5.714286/900 = 6.34921e-3 and a step of 1/(12·900) = 9.259e-5;
        # ours W/64 = 9.94774e-5 (see above), rounding 8.3e-8: V = 6.54136e-3, SE 8.08787
        run = measured([48] * 15 + [16] * 15, 64)
        verdict = judge_published(published(55.0, greedy=True), run)
        assert verdict.se == pytest.approx(8.08787, abs=1e-4)
        assert verdict.verdict == "inconclusive"
        assert any("two quantities" in english(note) for note in verdict.notes)

    def test_our_greedy_run_beside_a_sampled_figure(self) -> None:
        # ours 660/1319, n = 1: 0.25/1319 (SE 1.3767); theirs m = 64: 0.2496/84,416 and rounding
        # 8.3e-8: V = 1.8954e-4 + 2.957e-6 + 8.3e-8 = 1.9258e-4, SE 1.3877
        card = {**self.CARD, "samples": 64, "greedy": False}
        verdict = judge_published(published(52.0, **card), self.run(660))
        assert verdict.se == pytest.approx(1.3877, abs=2e-3)
        assert verdict.verdict == "inconclusive"
        reason = "no number of samples can decide, because greedy decoding gives one sample of each"
        assert reason in english(verdict.sentence)


class TestComparability:
    def test_another_window_is_not_comparable(self) -> None:
        verdict = judge_published(
            published(37.6, benchmark="lcb", problems=None, protocol={"window": "2024-08/2025-01"}),
            third(37.9, benchmark="lcb", problems=None, protocol={"window": "2023-05/2024-05"}),
        )
        assert verdict.verdict == "not comparable"
        assert "2023-05/2024-05" in english(verdict.sentence)

    def test_another_number_of_problems_is_not_comparable(self) -> None:
        verdict = judge_published(published(37.6, problems=279), third(37.9, problems=268))
        assert verdict.verdict == "not comparable"

    def test_an_unknown_window_is_said_not_refused(self) -> None:
        verdict = judge_published(published(50.0), third(50.0, protocol={"window": "x"}))
        assert verdict.verdict != "not comparable"
        assert Departure("window", None, "x") in verdict.departures

    def test_departures(self) -> None:
        verdict = judge_published(
            published(50.0, protocol={"temperature": 0.6, "grader": "Rule", "top_p": 0.95}),
            third(50.0, samples=4, protocol={"temperature": 0.8, "grader": "rule ", "dtype": "x"}),
        )
        assert verdict.departures == (
            Departure("samples per problem", 64, 4),
            Departure("temperature", 0.6, 0.8),
            Departure("dtype", None, "x"),
            Departure("top_p", 0.95, None),
        )

    def test_a_rating_is_not_comparable(self) -> None:
        verdict = judge_published(
            published(1189.0, metric="rating"), third(1200.0, metric="rating")
        )
        assert verdict.verdict == "not comparable"

    def test_unknown_number_of_problems_is_inconclusive(self) -> None:
        verdict = judge_published(published(50.0, problems=None), third(50.0, problems=None))
        assert verdict.verdict == "inconclusive"
        assert "number of problems is unknown" in english(verdict.sentence)


class TestVotes:
    def voted(self, value: float = 0.8, se: float = 0.0437342) -> Measurement:
        # 4 of 30 problems 33 to 31: z = 2/√(64 − 4/64 + 1) = 0.24816, Φ(−0.17548) = 0.43035;
        # 0.43035·4/900 = 19.1268·10⁻⁴, SE 4.37342 points; the other problems are certain
        return replace(measured([32] * 30, 64), cons_at_k={64: Vote(value, se)})

    def test_a_vote_of_all_samples_is_judged(self) -> None:
        # √(19.1268 + 0.0008) = 4.3735; d = −3.3: z = 0.75, open
        verdict = judge_published(published(83.3, metric="cons@64"), self.voted())
        assert verdict.measured == pytest.approx(80.0)
        assert verdict.se == pytest.approx(4.3735, abs=1e-3)
        assert verdict.verdict == "inconclusive"
        assert "differ by 4.4 points (SE) by chance" in english(verdict.sentence)
        assert (verdict.p_equivalence, verdict.p_equivalence_adjusted) == (None, None)

    def test_far_apart_votes_are_apart_and_equal_ones_never_reproduced(self) -> None:
        figure = published(83.3, metric="cons@64")
        # d = −23.3: z = −5.3
        assert judge_published(figure, self.voted(0.6)).verdict == "lower"
        assert judge_published(figure, self.voted(0.833, 1e-5)).verdict == "inconclusive"

    def test_a_vote_in_a_family_leaves_equivalence_to_the_others(self) -> None:
        # p of equivalence of the mean is not multiplied for the vote beside it
        mean = Case(published(50.0), measured([32] * 30, 64))
        vote = Case(published(83.3, metric="cons@64"), self.voted())
        first, second = judge_family([mean, vote])
        assert first.p_equivalence_adjusted == first.p_equivalence
        assert second.p_equivalence_adjusted is None

    def test_a_run_without_votes(self) -> None:
        figure = published(83.3, metric="cons@64")
        verdict = judge_published(figure, measured([16] * 30, 32))
        assert (verdict.verdict, verdict.measured) == ("inconclusive", None)
        assert "a vote of 64 needs 64 samples per problem, not 32" in english(verdict.sentence)
        verdict = judge_published(figure, measured([32] * 30, 64))
        assert (verdict.verdict, verdict.measured) == ("not comparable", None)

    def test_two_single_votes_decide_nothing(self) -> None:
        verdict = judge_published(published(52.7, metric="cons@64"), third(60.0, metric="maj@64"))
        assert verdict.verdict == "inconclusive"


class TestFamilies:
    def cases(self) -> list[Case]:
        pairs = [("aime-2024", 55.5, 51.9, 30), ("math-500", 92.8, 94.5, 500)]
        return [
            Case(
                published(p, id=b, benchmark=b, problems=count),
                third(q, benchmark=b, problems=count),
            )
            for b, p, q, count in pairs
        ]

    def test_holm_within_a_family(self) -> None:
        # AIME: d = −3.6, V = 0.519·0.481/1920 + 0.555·0.445/1920 + 1.7e-7 = 2.58822e-4, SE 1.6088
        # z = 2.2377, p = 0.02524; MATH: d = 1.7, V = (0.051975 + 0.066816)/32000 + 1.7e-7, SE 0.197
        # z = 8.6, p ≈ 0. AIME keeps p·1, MATH p·2
        first, second = judge_family(self.cases())
        assert first.p_difference == pytest.approx(0.02524, abs=1e-4)
        assert first.p_difference_adjusted == first.p_difference
        assert second.p_difference_adjusted == pytest.approx(2 * (second.p_difference or 0))
        assert (first.verdict, second.verdict) == ("lower", "higher")

    def test_holm_can_take_a_difference_back(self) -> None:
        # a second AIME row with d = −3.6 as well: the smaller p is doubled, 0.05048 > 0.05
        aime = self.cases()[0]
        twice = [aime, replace(aime, result=replace(aime.result, id="again"))]
        judged = judge_family(twice)
        assert [v.verdict for v in judged] == ["inconclusive", "inconclusive"]
        assert "alone, but not among 2 figures judged together" in english(judged[0].sentence)
        assert judge_family([aime])[0].verdict == "lower"

    def test_families_are_table_subject_and_measurer(self) -> None:
        aime = self.cases()[0]
        other = replace(aime, measured=replace(aime.measured, table="nemo-skills"))
        judged = judge_all([aime, other])
        assert [v.verdict for v in judged] == ["lower", "lower"]
        assert "by nemo-skills" in english(judged[1].sentence)

    def test_what_cannot_be_tested_stays_out_of_the_family(self) -> None:
        aime = self.cases()[0]
        rating = Case(published(1189.0, metric="rating"), third(1200.0, metric="rating"))
        judged = judge_family([rating, aime])
        assert [v.verdict for v in judged] == ["not comparable", "lower"]
        assert judge_family([]) == []
