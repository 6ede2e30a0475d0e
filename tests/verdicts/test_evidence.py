"""What was measured and what is published, side by side."""

from __future__ import annotations

from typing import Any

import pytest
from report_toys import measurement

from claimbench.records import PublishedResult, Source
from claimbench.report.messages import english
from claimbench.report.tables import sampling_error
from claimbench.verdicts.side_by_side import gather


def test_a_sampling_error_that_is_a_bound_says_so() -> None:
    """0 of 6 in three problems: 16.67 is what one right sample more would change, no estimate."""
    nothing = measurement(right=(0, 0, 0), counted=(2, 2, 2), sampling_se=1 / 6)
    assert sampling_error(nothing) == "≤ 16.67"
    assert english(sampling_error(measurement(right=(1, 0, 1), counted=(1, 1, 1)))).startswith("≤ ")
    assert sampling_error(measurement()) == "5.00"
    assert english(sampling_error(measurement(greedy=True, sampling_se=0.0))) == "0 (greedy)"


def published(**changes: Any) -> PublishedResult:
    values: dict[str, Any] = {
        "id": "lab/table:m:b:pass@1", "table": "lab/table", "subject": "m", "benchmark": "b",
        "metric": "pass@1", "value": 50.0, "tier": "C", "source": Source("README"), "samples": 4,
        "problems": 10, "greedy": False,
    }  # fmt: skip
    return PublishedResult(**{**values, **changes})


def test_evidence_stands_side_by_side() -> None:
    results = [
        published(tier="D", id="v", table="vendor/t", value=99.9),
        published(),
        published(id="lab/table:m:b:pass@1#2", value=60.0, sd=3.0, runs=9),
        published(subject="other"),
        published(metric="rating", value=2000.0),
        published(id="w", table="web/t", problems=None),
    ]
    (group,) = gather([("run", measurement(problems=0))], results)
    told = [(e.who, e.origin, e.tier) for e in group.estimates]
    assert told == [
        ("run", "ours", "A"),
        ("lab/table", "third party", "C"),
        ("lab/table #2", "third party", "C"),
        ("web/t", "third party", "C"),
        ("vendor/t", "vendor", "D"),
    ]
    ours, _, seeds, web, vendor = group.estimates
    # W = (10 · 0.25 · 4/3 + 1/4)/100, SE = sqrt(W/4): 9.46 points, times 1.96.
    assert ours.low == pytest.approx(50 - 18.5, abs=0.1)
    # 3 points over 9 runs: 1 point with t on 8 degrees of freedom, 2.306 (rounding aside).
    assert seeds.high == pytest.approx(62.306, abs=0.01)
    assert (web.low, web.high) == (None, None)
    assert vendor.high == 100.0


def test_what_was_not_measured_has_no_group() -> None:
    assert gather([("run", measurement(pass_at_1=float("nan")))], [published()]) == []
