"""A checkpoint folder → its decoder, tokenizer, limits and end-of-reply tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from claimbench.engines.tokenizer import lean_transformers, read_tokenizer
from claimbench.engines.transformers.decoder import Decoder
from claimbench.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model. `context` is the number of positions it was made for; each of `eos_ids`
    ends a reply."""

    decoder: Decoder
    tokenizer: PreTrainedTokenizerBase
    context: int
    eos_ids: frozenset[int]

    def decode(self, ids: list[int]) -> str:
        """Text with special tokens kept: a `</think>` may be one."""
        text: str = self.tokenizer.decode(
            ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text


def read_checkpoint(
    folder: Path, dtype: str, device: str, stop_ids: Collection[int] = ()
) -> Checkpoint:
    """Read a checkpoint from a folder only, never from the hub. `stop_ids` end a reply beside
    the EOS tokens that the checkpoint names.

    Raises ConfigError for a dtype or device that is not known here, ModelError for a folder that
    cannot be read or a model that cannot be run.
    """
    if dtype not in DTYPES:
        raise ConfigError(f"dtype is {dtype!r}; it must be one of {', '.join(DTYPES)}.")
    where = choose_device(device)
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"{folder} holds no checkpoint (no config.json); give the folder that does."
        )
    try:
        return _read(folder, DTYPES[dtype], where, stop_ids)
    except ModelError as error:
        raise ModelError(f"{folder}: {error}") from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise ModelError(
            f"{folder} does not fit into memory; take a smaller model or dtype."
        ) from error
    except Exception as error:  # transformers, safetensors and tokenizers raise all kinds
        raise ModelError(
            f"{folder} cannot be read as a checkpoint ({_first_line(error)}); "
            "give a complete one that transformers can load."
        ) from error


def choose_device(device: str) -> torch.device:
    """`auto` is CUDA where there is one. Raises ConfigError for a device that is not there."""
    cuda = torch.cuda.is_available()
    if device == "auto":
        return torch.device("cuda" if cuda else "cpu")
    kind = device.split(":", maxsplit=1)[0]
    if kind not in ("cpu", "cuda") or (kind == "cuda" and not cuda):
        raise ConfigError(f"engine.device is {device!r}, which is not here; use auto, cpu or cuda.")
    return torch.device(device)


@torch.inference_mode()
def _read(
    folder: Path, dtype: torch.dtype, device: torch.device, stop_ids: Collection[int]
) -> Checkpoint:
    lean_transformers()
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    if quantized := getattr(config, "quantization_config", None):
        method = dict(quantized).get("quant_method", "quantized")
        raise ModelError(
            f"its weights are quantized ({method}), and this engine computes with whole ones; use "
            "engine.kind: vllm, or the checkpoint that they were made from."
        )
    tokenizer = read_tokenizer(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True)
    generation = getattr(model, "generation_config", None)
    sources = (generation, config, tokenizer)
    decoder = Decoder(model.eval().requires_grad_(False).to(device))
    return Checkpoint(
        decoder=decoder,
        tokenizer=tokenizer,
        context=config.max_position_embeddings,
        eos_ids=frozenset(token for source in sources for token in _eos_of(source))
        | frozenset(stop_ids),
    )


def _eos_of(source: object) -> list[int]:
    eos = getattr(source, "eos_token_id", None)
    if eos is None:
        return []
    return list(eos) if isinstance(eos, list | tuple) else [eos]


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
