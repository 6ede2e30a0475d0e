"""Verdicts of runs that were judged, or seen, more than once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdict_toys import measured

from claimbench import statistics as stats
from claimbench.records import CellName, Looks, PublishedResult, Source
from claimbench.report.messages import english
from claimbench.store.manifest import Judging
from claimbench.verdicts.cases import Case, Pair
from claimbench.verdicts.claims import outcomes_of
from claimbench.verdicts.composition import Relation, compose
from claimbench.verdicts.pairing import judge
from claimbench.verdicts.published import judge_family
from claimbench.verdicts.stopping import family_sizes, look_at


def published(value: float, samples: int = 4096) -> PublishedResult:
    return PublishedResult(
        id="v/aime",
        table="v",
        subject="r1-distill-qwen-7b",
        benchmark="aime-2024",
        metric="pass@1",
        value=value,
        tier="D",
        source=Source("v"),
        samples=samples,
        greedy=False,
        problems=30,
    )


def run(n: int, share: float, looks: Looks | None):  # type: ignore[no-untyped-def]
    return measured([round(share * n)] * 30, n, looks=looks)


DECLARED = Looks(declared=(16, 32, 64))


def test_a_declared_look_has_its_sequential_p() -> None:
    ours = run(32, 0.5, DECLARED)
    (plain,) = judge_family([Case(published(54.0), replace(ours, looks=None))])
    (found,) = judge_family([Case(published(54.0), ours)])
    assert plain.p_difference is not None and found.p_difference_adjusted is not None
    # The published error is next to nothing here, so that t is 1/4 and 1/2.
    expected = 2 * stats.sequential_p(plain.p_difference / 2, [0.25, 0.5])
    assert found.p_difference == plain.p_difference
    assert found.p_difference_adjusted == pytest.approx(expected, rel=0.05)
    assert found.interval_95 == plain.interval_95


def test_the_last_look_says_nothing_in_its_sentence() -> None:
    (found,) = judge_family([Case(published(70.0), run(64, 0.5, DECLARED))])
    assert "decided at" not in english(found.sentence)
    assert any("16, 32, 64 samples per problem" in english(note) for note in found.notes)


def test_what_one_look_would_show_is_said() -> None:
    ours = run(16, 0.5, Looks(declared=(16, 64)))
    (plain,) = judge_family([Case(published(57.0), replace(ours, looks=None))])
    (found,) = judge_family([Case(published(57.0), ours)])
    assert (plain.verdict, found.verdict) == ("lower", "inconclusive")
    assert "not after several looks" in english(found.sentence)


def test_equivalence_is_sequential_too() -> None:
    (plain,) = judge_family([Case(published(50.0), run(64, 0.5, None), margin=6)])
    (found,) = judge_family([Case(published(50.0), run(64, 0.5, DECLARED), margin=6)])
    assert plain.p_equivalence is not None and found.p_equivalence_adjusted is not None
    assert found.p_equivalence_adjusted > plain.p_equivalence
    assert found.verdict == plain.verdict == "reproduced"


def test_looks_that_were_not_declared_are_tested_more_strictly() -> None:
    ours = run(32, 0.5, Looks(earlier=(4, 16)))
    (found,) = judge_family([Case(published(56.0), ours)])
    assert found.looks is not None and found.looks.level == 0.00125
    assert found.p_difference is not None
    assert found.p_difference_adjusted == pytest.approx(min(1, 40 * found.p_difference))
    assert "seen before with 4, 16 samples" in english(found.sentence)


JUDGING = Judging(published=("deepseek-r1",), margins={}, problems={"aime-2024": 30, "aime24": 30})
CELL = CellName("r1-distill-qwen-7b", "aime24")


def look(share: float, n: int = 32, judging: Judging = JUDGING, more: tuple[CellName, ...] = ()):  # type: ignore[no-untyped-def]
    ours = replace(run(n, share, DECLARED), benchmark="aime24")
    return look_at(ours, judging, [CELL, *more])


def test_a_look_stops_where_the_figure_is_decided() -> None:
    far, near = look(0.25), look(0.53)
    assert far.stops and set(far.verdicts.values()) == {"lower"}
    assert not near.stops and set(near.verdicts.values()) == {"inconclusive"}
    # Votes are judged by what is there in the end, and keep nothing going.
    assert all("cons" not in figure for figure in far.verdicts)


def test_a_look_without_a_figure_stops_nothing() -> None:
    seen = look(0.25, judging=Judging(published=(), margins={}, problems={}))
    assert (seen.verdicts, seen.stops) == ({}, False)


def test_a_look_stops_where_more_samples_decide_nothing() -> None:
    """At 2,000 of 4,000 samples the error is the published 64's alone, too wide for 1 point."""
    tight = JUDGING.model_copy(update={"margins": {"aime24": 0.5}})
    ours = replace(run(2000, 0.55, Looks(declared=(2000, 4000))), benchmark="aime24")
    seen = look_at(ours, tight, [CELL])
    assert seen.stops and set(seen.verdicts.values()) == {"inconclusive"}


def test_a_family_counts_every_figure_that_is_judged_with_it() -> None:
    alone = family_sizes(JUDGING, CELL.model, [CELL])
    both = family_sizes(JUDGING, CELL.model, [CELL, CellName(CELL.model, "math500")])
    other = family_sizes(JUDGING, CELL.model, [CELL, CellName("r1-distill-qwen-14b", "math500")])
    (table,) = alone
    assert alone == other
    assert both[table] == alone[table] + 1


def test_a_figure_of_the_runs_own_file_is_decided_as_its_verdict_is() -> None:
    """It once counted as a family of none, for which every p is 0 and every figure reproduced."""
    rules = {"published": (), "margins": {"aime24": 25.0}, "problems": {"aime24": 30}}
    for claimed, shown in ((70.0, "inconclusive"), (85.0, "lower"), (50.0, "reproduced")):
        figures = {CELL.model: {CELL.benchmark: claimed, "math500": 90.0}}
        own = Judging.model_validate({**rules, "claimed": figures})
        assert family_sizes(own, CELL.model, [CELL]) == {"claimed": 1}
        both = [CELL, CellName(CELL.model, "math500")]
        assert family_sizes(own, CELL.model, both) == {"claimed": 2}
        seen = look(0.53, judging=own)
        ours = replace(run(32, 0.53, DECLARED), benchmark="aime24")
        (verdict,) = judge([ours], own.model_dump())
        assert set(seen.verdicts.values()) == {verdict.verdict} == {shown}
        assert seen.stops == (shown != "inconclusive")


# --- articles' claims about scores that grew ----------------------------------------------------


def claimed(relation: Relation, share: float, looks: Looks | None, value: float = 52.5):  # type: ignore[no-untyped-def]
    """The claim that a run of 32 samples stands in the relation to a published score."""
    (outcome,) = outcomes_of([Pair("aime-2024", run(32, share, looks), published(value))], relation)
    return outcome


@pytest.mark.parametrize("relation", ["ahead", "on par", "at least"])
def test_a_claim_about_a_raised_run_is_tested_at_the_stricter_level(relation: Relation) -> None:
    plain, raised = (claimed(relation, 0.55, looks) for looks in (None, Looks(earlier=(4, 16))))
    for one, other in ((plain.p_holds, raised.p_holds), (plain.p_fails, raised.p_fails)):
        assert one is not None and other is not None
        assert other == pytest.approx(min(1.0, 40 * one))


def test_a_claim_that_one_look_would_support_stays_open_after_undeclared_ones() -> None:
    plain, raised = (claimed("ahead", 0.55, looks) for looks in (None, Looks(earlier=(4,))))
    assert compose("listed", [plain])[0] == "supported"
    assert compose("listed", [raised])[0] == "inconclusive"


def test_a_claim_at_a_declared_look_has_its_sequential_p() -> None:
    plain, found = (claimed("ahead", 0.55, looks) for looks in (None, DECLARED))
    assert plain.p_holds is not None and found.p_holds is not None
    assert plain.comparison is not None
    own = stats.measure([round(0.55 * 32)] * 30, [32] * 30).sampling_variance
    rest = (plain.comparison.se / 100) ** 2 - own
    last = own / 2 + rest
    times = [last / (2 * own + rest), last / (own + rest)]
    assert found.p_holds == pytest.approx(
        2 * stats.sequential_p(plain.p_holds / 2, times), rel=1e-6
    )


def test_a_reference_that_grew_counts_too() -> None:
    ours, theirs = run(32, 0.55, None), run(32, 0.45, Looks(earlier=(4,)))
    alone = replace(theirs, looks=None)
    plain, raised = (
        outcomes_of([Pair("aime-2024", ours, side)], "ahead")[0] for side in (alone, theirs)
    )
    assert plain.p_holds is not None
    assert raised.p_holds == pytest.approx(min(1.0, 20 * plain.p_holds))
