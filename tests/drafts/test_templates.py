"""The prompt rules that are found in the chat templates of the model families."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import SUMS
from template_toys import TOYS, save_toy

pytest.importorskip("transformers")

import yaml

from claimbench.config import BenchmarkConfig
from claimbench.config.load import model_file
from claimbench.drafts.models import draft_model, model_yaml
from claimbench.models.checkpoints import Checkpoint, load_tokenizer
from claimbench.models.prompts import PromptMaker
from claimbench.records import Problem

NOW = date.today()
HEADER = "<|start_header_id|>"
CLOSE = "<|end_header_id|>\n\n"

EXPECTED: dict[str, dict[str, Any]] = {
    "r1-first": {
        "bos": "<｜begin▁of▁sentence｜>",
        "head": "<｜begin▁of▁sentence｜><｜User｜>",
        "tail": "<｜Assistant｜><think>\n",
        "forced_prefix": "<think>\n",
        "reasoning_end": "</think>",
        "stop_tokens": ("<｜end▁of▁sentence｜>",),
        "decide": {"forced_prefix"},
    },
    "r1-second": {
        "bos": "<｜begin▁of▁sentence｜>",
        "head": "<｜begin▁of▁sentence｜><｜User｜>",
        "tail": "<｜Assistant｜><think>\n",
        "forced_prefix": "<think>\n",
        "reasoning_end": "</think>",
        "decide": set(),
    },
    "qwen2.5": {
        "bos": "",
        "bos_count": 0,
        "system": "You are Toy, made for tests.",
        "head": "<|im_start|>system\nYou are Toy, made for tests.<|im_end|>\n<|im_start|>user\n",
        "tail": "<|im_end|>\n<|im_start|>assistant\n",
        "stop_tokens": ("<|im_end|>", "<|endoftext|>"),
        "decide": {"system"},
    },
    "qwen3": {
        "bos_count": 0,
        "system": None,
        "head": "<|im_start|>user\n",
        "tail": "<|im_end|>\n<|im_start|>assistant\n",
        "forced_prefix": "",
        "reasoning_end": "</think>",
        "decide": {"reasoning_end", "template_args"},
    },
    "llama3": {
        "bos": "<|begin_of_text|>",
        "bos_count": 1,
        "head": f"<|begin_of_text|>{HEADER}user{CLOSE}",
        "tail": f"<|eot_id|>{HEADER}assistant{CLOSE}",
        "reasoning_end": None,
        "stop_tokens": ("<|eot_id|>", "<|end_of_text|>"),
        "decide": set(),
    },
    "llama3-dated": {
        "bos_count": 1,
        "date": NOW.isoformat(),
        "head": f"<|begin_of_text|>{HEADER}system{CLOSE}Today Date: {NOW:%d %b %Y}\n\n<|eot_id|>"
        f"{HEADER}user{CLOSE}",
        "decide": {"date"},
    },
    "mistral": {
        "bos": "<s>",
        "bos_count": 1,
        "system": None,
        "head": "<s>[INST] ",
        "tail": "[/INST]",
        "stop_tokens": ("</s>",),
        "decide": set(),
    },
    "gemma": {
        "bos": "<bos>",
        "bos_count": 1,
        "head": "<bos><start_of_turn>user\n",
        "tail": "<end_of_turn>\n<start_of_turn>model\n",
        "stop_tokens": ("<end_of_turn>", "<eos>"),
        "decide": {"system"},
    },
    "phi": {
        "bos": "<s>",
        "bos_count": 0,
        "head": "<|user|>\n",
        "tail": "<|end|>\n<|assistant|>\n",
        "stop_tokens": ("<|end|>", "<|endoftext|>"),
        "decide": {"bos_count"},
    },
    "phi4": {
        "bos": "<|endoftext|>",
        "bos_count": 0,
        "head": "<|im_start|>user<|im_sep|>",
        "tail": "<|im_end|><|im_start|>assistant<|im_sep|>",
        "stop_tokens": ("<|im_end|>",),
        "decide": set(),
    },
    "smollm2": {
        "bos": "<|im_start|>",
        "bos_count": "per_turn",
        "system": "You are Toy.",
        "head": "<|im_start|>system\nYou are Toy.<|im_end|>\n<|im_start|>user\n",
        "tail": "<|im_end|>\n<|im_start|>assistant\n",
        "decide": {"system"},
    },
    "smollm3": {
        "bos_count": 0,
        "date": NOW.isoformat(),
        "system": "You are Toy, and think.",
        "head": f"<|im_start|>system\nToday: {NOW:%d %B %Y}\nReasoning Mode: /think\n\n"
        "You are Toy, and think.<|im_end|>\n<|im_start|>user\n",
        "tail": "<|im_end|>\n<|im_start|>assistant\n",
        "reasoning_end": "</think>",
        "decide": {"date", "system", "reasoning_end", "template_args"},
    },
    "gpt-oss": {
        "bos_count": 0,
        "date": NOW.isoformat(),
        "head": "<|start|>system<|message|>You are a helpful model.\nCurrent date: "
        f"{NOW:%Y-%m-%d}\n\nReasoning: medium<|end|><|start|>user<|message|>",
        "tail": "<|end|><|start|>assistant",
        "reasoning_end": "<|channel|>final<|message|>",
        "stop_tokens": ("<|return|>", "<|call|>"),
        "decide": {"date", "template_args"},
    },
    "magistral": {
        "tail": "[/INST]",
        "forced_prefix": "",
        "reasoning_end": "[/THINK]",
        "decide": {"reasoning_end"},
    },
    "base": {
        "bos": "<s>",
        "bos_count": 1,
        "head": "<s>",
        "tail": "\n",
        "plain_text": True,
        "stop_tokens": ("</s>",),
        "decide": {"plain_text"},
    },
    "base-without-bos": {"bos": "", "bos_count": 0, "head": "", "decide": {"plain_text"}},
}


@pytest.mark.parametrize("kind", TOYS)
def test_the_rules_of_a_family(kind: str, tmp_path: Path) -> None:
    draft = draft_model(str(save_toy(kind, tmp_path / kind)))
    expected = dict(EXPECTED[kind])
    assert set(draft.decide) == expected.pop("decide")
    if stops := expected.pop("stop_tokens", None):
        assert draft.config.stop_tokens == stops
    rules = draft.config.prompt.model_dump()
    assert {key: rules.get(key) for key in expected} == expected
    assert (draft.config.context, draft.config.head_dim) == (2048, 16)


def prompt_of(path: Path, name: str, checkpoint: Path) -> str:
    """A prompt made by the rules of a model file, which are asserted as it is made."""
    model = model_file(path, name)
    benchmark = BenchmarkConfig.model_validate(yaml.safe_load(SUMS) | {"name": "sums"})
    tokenizer = load_tokenizer(Checkpoint(checkpoint, "path:toy"))
    problem = Problem("sums", "q1", question="What is 1 + 1?", gold="2")
    return PromptMaker(model, benchmark, tokenizer, max_tokens=16).prompt(problem).text


@pytest.mark.parametrize("kind", TOYS)
def test_the_file_of_a_family_holds_of_its_prompts(kind: str, tmp_path: Path) -> None:
    checkpoint = save_toy(kind, tmp_path / kind)
    draft = draft_model(str(checkpoint))
    path = tmp_path / "toy.yaml"
    path.write_text(model_yaml(draft, tmp_path))
    text = prompt_of(path, "toy", checkpoint)
    rules = draft.config.prompt
    assert text == f"{rules.head}What is 1 + 1?\nThe number only.{rules.tail}"
    assert model_file(path, "toy").prompt == rules
    assert len(path.read_text().splitlines()) <= 24
    assert path.read_text().count("# decide") >= len(draft.decide)


def test_the_thinking_switch_makes_other_rules(tmp_path: Path) -> None:
    checkpoint = save_toy("qwen3", tmp_path / "qwen3")
    draft = draft_model(str(checkpoint), "quick", {"enable_thinking": False})
    rules = draft.config.prompt
    assert rules.tail.endswith("<|im_start|>assistant\n<think>\n\n</think>\n\n")
    assert (rules.forced_prefix, rules.reasoning_end) == ("<think>\n\n</think>\n\n", None)
    path = tmp_path / "quick.yaml"
    path.write_text(model_yaml(draft, tmp_path))
    assert prompt_of(path, "quick", checkpoint).endswith(rules.tail)


def test_a_dated_prompt_is_the_same_on_every_day(tmp_path: Path) -> None:
    checkpoint = save_toy("gpt-oss", tmp_path / "gpt-oss")
    path = tmp_path / "toy.yaml"
    text = model_yaml(draft_model(str(checkpoint)), tmp_path)
    path.write_text(text.replace(NOW.isoformat(), "2025-08-05"))
    assert "Current date: 2025-08-05" in prompt_of(path, "toy", checkpoint)
