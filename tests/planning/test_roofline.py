"""The roofline against cases computed by hand, and what `plan` says of GPUs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench import config
from claimbench.cli import app
from claimbench.cli.display_gpus import render_gpus
from claimbench.errors import ConfigError
from claimbench.planning.gpu_table import Gpu, Wanted, choose_gpus
from claimbench.planning.gpus import gpu_plan
from claimbench.planning.lengths import Lengths
from claimbench.planning.roofline import (
    Device,
    Load,
    Shape,
    fit,
    fits,
    seconds,
    step_seconds,
    together,
)
from claimbench.planning.shapes import shape_of

GIB = 2**30
# A billion parameters of two bytes; 16 layers of 2 KV heads of 64: 8 KiB per token.
SMALL = Shape(1e9, layers=16, heads=8, kv_heads=2, head_dim=64, weight_bytes=2, kv_bytes=2)
# 10 GB, 1 TB/s, 100 TFLOP/s.
CARD = Device(10e9, 1e12, 1e14)


def test_memory_by_hand() -> None:
    one = fit(SMALL, CARD, 1)
    assert one.weights == 2e9
    assert one.kv_per_token == 2 * 16 * 2 * 64 * 2 == 8192
    assert one.room == pytest.approx(9e9 - 1.5 * GIB - 2e9)
    assert one.sequences(10_000) == int((7e9 - 1.5 * GIB) / 81_920_000) == 65
    two, four = fit(SMALL, CARD, 2), fit(SMALL, CARD, 4)
    assert (two.weights, two.kv_per_token) == (1e9, 4096)
    # Two KV heads cannot be cut in four: each of four GPUs keeps one of them.
    assert (four.weights, four.kv_per_token) == (5e8, 4096)


def test_time_by_hand() -> None:
    load = Load(samples=1000, prompt=100, mean=900, longest=10_000)
    found = fit(SMALL, CARD, 1)
    assert together(CARD, found, load) == 256
    # Memory: (2e9 + 256·8192·1000) / 0.6e12 s; arithmetic: 256·2e9 / 0.4e14 s, the slower one.
    assert step_seconds(SMALL, CARD, found, load, 256) == pytest.approx(256 * 2e9 / 4e13)
    assert 256 * 2e9 / 4e13 > (2e9 + 256 * 8_192_000) / 6e11
    assert step_seconds(SMALL, CARD, found, load, 1) == pytest.approx((2e9 + 8_192_000) / 6e11)
    decode = 900_000 * 2e9 / 4e13
    prefill = 100_000 * 2e9 / 4e13
    tail = 900 * 2_008_192_000 / 6e11
    assert seconds(SMALL, CARD, found, load) == pytest.approx(decode + prefill + tail)


def test_each_number_of_gpus_that_holds_the_longest_sequence() -> None:
    tight = Device(4.5e9, 1e12, 1e14)  # 4.05 − 1.61 − 2 = 0.44 GB of room on one
    assert [found.gpus for found in fits(SMALL, tight, 10_000)] == [1, 2, 4, 8]
    assert [found.gpus for found in fits(SMALL, tight, 60_000)] == [2, 4, 8]
    assert not fits(SMALL, Device(1e9, 1e12, 1e14), 10)


def test_heads_that_cannot_be_shared_out_are_not() -> None:
    odd = Shape(1e9, 16, heads=12, kv_heads=2, head_dim=64, weight_bytes=2, kv_bytes=2)
    small = Device(2.2e9, 1e12, 1e14)  # only an eighth of the weights would fit, of 12 heads
    assert [found.gpus for found in fits(SMALL, small, 1000)] == [8]
    assert not fits(odd, small, 1000)


def test_replicas_share_the_samples() -> None:
    load = Load(samples=1001, prompt=100, mean=900, longest=10_000)
    assert load.share(4) == Load(251, 100, 900, 10_000)
    assert load.share(1) == load


def test_fp8_weights_are_computed_in_fp8_where_the_gpu_can() -> None:
    load = Load(samples=1000, prompt=100, mean=900, longest=10_000)
    eight = Shape(1e9, 16, 8, 2, 64, weight_bytes=1, kv_bytes=2, fp8=True)
    fast = Device(10e9, 1e12, 1e14, fp8_flops=2e14)
    slow, quick = (step_seconds(eight, d, fit(eight, d, 1), load, 256) for d in (CARD, fast))
    assert slow == pytest.approx(2 * 1e9 * 256 / 4e13)
    assert quick == pytest.approx(2 * 1e9 * 256 / 8e13)


def test_the_distills_have_the_geometry_of_their_checkpoints() -> None:
    shape = shape_of(config.load_model("r1-distill-qwen-7b"), "bfloat16")
    assert (shape.heads, shape.kv_heads, shape.layers, shape.head_dim) == (28, 4, 28, 128)
    assert shape.parameters * shape.weight_bytes == pytest.approx(15.24e9)


def test_unknown_gpus_and_quantizations_are_refused() -> None:
    with pytest.raises(ConfigError, match="there is no such GPU type; did you mean h100"):
        choose_gpus(["h101"])
    with pytest.raises(ConfigError, match="--gpus 3: h100x8 says its number"):
        choose_gpus(["h100x8"], 3)
    assert choose_gpus(["h100x8", "l4"], 3)["l4"].count == 3
    assert list(choose_gpus(["a100"])) == ["a100-40", "a100-80"]
    assert list(choose_gpus(["L4", "h2"])) == ["h200", "l4"]
    for wanted in choose_gpus([]).values():
        assert set(wanted.gpu.unconfirmed) <= set(type(wanted.gpu.source).model_fields)
    model = config.load_model("r1-distill-qwen-7b").model_copy(update={"quantization": "int3"})
    with pytest.raises(ConfigError, match="key quantization: int3 is unknown"):
        shape_of(model, "bfloat16")


def planned(*words: str) -> Any:
    done = CliRunner().invoke(app, ["plan", *words, "--offline", "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout[done.stdout.index("{") :])


def on(entry: Any, gpu: str) -> list[Any]:
    """The rows of one GPU type."""
    return [row for row in entry["gpus"] if row["gpu"] == gpu]


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without datasets and checkpoints."""
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path))


@pytest.mark.usefixtures("nothing_here")
def test_six_distills_are_planned_without_any_checkpoint() -> None:
    facts = planned("r1-distills", "--gpu", "h100", "--gpu", "t4", "--gpu-hour", "2")
    assert facts["samples"] >= 6 * (30 * 64 + 500 * 16 + 198 * 64 + 279 * 8)
    assert "fetch" in facts["lacking"]
    by_model = {entry["model"]: entry for entry in facts["gpus"]}
    assert len(by_model) == 6
    small, large = by_model["r1-distill-qwen-1.5b"], by_model["r1-distill-llama-70b"]
    h100, t4 = on(small, "h100")[0], on(small, "t4")[0]
    assert (h100["tensor_parallel"], h100["dtype"]) == (1, "bfloat16")
    assert h100["usd"] == pytest.approx(2 * h100["gpu_hours"], abs=0.02)
    assert t4["dtype"] == "float16" and "departure" in t4
    # 70.55 billion parameters of two bytes are 131.4 GiB; of two H100, 0.9·79.6 − 1.5 GiB each hold
    # 140.3, and the 32,768 tokens of the longest sample need 10 GiB more than what is left.
    h100 = on(large, "h100")[0]
    assert h100["tensor_parallel"] == 4
    assert h100["weights_gib_per_gpu"] == pytest.approx(131.4 / 4, abs=0.3)
    assert [row["fits"] for row in on(large, "t4")] == [False]
    assert all(e["source"] for entry in facts["gpus"] for e in entry["expected"])


@pytest.mark.usefixtures("nothing_here")
def test_lengths_of_an_earlier_run_are_taken(tmp_path: Path) -> None:
    row = {"model": "r1-distill-qwen-7b", "benchmark": "aime24", "received": 9, "tokens_mean": 5000}
    (tmp_path / "measurements.json").write_text(json.dumps([row]))
    facts = planned("ablation", "--gpu", "l4", "--lengths", str(tmp_path))
    (expected,) = facts["gpus"][0]["expected"]
    assert (expected["mean_tokens"], expected["tokens"]) == (5000, 30 * 64 * 5000)
    assert expected["source"] == f"run {tmp_path.name}"
    (tmp_path / "measurements.json").write_text(json.dumps([row | {"tokens_mean": None}]))
    done = CliRunner().invoke(app, ["plan", "ablation", "--offline", "--lengths", str(tmp_path)])
    assert "does not state how long its replies are" in str(done.exception)
    (tmp_path / "measurements.json").write_text("[1]")
    done = CliRunner().invoke(app, ["plan", "ablation", "--offline", "--lengths", str(tmp_path)])
    assert isinstance(done.exception, ConfigError) and "--lengths" in str(done.exception)


def test_a_gpu_figure_without_a_source_is_named() -> None:
    gpu: Gpu = choose_gpus(["v100"])["v100"].gpu.model_copy(update={"unconfirmed": ("memory",)})
    experiment = config.load_experiment(Path("configs/runs/ablation.yaml"))
    (entry,) = gpu_plan(experiment, {}, {"v100": Wanted(gpu)}, Lengths())
    said = "V100 32 GB: no source was found for its memory"
    assert entry["gpus"][0]["unconfirmed"] == said
    assert said in render_gpus([entry], "none")


@pytest.mark.usefixtures("nothing_here")
def test_the_plan_as_text_says_what_is_assumed() -> None:
    done = CliRunner().invoke(app, ["plan", "ablation", "--offline", "--gpu", "v100"])
    assert done.exit_code == 0
    for words in ("assumed for reasoning models", "V100 32 GB has no bfloat16", "roofline", "USD"):
        assert words in done.output
    done = CliRunner().invoke(app, ["plan", "r1-endpoint", "--offline"])
    assert done.exit_code == 0 and "a server generates" in done.output


@pytest.mark.usefixtures("nothing_here")
def test_more_gpus_for_one_copy_of_the_weights_can_cost_a_seventh() -> None:
    (entry,) = planned("r1-distill-qwen-32b", "--gpu", "h100")["gpus"]
    spread = {(row["tensor_parallel"], row["replicas"]): row for row in entry["gpus"]}
    assert set(spread) == {(1, 1), (2, 1), (4, 1), (8, 1), (1, 8), (2, 4), (4, 2)}
    hours = {key: row["gpu_hours"] for key, row in spread.items()}
    # One H100 holds the weights and three sequences; eight hold 166.
    assert hours[1, 1] > 6 * hours[8, 1] and hours[2, 1] > 1.3 * hours[4, 1]
    assert hours[2, 4] == pytest.approx(hours[2, 1], rel=0.02)  # the same work, four times as fast
    assert spread[2, 4]["hours"] == pytest.approx(spread[2, 1]["hours"] / 4, rel=0.02)
    assert [key for key, row in spread.items() if row["cheapest"]] == [(8, 1)]
    assert [key for key, row in spread.items() if row["own"]] == [(4, 1)]


@pytest.mark.usefixtures("nothing_here")
@pytest.mark.parametrize("words", [("--gpu", "h100x8"), ("--gpu", "h100", "--gpus", "8")])
def test_all_gpus_of_a_node_are_filled(words: tuple[str, ...]) -> None:
    (entry,) = planned("r1-distill-qwen-32b", *words)["gpus"]
    fitting = [row for row in entry["gpus"] if row["tensor_parallel"] * row["replicas"] == 8]
    assert [row["tensor_parallel"] for row in fitting] == [1, 2, 4, 8]
    assert [row for row in entry["gpus"] if row not in fitting] == [
        row for row in entry["gpus"] if row["own"]
    ]
    (fastest,) = (row for row in entry["gpus"] if row["fastest"])
    assert fastest["gpu_hours"] == pytest.approx(8 * fastest["hours"], abs=0.1)


@pytest.mark.usefixtures("nothing_here")
def test_of_three_gpus_two_may_be_the_best_choice_and_four_are_none() -> None:
    (entry,) = planned("r1-distill-qwen-32b", "--gpu", "h100", "--gpus", "3")["gpus"]
    rows = {(row["tensor_parallel"], row["replicas"]): row for row in entry["gpus"]}
    assert set(rows) == {(1, 3), (2, 1), (4, 1)}
    assert [key for key, row in rows.items() if row.get("fastest")] == [(2, 1)]
    assert rows[4, 1]["own"] and not rows[4, 1]["fits"]


@pytest.mark.usefixtures("nothing_here")
def test_the_runs_own_choice_has_its_row_even_where_it_does_not_fit() -> None:
    # T4s have 15 GiB: four of them do not hold the 61 GiB of weights and one sequence of 32,768.
    (entry,) = planned("r1-distill-qwen-32b", "--gpu", "t4")["gpus"]
    (own,) = (row for row in entry["gpus"] if row.get("own"))
    assert (own["tensor_parallel"], own["fits"]) == (4, False)
    done = CliRunner().invoke(app, ["plan", "r1-distill-qwen-32b", "--gpu", "t4", "--offline"])
    assert "does not fit  (this run)" in done.output


@pytest.mark.usefixtures("nothing_here")
def test_a_parallelism_that_does_not_divide_the_heads_is_refused() -> None:
    words = ["plan", "r1-distill-qwen-7b", "--offline", "--set", "engine.tensor_parallel=3"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == (
        "engine.tensor_parallel: 3 does not divide the 28 attention heads of r1-distill-qwen-7b; "
        "take 1, 2 or 4"
    )


LLAMA_70B = Shape(70.55e9, 80, 64, 8, 128, weight_bytes=1, kv_bytes=1, fp8=True)
LLAMA_8B = Shape(8.03e9, 32, 32, 8, 128, weight_bytes=1, kv_bytes=1, fp8=True)


@pytest.mark.parametrize(
    ("shape", "gpu", "gpus", "prompt", "reply", "published"),
    [
        (LLAMA_70B, "h200", 2, 1024, 8192, 2009),
        (LLAMA_70B, "h200", 2, 1000, 1000, 2587),
        (LLAMA_70B, "h100", 2, 1000, 1000, 2209),
        (LLAMA_8B, "h100", 1, 128, 2048, 16902),
    ],
)
def test_the_roofline_against_published_throughput(
    shape: Shape, gpu: str, gpus: int, prompt: int, reply: int, published: float
) -> None:
    """Output tokens/s per GPU of TensorRT-LLM's performance overview (FP8 weights and KV cache);
    docs/gpus.md has the table, made of these figures."""
    device = choose_gpus([gpu])[gpu].gpu.device
    load = Load(20_000, prompt, reply, prompt + reply)
    rate = load.samples * reply / seconds(shape, device, fit(shape, device, gpus), load) / gpus
    assert 0.5 <= rate / published <= 2
    row = f"| {prompt:,} / {reply:,} | {published:,} | {rate:,.0f} | {rate / published:.2f} |"
    assert row in Path("docs/gpus.md").read_text(encoding="utf-8"), row
