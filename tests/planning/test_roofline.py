"""The roofline against cases computed by hand, and what `plan` says of GPUs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench import config
from claimbench.cli import app, display_plan
from claimbench.errors import ConfigError
from claimbench.planning import gpus
from claimbench.planning.roofline import (
    Device,
    Load,
    Shape,
    fit,
    seconds,
    smallest_fit,
    step_seconds,
    together,
)

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
    assert together(found, load) == 256
    # Memory: (2e9 + 256·8192·1000) / 0.6e12 s; arithmetic: 256·2e9 / 0.4e14 s, the slower one.
    assert step_seconds(SMALL, CARD, found, load, 256) == pytest.approx(256 * 2e9 / 4e13)
    assert 256 * 2e9 / 4e13 > (2e9 + 256 * 8_192_000) / 6e11
    assert step_seconds(SMALL, CARD, found, load, 1) == pytest.approx((2e9 + 8_192_000) / 6e11)
    decode = 900_000 * 2e9 / 4e13
    prefill = 100_000 * 2e9 / 4e13
    tail = 900 * 2_008_192_000 / 6e11
    assert seconds(SMALL, CARD, found, load) == pytest.approx(decode + prefill + tail)


def test_the_fewest_gpus_that_hold_the_longest_sequence() -> None:
    tight = Device(4.5e9, 1e12, 1e14)  # 4.05 − 1.61 − 2 = 0.44 GB of room on one
    found = smallest_fit(SMALL, tight, 10_000)
    assert found is not None and found.gpus == 1
    found = smallest_fit(SMALL, tight, 60_000)
    assert found is not None and found.gpus == 2
    assert smallest_fit(SMALL, Device(1e9, 1e12, 1e14), 10) is None


def test_heads_that_cannot_be_shared_out_are_not() -> None:
    odd = Shape(1e9, 16, heads=12, kv_heads=2, head_dim=64, weight_bytes=2, kv_bytes=2)
    small = Device(2.2e9, 1e12, 1e14)  # only an eighth of the weights would fit, of 12 heads
    assert smallest_fit(SMALL, small, 1000) is not None
    assert smallest_fit(odd, small, 1000) is None


def test_the_distills_have_the_geometry_of_their_checkpoints() -> None:
    shape = gpus.shape_of(config.load_model("r1-distill-qwen-7b"), "bfloat16")
    assert (shape.heads, shape.kv_heads, shape.layers, shape.head_dim) == (28, 4, 28, 128)
    assert shape.parameters * shape.weight_bytes == pytest.approx(15.24e9)


def test_unknown_gpus_and_quantizations_are_refused() -> None:
    with pytest.raises(ConfigError, match="there is no such GPU type; did you mean h100"):
        gpus.choose_gpus(["h101"])
    assert list(gpus.choose_gpus(["a100"])) == ["a100-40", "a100-80"]
    assert list(gpus.choose_gpus(["L4", "h2"])) == ["h200", "l4"]
    for gpu in gpus.choose_gpus([]).values():
        assert set(gpu.unconfirmed) <= set(type(gpu.source).model_fields)
    model = config.load_model("r1-distill-qwen-7b").model_copy(update={"quantization": "int3"})
    with pytest.raises(ConfigError, match="key quantization: int3 is unknown"):
        gpus.shape_of(model, "bfloat16")


def planned(*words: str) -> Any:
    done = CliRunner().invoke(app, ["plan", *words, "--offline", "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout[done.stdout.index("{") :])


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
    h100, t4 = small["gpus"]
    assert (h100["tensor_parallel"], h100["dtype"]) == (1, "bfloat16")
    assert h100["usd"] == pytest.approx(2 * h100["gpu_hours"], abs=0.02)
    assert t4["dtype"] == "float16" and "departure" in t4
    # 70.55 billion parameters of two bytes are 131.4 GiB; of two H100, 0.9·79.6 − 1.5 GiB each hold
    # 140.3, and the 32,768 tokens of the longest sample need 10 GiB more than what is left.
    h100, t4 = large["gpus"]
    assert h100["tensor_parallel"] == 4
    assert h100["weights_gib_per_gpu"] == pytest.approx(131.4 / 4, abs=0.3)
    assert not t4["fits"]
    assert all(e["source"] for entry in facts["gpus"] for e in entry["expected"])


@pytest.mark.usefixtures("nothing_here")
def test_lengths_of_an_earlier_run_are_taken(tmp_path: Path) -> None:
    row = {"model": "r1-distill-qwen-7b", "benchmark": "aime24", "received": 9, "tokens_mean": 5000}
    (tmp_path / "measurements.json").write_text(json.dumps([row]))
    facts = planned("ablation", "--gpu", "l4", "--lengths", str(tmp_path))
    (expected,) = facts["gpus"][0]["expected"]
    assert (expected["mean_tokens"], expected["tokens"]) == (5000, 30 * 64 * 5000)
    assert expected["source"] == f"run {tmp_path.name}"
    (tmp_path / "measurements.json").write_text("[1]")
    done = CliRunner().invoke(app, ["plan", "ablation", "--offline", "--lengths", str(tmp_path)])
    assert isinstance(done.exception, ConfigError) and "--lengths" in str(done.exception)


def test_a_gpu_figure_without_a_source_is_named() -> None:
    gpu = gpus.choose_gpus(["v100"])["v100"].model_copy(update={"unconfirmed": ("memory",)})
    experiment = config.load_experiment(Path("configs/runs/ablation.yaml"))
    (entry,) = gpus.gpu_plan(experiment, {}, {"v100": gpu}, gpus.Lengths())
    said = "V100 32 GB: no source was found for its memory"
    assert entry["gpus"][0]["unconfirmed"] == said
    assert said in display_plan.render_gpus([entry], "none")


@pytest.mark.usefixtures("nothing_here")
def test_the_plan_as_text_says_what_is_assumed() -> None:
    done = CliRunner().invoke(app, ["plan", "ablation", "--offline", "--gpu", "v100"])
    assert done.exit_code == 0
    for words in ("assumed for reasoning models", "V100 32 GB has no bfloat16", "roofline", "USD"):
        assert words in done.output
    done = CliRunner().invoke(app, ["plan", "r1-endpoint", "--offline"])
    assert done.exit_code == 0 and "a server generates" in done.output
