"""GGUF files → ordinary checkpoints."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from claimbench.errors import ModelError
from claimbench.models import proof
from claimbench.store.files import sync_folder


def convert_gguf(file: Path, made: Path, folder: Path) -> None:
    """Make a GGUF file into the checkpoint `folder`, by way of `made` on the same disk. Raises
    ModelError where transformers cannot read it."""
    _convert(file, made)
    _as_readable_as_its_config(made)
    proof.record(proof.checkpoint_files(made), made / proof.DIGESTS)
    _move_into_place(made, folder)


def _as_readable_as_its_config(made: Path) -> None:
    """safetensors lets nobody but its user read what it writes, and a cache may be shared."""
    mode = stat.S_IMODE((made / "config.json").stat().st_mode)
    for path in proof.checkpoint_files(made):
        path.chmod(mode)


def _move_into_place(made: Path, folder: Path) -> None:
    """Atomic: another process sees the whole folder or none; who comes second drops its own."""
    if folder.is_dir() and not (folder / proof.DIGESTS).is_file():
        folder.rename(made.with_name("former"))
    try:
        made.rename(folder)
        sync_folder(folder.parent)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made, ignore_errors=True)


def _convert(gguf: Path, folder: Path) -> None:
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
