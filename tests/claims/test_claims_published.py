"""Published tables: what is in seeds/published."""

from __future__ import annotations

import pytest

from claimbench.claims.articles import benchmark_tests, load_claims
from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.pairs import published_pairs
from claimbench.claims.published import load_published, select_published
from claimbench.errors import ConfigError
from claimbench.records import Claim, PublishedResult


@pytest.fixture(scope="module")
def every_claim() -> dict[str, Claim]:
    return {claim.id: claim for claim in load_claims()}


@pytest.fixture(scope="module")
def results() -> tuple[PublishedResult, ...]:
    return load_published()


def published(
    results: tuple[PublishedResult, ...], subject: str, benchmark: str, metric: str = "pass@1"
) -> dict[str, float]:
    """Values of a cell by the table that they stand in."""
    return {
        result.id.replace(f":{subject}:{benchmark}:{metric}", ""): result.value
        for result in results
        if (result.subject, result.benchmark, result.metric) == (subject, benchmark, metric)
    }


def test_a_cell_that_its_source_gives_twice_keeps_both_figures(
    results: tuple[PublishedResult, ...],
) -> None:
    found = published(results, "gpt-4o-0513", "livecodebench")
    assert found["deepseek-r1/distills"] == 32.9
    assert found["deepseek-r1/comparison"] == 34.2
    qwq = published(results, "qwq-32b-preview", "aime24")
    assert qwq == {"deepseek-r1/distills": 44.0, "deepseek-r1/distills#2": 50.0}
    seven = published(results, "r1-distill-qwen-7b", "aime24")
    assert (seven["open-r1/reproduction"], seven["open-r1/reproduction#2"]) == (50.8, 51.3)


def test_second_figures_say_why(results: tuple[PublishedResult, ...]) -> None:
    for result in results:
        if "#" in result.id:
            assert result.note


def test_open_r1s_wrong_reported_column_is_kept_out(results: tuple[PublishedResult, ...]) -> None:
    found = published(results, "r1-distill-llama-8b", "aime24")
    assert 41.7 not in found.values()
    assert found["deepseek-r1/distills"] == 50.4
    assert found["open-r1/reproduction"] == 43.9


def test_samples_behind_deepseeks_figures_are_those_of_the_second_paper() -> None:
    table = {
        (r.subject, r.benchmark, r.metric): r for r in select_published(["deepseek-r1/distills"])
    }
    seven = {b: table["r1-distill-qwen-7b", b, m] for _, b, m in table}
    assert seven["aime24"].samples == seven["gpqa_diamond"].samples == 64
    assert (seven["math500"].samples, seven["livecodebench"].samples) == (16, 8)
    assert seven["math500"].samples_min == 4
    assert "README says 64" in seven["math500"].note
    quoted = table["o1-mini", "math500", "pass@1"]
    assert (quoted.samples, quoted.greedy, dict(quoted.protocol)) == (None, None, {})


def test_a_figure_tells_the_fewest_samples_behind_it(
    results: tuple[PublishedResult, ...],
) -> None:
    """o1's 79.2 on 30 problems: 24/30 = 80.0, 47/60 = 78.3, 71/90 = 78.9, but 95/120 = 79.17. Its
    75.7 on 198: 599/792 = 75.63 and 600/792 = 75.76, but 749/990 = 75.66."""
    found = {r.id: (r.samples, r.samples_min) for r in results}
    o1 = "deepseek-r1/comparison:o1-1217"
    assert found[f"{o1}:aime24:pass@1"] == (None, 4)
    assert found[f"{o1}:gpqa_diamond:pass@1"] == (None, 5)
    assert found[f"{o1}:math500:pass@1"] == (None, 1)  # 482/500 = 96.4
    assert found[f"{o1}:swe_verified:accuracy"] == (None, 1)  # 48.9, on part of the 500
    qwq = "deepseek-r1/distills:qwq-32b-preview:aime24:pass@1"
    assert (found[qwq], found[f"{qwq}#2"]) == ((None, 5), (None, 1))  # 66/150 = 44.0, 15/30 = 50


def test_the_tables_of_r1_are_whole(results: tuple[PublishedResult, ...]) -> None:
    r1 = [r for r in results if r.table == "deepseek-r1/comparison" and r.subject == "deepseek-r1"]
    assert len(r1) == 21
    assert {r.source.line for r in r1} == {str(line) for line in range(111, 132)}
    distills = [r for r in results if r.table == "deepseek-r1/distills" and "#" not in r.id]
    assert len(distills) == 60
    assert {r.source.line for r in distills} == {str(line) for line in range(143, 153)}


def test_seed_tables_carry_their_spread() -> None:
    found = {r.id: r for r in select_published(["sober-reasoning"])}
    aime = found["sober-reasoning/leaderboard:r1-distill-qwen-7b:aime24:pass@1"]
    assert (aime.value, aime.sd, aime.runs, aime.samples) == (52.3, 6.3, 10, 10)
    assert found["sober-reasoning/leaderboard:r1-distill-qwen-7b:math500:pass@1"].runs == 3


def test_every_figure_names_its_source_and_vendors_stay_apart_from_third_parties(
    results: tuple[PublishedResult, ...],
) -> None:
    third = {"open-r1", "sober-reasoning", "nemo-skills", "evalchemy", "phi-4-mini-flash",
             "aider", "chatbot-arena", "confabulations", "livebench", "livecodebench", "matharena",
             "vectara", "verl"}  # fmt: skip
    vendors = {"deepseek-r1", "deepseek-v3", "openai-o1", "simple-evals", "smollm2"}
    for result in results:
        assert result.source.file and result.source.line, result.id
        file = result.table.partition("/")[0]
        assert file not in third or result.tier == "C", result.id
        assert file not in vendors or result.tier == "D", result.id


def test_pairs_come_from_one_table_where_one_has_both(
    results: tuple[PublishedResult, ...], every_claim: dict[str, Claim]
) -> None:
    catalogue = load_catalogue()

    def values(name: str, test: int) -> dict[str, tuple[float, float, bool]]:
        pairs = published_pairs(benchmark_tests(every_claim[name])[test], results, catalogue)
        return {
            p.named: (p.subject.value, p.reference.value, p.subject.table == p.reference.table)
            for p in pairs
            if p.subject and p.reference
        }

    assert values("yonhap-0127-1", 0)["aime24"] == (79.8, 44.6, False)
    assert values("yonhap-0127-1", 1)["aime24"] == (79.8, 79.2, True)
    # DeepSeek-V3's own table states the protocol of both; the R1 table only quotes them.
    assert values("hani-0130-10", 1)["livecodebench"] == (40.5, 33.4, True)
    assert values("hani-0130-10", 1)["aime24"] == (39.2, 9.3, True)


def test_every_test_has_figures_for_every_benchmark(
    results: tuple[PublishedResult, ...], every_claim: dict[str, Claim]
) -> None:
    catalogue = load_catalogue()
    for claim in every_claim.values():
        for test in benchmark_tests(claim):
            for pair in published_pairs(test, results, catalogue):
                assert pair.subject and pair.reference, (claim.id, pair.named)


def test_a_published_table_nobody_defines_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no published table deepseek-r2; did you mean deepseek"):
        select_published(["deepseek-r2"])
