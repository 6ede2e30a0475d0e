"""Toy checkpoints in the manner of the model families: their turns, BOS and tags, in templates
written for these tests, over a tokenizer of bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Toy:
    """One kind: its special tokens, its template, and what config.json says beside the usual."""

    template: str | None
    special: tuple[str, ...]
    eos: str
    bos: str | None = None
    adds_bos: bool = False
    ends: tuple[str, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)


LOOP = "{% for m in messages %}"
END = "{% endfor %}"
GO = "{% if add_generation_prompt %}"
FI = "{% endif %}"

CHATML = "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}"
CHATML_GO = GO + "{{ '<|im_start|>assistant\n' }}"
WITHOUT_SYSTEM = "{% if messages[0].role != 'system' %}"

R1 = (
    "{{ bos_token }}"
    + LOOP
    + "{% if m.role == 'system' %}{{ m.content }}"
    + "{% elif m.role == 'user' %}{{ '<｜User｜>' + m.content }}"
    + "{% else %}{% set said = m.content.split('</think>')[-1] %}"
    + "{{ '<｜Assistant｜>' + said + '<｜end▁of▁sentence｜>' }}{% endif %}"
    + END
)
R1_SPECIAL = (
    "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>",
    "<think>", "</think>",
)  # fmt: skip
DEEPSEEK = {"special": R1_SPECIAL, "bos": R1_SPECIAL[0], "eos": R1_SPECIAL[1], "adds_bos": True}
IM = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
HEADER = "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content + '<|eot_id|>' }}"
LLAMA_SPECIAL = ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|start_header_id|>",
                 "<|end_header_id|>")  # fmt: skip
GEMMA = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}"
    + "{% endif %}"
    + LOOP
    + "{% set role = 'model' if m.role == 'assistant' else m.role %}"
    + "{{ '<start_of_turn>' + role + '\n' + m.content | trim + '<end_of_turn>\n' }}"
    + END
    + GO
    + "{{ '<start_of_turn>model\n' }}"
    + FI
)
MISTRAL = (
    "{{ bos_token }}{% set ns = namespace(system='') %}"
    + LOOP
    + "{% if m.role == 'system' %}{% set ns.system = m.content + '\n\n' %}"
    + "{% elif m.role == 'user' %}{{ '[INST] ' + ns.system + m.content + '[/INST]' }}"
    + "{% set ns.system = '' %}{% else %}{{ ' ' + m.content + eos_token }}{% endif %}"
    + END
)
HARMONY = (
    "{{ '<|start|>system<|message|>You are a helpful model.\nCurrent date: '"
    + " + strftime_now('%Y-%m-%d') + '\n\nReasoning: ' + (reasoning_effort or 'medium')"
    + " + '<|end|>' }}"
    + LOOP
    + "{% if m.role == 'system' %}"
    + "{{ '<|start|>developer<|message|># Instructions\n\n' + m.content + '<|end|>' }}"
    + "{% elif m.role == 'user' %}{{ '<|start|>user<|message|>' + m.content + '<|end|>' }}"
    + "{% else %}"
    + "{{ '<|start|>assistant<|channel|>final<|message|>' + m.content + '<|end|>' }}{% endif %}"
    + END
    + GO
    + "{{ '<|start|>assistant' }}"
    + FI
)

TOYS: dict[str, Toy] = {
    "r1-first": Toy(template=R1 + GO + "{{ '<｜Assistant｜>' }}" + FI, **DEEPSEEK),
    "r1-second": Toy(template=R1 + GO + "{{ '<｜Assistant｜><think>\n' }}" + FI, **DEEPSEEK),
    "qwen2.5": Toy(
        WITHOUT_SYSTEM
        + "{{ '<|im_start|>system\nYou are Toy, made for tests.<|im_end|>\n' }}"
        + FI + LOOP + CHATML + END + CHATML_GO + FI,
        IM, "<|im_end|>", ends=("<|im_end|>", "<|endoftext|>"),
    ),
    "qwen3": Toy(
        LOOP + "{% set said = m.content.split('</think>')[-1].lstrip('\n') %}"
        + CHATML.replace("m.content", "said") + END + CHATML_GO
        + "{% if enable_thinking is defined and enable_thinking is false %}"
        + "{{ '<think>\n\n</think>\n\n' }}{% endif %}" + FI,
        (*IM, "<think>", "</think>"), "<|im_end|>", ends=("<|im_end|>", "<|endoftext|>"),
    ),
    "llama3": Toy(
        "{{ bos_token }}" + LOOP + HEADER + END + GO
        + "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}" + FI,
        LLAMA_SPECIAL, "<|eot_id|>", "<|begin_of_text|>", True, ("<|end_of_text|>", "<|eot_id|>"),
    ),
    "llama3-dated": Toy(
        "{{ bos_token + '<|start_header_id|>system<|end_header_id|>\n\nToday Date: '"
        + " + strftime_now('%d %b %Y') + '\n\n' }}"
        + "{% if messages[0].role == 'system' %}{{ messages[0].content }}"
        + "{% set messages = messages[1:] %}{% endif %}{{ '<|eot_id|>' }}" + LOOP + HEADER + END
        + GO + "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}" + FI,
        LLAMA_SPECIAL, "<|eot_id|>", "<|begin_of_text|>", True, ("<|end_of_text|>", "<|eot_id|>"),
    ),
    "mistral": Toy(
        MISTRAL, ("<s>", "</s>", "[INST]", "[/INST]"), "</s>", "<s>", True, ("</s>",)
    ),
    "gemma": Toy(
        GEMMA, ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"), "<eos>", "<bos>", True,
        ("<eos>", "<end_of_turn>"),
    ),
    "phi": Toy(
        LOOP + "{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}" + END + GO
        + "{{ '<|assistant|>\n' }}" + FI,
        ("<s>", "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        "<|endoftext|>", "<s>", True, ("<|end|>", "<|endoftext|>"),
    ),
    "phi4": Toy(
        LOOP + "{{ '<|im_start|>' + m.role + '<|im_sep|>' + m.content + '<|im_end|>' }}" + END
        + GO + "{{ '<|im_start|>assistant<|im_sep|>' }}" + FI,
        (*IM, "<|im_sep|>"), "<|im_end|>", "<|endoftext|>",
    ),
    "smollm2": Toy(
        WITHOUT_SYSTEM + "{{ '<|im_start|>system\nYou are Toy.<|im_end|>\n' }}" + FI
        + LOOP + CHATML + END + CHATML_GO + FI,
        IM, "<|im_end|>", "<|im_start|>", ends=("<|im_end|>",),
    ),
    "smollm3": Toy(
        "{% set think = enable_thinking is not defined or enable_thinking %}"
        + "{{ '<|im_start|>system\nToday: ' + strftime_now('%d %B %Y') + '\nReasoning Mode: '"
        + " + ('/think' if think else '/no_think') + '\n\n' }}"
        + "{% if messages[0].role == 'system' %}{{ messages[0].content }}"
        + "{% set messages = messages[1:] %}{% else %}{{ 'You are Toy, and think.' }}{% endif %}"
        + "{{ '<|im_end|>\n' }}" + LOOP + CHATML + END + CHATML_GO
        + "{% if not think %}{{ '<think>\n\n</think>\n' }}{% endif %}" + FI,
        (*IM, "<think>", "</think>"), "<|im_end|>", ends=("<|im_end|>",),
    ),
    "gpt-oss": Toy(
        HARMONY,
        ("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>", "<|call|>"),
        "<|return|>", ends=("<|return|>", "<|call|>"),
    ),
    "magistral": Toy(
        MISTRAL + "{# [THINK] and [/THINK] stand in replies #}",
        ("<s>", "</s>", "[INST]", "[/INST]", "[THINK]", "[/THINK]"), "</s>", "<s>", True,
    ),
    "base": Toy(None, ("<s>", "</s>"), "</s>", "<s>", True),
    "base-without-bos": Toy(None, ("<|endoftext|>",), "<|endoftext|>"),
}  # fmt: skip


def make_tokenizer(toy: Toy) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(toy.special))
    if toy.adds_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{toy.bos} $A", special_tokens=[(toy.bos, tokenizer.token_to_id(toy.bos))]
        )
    named = {"bos_token": toy.bos} if toy.bos else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=toy.eos, chat_template=toy.template, **named
    )


def save_toy(kind: str, folder: Path) -> Path:
    """A checkpoint's folder without weights."""
    toy = TOYS[kind]
    tokenizer = make_tokenizer(toy)
    tokenizer.save_pretrained(folder)
    geometry = {
        "max_position_embeddings": 2048, "hidden_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "torch_dtype": "bfloat16",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(geometry | toy.config))
    if toy.ends:
        ends = [tokenizer.convert_tokens_to_ids(token) for token in toy.ends]
        (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ends}))
    return folder


def save_hub_cache(kind: str, hub: str, cache: Path) -> str:
    """The toy as the hub's client keeps it; returns its revision."""
    revision = "0" * 39 + "1"
    repository = cache / f"models--{hub.replace('/', '--')}"
    save_toy(kind, repository / "snapshots" / revision)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    return revision


def save_gguf(kind: str, file: Path) -> Path:
    """The toy's configuration and tokenizer as a GGUF file without tensors (needs gguf)."""
    from gguf import GGUFWriter, TokenType

    toy = TOYS[kind]
    tokens = [*json.loads(make_tokenizer(toy).backend_tokenizer.to_str())["model"]["vocab"], "ab"]
    whole = [*tokens, *toy.special]
    writer = GGUFWriter(file, "qwen2")
    writer.add_context_length(2048)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(whole)
    writer.add_token_types(
        [TokenType.NORMAL] * len(tokens) + [TokenType.CONTROL] * len(toy.special)
    )
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(whole.index(toy.eos))
    assert toy.template is not None
    writer.add_chat_template(toy.template)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
