"""How many samples a plan says are needed, without tokenizers or data sets."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from claimbench.cli import app


def test_a_plan_says_how_many_samples_show_equality() -> None:
    """GPQA-Diamond, 49.1 on 198 problems by 64 samples, margin 2: V ≤ (0.02/2.926406)² = 4.6707e-5.

    At 0.4 of 0.491·0.509 = 0.24992 the spread is 0.09997 and theirs 0.09997/198/64 = 7.889e-6 +
    8.3e-8: ours ≤ 3.8735e-5, n ≥ 0.09997/198/3.8735e-5 = 13.03, with the 1/n² 14. At 0.6: spread
    0.14995, theirs 1.1833e-5 + 8.3e-8, ours ≤ 3.4791e-5, n ≥ 21.77, so 22.
    """
    words = ["plan", "r1-distill-qwen-7b", "--offline", "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    found = {t["benchmark"]: t for t in json.loads(done.stdout)["published"]}
    gpqa = found["gpqa_diamond"]
    assert gpqa["samples_for_power"] == [14, 22]
    assert (gpqa["published_samples"], gpqa["samples_per_problem"]) == (64, 64)
    assert gpqa["family"] == 4
    assert gpqa["samples_for_power_in_family"][0] > 14
    assert gpqa["samples_for_the_margin"] > 22
    assert found["aime24"]["samples_for_power_in_family"][1] is None


def test_the_plan_as_text_shows_it_beside_the_published_number() -> None:
    done = CliRunner().invoke(app, ["plan", "r1-distill-qwen-7b", "--offline"])
    assert "80% for equality needs 14 to 22 samples per problem (among 4 figures" in done.stdout
    assert "at least" in done.stdout
    assert "the published score has 64" in done.stdout


def test_a_plan_says_what_declared_looks_leave() -> None:
    words = ["plan", "r1-distills-lean", "--offline", "--gpu", "h100"]
    found = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    gpqa = [t for t in found["published"] if t["benchmark"] == "gpqa_diamond"]
    assert len(gpqa) == 6
    for target in gpqa:
        equal, apart = target["samples_with_looks"]
        assert target["looks"] == [11, 17]
        assert 11 <= apart < 13 < equal < 22
    assert all("looks" not in t for t in found["published"] if t["benchmark"] == "aime24")
    rows = [row for entry in found["gpus"] for row in entry["gpus"] if row["cheapest"]]
    for row in rows:
        equal, apart = row["gpu_hours_with_looks"]
        assert 0.5 * row["gpu_hours"] < apart < 0.8 * row["gpu_hours"] < equal < row["gpu_hours"]
    text = CliRunner().invoke(app, words).stdout
    assert "looks at 11, 17 of 22 samples leave" in text
    total = sum(row["gpu_hours"] for row in rows)
    assert f"All 6 models on H100 SXM, each at its cheapest: {total:,.1f} GPU-hours; with" in text


def test_a_plan_without_looks_says_nothing_of_them() -> None:
    done = CliRunner().invoke(app, ["plan", "r1-distill-qwen-7b", "--offline", "--gpu", "h100"])
    assert "looks" not in done.stdout and "All " not in done.stdout
