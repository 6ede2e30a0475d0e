"""GGUF files → ordinary checkpoints."""

from __future__ import annotations

from pathlib import Path

from claimbench.errors import ModelError


def convert_gguf(gguf: Path, folder: Path) -> None:
    """Read a GGUF file with transformers, dequantize it to bfloat16 and save it as an ordinary
    checkpoint (safetensors, configuration, tokenizer) in `folder`."""
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    except ImportError as error:
        raise ModelError("GGUF files need pip install 'claimbench[cpu]'") from error
    quiet_transformers()
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(dequantize=True),
        )
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except Exception as error:
        raise ModelError(f"{gguf.name}: cannot be converted ({first_line(error)})") from error


def quiet_transformers() -> None:
    """No progress bars of the library: the command line has its own."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines()] or [type(error).__name__]
    # A line that only announces the next one says nothing by itself.
    shown = f"{lines[0]} {lines[1]}" if lines[0].endswith(":") and len(lines) > 1 else lines[0]
    return shown[:200]
