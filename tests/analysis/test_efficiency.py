"""What a run spends: by hand, from a whole journey, and in claims."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pipeline_toys import Toy, answer
from scripted import ScriptedEngine
from verdict_toys import measured

from claimbench.analysis.efficiency import Efficiency, Pace, efficiency, paces, tokens_per_solved
from claimbench.claims.articles import load_claims
from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.published import load_figures
from claimbench.claims.schema import Figure
from claimbench.records import Claim, Completion, RequestFailure
from claimbench.report.messages import english
from claimbench.verdicts.articles.efficiency_claims import Spendings, judge_efficiency_claim
from claimbench.verdicts.articles.runs import load_runs
from claimbench.verdicts.articles.sources import Run

NAN = float("nan")
H200 = [{"name": "NVIDIA H200"}]


def session(seconds: float, tokens: int = 1000, **more: Any) -> dict[str, Any]:
    part = {"model": "m", "samples": 1, "tokens": tokens, "seconds": seconds}
    return {"engine": {}, "gpus": [], "cpu": {"cores": 4}, "generating": [part], **more}


# --- by hand --------------------------------------------------------------------------------


def test_tokens_per_solved_by_hand() -> None:
    """Two problems, two samples: 100 + 300 tokens with one right, 200 + 200 with two right.
    R = 800/3 = 266.67. Residuals t − R·s: 400 − 266.67 = 133.33 and 400 − 533.33 = −133.33;
    2/1 · 2·133.33² = 71,111; its root 266.67, over 3 is 88.89."""
    value, error = tokens_per_solved(
        np.array([[100, 300], [200, 200]]), np.array([[1.0, 0], [1, 1]])
    )
    assert value == pytest.approx(266.667, abs=0.001)
    assert error == pytest.approx(88.889, abs=0.001)


def test_samples_that_could_not_be_graded_are_left_out_of_both_sums() -> None:
    value, _ = tokens_per_solved(
        np.array([[100, 9999], [200, 200]]), np.array([[1.0, NAN], [1, 0]])
    )
    assert value == 500 / 2


def test_nothing_solved_is_no_number() -> None:
    assert tokens_per_solved(np.array([[5]]), np.array([[0.0]])) == (None, None)
    assert tokens_per_solved(np.array([[5]]), np.array([[1.0]])) == (5.0, None)


def test_pace_is_wall_clock_over_sessions() -> None:
    """1,000 tokens in 10 s on 4 cores and 2,000 in 5 s: 3,000 tokens in 15 s, 60 core-seconds. A
    session that was killed has no time and does not count."""
    killed = session(0.0, 500)
    killed["generating"] = []
    (pace,) = paces([session(10), killed, session(5, 2000)]).values()
    assert pace == Pace(3000, 15.0, 60.0, "CPU cores", False)


@pytest.mark.parametrize(
    ("more", "device_seconds", "device", "gpu"),
    [
        ({"gpus": H200 * 8}, 10, "NVIDIA H200", True),
        (
            {"gpus": H200 * 8, "engine": {"args": {"tensor_parallel_size": 4}}},
            40,
            "NVIDIA H200",
            True,
        ),
        ({"gpus": H200, "engine": {"device": "cpu", "threads": 3}}, 30, "CPU cores", False),
        ({"engine": {"kind": "endpoint"}}, None, "endpoint", False),
        ({"cpu": {}}, None, "CPU cores", False),
    ],
)
def test_devices_are_those_that_the_engine_used(
    more: dict[str, Any], device_seconds: float | None, device: str, gpu: bool
) -> None:
    pace = paces([session(10, **more)])["m"]
    assert (pace.device_seconds, pace.device, pace.gpu) == (device_seconds, device, gpu)


def test_cost_by_hand() -> None:
    """800 tokens for 3 right of 4; 8,000 tokens took 100 s on 2 GPUs: 0.025 GPU-seconds a token;
    266.67 tokens are 6.667 GPU-seconds; at 3.6 dollars an hour 0.001 a second: 0.006667 dollars."""
    pace = Pace(8000, 100.0, 200.0, "NVIDIA H200", True)
    tokens, value = np.array([[100, 300], [200, 200]]), np.array([[1.0, 0], [1, 1]])
    one = efficiency("m", "b", tokens, value, 1000, pace)
    assert one.tokens_per_second == 80
    assert one.device_seconds_per_solved == pytest.approx(6.6667, abs=1e-4)
    assert one.gpu_cost_per_solved(3.6) == pytest.approx(0.0066667, abs=1e-6)
    assert one.gpu_cost_per_solved(None) is None
    low, high = one.tokens_interval_95 or (0, 0)
    assert (low, high) == (pytest.approx(92.4, abs=0.1), pytest.approx(440.9, abs=0.1))


def test_no_dollars_for_cpu_time() -> None:
    pace = Pace(8000, 100.0, 200.0, "CPU cores", False)
    one = efficiency("m", "b", np.array([[10]]), np.array([[1.0]]), 5, pace)
    assert one.device_seconds_per_solved == pytest.approx(0.25)
    assert one.gpu_cost_per_solved(3.6) is None


# --- from a run -----------------------------------------------------------------------------


class SlowEngine(ScriptedEngine):
    """Answers after a while, and says of each answer that it took a hundred seconds."""

    def generate(self, requests: Any) -> Iterator[Completion | RequestFailure]:
        from dataclasses import replace

        for found in super().generate(requests):
            time.sleep(0.005)
            assert isinstance(found, Completion)
            yield replace(found, seconds=100.0)


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    return Toy(toy, monkeypatch)


def test_a_run_says_what_it_spent(journey: Toy) -> None:
    """Requests overlap, so their own seconds (100 each) say nothing: the wall clock counts."""
    journey.run(engine=SlowEngine(answer))
    (one,) = json.loads((journey.out / "efficiency.json").read_text())
    (entry,) = json.loads((journey.out / "provenance.json").read_text())
    (part,) = entry["generating"]
    samples = journey.rows("samples")
    spent = sum(s["completion_tokens"] for s in samples)
    assert entry["ended"] >= entry["started"]
    assert (part["model"], part["samples"], part["tokens"]) == ("toy", 40, spent)
    assert part["seconds"] >= 0.2
    assert one["completion_tokens"] == spent
    assert one["prompt_tokens"] == sum(s["prompt_tokens"] for s in samples)
    assert one["tokens_per_solved"] == pytest.approx(spent / 30)
    assert one["tokens_per_second"] == pytest.approx(spent / part["seconds"], rel=1e-3)
    assert one["tokens_per_second"] != pytest.approx(spent / (40 * 100), rel=0.01)
    with (journey.out / "tables" / "efficiency.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["right"], row["samples"]) == ("30", "40")
    assert "tokens per solved" in (journey.out / "report.md").read_text()


def test_a_resumed_run_adds_up_its_sessions(journey: Toy) -> None:
    from claimbench.errors import EngineDied

    with pytest.raises(EngineDied):
        journey.run(engine=ScriptedEngine(answer, dies_after=11))
    journey.run()
    first, second = json.loads((journey.out / "provenance.json").read_text())
    assert "ended" not in first
    assert [s["generating"][0]["samples"] for s in (first, second)] == [11, 29]
    (one,) = json.loads((journey.out / "efficiency.json").read_text())
    both = [s["generating"][0] for s in (first, second)]
    seconds, tokens = sum(b["seconds"] for b in both), sum(b["tokens"] for b in both)
    assert tokens == one["completion_tokens"]
    assert one["tokens_per_second"] == pytest.approx(tokens / seconds)


@pytest.mark.slow
def test_a_finished_run_that_is_asked_again_keeps_its_pace(journey: Toy) -> None:
    journey.run()
    before = json.loads((journey.out / "efficiency.json").read_text())
    journey.run(engine=ScriptedEngine({}))
    assert json.loads((journey.out / "efficiency.json").read_text()) == before


def test_a_price_for_a_gpu_hour_reaches_the_report(journey: Toy) -> None:
    from claimbench.runner import reporting
    from claimbench.store import RunStore

    journey.run()
    path = journey.out / "provenance.json"
    (entry,) = json.loads(path.read_text())
    entry["gpus"] = H200
    entry["generating"][0]["seconds"] = 30 * 3.6
    path.write_text(json.dumps([entry]))
    with RunStore.existing(journey.out, writer=True) as store:
        reporting.report(store, gpu_hour=1.0)
    with (journey.out / "tables" / "efficiency.csv").open() as file:
        (row,) = csv.DictReader(file)
    # 108 GPU-seconds for 30 right: 3.6 each, a thousandth of an hour.
    assert row["device-seconds per solved"] == "3.60"
    assert row["dollars per solved"] == "0.001"
    assert "| 0.001 |" in (journey.out / "report.md").read_text()


def test_what_the_journey_wrote_can_be_read_as_evidence(journey: Toy) -> None:
    journey.run()
    (run,) = load_runs([journey.out])
    assert run.name == "out"
    assert run.measurements[0].pass_at_1 == pytest.approx(0.75)
    assert run.efficiency[0].right == 30


# --- in claims ------------------------------------------------------------------------------


def spent(model: str, per_solved: float, error: float, **more: Any) -> Efficiency:
    facts: dict[str, Any] = {
        "model": model, "benchmark": "aime24", "samples": 100, "right": 50.0,
        "completion_tokens": round(50 * per_solved), "prompt_tokens": 10_000,
        "tokens_per_solved": per_solved, "tokens_per_solved_se": error,
    }  # fmt: skip
    return Efficiency(**{**facts, **more})


@pytest.fixture(scope="module")
def price_claim() -> Claim:
    """The claim about R1's price without what others measured of it: our runs alone decide."""
    claim = next(c for c in load_claims() if c.id == "fnnews-0218-8")
    measures = [
        {k: v for k, v in one.items() if k != "from_figures"} | {"from_figures": []} if at else one
        for at, one in enumerate(claim.test["measures"])
    ]
    return replace(claim, test={**claim.test, "measures": measures})


def judged(claim: Claim, *rows: Efficiency) -> Any:
    runs = [Run("r", (), tuple(rows))] if rows else []
    return judge_efficiency_claim(claim, Spendings(load_figures(), runs, load_catalogue()))


def test_api_cost_by_hand() -> None:
    """10,000 prompt tokens at 0.55 and 500,000 at 2.19 dollars a million: .0055 + 1.095 = 1.1005
    dollars for 50 solved: 0.02201 each."""
    one = spent("deepseek-r1", 10_000, 500)
    prices = [f for name, f in load_figures().items() if name.startswith(("r1-api", "o1-api"))]
    assert one.api_cost_per_solved(prices) == pytest.approx(0.02201)
    other: list[Figure] = [f for f in prices if f.subject != "deepseek-r1"]
    assert one.api_cost_per_solved(other) is None


def test_cost_per_solved_decides_the_price_claim(price_claim: Claim) -> None:
    """R1 at 10,000 tokens a solved problem costs 0.022 dollars, o1 at 5,000 costs 0.303."""
    open_ = judged(price_claim)
    assert open_.status == "inconclusive"
    shown = judged(price_claim, spent("deepseek-r1", 10_000, 500), spent("o1-1217", 5000, 400))
    # The price per token rests on the price lists (D), the cost on our run: the weaker is named.
    assert (shown.status, shown.tier) == ("supported", "D")
    ours = next(f for f in shown.evidence if f.tier == "A")
    assert ours.verdict == "supported"
    assert "0.02201 against 0.303" in english(ours.sentence)


def test_dearer_is_contradicted_and_close_is_open(price_claim: Claim) -> None:
    dear = judged(price_claim, spent("deepseek-r1", 900_000, 900), spent("o1-1217", 5000, 50))
    assert next(f for f in dear.evidence if f.tier == "A").verdict == "contradicted"
    close = judged(price_claim, spent("deepseek-r1", 140_000, 9e4), spent("o1-1217", 5000, 50))
    assert next(f for f in close.evidence if f.tier == "A").verdict == "inconclusive"


def test_one_side_alone_is_untested(price_claim: Claim) -> None:
    alone = judged(price_claim, spent("deepseek-r1", 10_000, 500))
    assert "untested" in english(alone.reason)
    assert all(f.tier != "A" for f in alone.evidence)


def test_a_distill_is_shown_and_says_nothing_of_r1(price_claim: Claim) -> None:
    v = judged(price_claim, spent("r1-distill-qwen-7b", 12_000, 500))
    assert (v.status, v.tier) == ("inconclusive", "D")
    (beside,) = v.proxies
    assert "12000 tokens per solved problem on aime24" in english(beside.sentence)


def test_old_run_folders_without_efficiency_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "measurements.json").write_text(
        json.dumps([asdict(measured([1, 0], 4, model="m", benchmark="b"))])
    )
    (run,) = load_runs([tmp_path])
    assert run.efficiency == ()
