"""Small random models of each architecture, and requests to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from claimbench.engines.transformers.engine import TransformersEngine
from claimbench.records import Completion, Request, Sampling

VOCABULARY, CONTEXT, EOS = 300, 512, 2
GREEDY = Sampling(0.0, 1.0, 0, 24)
SMALL: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "eos_token_id": EOS,
    "initializer_range": 0.2,
}
# One thread: such small products only wait for one another on several.
DEFAULTS: dict[str, Any] = {"dtype": "float32", "device": "cpu", "slots": 5, "threads": 1}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
KINDS: dict[str, dict[str, Any]] = {
    "llama": {},
    "llama3-rope": {"model_type": "llama", "rope_parameters": LLAMA3_ROPE},
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {"head_dim": 32},
    "mistral": {"sliding_window": None},
}


def save_tokenizer(folder: Path) -> None:
    """Bytes as tokens, after two special ones and EOS."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["<pad>", "<s>", "</s>", *alphabet]
    tokenizer = Tokenizer(models.BPE(vocab={n: i for i, n in enumerate(names)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<pad>", "<s>", "</s>"])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>").save_pretrained(folder)


def save_model(folder: Path, kind: str) -> Any:
    from transformers import AutoConfig, AutoModelForCausalLM

    settings = {"model_type": kind, **SMALL, **KINDS[kind]}
    config = AutoConfig.for_model(**settings)
    torch.manual_seed(11)
    model = AutoModelForCausalLM.from_config(config).float().eval()
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return model


def engine(folder: Path, **settings: Any) -> TransformersEngine:
    return TransformersEngine(folder, **DEFAULTS | settings)


def random_prompts(count: int, longest: int = 150, begin: int = 0) -> list[tuple[int, ...]]:
    """Prompts of mixed lengths; `begin` tokens are the same in all."""
    generator = torch.Generator().manual_seed(7)
    shared = torch.randint(3, VOCABULARY, (begin,), generator=generator).tolist()
    lengths = torch.randint(1, longest, (count,), generator=generator).tolist()
    return [
        (*shared, *torch.randint(3, VOCABULARY, (length,), generator=generator).tolist())
        for length in lengths
    ]


def make_requests(
    prompts: list[tuple[int, ...]], sampling: Sampling, samples: int = 1
) -> list[Request]:
    return [
        Request(f"{i}.{j}", "m", "b", str(i), j, prompt, sampling, 1000 * i + j)
        for i, prompt in enumerate(prompts)
        for j in range(samples)
    ]


def run(folder: Path, requests: list[Request], **settings: Any) -> dict[str, Completion]:
    replies = list(engine(folder, **settings).generate(requests))
    assert all(isinstance(reply, Completion) for reply in replies), replies
    assert len(replies) == len(requests)
    return {r.request_id: r for r in replies if isinstance(r, Completion)}


def generated(model: Any, request: Request) -> list[int]:
    """transformers' own greedy tokens, with EOS."""
    ids = torch.tensor([request.prompt_ids])
    with torch.inference_mode():
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=request.sampling.max_tokens,
            do_sample=False,
            repetition_penalty=request.sampling.repetition_penalty,
            pad_token_id=0,
        )
    return out[0, ids.shape[1] :].tolist()


def with_eos(reply: Completion) -> list[int]:
    return [*reply.token_ids, *([EOS] if reply.finish_reason == "stop" else [])]
