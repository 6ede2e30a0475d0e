"""scripts/make_random_checkpoint: the distills' parameter counts, and a shrunken one that runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from claimbench.records import Completion, Request, Sampling

pytest.importorskip("torch")
SCRIPT = Path(__file__).parents[2] / "scripts" / "make_random_checkpoint"
SMALL = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 512,
    "eos_token_id": 1,
    "bos_token_id": 0,
}


@pytest.mark.slow
@pytest.mark.parametrize("model", ["r1-distill-qwen-1.5b", "r1-distill-llama-8b"])
def test_a_shrunken_checkpoint_generates(model: str, first_tokenizer: Any, tmp_path: Path) -> None:
    from claimbench.engines.transformers.engine import TransformersEngine

    first_tokenizer.save_pretrained(tmp_path / "tokenizer")
    out = tmp_path / "out"
    sets = [f"--set={key}={value}" for key, value in SMALL.items()]
    where = ["--tokenizer", str(tmp_path / "tokenizer"), "--out", str(out), "--shard-gib", "0.0001"]
    subprocess.run([sys.executable, str(SCRIPT), model, *where, *sets], check=True, timeout=300)
    index = json.loads((out / "model.safetensors.index.json").read_text())
    assert len(set(index["weight_map"].values())) > 1  # in several shards
    engine = TransformersEngine(out, device="cpu", threads=1)
    request = Request("a", "m", "b", "p", 0, (5, 6, 7), Sampling(1.0, 1.0, 0, 12), 3)
    (answer,) = engine.generate([request])
    assert isinstance(answer, Completion)
    assert answer.completion_tokens > 0


def test_the_architectures_are_those_of_the_configurations() -> None:
    """Hidden size, layers, KV heads, and the parameters counted from the sizes."""
    import runpy

    from claimbench import config

    found = runpy.run_path(str(SCRIPT))["ARCHITECTURES"]
    assert sorted(found) == [
        n for n in config.names("models") if n.startswith("r1-distill") and "~" not in n
    ]
    for name, a in found.items():
        model = config.load_model(name)
        hidden, inner, head = a["hidden_size"], a["intermediate_size"], model.head_dim or 0
        assert (hidden, a["num_hidden_layers"]) == (model.hidden, model.layers)
        assert a["num_key_value_heads"] == model.kv_heads
        assert head * a["num_attention_heads"] == hidden
        kv = head * a["num_key_value_heads"]
        biases = hidden + 2 * kv if a["model_type"] == "qwen2" else 0
        layer = 2 * hidden * hidden + 2 * hidden * kv + biases + 3 * hidden * inner + 2 * hidden
        total = a["num_hidden_layers"] * layer + 2 * a["vocab_size"] * hidden + hidden
        assert total / 1e9 == pytest.approx(model.parameters, rel=0.005), name
