"""What `claimbench plan --gpu laptop` says, against hand-computed and measured figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import ConfigError
from claimbench.planning.gpu_table import choose_gpus
from claimbench.planning.laptops import choose_laptops, laptop_table
from claimbench.planning.roofline import Load, Shape, fit, step_seconds


def planned(*words: str) -> Any:
    done = CliRunner().invoke(app, ["plan", *words, "--offline", "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout[done.stdout.index("{") :])


@pytest.fixture(autouse=True)
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without datasets and checkpoints."""
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path))


@pytest.mark.parametrize(
    ("laptop", "measured"), [("laptop-m4-16", 20.87), ("laptop-m1-max-64", 46.2)]
)
def test_the_formula_is_near_measured_tokens_per_second(laptop: str, measured: float) -> None:
    """github.com/brand-o/normiebench issues 3 and 40: llama.cpp, Llama-3.1-8B in Q4_K_M, tg128."""
    shape = Shape(8.03e9, 32, 32, 8, 128, weight_bytes=4.84 / 8, kv_bytes=2)
    device = laptop_table()[laptop].device
    load = Load(samples=1, prompt=0, mean=128, longest=128)
    rate = 1 / step_seconds(shape, device, fit(shape, device, 1), load, 1)
    print(
        f"{laptop}: {rate:.1f} tokens/s by the formula, {measured} measured: {rate / measured:.2f}"
    )
    assert 0.5 < rate / measured < 2


def test_distills_on_laptops() -> None:
    facts = planned("r1-distill-qwen-7b", "--gpu", "laptop", "--set", "samples=1")
    (entry,) = facts["gpus"]
    rows = {(row["gpu"], row["dtype"]): row for row in entry["gpus"]}
    assert len(rows) == 8
    assert all(row["laptop"] for row in rows.values())
    small, large = rows["laptop-m4-16", "Q4_K_M"], rows["laptop-m4-16", "Q8_0"]
    assert small["weights_gib_per_gpu"] == round(7.62e9 * 4.84 / 8 / 2**30, 1)
    assert small["kv_kib_per_token_per_gpu"] == 2 * 28 * 4 * 128 * 2 / 1024
    # 0.75 of 16 GiB, less 1.5 GiB and the weights, over 33,068 tokens of 56 KiB.
    assert small["sequences_of_longest"] == 3
    assert small["sequences_together"] == 3
    assert small["hours"] < large["hours"]


def test_what_does_not_fit_is_said_and_the_run_s_engine_chooses_laptops() -> None:
    facts = planned("r1-distill-qwen-32b", "--set", "engine={kind: llamacpp}")
    (entry,) = facts["gpus"]
    fits = {(row["gpu"], row["dtype"]): row["fits"] for row in entry["gpus"]}
    assert not fits["laptop-m4-16", "Q4_K_M"]
    assert fits["laptop-m1-max-64", "Q4_K_M"]
    done = CliRunner().invoke(app, ["plan", "r1-distill-qwen-32b", "--gpu", "laptop", "--offline"])
    words = " ".join(done.stdout.split())
    assert "Apple M4, 16 GB Q4_K_M 18 GiB does not fit beside the longest request" in words
    assert "A quantization is a departure in every verdict" in words


def test_laptops_and_gpus_together_and_by_default() -> None:
    assert list(choose_laptops(["laptop-x86", "h100"])) == ["laptop-x86-16", "laptop-x86-32"]
    assert list(choose_gpus(["laptop", "h100"])) == ["h100"]
    with pytest.raises(ConfigError, match="there is no such laptop; did you mean laptop-m4-16"):
        choose_laptops(["laptop-m4-17"])
    (entry,) = planned("r1-distill-qwen-7b", "--set", "samples=1")["gpus"]
    assert not [row for row in entry["gpus"] if "laptop" in row]
