"""What is wrong with the files of a checkpoint's folder, in a sentence, before anything loads them:
a shard that is missing, a file cut short, a pointer of Git LFS in place of its file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from claimbench.errors import ModelError

INDEX = "model.safetensors.index.json"
TOKENIZERS = (
    "tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model",
    "sentencepiece.bpe.model", "tekken.json", "*.tiktoken",
)  # fmt: skip
"""Files that hold a vocabulary; a folder with none of them has no tokenizer."""
_POINTER = b"version https://git-lfs"
_LONGEST_HEADER = 1 << 27


def check_files(folder: Path) -> None:
    """Raises ModelError for a file of the tokenizer or configuration that is missing, or is another
    one than its name says."""
    for path in [folder / "config.json", *sorted(folder.glob("tokenizer*.json"))]:
        _refuse_pointer(path)
        _check_json(path)
    if not any(found for name in TOKENIZERS for found in folder.glob(name)):
        raise ModelError(
            f"{folder}: there is no tokenizer in it (tokenizer.json or tokenizer.model); copy the "
            "tokenizer's files of the base model into it"
        )


def _check_json(path: Path) -> None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return  # Whoever needs the file says so.
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); copy the file again") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path}: a JSON object is needed; copy the file again")


def check_weights(folder: Path) -> None:
    """Raises ModelError where the weights are not whole: what `weights_fault` finds."""
    if fault := weights_fault(folder):
        raise ModelError(fault)


def weights_fault(folder: Path) -> str | None:
    """What is wrong with the weights in a folder, and what to do; None where there are none, or
    they are whole as far as names, sizes and headers say."""
    try:
        names = _in_index(folder) or sorted(path.name for path in folder.glob("*.safetensors"))
        if not names:
            return _in_other_files(folder)
        for name in names:
            if fault := _fault(folder / name):
                return fault
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        return f"{folder}: its weights cannot be read ({error}); copy them again"
    return None


def _in_index(folder: Path) -> list[str]:
    """The shards that the index names; [] where there is no index."""
    index = folder / INDEX
    if not index.is_file():
        return []
    return sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))


def _in_other_files(folder: Path) -> str | None:
    other = next((p.name for kind in ("*.bin", "*.pt", "*.pth") for p in folder.glob(kind)), None)
    if other:
        return (
            f"{folder}: its weights are in {other}, which is not read, as it may run code; save "
            "them as safetensors (model.save_pretrained(FOLDER))"
        )
    return None


def _fault(path: Path) -> str | None:
    if not path.is_file():
        return f"{path} is missing, and {INDEX} names it: copy it there, or save the model again"
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(_POINTER))
        if start == _POINTER:
            return _pointed(path)
        # The format: eight bytes of length, then a JSON header (huggingface.co/docs/safetensors).
        length = struct.unpack("<Q", start[:8])[0] if size >= 8 else _LONGEST_HEADER
        if length >= min(size, _LONGEST_HEADER):
            return f"{path} is no safetensors file: copy it again, or save the model again"
        file.seek(8)
        header = json.loads(file.read(length))
    ends = [t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"]
    whole = 8 + length + max(ends, default=0)
    if size != whole:
        return f"{path} has {size:,} bytes of {whole:,}: copy it again, or save the model again"
    return None


def _refuse_pointer(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.read(len(_POINTER)) == _POINTER:
                raise ModelError(_pointed(path))
    except OSError:
        return


def _pointed(path: Path) -> str:
    return (
        f"{path} is a pointer of Git LFS, not the file: run `git lfs pull` where it was cloned, or "
        "download the file"
    )
