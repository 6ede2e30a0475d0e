"""Claims decided from published data: sums and repositories."""

from __future__ import annotations

import math

import pytest

from claimbench.claims import formula
from claimbench.claims.articles import efficiency_tests, load_claims
from claimbench.claims.decided import judge_arithmetic, judge_artifacts
from claimbench.claims.published import load_figures
from claimbench.claims.schema import ArithmeticTest, Figure
from claimbench.records import Claim
from claimbench.report.messages import english


@pytest.fixture(scope="module")
def every_claim() -> dict[str, Claim]:
    return {claim.id: claim for claim in load_claims()}


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return load_figures()


# --- arithmetic -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high", "agrees"),
    [
        # 2,788,000 hours × 2 dollars = 5,576,000 dollars, below 6,000,000.
        ("yonhap-0127-2", 5_576_000, 5_576_000, True),
        # 30.84 / 2.788 = 11.0617; about a tenth is 10 ± 2.
        ("yonhap-0127-3", 11.0617, 11.0617, True),
        # 30,840 / (2,788 + 147) = 30,840 / 2,935 = 10.5077.
        ("eunsolan-0128-4", 10.5077, 10.5077, True),
        # 100 / 6 = 16.6667, within 0.5 of 17; but the 100 is a floor, so 30 would be allowed too.
        ("fnnews-0218-6", 16.6667, math.inf, None),
        # 4 to the power of 1, times 2.
        ("hani-0130-2", 8, 8, True),
        # 5.576 million × 1,431.3 = 7,980.9 million won; × 1,452.7 = 8,100.3 million won.
        ("hani-0130-3", 7.98093, 8.10026, True),
        # "a few" tens of millions, 20 to 90, against 10 ± 5.
        ("hani-0130-4", 20, 90, False),
        # (5.576 + 0.294) / 100 = 0.0587; the 100 is a floor, so any share down to 0 is allowed.
        ("yonhap-0127-15", 0.0, 0.0587, True),
    ],
)
def test_arithmetic_claims(
    every_claim: dict[str, Claim],
    figures: dict[str, Figure],
    name: str,
    low: float,
    high: float,
    agrees: bool | None,
) -> None:
    result = judge_arithmetic(every_claim[name], figures)
    assert (result.low, result.high) == pytest.approx((low, high), rel=1e-4)
    assert result.agrees is agrees
    assert result.sources


def test_arithmetic_shows_its_working_and_its_weak_inputs(
    every_claim: dict[str, Claim], figures: dict[str, Figure]
) -> None:
    result = judge_arithmetic(every_claim["fnnews-0218-6"], figures)
    assert result.working == "100,000,000 / 6,000,000"
    assert [english(bound) for bound in result.bounds] == ["gpt4 is at least this"]


def test_a_range_partly_inside_the_claim_decides_nothing() -> None:
    test = ArithmeticTest.model_validate(
        {
            "inputs": {"a": {"value": [1, 3], "unit": "m", "source": "here"}},
            "formula": "a",
            "unit": "m",
            "high": 2,
        }
    )
    assert judge_arithmetic(test, {}).agrees is None


ONE_SIDED = [
    # a ≥ 3: 2a ≥ 6 whatever a is, so "at least 5" is supported and "at most 5" contradicted
    ("at_least", "2 * a", {"low": 5}, True),
    ("at_least", "2 * a", {"high": 5}, False),
    ("at_least", "2 * a", {"low": 7}, None),
    ("at_least", "2 * a", {"claimed": 6, "tolerance": 1}, None),
    # 0 ≤ a ≤ 3: 6/a ≥ 2, and 6/a has no upper end
    ("at_most", "6 / a", {"low": 2}, True),
    ("at_most", "6 / a", {"high": 1}, False),
    ("at_most", "6 / a", {"high": 100}, None),
    ("at_most", "2 * a", {"high": 6}, True),
    # a / a at 0 and ∞: no limit is known
    ("at_least", "a / a", {"low": 1}, None),
]


@pytest.mark.parametrize(("bound", "formula", "claimed", "agrees"), ONE_SIDED)
def test_a_floor_or_ceiling_decides_only_what_all_its_values_do(
    bound: str, formula: str, claimed: dict[str, float], agrees: bool | None
) -> None:
    figure = Figure.model_validate(
        {"value": 3, "unit": "m", "source": {"file": "here"}, "bound": bound}
    )
    test = ArithmeticTest.model_validate(
        {"inputs": {"a": {"figure": "f"}}, "formula": formula, "unit": "m", **claimed}
    )
    assert judge_arithmetic(test, {"f": figure}).agrees is agrees


def test_what_rests_on_an_unconfirmed_figure_says_so() -> None:
    figure = Figure.model_validate(
        {"value": 2, "unit": "m", "source": {"file": "memory"}, "confirmed": False}
    )
    test = ArithmeticTest.model_validate(
        {"inputs": {"a": {"figure": "f"}}, "formula": "a", "unit": "m", "high": 3}
    )
    result = judge_arithmetic(test, {"f": figure})
    assert (result.agrees, result.unconfirmed) == (True, ("a",))


def test_checks_from_figures_of_efficiency_claims(
    every_claim: dict[str, Claim], figures: dict[str, Figure]
) -> None:
    price = efficiency_tests(every_claim["fnnews-0218-8"])[0]
    # 60 / 2.19 = 27.397 times cheaper per output token.
    low = judge_arithmetic(price.from_figures[0], figures).low
    assert low == pytest.approx(27.397, abs=1e-3)
    active = efficiency_tests(every_claim["yonhap-0201-7"])[1]
    # 405 / 37 = 10.946 times the parameters at work.
    low = judge_arithmetic(active.from_figures[0], figures).low
    assert low == pytest.approx(10.946, abs=1e-3)


def test_a_second_reading_stands_beside_the_first(
    every_claim: dict[str, Claim], figures: dict[str, Figure]
) -> None:
    """30.84M hours over V3's and R1's 2.935M are 10.5, over R1's own 147 thousand 209.8."""
    found = judge_arithmetic(every_claim["eunsolan-0128-4"], figures)
    assert found.agrees is True and found.second is not None
    assert (found.low, found.second.low) == (
        pytest.approx(10.508, abs=1e-3),
        pytest.approx(209.796, abs=1e-3),
    )
    with pytest.raises(ValueError, match="second uses c"):
        ArithmeticTest.model_validate(
            {"inputs": {"a": {"value": 1, "unit": "m", "source": "s"}}, "formula": "a",
             "unit": "m", "high": 3, "second": {"formula": "a / c"}}
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("2 ** 3 ** 2", 512), ("-a / 4", -0.5), ("1e3", 1000)],
)
def test_formulas(text: str, value: float) -> None:
    assert formula.evaluate(text, {"a": 2}) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.b",
        "a[0]",
        "f(a)",
        "a if a else a",
        "a and a",
        "a < 1",
        "'a' * 9",
        "True + 1",
        "1j",
        "a // 2",
        "a % 2",
        "lambda: 1",
        "a :=",
        "",
        "1 +" * 200 + "1",
    ],
)
def test_anything_else_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        formula.names_in(text)
    with pytest.raises(ValueError, match="formula"):
        formula.evaluate(text, {"a": 1, "f": 1})


@pytest.mark.parametrize(
    "text", ["1 / (a - a)", "(0 - 8) ** 0.5", "10 ** 64 ** 64", "9 ** 999", "b"]
)
def test_a_formula_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"value|exponent"):
        formula.evaluate(text, {"a": 1})


def test_ranges_with_no_upper_end_allow_any_height() -> None:
    test = ArithmeticTest.model_validate(
        {
            "inputs": {"a": {"value": 5, "unit": "m", "source": "here"}},
            "formula": "a",
            "unit": "m",
            "low": 1,
        }
    )
    result = judge_arithmetic(test, {})
    assert (result.agrees, result.claimed_high) == (True, math.inf)


# --- artifacts ------------------------------------------------------------------------------


def test_licences_differ_between_r1_its_llama_distills_and_v3(
    every_claim: dict[str, Claim],
) -> None:
    results = judge_artifacts(every_claim["yonhap-0127-6"])
    agrees = {result.repository.removeprefix("deepseek-ai/"): result.agrees for result in results}
    assert agrees == {
        "DeepSeek-R1": True,
        "DeepSeek-R1-Distill-Qwen-7B": True,
        "DeepSeek-R1-Distill-Llama-8B": False,
        "DeepSeek-V3": False,
    }
